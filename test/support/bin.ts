/**
 * The program that tests start: the built one, which users have and which starts in a third of the time,
 * if it is of this source; else the source.
 */
import { globSync, statSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const BUILT = join(ROOT, "dist/bin.js");

export const BIN = isCurrent() ? BUILT : join(ROOT, "src/bin.ts");

function isCurrent(): boolean {
  const built = statSync(BUILT, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  return globSync("src/**/*", { cwd: ROOT }).every(
    (file) => statSync(join(ROOT, file)).mtimeMs < built,
  );
}
