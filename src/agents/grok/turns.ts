/**
 * The order of the lines of both files. Each turn of the user's begins with its prompt among the
 * notifications; then come its items, and then what else was notified in it. So a turn that is added
 * to both files comes after all lines that were there. What was notified before the first turn that
 * the model still sees stands before everything: after a compaction, the conversation so far.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { number } from "../../session/json.ts";
import { promptOf, type Stored, unwrap } from "./records.ts";

interface Turn {
  /** Number of the prompt; what comes before the first has none. */
  prompt: number;
  lines: string[];
}

export function inOrder(items: readonly string[], notices: readonly string[]): string[] {
  const turns = turnsOf(items);
  const told = liveTurns(notices);
  const first = turns.find(({ prompt }) => prompt >= 0)?.prompt ?? Number.POSITIVE_INFINITY;
  const ordered: string[] = [];
  let at = 0;
  const tell = (until: number): void => {
    for (; at < told.length && (told[at]?.prompt ?? 0) < until; at++) {
      ordered.push(...(told[at]?.lines ?? []));
    }
  };
  for (const { prompt, lines } of turns) {
    tell(prompt < 0 ? first : prompt);
    const next = told[at];
    // Without an item before it, it would be all that there is of the conversation.
    const opening = next?.prompt === prompt && turns[0]?.prompt !== prompt ? openingOf(next) : 0;
    if (next && opening > 0) ordered.push(...next.lines.splice(0, opening));
    ordered.push(...lines);
  }
  tell(Number.POSITIVE_INFINITY);
  return ordered;
}

function turnsOf(items: readonly string[]): Turn[] {
  const turns: Turn[] = [];
  for (const line of items) {
    const prompt = promptOf(storedIn(line));
    const last = turns.at(-1);
    if (prompt !== undefined) turns.push({ prompt, lines: [line] });
    else if (last) last.lines.push(line);
    else turns.push({ prompt: -1, lines: [line] });
  }
  return turns;
}

/** What belongs to turns that the user took back goes with the turn before them. */
function liveTurns(notices: readonly string[]): Turn[] {
  const turns: Turn[] = [{ prompt: -1, lines: [] }];
  const backTo = (prompt: number): void => {
    const taken = turns.splice(turns.findIndex((turn) => turn.prompt >= prompt) >>> 0);
    turns.at(-1)?.lines.push(...taken.flatMap(({ lines }) => lines));
  };
  for (const line of notices) {
    const stored = storedIn(line);
    const prompt = promptOf(stored);
    const target = rewindOf(stored);
    if (target !== undefined) backTo(Math.max(0, target));
    if (prompt !== undefined && prompt >= 0 && prompt !== turns.at(-1)?.prompt) {
      backTo(prompt);
      turns.push({ prompt, lines: [] });
    }
    turns.at(-1)?.lines.push(line);
  }
  return turns;
}

function rewindOf(stored: Stored): number | undefined {
  if (stored.kind !== "update" || stored.type !== "rewind_marker") return undefined;
  return number(stored.update.target_prompt_index);
}

/** How many lines of a turn are its prompt. */
function openingOf({ prompt, lines }: Turn): number {
  const end = lines.findIndex((line) => promptOf(storedIn(line)) !== prompt);
  return end < 0 ? lines.length : end;
}

function storedIn(line: string): Stored {
  return unwrap(parseValue(line) ?? null);
}
