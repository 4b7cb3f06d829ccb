/** Checks the laws on one session file. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { agents, writable } from "../agents/registry.ts";
import { unknowns } from "../agents/shared/known.ts";
import type { Agent } from "../agents/types.ts";
import type { Input, Progress } from "../io/input.ts";
import { heedSignals, interruptible } from "../io/interrupt.ts";
import { Output } from "../io/output.ts";
import { isFrame } from "../lossless/document.ts";
import { Feed, Records } from "../lossless/feed.ts";
import type { Entry } from "../session/types.ts";
import { counted } from "../words.ts";
import type { Conversion } from "./conversion.ts";
import { convert } from "./convert.ts";
import { Accountant } from "./read/account.ts";
import { closeBases, countChildren, openBases } from "./read/bases.ts";
import { filled, isOddEvent } from "./read/fill.ts";
import { openSession } from "./read/open.ts";
import type { Loss } from "./report/losses.ts";
import { type BaseInput, surveyFile } from "./survey/survey-file.ts";

export interface Check {
  agent: string;
  /** null for stdin. */
  path: string | null;
  laws: { law: number; through: string | null; ok: boolean; detail: string }[];
  /** What each target's model would not see as it was. */
  losses: (Loss & { through: string })[];
  /**
   * Kinds and keys in the agent's records that this version of Segue does not know: kept, but not
   * interpreted.
   */
  unknown: Unknown[];
}

export interface Unknown {
  /** Such as `<response_item>.payload.new_key`, or `<new_kind>` for records of an unknown kind. */
  what: string;
  count: number;
  /** The first line that contains it, counted from 1. */
  line: number;
}

/** Called with what each target's model is sent; see `segue check --verbose`. */
export type Sent = (through: string, entry: Entry) => void;

export async function checkSession(
  { agent, path, name }: { agent: Agent; path: string; name: string | null },
  scratch: string,
  { sent, progress }: { sent?: Sent | undefined; progress?: Progress } = {},
): Promise<Check> {
  const check: Check = {
    agent: agent.id,
    path: name === null ? null : path,
    laws: [],
    losses: [],
    unknown: [],
  };
  const input = openSession(path, { scratch, name });
  const bases = await openBases(agent, path, { env: process.env, scratch });
  try {
    const source = { agent, input, bases, children: await countChildren(agent, path) };
    check.unknown = unknownOf(agent, input);
    check.laws.push(accountOf(agent, input, bases));
    const targets = agents.filter((one) => one === agent || writable.includes(one));
    for (const [i, target] of targets.entries()) {
      progress?.(i + 1, targets.length + 1);
      const tell = sent && ((entry: Entry) => sent(target.id, entry));
      interruptible(() => checkThrough(check, source, target, scratch, tell));
      await heedSignals();
    }
  } finally {
    closeBases(bases);
    input.close();
  }
  return check;
}

function unknownOf({ known, recognises }: Agent, input: Input): Unknown[] {
  const found = new Map<string, Unknown>();
  const records = new Records(recognises);
  let line = 0;
  for (const each of input.lines()) {
    line++;
    if (known === undefined) continue;
    const values = records.of(each).values.filter((value) => !isFrame(value));
    for (const what of values.flatMap((value) => unknowns(value, known))) {
      const before = found.get(what);
      if (before) before.count++;
      else found.set(what, { what, count: 1, line });
    }
  }
  return [...found.values()];
}

/**
 * Law 4, as far as it can be checked without the agents' CLIs: is everything in the file read, or
 * named?
 */
function accountOf(agent: Agent, input: Input, bases: readonly BaseInput[]): Check["laws"][number] {
  const feed = new Feed(agent);
  const accountant = agent.known && new Accountant(agent);
  const places = new Map<string, number>();
  let line = 0;
  for (const base of bases) {
    for (const each of base.input.lines({ end: base.bytes })) feed.read(each);
  }
  for (const each of input.lines()) {
    line++;
    const records = feed.read(each).records.filter(({ value }) => !isFrame(value));
    const missed = records.flatMap((record) => {
      const { content = [] } = accountant?.unaccounted(record.value, filled(record, agent)) ?? {};
      return isOddEvent(record.value, record.entries, agent) ? [] : content;
    });
    for (const place of missed) {
      if (!places.has(place)) places.set(place, line);
    }
  }
  const detail = [...places].map(([place, first]) => `${place} (line ${first})`).join(", ");
  const ok = places.size === 0;
  return { law: 4, through: null, ok, detail: ok ? counted(line, "line") : `not read: ${detail}` };
}

function checkThrough(
  check: Check,
  source: Conversion["source"],
  target: Agent,
  scratch: string,
  sent: ((entry: Entry) => void) | undefined,
): void {
  const { agent, input, bases = [] } = source;
  const name = createHash("sha256").update(`${input.path} ${target.id}`).digest("hex");
  const out = new Output(join(scratch, name));
  const carryOut = agent.id === target.id ? null : new Output(join(scratch, `${name}.segue`));
  const survey = surveyFile(agent, input, { bases });
  const done = convert({
    source,
    target: { agent: target, out },
    carryOut,
    carry: null,
    survey,
    ...(sent ? { sent } : {}),
  });
  const share = Math.round((100 * (carryOut?.bytes ?? 0)) / Math.max(1, input.size));
  const { messages, toolCalls } = done.counts;
  const through = agent.id === target.id ? null : target.id;
  const detail =
    through === null
      ? `${counted(done.source.lines, "line")}, ${counted(done.source.bytes, "byte")}`
      : `${counted(messages, "message")}, ${counted(toolCalls, "tool call")}; the carry is ${share} % of the source`;
  check.laws.push({ law: through === null ? 1 : 2, through, ok: done.verified === true, detail });
  for (const loss of done.losses) check.losses.push({ ...loss, through: target.id });
  out.discard();
  carryOut?.discard();
}
