/** A temporary folder for one test file, removed when its tests are over. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "segue-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** The item, which the test knows to be there. */
export function known<T>(item: T | undefined | null, what = "item"): T {
  if (item === undefined || item === null) throw new Error(`there is no ${what}`);
  return item;
}
