/** A conversion of one file: read, project, write, carry, verify, report. */
import { createHash, type Hash } from "node:crypto";
import { uuid7 } from "../agents/shared/ids.ts";
import type { Agent } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { keepSmall } from "../io/memory.ts";
import type { Output } from "../io/output.ts";
import {
  type Carry,
  CarryDamaged,
  type CarryFooter,
  openCarry,
  type Ways,
} from "../lossless/carry.ts";
import { isFrameText } from "../lossless/document.ts";
import { Feed } from "../lossless/feed.ts";
import type { Line } from "../lossless/lines.ts";
import { isLine, type Restored, ScriptReader, ScriptWriter } from "../lossless/script.ts";
import type { Writer } from "../session/codec.ts";
import { Relocation } from "../session/relocate.ts";
import { titleOf } from "../session/title.ts";
import type { Entry, Header, Json } from "../session/types.ts";

import { Carrier, type Ends } from "./carry/carrier.ts";
import { CarryThreadFailed } from "./carry/carry-thread.ts";
import { type Making, makeBeside, makeHere, makeInHand } from "./carry/making.ts";
import { homeWriter, NotTheSame, type Trust, UnitCoder } from "./carry/units.ts";
import { rebuild } from "./carry/verify.ts";
import { Forward } from "./forward.ts";
import { type Counts, NO_COUNTS, Projector, type ReasoningFate } from "./project/project.ts";
import { headerAt } from "./read/folder.ts";
import { besideTitle } from "./read/session.ts";
import { type Loss, LossReport } from "./report/losses.ts";
import { restore } from "./restore.ts";
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

export function convert(conversion: Conversion): Converted {
  const { source, target, carry, survey } = conversion;
  if (carry && carry.header.source.agent === target.agent.id) return comeHome(conversion, carry);
  const isSame = source.agent === target.agent && survey.plan.handoff === undefined;
  return isSame ? copy(conversion) : goForward(conversion);
}

/** A carry that belongs to this very session, or why it does not. */
export function matchCarry(carry: Carry, agent: Agent, id: string): string | null {
  const { target } = carry.header;
  if (target.agent !== agent.id) return `it is of a ${target.agent} session`;
  return target.id === id ? null : "it belongs to another session";
}

/** The id of the session that a conversion writes: it follows from the source and the target. */
export function targetId(source: Header, target: Agent, attempt = 0, isChild = false): string {
  const uuid = uuid7(`${source.agent}:${source.id}>${target.id}:${attempt}`, 0, source.createdAt);
  const child = isChild ? target.store.childId?.(uuid) : undefined;
  return child ?? target.sessionId?.(uuid, source.createdAt) ?? uuid;
}

/**
 * A thread that fails, or a prediction that does not hold on the way home, is no reason to fail: all
 * is done again, with less trust in both. What is kept as it is comes back whatever anyone predicts.
 */
function goForward(conversion: Conversion): Converted {
  const { source, target, carryOut } = conversion;
  if (source.input.size >= HUGE) keepSmall();
  if (!carryOut) return writeNew(conversion, makeHere);
  for (const make of quickly(source.input.size)) {
    const done = attempt(conversion, make);
    if (done?.verified) return done;
    restart(target.out, carryOut);
  }
  return trusting(
    (trust) => writeNew(conversion, (out, ends) => makeHere(out, ends, trust)),
    () => restart(target.out, carryOut),
  );
}

function restart(...outputs: readonly (Output | null)[]): void {
  for (const output of outputs) output?.restart();
}

const TRUST: readonly Trust[] = ["all", "proven", "none"];

/** Works with less and less trust until what was written is verified. */
function trusting(work: (trust: Trust) => Converted, again: () => void): Converted {
  let done = work("all");
  for (const trust of TRUST.slice(1)) {
    if (done.verified !== false) break;
    again();
    done = work(trust);
  }
  return done;
}

/**
 * Nothing is written that does not lead back, unless its user wants it all the same.
 * @throws SegueError
 */
