/** Adds to a session that is unchanged: what is new is appended to it. */
import { refuseOpen } from "../../agents/running.ts";
import type { Side } from "../../io/journal.ts";
import { withLock } from "../../io/lock.ts";
import type { Output } from "../../io/output.ts";
import type { Converted } from "../conversion.ts";
import { rowsAt } from "../read/open.ts";
import { addLines, addRows, changeRows, marked, withCarry } from "./commit.ts";
import type { Context } from "./context.ts";
import type { Outcome } from "./types.ts";

/** The new turns at the original's end; of a database, `rows` may also be changed. */
export function appended(
  context: Context,
  id: string,
  done: Converted,
  original: Side,
  before: number,
  out: Output,
  carryOut: Output | null,
  rows: "added" | "changed" = "added",
): Outcome {
  const { path } = original;
  const nothing = rows === "added" && out.bytes === before;
  const cwd = context.options.cwd ?? done.header.cwd;
  const refuse = (): void => {
    if (context.options.force !== true) {
      refuseOpen(context.target.agent, { id: original.id, path, cwd }, context.options.env);
    }
  };
  // Checked before the user is asked anything, and again when it takes effect.
  if (!nothing && !context.options.dryRun) orDiscard(refuse, out, carryOut);
  return {
    id: original.id,
    path,
    cwd,
    title: null,
    report: context.report(done, path, carryOut),
    note: context.note(
      nothing
        ? `the original is up to date: ${path}`
        : `the new turns go to the end of the original: ${path}`,
    ),
    commit: () => {
      if (nothing) {
        carryOut?.discard();
        return;
      }
      refuse();
      const source = context.side(id, done);
      const target = { ...original, bytes: out.bytes, sha256: out.sha256 };
      const action = "append";
      withLock(context.options.env, path, () =>
        withCarry(context, carryOut, (carry) => {
          const write = { action, path, before, madeFolder: null, source, target, carry } as const;
          marked(context, path, () => {
            if (rows === "changed") changeRows(context, write, original.sha256, out);
            else if (rowsAt(path)) addRows(context, write, out);
            else addLines(context, write, out);
          });
        }),
      );
    },
    discard: () => {
      out.discard();
      carryOut?.discard();
    },
  };
}

function orDiscard(work: () => void, ...outputs: readonly (Output | null)[]): void {
  try {
    work();
  } catch (error) {
    for (const out of outputs) out?.discard();
    throw error;
  }
}
