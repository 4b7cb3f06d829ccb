/** Removes what no session needs any more. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../errors.ts";
import { putFile } from "../io/output.ts";
import type { Archive, Stored } from "./archive.ts";
import { chunksOf } from "./manifest.ts";

/**
 * Removes chunks of a machine that none of its manifests names: of `among`, or of all. False if a
 * manifest is damaged: what it names is unknown, and the next keep may mend it.
 */
export function sweep(archive: Archive, machine: string, among?: Iterable<string>): boolean {
  return archive.locked(() => {
    const needed = neededBy(archive.all([machine]));
    if (needed === null) return false;
    const objects = archive.objectsOf(machine);
    for (const name of among ?? objects.names()) if (!needed.has(name)) objects.remove(name);
    return true;
  });
}

function neededBy(all: readonly Stored[]): Set<string> | null {
  const needed = new Set<string>();
  for (const { kept } of all) {
    if (kept === null) return null;
    for (const { sha256 } of chunksOf(kept)) needed.add(sha256);
  }
  return needed;
}

/** Exists while sessions are being forgotten: if that is interrupted, the next command goes on. */
function markOf(archive: Archive, machine: string): string {
  return join(archive.folder, machine, "sweep");
}

/** Completes what an interrupted command had begun to forget. */
export function finishSweep(archive: Archive): void {
  const mark = markOf(archive, archive.machine);
  if (!existsSync(mark)) return;
  if (sweep(archive, archive.machine)) rmSync(mark, { force: true });
}

/**
 * Removes these manifests, and what only they need.
 * @throws SegueError if a damaged manifest leaves open what others need.
 */
export function forget(archive: Archive, gone: readonly Stored[]): void {
  for (const machine of new Set(gone.map((one) => one.machine))) {
    const damaged = archive.all([machine]).find(({ kept }) => kept === null);
    if (damaged) {
      throw new SegueError("refused", "a damaged manifest hides what other sessions need", {
        where: damaged.path,
        hint: "`segue keep` mends it if the session is still there; else delete it, and try again",
      });
    }
    const mark = markOf(archive, machine);
    putFile(mark, "", { secret: true });
    archive.locked(() => {
      for (const one of gone) if (one.machine === machine) rmSync(one.path, { force: true });
    });
    if (sweep(archive, machine)) rmSync(mark, { force: true });
  }
}
