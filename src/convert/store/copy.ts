/** Copies one of the target's own sessions under a new id. */

import type { Input } from "../../io/input.ts";
import type { Output } from "../../io/output.ts";
import { rowPlace } from "../../io/row-place.ts";
import { isFrame } from "../../lossless/document.ts";
import type { Relocation } from "../../session/relocate.ts";
import type { Header } from "../../session/types.ts";
import { targetId } from "../conversion.ts";
import { LossReport } from "../report/losses.ts";
import type { Context } from "./context.ts";
import { renamedLine } from "./rename.ts";

export interface Copied {
  id: string;
  path: string;
  out: Output;
  losses: LossReport;
  lines: number;
}

/**
 * Copies one of the target's own sessions: under a new id, and to the folder where it continues.
 * `place`: where it is stored.
 */
export function copyTo(
  context: Context,
  input: Input,
  header: Header,
  { place, relocation }: { place: string; relocation: Relocation | null },
): Copied {
  const { agent } = context.target;
  const there = { ...header, cwd: relocation?.to ?? header.cwd };
  const [id, path] = context.freePlace(there, (attempt) => targetId(there, agent, attempt));
  const out = context.newOutput(path);
  const losses = new LossReport();
  let lines = 0;
  for (const text of renamed(context, input, header.id, { id, path })) {
    const line = agent.store.detached?.(place, text) ?? text;
    const moved = relocation?.text(line) ?? line;
    const to = relocation?.to;
    out.line(
      to === undefined ? moved : (agent.store.relocated?.(moved, to, context.options.env) ?? moved),
    );
    const count = relocation?.take() ?? 0;
    if (count > 0) losses.add("path-relocated", lines, count);
    lines++;
  }
  out.sync();
  return { id, path, out, losses, lines };
}

function* renamed(
  context: Context,
  input: Input,
  oldId: string,
  { id: newId, path }: { id: string; path: string },
): Iterable<string> {
  const { database } = context.target.agent.store;
  if (database) {
    const lines = [...input.lines()].map(({ text }) => text);
    yield* database.renamed(lines, newId, rowPlace(path).path);
    return;
  }
  const { known } = context.target.agent;
  // In the store, it is a file of lines.
  for (const line of input.lines()) {
    if (!isFrame(line.value)) yield renamedLine(line, known, { from: oldId, to: newId });
  }
}
