/**
 * Writes the results of the native tests to src/agents/proven-data.ts, which `segue agents` and
 * docs/support.md show: `npm run test:native && node scripts/support.ts && node scripts/docs.ts`. A
 * pair that failed is recorded as failed; one that was not run keeps its previous result.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { proven } from "../src/agents/proven-data.ts";
import type { Proven, ProvenPair } from "../src/agents/proven-pairs.ts";
import { agentNamed } from "../src/agents/registry.ts";
import { versionIn } from "../src/io/launch.ts";
import { drivers, PAIRS } from "../test/native/agents/index.ts";

const BIOME = fileURLToPath(import.meta.resolve("@biomejs/biome/bin/biome"));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = join(ROOT, "test/native/.results");
const FILE = join(ROOT, "src/agents/proven-data.ts");

function found(from: string, to: string): ProvenPair | undefined {
  const path = join(RESULTS, `${from}--${to}.json`);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  return proven.pairs.find((pair) => pair.from === from && pair.to === to);
}

function versionOf(id: string, [command = "", ...args]: readonly string[]): string {
  const { versionArgs } = agentNamed(id).launch;
  const text = execFileSync(command, [...args, ...versionArgs], {
    encoding: "utf8",
    env: { ...process.env, HOME: "/nonexistent" },
  });
  return versionIn(text) ?? "";
}

const pairs = PAIRS.flatMap(([from, to]) => found(from, to) ?? []);
const now: Proven = {
  versions: Object.fromEntries(drivers.map(({ id, program }) => [id, versionOf(id, program)])),
  pairs,
};
const text = `/** Made by scripts/support.ts from a run of the native tests; see proven.ts. */
import type { Proven } from "./proven-pairs.ts";

export const proven: Proven = ${JSON.stringify(now)};
`;
writeFileSync(FILE, text);
execFileSync(process.execPath, [BIOME, "format", "--write", FILE], { stdio: "ignore" });
const failed = pairs.filter(({ ok }) => !ok).length;
const runs = existsSync(RESULTS) ? readdirSync(RESULTS).filter(isPair).length : 0;
console.log(`${pairs.length} of ${PAIRS.length} pairs (${runs} run here), ${failed} failed`);

/** In addition to the pairs, records which test files passed. */
function isPair(name: string): boolean {
  return name.includes("--");
}
