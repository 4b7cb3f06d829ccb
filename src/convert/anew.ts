/** Writes a session as another agent's, from scratch, with the carry that leads back. */
import { Input } from "../io/input.ts";
import { keepSmall } from "../io/memory.ts";
import type { Output } from "../io/output.ts";
import { isFrameText } from "../lossless/document.ts";
import type { Cuts, Writer } from "../session/codec.ts";
import { Relocation } from "../session/relocate.ts";
import { titleOf } from "../session/title.ts";
import type { Header } from "../session/types.ts";
import type { Ends } from "./carry/carrier.ts";
import { CarryThreadFailed } from "./carry/carry-thread.ts";
import { type Making, makeBeside, makeHere, makeInHand } from "./carry/making.ts";
import { NotTheSame } from "./carry/units.ts";
import {
  type Conversion,
  type Converted,
  follow,
  footerOf,
  restart,
  targetId,
  trusting,
} from "./conversion.ts";
import { Forward } from "./forward.ts";
import { Projector } from "./project/project.ts";
import { feedOf, headerAt } from "./read/folder.ts";
import { besideTitle } from "./read/session.ts";
import { LossReport } from "./report/losses.ts";

/**
 * If a thread fails, or a prediction does not hold on the way back, the conversion is repeated with
 * less trust in both. Lines that are stored unchanged are restored whatever anyone predicts.
 */
export function goForward(conversion: Conversion): Converted {
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

/** A session of the same agent in its other form, e.g. an export as rows of the store. */
export function writeOwn(conversion: Omit<Conversion, "carryOut" | "carry">): Converted {
  return writeNew({ ...conversion, carryOut: null, carry: null }, makeHere);
}

type Make = (carryOut: Output, ends: Ends) => Making;

/**
 * How to create and verify the carry for a session of this size, without reading both files again.
 */
function quickly(size: number): Make[] {
  if (size >= OWN_THREAD) return [makeBeside, makeInHand];
  return size >= IN_HAND ? [makeInHand] : [];
}

/** Smaller sessions take less time and work than starting a thread. */
const OWN_THREAD = 24e6;

/** For smaller files, reading both again costs next to nothing and proves most. */
const IN_HAND = 1e6;

/** From this size on, saving memory is worth a tenth more time. */
const HUGE = 256e6;

/** null if the thread produced nothing. */
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
  const { wellFormedOnly = false } = target.agent;
  const readable = (title: string | null) =>
    wellFormedOnly ? (title?.toWellFormed() ?? null) : title;
  const header: Header = {
    ...plan.header,
    title: readable(plan.header.title ?? besideTitle(source.agent, source.input)),
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
  const own = source.agent.id === target.agent.id;
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
  const feed = feedOf(source.agent, source.input.name);
  const forward = new Forward({
    feed,
    agent: source.agent,
    writer,
    projector,
    losses,
    plan,
    cuts: target.agent.cuts?.(),
    unsent: own ? undefined : replacing(source.agent.cuts?.()),
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
  forward.begin(header, readable(titleOf(header.title, plan.request)));
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

/** Size of one piece in base64, in bytes: every reader accepts lines of this size. */
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

/** Does its CLI replace results? Most only cut them. */
function replacing(cuts: Cuts | undefined): Cuts | undefined {
  return cuts?.replaced === undefined ? undefined : cuts;
}