export function refuseUnverified(
  { verified, how }: Converted,
  where: string,
  force: boolean,
): void {
  if (verified !== false || force) return;
  const instead =
    how === "restored"
      ? "`convert --fresh` leaves the carry aside, --force writes it all the same"
      : "--force writes it all the same";
  throw new SegueError("refused", "what was made of this session does not give its bytes again", {
    where,
    hint: `nothing was written; ${instead}, and please report this`,
  });
}

/** A session of the agent's own in its other form, e.g. an export as rows of the store. */
export function writeOwn(conversion: Omit<Conversion, "carryOut" | "carry">): Converted {
  return writeNew({ ...conversion, carryOut: null, carry: null }, makeHere);
}

type Make = (carryOut: Output, ends: Ends) => Making;

/** How the carry of a session of this size is made and proven without reading both files again. */
function quickly(size: number): Make[] {
  if (size >= OWN_THREAD) return [makeBeside, makeInHand];
  return size >= IN_HAND ? [makeInHand] : [];
}

/** null when nothing came of it. */
function attempt(conversion: Conversion, make: Make): Converted | null {
  try {
    return writeNew(conversion, make);
  } catch (error) {
    if (error instanceof CarryThreadFailed || error instanceof NotTheSame) return null;
    throw error;
  }
}

function writeNew(conversion: Conversion, make: Make): Converted {
  const { source, target, survey, carryOut } = conversion;
  const { plan } = survey;
  const id = conversion.id ?? targetId(plan.header, target.agent);
  const { ways } = conversion;
  const ends = { source: { ...source, id: plan.header.id }, target: { ...target, id }, ways };
  const making = carryOut && make(carryOut, ends);
  try {
    return writeAll(conversion, id, making);
  } catch (error) {
    making?.stop();
    throw error;
  }
}

function writeAll(conversion: Conversion, id: string, making: Making | null): Converted {
  const { source, target, survey, carryOut } = conversion;
  const { plan } = survey;
  const header: Header = {
    ...plan.header,
    title: plan.header.title ?? besideTitle(source.agent, source.input),
    agent: target.agent.id,
    id,
    cwd: conversion.cwd ?? plan.header.cwd,
    createdAt: plan.header.createdAt ?? conversion.createdAt ?? null,
    version: conversion.cliVersion ?? null,
    parent: conversion.parent ?? null,
  };
  const losses = new LossReport();
  if (plan.orphans > 0) losses.add("parent-missing", -1, plan.orphans);
  const { children = 0 } = source;
  if (children > 0) losses.add("subagent-elsewhere", -1, children);
  let records = 0;
  let document = false;
  const relocation = Relocation.between(plan.header.cwd, conversion.cwd);
  const own = source.agent === target.agent;
  const { reasoning = "text" } = conversion;
  const projector = new Projector(target.agent, losses, {
    inline: false,
    own,
    relocation,
    reasoning,
  });
  const { form = "store", model = null, facts = null } = target;
  const cliVersion = conversion.cliVersion ?? null;
  const writer = target.agent.writer({ seed: id, cliVersion, form, model, facts });
  const feed = new Feed(source.agent);
  const forward = new Forward({
    feed,
    known: source.agent.known,
    writer,
    projector,
    losses,
    plan,
    sent: conversion.sent,
    kept: null,
    coder: making?.coder ?? null,
    write: (line) => {
      target.out.line(line);
      if (records === 0 && isFrameText(line)) document = true;
      else records++;
    },
    read: { lines: 0, entries: 0 },
  });
  forward.begin(header, titleOf(header.title, plan.request));
  for (const base of source.bases ?? []) {
    for (const line of base.input.lines({ end: base.bytes })) forward.base(line);
  }
  const seen = follow(
    source.input,
    (line) => forward.line(line),
    (chunk) => making?.read(chunk),
  );
  forward.flush();
  plan.finish?.(headerAt(source.agent, feed.reader, source.input.name));
  forward.end();
  making?.end(footerOf(conversion, seen, records));
  if (conversion.embed && carryOut) embed(target.out, carryOut, writer);
  target.out.sync();
  return {
    how: "converted",
    id,
    sourceId: plan.header.id,
    header,
    records,
    document,
    counts: projector.counts,
    tokens: survey.fitted?.tokens ?? projector.tokens,
    window: survey.fitted?.window ?? null,
    losses: losses.list(),
    source: seen,
    added: 0,
    stale: 0,
    verified: making ? making.verify(seen.sha256) : null,
  };
}

