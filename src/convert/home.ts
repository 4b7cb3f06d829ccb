/** A session that returns to its original agent through its carry. */
import { createHash, type Hash } from "node:crypto";
import { Input } from "../io/input.ts";
import type { Output } from "../io/output.ts";
import type { Carry } from "../lossless/carry.ts";
import type { Line } from "../lossless/lines.ts";
import { Carrier } from "./carry/carrier.ts";
import { type Trust, UnitCoder } from "./carry/units.ts";
import { rebuild } from "./carry/verify.ts";
import { type Conversion, type Converted, footerOf, restart, trusting } from "./conversion.ts";
import { restore } from "./restore.ts";

export function comeHome(conversion: Conversion, carry: Carry): Converted {
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
  const place = target.place ?? target.out.path;
  const route = { ...files, targetId: id, trust, place };
  const coder = carrier && new UnitCoder(route, (unit) => carrier.unit(unit));
  const hash = createHash("sha256");
  const result = restore(homeLines(source, hash), {
    from: source.agent,
    home: target.agent,
    place: source.input.name,
    carry,
    survey,
    coder,
    write: (piece) => target.out.write(piece),
    reasoning: conversion.reasoning ?? "text",
  });
  const seen = { sha256: hash.digest("hex"), bytes: source.input.size, lines: survey.lines };
  carrier?.end(footerOf(conversion, seen, result.restored + result.added));
  target.out.sync();
  // No carry leads back to a session in several files, see store/home.ts: there is nothing to
  // verify.
  const leadsBack =
    carryOut && (source.bases ?? []).length === 0
      ? rebuild({
          ...files,
          target: target.out.temp,
          place,
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

/** All lines of a file and of the files that it continues; only the file's own bytes are hashed. */
function* homeLines({ input, bases }: Conversion["source"], hash: Hash): Generator<Line> {
  for (const base of bases ?? []) yield* base.input.lines();
  yield* input.lines({ tap: (chunk) => hash.update(chunk) });
}

/** The restored bytes must be the original ones, whose digest is in the carry. */
function isOriginal(carry: Carry, out: Output): boolean {
  const { bytes, sha256 } = carry.footer.source;
  const written = new Input(out.temp);
  try {
    return written.size >= bytes && written.sha256(bytes) === sha256;
  } finally {
    written.close();
  }
}
