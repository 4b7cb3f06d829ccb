/**
 * What generated tests start from: the commit, so that what passed before it landed passes in CI, and
 * the next one tries other cases. `SEGUE_SEED` says another seed, `SEGUE_RUNS=50` tries 50 times as
 * many cases.
 */
import { execFileSync, type StdioOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

const ROOT = join(import.meta.dirname, "../..");

const { seed, from } = chosen();
console.log(`generated tests: seed ${seed}, from ${from}`);
fc.configureGlobal({ seed });

/** How many cases a test tries where `n` are enough from day to day. */
export function runs(n: number): number {
  return n * Number(process.env.SEGUE_RUNS ?? 1);
}

function chosen(): { seed: number; from: string } {
  const given = process.env.SEGUE_SEED;
  if (given !== undefined) return { seed: Number(given), from: "SEGUE_SEED" };
  const commit = head();
  if (commit !== null) return { seed: hashed(commit), from: `commit ${commit.slice(0, 12)}` };
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return { seed: hashed(String(version)), from: `version ${version}` };
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