/** Base64 of one piece, in bytes: lines of a size that every reader takes. */
const PIECE = 192 << 10;

/** Appends the carry as records of the target's own kind, which its CLI is proven to skip. */
function embed(out: Output, carryOut: Output, writer: Writer): void {
  const carry = new Input(carryOut.temp);
  const parts = Math.ceil(carry.size / PIECE);
  for (let part = 0; part < parts; part++) {
    const data = carry.read(part * PIECE, PIECE).toString("base64");
    const place = { kind: "event", id: `carry-${part}`, parentId: null, time: null } as const;
    for (const record of writer.predict({ ...place, event: "carry", part, parts, data })) {
      writer.commit(record);
      out.line(JSON.stringify(record));
    }
  }
  carry.close();
}

/** From here on memory is worth more than the tenth of the time that saving it costs. */
const HUGE = 256e6;
/** Smaller sessions are done sooner than a thread is started, and in less work. */
const OWN_THREAD = 24e6;
/** Reading both files again, which proves most, is next to nothing for what is smaller. */
const IN_HAND = 1e6;

function footerOf({ source, target }: Conversion, seen: Seen, lines: number): Footer {
  const { bytes, sha256 } = target.out;
  return {
    source: { ...seen, open: source.input.open },
    target: { bytes, sha256, lines },
  };
}

function comeHome(conversion: Conversion, carry: Carry): Converted {
  const { target, carryOut } = conversion;
  return trusting(
    (trust) => bringHome(conversion, carry, trust),
    () => restart(target.out, carryOut),
  );
}

function bringHome(conversion: Conversion, carry: Carry, trust: Trust): Converted {
  const { source, target, survey, carryOut } = conversion;
  const { id } = carry.header.source;
  const ends = {
    source: { ...source, id: survey.plan.header.id },
    target: { ...target, id },
    ways: conversion.ways,
  };
  const carrier = carryOut && new Carrier(carryOut, ends);
  const files = { home: source.agent, from: target.agent };
  const route = { ...files, targetId: id, trust };
  const coder = carrier && new UnitCoder(route, (unit) => carrier.unit(unit));
  const hash = createHash("sha256");
  const result = restore(homeLines(source, hash), {
    from: source.agent,
    home: target.agent,
    carry,
    survey,
    coder,
    write: (piece) => target.out.write(piece),
    reasoning: conversion.reasoning ?? "text",
  });
  const seen = { sha256: hash.digest("hex"), bytes: source.input.size, lines: survey.lines };
  carrier?.end(footerOf(conversion, seen, result.restored + result.added));
  target.out.sync();
  // Into several files no carry leads back, see store/home.ts: there is nothing to verify.
  const leadsBack =
    carryOut && (source.bases ?? []).length === 0
      ? rebuild({
          ...files,
          target: target.out.temp,
          carry: carryOut.temp,
          framed: result.framed,
        }) === seen.sha256
      : null;
  const isWhole = result.stale > 0 ? null : isOriginal(carry, target.out);
  return {
    how: "restored",
    id,
    sourceId: survey.plan.header.id,
    header: { ...survey.plan.header, agent: target.agent.id, id },
    records: result.restored + result.added,
    document: result.framed,
    counts: result.counts,
    tokens: result.tokens,
    window: null,
    losses: result.losses.list(),
    source: seen,
    added: result.added,
    stale: result.stale,
    verified: isWhole === false ? false : (leadsBack ?? isWhole),
  };
}

