/**
 * What an agent stores of a session beside its own file: transcripts of subagents, large results,
 * attachments. It comes along when the session is copied to another account.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { Input } from "../../io/input.ts";
import type { Write } from "../../io/journal.ts";
import { Output } from "../../io/output.ts";
import { rowsAt } from "../read/open.ts";

export interface Copy {
  from: string;
  to: string;
}

/** How far the session's own file may be below its folder: `<id>/agents/main/wire.jsonl`. */
const DEEPEST = 3;

/** Marks of a running process are not the session's. */
export const RUNNING = /(?:\.lock|\.pid|\.sock|\.tmp|-journal|-wal|-shm)$|^\.?lock$/i;

export function besides(source: string, target: { id: string; path: string }): Copy[] {
  if (rowsAt(source) || target.path.includes("#")) return [];
  const [from, to] = [withoutEnding(source), withoutEnding(target.path)];
  const siblings = withSiblings(source)
    .filter((file) => file !== source)
    .map((file) => ({ from: file, to: to + file.slice(from.length) }));
  const folders = ownFolders(source, target);
  if (!folders) return siblings;
  const own = filesBelow(folders.from)
    .filter((file) => file !== source)
    .map((file) => ({ from: file, to: join(folders.to, relative(folders.from, file)) }));
  return distinct([...own, ...siblings]);
}

/** A file, and those beside it that have the same name with another ending: `<id>.settings.json`. */
export function withSiblings(path: string): string[] {
  const stem = `${basename(withoutEnding(path))}.`;
  return readdirSync(dirname(path), { withFileTypes: true })
    .filter(({ name }) => name.startsWith(stem) && !RUNNING.test(name))
    .flatMap((entry) => (entry.isFile() ? [join(dirname(path), entry.name)] : []));
}

/** Each file once, where it is named first. */
export function distinct(copies: readonly Copy[]): Copy[] {
  const [froms, tos] = [new Set<string>(), new Set<string>()];
  return copies.filter(({ from, to }) => {
    const isNew = !froms.has(from) && !tos.has(to);
    froms.add(from);
    tos.add(to);
    return isNew;
  });
}

/** `<id>/` beside `<id>.jsonl`, or the folder of this name that the file itself is in. */
function ownFolders(source: string, { id, path }: { id: string; path: string }): Copy | null {
  const [from, to] = [withoutEnding(source), withoutEnding(path)];
  if (from !== source && isFolder(from)) return { from, to };
  let [above, there] = [dirname(source), dirname(path)];
  for (let n = 0; n < DEEPEST; n++) {
    if (basename(above) === basename(there) && basename(above).includes(id)) {
      return { from: above, to: there };
    }
    [above, there] = [dirname(above), dirname(there)];
  }
  return null;
}

function withoutEnding(path: string): string {
  return path.slice(0, path.length - extname(path).length);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Links are left out: what they point to is not the session's. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !RUNNING.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** Those that are not there yet, ready to be committed. */
export function outputsFor(copies: readonly Copy[]): Output[] {
  return copies
    .filter(({ to }) => !existsSync(to))
    .map(({ from, to }) => {
      const input = new Input(from);
      const out = new Output(to);
      for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
      out.sync();
      input.close();
      return out;
    });
}

/**
 * Copies what the session shares with others. It stays when the session is taken back: others may
 * refer to it by then.
 */
export function copyShared(copies: readonly Copy[]): void {
  for (const out of outputsFor(copies)) {
    try {
      out.commit();
    } catch (error) {
      out.discard();
      if (!existsSync(out.path)) throw error;
    }
  }
}

/** Does the work, which lists them in the journal, and then puts them in their places. */
export function withBesides(
  copies: readonly Copy[],
  work: (noted: Pick<Write, "companions">) => void,
): void {
  const outputs = outputsFor(copies);
  try {
    work(notedOf(outputs));
  } catch (error) {
    for (const out of outputs) out.discard();
    throw error;
  }
  for (const out of outputs) out.commit();
}

export function notedOf(outputs: readonly Output[]): Pick<Write, "companions"> {
  if (outputs.length === 0) return {};
  return {
    companions: outputs.map(({ path, sha256, madeFolder }) => ({ path, sha256, madeFolder })),
  };
}
