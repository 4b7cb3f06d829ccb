/** Runs all static checks at once: types, lint, unused code, the package. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const CHECKS: readonly (readonly string[])[] = [
  ["tsc", "-p", "tsconfig.json"],
  ["biome", "ci", "."],
  ["knip"],
  ["node", "scripts/pack.ts"],
];

const ROOT = join(import.meta.dirname, "..");

/** Its exit code; its output is kept together. */
function run([command = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(command, args, { cwd: ROOT, shell: process.platform === "win32" });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    }
    child.on("error", (error) => chunks.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (code) => {
      const failed = code !== 0;
      console.log(`${failed ? "failed" : "passed"}: ${[command, ...args].join(" ")}`);
      if (failed) process.stdout.write(Buffer.concat(chunks));
      resolve(code ?? 1);
    });
  });
}

const codes = await Promise.all(CHECKS.map(run));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