/** All lines there are, of a file and of those it continues; the file's own bytes are hashed. */
function* homeLines({ input, bases }: Conversion["source"], hash: Hash): Generator<Line> {
  for (const base of bases ?? []) yield* base.input.lines();
  yield* input.lines({ tap: (chunk) => hash.update(chunk) });
}

/** What came back must be what went out: the carry holds its digest. */
function isOriginal(carry: Carry, out: Output): boolean {
  const { bytes, sha256 } = carry.footer.source;
  const written = new Input(out.temp);
  try {
    return written.size >= bytes && written.sha256(bytes) === sha256;
  } finally {
    written.close();
  }
}

/** To its own agent: through the session model all the same, so that the copy proves law 1. */
function copy({ source, target, survey, cwd }: Conversion): Converted {
  const { agent, input } = source;
  const { header } = survey.plan;
  const feed = new Feed(agent);
  const recoded = recoder(agent);
  const out = new CopyOut(target.out, Relocation.between(header.cwd, cwd));
  const seen = follow(input, (line) => {
    out.line(recoded(line, feed.entries(line)) ?? asItStands(line));
  });
  const sha256 = out.end(input.open);
  target.out.sync();
  return {
    how: "copied",
    id: header.id,
    sourceId: header.id,
    header: out.relocation && cwd !== undefined ? { ...header, cwd } : header,
    records: seen.lines,
    document: input.framed,
    counts: NO_COUNTS,
    tokens: 0,
    window: null,
    losses: out.losses.list(),
    source: seen,
    added: 0,
    stale: 0,
    verified: sha256 === seen.sha256,
  };
}

/** A line as the model gives it again; null where that is not the line, from there on. */
function recoder(agent: Agent): (line: Line, entries: readonly Entry[]) => Restored | null {
  const make = homeWriter(agent, "copy");
  const writer = new ScriptWriter(make);
  const script = new ScriptReader(make);
  let broken = false;
  return (line, entries) => {
    if (broken) return null;
    try {
      const ops = writer.encode([line], entries).map(({ op }) => op);
      const [restored] = script.decode(ops, entries);
      if (restored && isLine(restored.content, line)) return restored;
    } catch {
      // As below.
    }
    broken = true;
    return null;
  };
}

function asItStands({ text, bytes, value }: Line): Restored {
  return { content: bytes ?? text, value };
}

/** Writes lines that came through the model: as they are, or for another folder. */
class CopyOut {
  readonly #out: Output;
  readonly #hash = createHash("sha256");
  readonly relocation: Relocation | null;
  readonly losses = new LossReport();
  #lines = 0;

  constructor(out: Output, relocation: Relocation | null) {
    this.#out = out;
    this.relocation = relocation;
  }

  line({ content, value }: Restored): void {
    if (this.#lines > 0) this.#newline();
    this.#hash.update(content);
    this.#out.write(
      typeof content === "string" && value !== undefined ? this.#relocated(content) : content,
    );
    this.#lines++;
  }

  #relocated(text: string): string {
    const relocated = this.relocation?.text(text) ?? text;
    const count = this.relocation?.take() ?? 0;
    if (count > 0) this.losses.add("path-relocated", this.#lines, count);
    return relocated;
  }

  #newline(): void {
    this.#hash.update(NEWLINE);
    this.#out.write(NEWLINE);
  }

  /** The digest of the lines as they were before anything in them was relocated. */
  end(open: boolean): string {
    if (this.#lines > 0 && !open) this.#newline();
    return this.#hash.digest("hex");
  }
}

const NEWLINE = "\n";

type Seen = Converted["source"];
type Footer = Omit<CarryFooter, "units">;

function follow(input: Input, take: (line: Line) => void, see?: (chunk: Buffer) => void): Seen {
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

/** Opens a carry; a damaged one is null, and `complain` is told why. */
export function tryOpenCarry(
  bytes: Parameters<typeof openCarry>[0],
  complain: (why: string) => void,
): Carry | null {
  try {
    return openCarry(bytes);
  } catch (error) {
    if (!(error instanceof CarryDamaged)) throw error;
    complain(error.message);
    return null;
  }
}
