/** The drivers of all CLIs in the lab. Those whose CLI is not on this machine are left out of the tests, which say so. */

import type { Expected } from "../assert-history.ts";
import type { Step } from "../model-server/server.ts";
import { aider } from "./aider.ts";
import { auggie } from "./auggie.ts";
import { claudeCode } from "./claude-code.ts";
import { cline } from "./cline.ts";
import { codex } from "./codex.ts";
import { continueCli } from "./continue.ts";
import { copilot } from "./copilot.ts";
import { crush } from "./crush.ts";
import { deepagents } from "./deepagents.ts";
import { droid } from "./droid.ts";
import { gemini } from "./gemini.ts";
import { goose } from "./goose.ts";
import { gptme } from "./gptme.ts";
import { grok } from "./grok.ts";
import { hermes } from "./hermes.ts";
import { kimi } from "./kimi.ts";
import { kimiCli } from "./kimi-cli.ts";
import { mastracode } from "./mastracode.ts";
import { nanocoder } from "./nanocoder.ts";
import { omp } from "./omp.ts";
import { openclaw } from "./openclaw.ts";
import { kilo, opencode } from "./opencode.ts";
import { openhands } from "./openhands.ts";
import { pi } from "./pi.ts";
import { qwen } from "./qwen.ts";
import type { Driver } from "./types.ts";
import { vibe } from "./vibe.ts";

export const everyDriver: readonly Driver[] = [
  claudeCode,
  codex,
  pi,
  qwen,
  copilot,
  gemini,
  opencode,
  kilo,
  droid,
  cline,
  kimi,
  openclaw,
  continueCli,
  grok,
  goose,
  hermes,
  crush,
  kimiCli,
  vibe,
  openhands,
  auggie,
  aider,
  omp,
  nanocoder,
  gptme,
  deepagents,
  mastracode,
];

/** The drivers of the CLIs that can be run here. */
export const drivers: readonly Driver[] = everyDriver.filter((it) => !it.absent?.());

/** What keeps tests from running, a line an agent. */
export function absent(): string[] {
  return everyDriver.flatMap((it) => {
    const why = it.absent?.() ?? null;
    return why === null ? [] : [`not run: everything with ${it.id}: ${why}`];
  });
}

/** The id of every agent that can be run here. */
export const AGENTS: readonly string[] = drivers.map(({ id }) => id);

export function driverOf(id: string): Driver {
  const driver = everyDriver.find((candidate) => candidate.id === id);
  if (!driver) throw new Error(`the lab has no driver for ${id}`);
  return driver;
}

export type Pair = readonly [from: string, to: string];

/** Every pair: each is to be proven. */
export const EVERY_PAIR: readonly Pair[] = everyDriver.flatMap((from) =>
  everyDriver.filter((to) => to !== from).map((to) => [from.id, to.id] as const),
);

const HERE = EVERY_PAIR.filter((pair) => pair.every((id) => AGENTS.includes(id)));

/** Those that are tried there and back again; see `Driver.partners`. */
export const PAIRS: readonly Pair[] = HERE.filter(([from, to]) => arePartners(from, to));

/** The others: a session of the one visits all the agents that it is not tried with otherwise. */
export const VISITS: readonly Pair[] = HERE.filter(([from, to]) => !arePartners(from, to));

/** Everything is to be run, or these pairs were asked for. */
const BY_HAND = process.env.SEGUE_LAB_ALL === "1" || process.env.SEGUE_LAB_PAIRS !== undefined;

/**
 * Some of them, for tests that would take too long with all: from each agent to two others, and to
 * each from two others; of those that are tried with a few, to one and from one at least.
 */
export const SOME_PAIRS: readonly Pair[] = PAIRS.filter(([from, to]) => {
  if (!BY_HAND && [from, to].some((id) => driverOf(id).slow)) return false;
  const [source, target] = [from, to].map((id) => drivers.findIndex((one) => one.id === id));
  if (source === undefined || target === undefined) return false;
  const step = (target - source + drivers.length) % drivers.length;
  return step === 1 || step === 3 || partnerOf(source, 0) === to || partnerOf(target, 1) === from;
});

/** One of those that an agent is tried with; undefined for one that is tried with all. */
function partnerOf(at: number, which: number): string | undefined {
  const { partners = [] } = drivers[at] ?? {};
  return partners[(at + which) % partners.length];
}

function arePartners(from: string, to: string): boolean {
  const [source, target] = [driverOf(from), driverOf(to)];
  return isPartner(source, target) && isPartner(target, source);
}

function isPartner({ partners }: Driver, { id }: Driver): boolean {
  return partners === undefined || partners.includes(id);
}

/** A session from elsewhere, as this agent must send it. */
export function foreign(markers: readonly Expected[], agent: string): Expected[] {
  return driverOf(agent).foreign(markers);
}

/** A session of the agent's own, as it sends it again. */
export function own(markers: readonly Expected[], agent: string): Expected[] {
  return driverOf(agent).own(markers);
}

/** What of all that was said in an agent is in its session. */
export function kept(markers: readonly Expected[], agent: string): Expected[] {
  const { keepsReasoning = true, hasNoTools = false } = driverOf(agent);
  if (hasNoTools) return markers.filter(({ role }) => role === "user" || role === "assistant");
  return markers.filter(({ role }) => keepsReasoning || role !== "reasoning");
}

/** What of a turn's markers is in its last request: all but the last answer. */
export function asked(markers: readonly Expected[], agent: string): Expected[] {
  const { hasNoTools = false } = driverOf(agent);
  return own(
    hasNoTools ? markers.filter(({ role }) => role === "user") : markers.slice(0, -1),
    agent,
  );
}

/** The steps of one turn, for this agent's CLI: without tools, a turn is one answer. */
export function stepsFor(steps: readonly Step[], agent: string): Step[] {
  if (driverOf(agent).hasNoTools !== true) return [...steps];
  const thinking = steps.find((step) => step.thinking !== undefined)?.thinking;
  const texts = steps.flatMap(({ text }) => text ?? []);
  const failed = steps.find((step) => step.error !== undefined);
  if (failed || texts.length === 0) return [...steps];
  return [{ ...(thinking === undefined ? {} : { thinking }), text: texts.join("\n\n") }];
}
