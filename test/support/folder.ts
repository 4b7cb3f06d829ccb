/** A temporary folder for one test file, removed when its tests are over. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(place(), "segue-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const MEMORY = "/dev/shm";
const ROOM = 4 << 30;

/** In memory, where there is much: every file that Segue writes is synced to its disk. */
function place(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (process.env.TMPDIR === undefined && bavail * bsize > ROOM) return MEMORY;
  } catch {
    // There is no such thing here.
  }
  return tmpdir();
}

export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** The item, which the test knows to be there. */
export function known<T>(item: T | undefined | null, what = "item"): T {
  if (item === undefined || item === null) throw new Error(`there is no ${what}`);
  return item;
}
