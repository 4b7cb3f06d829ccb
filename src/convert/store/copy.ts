/** Copies one of the target's own sessions under a new id. */
import type { Input } from "../../io/input.ts";
import type { Output } from "../../io/output.ts";
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
 */
export function copyTo(
  context: Context,
  input: Input,
  header: Header,
  relocation: Relocation | null,
): Copied {
  const { agent } = context.target;
  const place = { ...header, cwd: relocation?.to ?? header.cwd };
  const [id, path] = context.freePlace(place, (attempt) => targetId(place, agent, attempt));
  const out = context.newOutput(path);
  const losses = new LossReport();
  let lines = 0;
  for (const line of renamed(context, input, header.id, id)) {
    out.line(relocation?.text(line) ?? line);
    const count = relocation?.take() ?? 0;
    if (count > 0) losses.add("path-relocated", lines, count);
    lines++;
  }
  out.sync();
  return { id, path, out, losses, lines };
}

function* renamed(context: Context, input: Input, oldId: string, newId: string): Iterable<string> {
  const { database } = context.target.agent.store;
  if (database) {
    yield* database.renamed(
      [...input.lines()].map(({ text }) => text),
      newId,
    );
    return;
  }
  const { known } = context.target.agent;
  // In the store, it is a file of lines.
  for (const line of input.lines()) {
    if (!isFrame(line.value)) yield renamedLine(line, known, { from: oldId, to: newId });
  }
}
