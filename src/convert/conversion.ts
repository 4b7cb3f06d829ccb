/** The input and the result of a conversion, and what every kind of conversion needs. */
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
    /** Transcripts of subagents in separate files. */
    children?: number;
  };
  target: {
    agent: Agent;
    out: Output;
    /** Where the session already is, if `out` is not there: its records can name files beside it. */
    place?: string;
    /** See WriterOptions. */
    form?: "store" | "file";
    model?: string | null;
    facts?: Json;
  };
  /** Receives the carry; null if none is wanted. */
  carryOut: Output | null;
  /** Also embed the carry in the target, as records that its CLI skips. */
  embed?: boolean;
  /** The carry of an earlier conversion of this file, if there is one beside it or embedded. */
  carry: Carry | null;
  /** Other carries that `carryOut` must also contain. */
  ways?: Ways;
  survey: Surveyed;
  /** Replaces the id derived from the source; a fork or a repeated conversion needs its own. */
  id?: string;
  cwd?: string;
  /** For a subagent's session that comes along with another: the other's id in the target. */
  parent?: string | null;
  /** The time when the session began, if its records do not contain it. */
  createdAt?: string | null;
  cliVersion?: string | null;
  /** What happens to reasoning that the target cannot take as such. */
  reasoning?: ReasoningFate;
  /** Called with what the target is sent, entry by entry. */
  sent?: (entry: Entry) => void;
}

export interface Converted {
  /**
   * `copied`: same agent. `restored`: returned through its carry. `converted`: written from
   * scratch.
   */
  how: "copied" | "restored" | "converted";
  id: string;
  sourceId: string;
  header: Header;
  records: number;
  /** The written lines represent a JSON document. */
  document: boolean;
  counts: Counts;
  /**
   * An estimate at four characters of text per token; for a session that was made to fit, the
   * counted tokens.
   */
  tokens: number;
  /** How the session was made to fit. */
  window: number | null;
  losses: Loss[];
  /** Of the source as it was read. */
  source: { sha256: string; bytes: number; lines: number };
  /** For a restored session: new lines, and carry units that no longer match. */
  added: number;
  stale: number;
  /** Was the source rebuilt from the written files, byte for byte? null: there was no carry. */
  verified: boolean | null;
}

export type Seen = Converted["source"];

export type Footer = Omit<CarryFooter, "units">;

/** The id of the session that a conversion writes: derived from the source and the target. */
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

/** Works with less and less trust until the result is verified. */
export function trusting(work: (trust: Trust) => Converted, again: () => void): Converted {
  let done = work("all");
  for (const trust of TRUST.slice(1)) {
    if (done.verified !== false) break;
    again();
    done = work(trust);
  }
  return done;
}
