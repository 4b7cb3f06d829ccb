/** Returns a session that came from the target, with its new turns. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { whoseOf } from "../../agents/profile.ts";
import { checkId } from "../../agents/shared/place.ts";
import { Input } from "../../io/input.ts";
import { isWhose, type Side, type Write } from "../../io/journal.ts";
import { Output } from "../../io/output.ts";
import { readCarry } from "../../io/state.ts";
import type { Carry } from "../../lossless/carry.ts";
import { Relocation } from "../../session/relocate.ts";
import type { Conversion, Converted } from "../conversion.ts";
import { matchCarry, tryOpenCarry } from "../convert.ts";
import { folderIn } from "../read/folder.ts";
import { isThere, rowsAt } from "../read/open.ts";
import { surveyFile } from "../survey/survey-file.ts";
import { appended } from "./append.ts";
import { alreadyThere } from "./before.ts";
import { type Context, writtenLines } from "./context.ts";
import { forked } from "./fork.ts";
import { openedSize } from "./rows.ts";
import type { Outcome } from "./types.ts";

/** The write that a session came from, and the carry that leads back. */
export interface Home {
  write: Write;
  carry: Carry;
}

/** The original of this session, if it was one of the target's and the way back exists. */
export function homeOf(context: Context, id: string): Home | null {
  const { source, target } = context;
  const write = context.journal.cameFrom(
    { ...whoseOf(source.agent), id, path: source.path },
    target.agent.id,
    (side) => isHere(context, side),
  );
  if (!write || write.carry === null) return null;
  const bytes = readCarry(context.options.env, write.carry);
  if (bytes) context.keep(bytes);
  else {
    context.options.warn(
      "the carry of this session is missing or damaged: converting from scratch",
    );
    return null;
  }
  const carry = tryOpenCarry(bytes, (why) => {
    context.options.warn(`the carry of this session is damaged (${why}): converting from scratch`);
  });
  if (!carry || matchCarry(carry, context.source.agent, id) !== null) return null;
  return { write, carry };
}

/** Is the original in the target's store, and not in that of another account? */
function isHere({ target }: Context, { path, ...side }: Side): boolean {
  return isWhose(side, whoseOf(target.agent)) || path.startsWith(join(target.root, "/"));
}

/** null if what returns is larger than the requested size. */
export function goHome(
  context: Context,
  source: Conversion["source"],
  id: string,
  home: Home,
): Outcome | null {
  const { write, carry } = home;
  const { bases = [] } = source;
  checkId(write.source.id, write.source.path);
  const survey = surveyFile(source.agent, source.input, {
    fullHistory: true,
    oldLines: carry.footer.target.lines,
    bases,
    wholeBases: true,
  });
  const out = new Output(join(context.options.scratch, "home"));
  const carryOut = context.newCarry();
  const done = context.convert({ source, survey, carryOut, carry }, out, write.source.path);
  if (!context.fits(out.temp)) {
    out.discard();
    carryOut.discard();
    context.notes.push("the new turns do not fit into --fit: writing a new session");
    return null;
  }
  // Not even the record that opens a session: the user took everything back, in an agent whose
  // format cannot represent an abandoned branch.
  if (done.stale > 0 && done.records === done.added) {
    out.discard();
    carryOut.discard();
    context.notes.push(`${whyNew(done, false, false)}: writing a new session`);
    return null;
  }
  const restored = writtenLines(out, done);
  const folder = folderIn(context.target.agent, restored, write.source.path);
  restored.close();
  const moves = Relocation.between(folder, context.options.cwd) !== null;
  const isOthers = !isHere(context, write.source);
  const isNew = context.options.fork || done.stale > 0 || moves || isOthers;
  const before = isNew ? null : prefixSize(context, write.source.path, out);
  if (before !== null) {
    // A session in several files cannot be continued from outside: there is no carry back.
    const kept = bases.length === 0 ? carryOut : null;
    if (!kept) carryOut.discard();
    const here = { ...done, header: { ...done.header, cwd: folder ?? done.header.cwd } };
    return appended(context, id, here, write.source, before, out, kept);
  }
  carryOut.discard();
  if (context.options.along) {
    // A copy of the original would have the same parent as the original.
    out.discard();
    return null;
  }
  const { input } = source;
  const cwd = folder ?? done.header.cwd;
  const there = context.options.fork ? null : alreadyThere(context, input, id, cwd, true);
  if (there) {
    out.discard();
    return there;
  }
  const why = isOthers ? "the original is another account's" : null;
  context.notes.push(`${why ?? whyNew(done, moves, context.options.fork)}: writing a new session`);
  return forked(context, id, done, out, write.source.path);
}

function whyNew({ stale }: Converted, moves: boolean, forks: boolean): string {
  if (forks) return "a fork was requested";
  if (moves) return "another folder was requested";
  if (stale > 0) return "earlier parts of the session were changed";
  return "the original has changed, or no longer exists";
}

/**
 * The size of a session whose bytes are the first ones of `out`; null if they differ, or it no
 * longer exists.
 */
export function prefixSize(context: Context, path: string, out: Output): number | null {
  if (!isThere(path)) return null;
  const now = context.open(path);
  const written = new Input(out.temp);
  try {
    const { size } = now;
    // Lines cannot be appended to a document or a compressed file.
    if (now.path !== path && !rowsAt(path) && size !== written.size) return null;
    if (size <= written.size && now.sha256() === written.sha256(size)) return size;
    return rowsAt(path) ? openedSize(path, readFileSync(out.temp)) : null;
  } finally {
    now.close();
    written.close();
  }
}
