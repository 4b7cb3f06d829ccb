/**
 * A number that stands for the commit: what is chosen by it is chosen alike wherever the commit is
 * tested, and otherwise in the next one. `SEGUE_SEED` says another.
 */
import { execFileSync, type StdioOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** The number, and where it is from, in words. */
export const { seed, from } = chosen();

function chosen(): { seed: number; from: string } {
  const given = process.env.SEGUE_SEED;
  if (given !== undefined) return { seed: Number(given), from: "SEGUE_SEED" };
  const commit = head();
  if (commit !== null) return { seed: hashed(commit), from: `commit ${commit.slice(0, 12)}` };
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return { seed: hashed(String(version)), from: `version ${version}` };
}

/** The commit that the sources are, to twelve digits; null where they are not as any commit has them. */
export function commit(): string | null {
  try {
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    const changed = execFileSync("git", ["status", "--porcelain"], { cwd: ROOT, stdio }).toString();
    return changed === "" ? (head()?.slice(0, 12) ?? null) : null;
  } catch {
    return null;
  }
}

/** null without git, as in an archive of the sources. */
function head(): string | null {
  try {
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: ROOT, stdio }).toString().trim();
  } catch {
    return null;
  }
}

/** Of the range that fast-check takes seeds from. */
function hashed(text: string): number {
  return createHash("sha256").update(text).digest().readInt32BE();
}
