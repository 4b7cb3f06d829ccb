/** What a conversion is made of and gives, and what every kind of it needs. */
import { createHash } from "node:crypto";
import { uuid7 } from "../agents/shared/ids.ts";
import type { Agent } from "../agents/types.ts";
import type { Input } from "../io/input.ts";
import type { Output } from "../io/output.ts";
import type { Carry, CarryFooter, Ways } from "../lossless/carry.ts";
import type { Line } from "../lossless/lines.ts";
import type { Entry, Header, Json } from "../session/types.ts";
import type { Trust } from "./carry/units.ts";
import type { Counts } from "./project/counts.ts";
import type { ReasoningFate } from "./project/project.ts";
import type { Loss } from "./report/losses.ts";
import type { BaseInput, Surveyed } from "./survey/survey-file.ts";

export interface Conversion {
  source: {
    agent: Agent;
    input: Input;
    bases?: readonly BaseInput[];
    /** Transcripts of subagents that lie in files of their own. */
    children?: number;
  };
  target: {
    agent: Agent;
    out: Output;
    /** See WriterOptions. */
    form?: "store" | "file";
    model?: string | null;
    facts?: Json;
  };
  /** Takes the carry; null when none is wanted. */
  carryOut: Output | null;
  /** Put the carry into the target as records that its CLI skips, too. */
  embed?: boolean;
  /** The carry of an earlier conversion of this file, if one lies beside it or inside. */
  carry: Carry | null;
  /** Other carries that `carryOut` is to hold besides. */
  ways?: Ways;
  survey: Surveyed;
  /** Replaces the id that follows from the source; a fork or a repeated conversion needs its own. */
  id?: string;
  cwd?: string;
  /** Of a subagent's session that goes along with another: the id that this has there. */
  parent?: string | null;
  /** When the session began, for one whose records do not say. */
  createdAt?: string | null;
  cliVersion?: string | null;
  /** What becomes of reasoning that the target has no place for. */
  reasoning?: ReasoningFate;
  /** Is told what the target is given, entry by entry. */
  sent?: (entry: Entry) => void;
}

export interface Converted {
  /** `copied`: same agent. `restored`: home again, by its carry. `converted`: written anew. */
  how: "copied" | "restored" | "converted";
  id: string;
  sourceId: string;
  header: Header;
  records: number;
  /** What was written are the lines of a JSON document. */
  document: boolean;
  counts: Counts;
  /** Rough, at four characters of text a token; where the session was made to fit, as they were counted. */
  tokens: number;
  /** What the session was made to fit. */
  window: number | null;
  losses: Loss[];
  /** Of the source as it was read. */
  source: { sha256: string; bytes: number; lines: number };
  /** Of a restored session: lines that are new, and carry units that no longer fit. */
  added: number;
  stale: number;
  /** Was the source rebuilt from the written files, byte for byte? null: there was no carry. */
  verified: boolean | null;
}

export type Seen = Converted["source"];

export type Footer = Omit<CarryFooter, "units">;

/** The id of the session that a conversion writes: it follows from the source and the target. */
export function targetId(source: Header, target: Agent, attempt = 0, isChild = false): string {
  const uuid = uuid7(`${source.agent}:${source.id}>${target.id}:${attempt}`, 0, source.createdAt);
  const child = isChild ? target.store.childId?.(uuid) : undefined;
  return child ?? target.sessionId?.(uuid, source.createdAt) ?? uuid;
}

export function follow(
  input: Input,
  take: (line: Line) => void,
  see?: (chunk: Buffer) => void,
): Seen {
  const hash = createHash("sha256");
  const tap = (chunk: Buffer): void => {
    hash.update(chunk);
    see?.(chunk);
  };
  let lines = 0;
  for (const line of input.lines({ tap })) {
    take(line);
    lines++;
  }
  return { sha256: hash.digest("hex"), bytes: input.size, lines };
}

export function footerOf({ source, target }: Conversion, seen: Seen, lines: number): Footer {
  const { bytes, sha256 } = target.out;
  return {
    source: { ...seen, open: source.input.open },
    target: { bytes, sha256, lines },
  };
}

export function restart(...outputs: readonly (Output | null)[]): void {
  for (const output of outputs) output?.restart();
}

const TRUST: readonly Trust[] = ["all", "proven", "none"];

/** Works with less and less trust until what was written is verified. */
export function trusting(work: (trust: Trust) => Converted, again: () => void): Converted {
  let done = work("all");
  for (const trust of TRUST.slice(1)) {
    if (done.verified !== false) break;
    again();
    done = work(trust);
  }
  return done;
}
