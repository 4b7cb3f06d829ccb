/** Reuses an earlier handover of the session, if it has not changed since. */
import { whoseOf } from "../../agents/profile.ts";
import { checkId } from "../../agents/shared/place.ts";
import type { Input } from "../../io/input.ts";
import type { Side } from "../../io/journal.ts";
import { isBegun } from "../../io/state.ts";
import { Relocation } from "../../session/relocate.ts";
import { isThere } from "../read/open.ts";
import type { Context } from "./context.ts";
import type { Outcome } from "./types.ts";

/**
 * A session that was handed over in its current state continues where it was handed over to.
 * `isNew`: not if it was returned to an original that has changed by itself since.
 */
export function alreadyThere(
  context: Context,
  input: Input,
  id: string,
  cwd: string | null,
  isNew = false,
): Outcome | null {
  const { agent } = context.source;
  const { options } = context;
  const { path } = context.source;
  const all = context.journal.wentTo(
    { ...whoseOf(agent), id, path },
    whoseOf(context.target.agent),
  );
  const same = all.filter(({ action, source, target }) => {
    const mayBe = !isNew || (action === "create" && target.id !== id);
    return mayBe && source.bytes === input.size && isThere(target.path);
  });
  const sha256 = same.length > 0 ? input.sha256() : "";
  for (const { n, source, target } of same) {
    if (source.sha256 !== sha256) continue;
    // It was not written completely, or another process is writing it right now: see `overtaken`.
    if (isBegun(options.env, target.path)) {
      context.unfinished.add(n);
      continue;
    }
    const there = context.folderOf(target.path) ?? cwd;
    if (Relocation.between(there, options.cwd) || !context.fits(target.path)) continue;
    return goOn(context, target, options.cwd ?? there);
  }
  return null;
}

function goOn(context: Context, { id, path }: Side, cwd: string | null): Outcome {
  return {
    id: checkId(id, path),
    path,
    cwd,
    title: null,
    report: context.opened(id, path),
    note: context.note("already handed over: continuing that session (--fork writes a new one)"),
    commit() {},
    discard() {},
  };
}
