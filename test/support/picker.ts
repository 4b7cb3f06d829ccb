/** A picker with sessions, and fingers for it. */
import { Picker } from "../../src/cli/picker/model.ts";
import type { Action, Key, Known, Session } from "../../src/cli/picker/types.ts";
import type { LimitState } from "../../src/core/limits.ts";

export const NOW = Date.parse("2026-11-21T12:00:00Z");
export const LOOK = { colour: false, now: NOW };
export const SIZE = { columns: 80, rows: 24 };
export const TARGETS = [
  { id: "claude-code", name: "Claude Code" },
  { id: "codex", name: "Codex" },
  { id: "pi", name: "Pi" },
];
export const NOTHING: Known = {
  preview: () => undefined,
  losses: () => undefined,
  lastWrite: () => null,
  lastTarget: () => undefined,
  agents: () => [],
  limitOf: () => null,
};

/** An account at its weekly limit for another two hours and a half. */
export function limitedAt(agent: string, more: Partial<LimitState> = {}): Known {
  const until = NOW + 9e6;
  const state: LimitState = {
    ...{ agent, profile: null, status: "limited", kind: "quota", scope: "weekly" },
    ...{ usedPercent: 100, resetsAt: until, until, retryable: false, source: "record" },
    ...{ at: NOW, session: null, text: null, allowances: [] },
    ...more,
  };
  return { ...NOTHING, limitOf: (one) => (one === agent ? state : null) };
}

export function session(n: number, more: Partial<Session> = {}): Session {
  return {
    agent: "codex",
    id: `id-${n}`,
    title: `Session number ${n}`,
    cwd: `/work/p${n % 7}`,
    messages: 10,
    tokens: 52_000,
    model: "gpt-5.5",
    path: `/store/${n}.jsonl`,
    limit: null,
    time: NOW - n * 6e4,
    bytes: 1,
    here: n < 3,
    parent: null,
    isSubagent: false,
    from: null,
    continuedIn: [],
    ...more,
  };
}

export function many(count: number): Session[] {
  return Array.from({ length: count }, (_, n) => session(n));
}

export function picker(sessions: readonly Session[], facts: Known = NOTHING): Picker {
  const made = new Picker(TARGETS, facts, NOW);
  made.load(sessions);
  made.screen(SIZE, LOOK);
  return made;
}

export function press(picker: Picker, ...names: string[]): Action | null | undefined {
  const actions = names.map((name) => picker.press({ name, ctrl: false, text: "" }));
  return actions.at(-1);
}

/** With Ctrl, or with Shift. */
export function pressWith(picker: Picker, held: "ctrl" | "shift", name: string): Action | null {
  const key: Key = { name, ctrl: held === "ctrl", shift: held === "shift", text: "" };
  return picker.press(key);
}

export function type(picker: Picker, text: string): void {
  for (const char of text) picker.press({ name: char, ctrl: false, text: char });
}

export function shown(picker: Picker, size = SIZE): string[] {
  return picker.screen(size, LOOK).lines;
}
