/**
 * Adds to a copy that Segue wrote, and that nobody has used, what its source says since: the copy keeps
 * its id and place. A file is only appended to; of a database, the rows that differ are changed.
 */

import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import type { Side } from "../../io/journal.ts";
import { Output } from "../../io/output.ts";
import type { Conversion } from "../conversion.ts";
import { isThere, rowsAt } from "../read/open.ts";
import type { Surveyed } from "../survey/survey-file.ts";
import { appended } from "./append.ts";
import type { Context } from "./context.ts";
import { prefixSize } from "./home.ts";
import type { Outcome } from "./types.ts";

/**
 * The whole source is converted, because what was added to it may change what came before: a result may
 * have come for a call, or a compaction for all. null if it did and the copy is a file, or if the copy was
 * used.
 */
export function extended(
  context: Context,
  source: Conversion["source"],
  id: string,
  survey: Surveyed,
  copy: Side,
): Outcome | null {
  if (!isThere(copy.path)) return null;
  const { createdAt, cwd: folder } = survey.plan.header;
  const cwd = context.options.cwd ?? folder;
  if (cwd === null || createdAt === null) return null;
  const out = new Output(join(context.options.scratch, "extended"));
  const carryOut = context.newCarry();
  const done = context.convert(
    { source, survey, carryOut, carry: null, id: copy.id, cwd, createdAt, parent: null },
    out,
    copy.path,
  );
  try {
    const before = prefixSize(context, copy.path, out);
    if (before === copy.bytes) return appended(context, id, done, copy, before, out, carryOut);
    if (rowsAt(copy.path) && context.open(copy.path).sha256() === copy.sha256) {
      return appended(context, id, done, copy, copy.bytes, out, carryOut, "changed");
    }
  } catch (error) {
    // It is open in its agent.
    if (!(error instanceof SegueError) || error.kind !== "refused") throw error;
  }
  out.discard();
  carryOut.discard();
  return null;
}
