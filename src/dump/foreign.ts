/**
 * Files in a dump's folder that are not in its list: either somebody else's, or the list was lost.
 */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { Output } from "../io/output.ts";
import type { Made, Manifest } from "./manifest.ts";

/** A file of the dump, and its intended contents. */
export interface Piece {
  /** Relative to the dump's folder. */
  file: string;
  /** How many secrets were replaced. */
  write(out: Output): number | Promise<number>;
}

/** As far as Segue can tell, the existing file does not belong to a dump. */
export class Foreign extends SegueError {}

export function foreign(path: string): Foreign {
  return new Foreign("refused", "a file of that name exists already, and no dump wrote it", {
    where: path,
    hint: "dump into another folder, or take the file away",
  });
}

/**
 * Files that are not in the list because it was lost or damaged, but that have the contents to be
 * written. A file with only the beginning of the contents is from an earlier dump, and may be
 * replaced.
 */
export async function alreadyThere(
  pieces: readonly Piece[],
  manifest: Manifest,
  { folder, scratch }: { folder: string; scratch: string },
): Promise<Map<string, Made>> {
  const there = new Map<string, Made>();
  for (const { file, write } of pieces) {
    if (!manifest.isForeign(file)) continue;
    const path = join(folder, file);
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.size === 0) throw foreign(path);
    const out = new Output(join(scratch, "compared"));
    try {
      await write(out);
      out.sync();
      if (!holdsFirst(out.temp, path)) throw foreign(path);
      const made = { bytes: out.bytes, mtime: stat.mtimeMs, sha256: out.sha256 };
      if (stat.size === out.bytes) there.set(file, made);
    } finally {
      out.discard();
    }
  }
  return there;
}

/** Are the bytes of `path` the first ones of `whole`? */
function holdsFirst(whole: string, path: string): boolean {
  const [all, first] = [new Input(whole), new Input(path)];
  try {
    return first.size <= all.size && all.sha256(first.size) === first.sha256();
  } finally {
    all.close();
    first.close();
  }
}
