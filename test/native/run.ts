/**
 * Runs the native tests, two files at a time, in a network namespace with loopback only:
 * `node test/native/run.ts [part of a file's name…] [--test PATTERN] [--pins older]`. The last line of the output is
 * `N passed, N failed`.
 */
import { existsSync, globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: {
    test: { type: "string" },
    through: { type: "string" },
    from: { type: "string" },
    requests: { type: "string" },
    pins: { type: "string" },
    all: { type: "boolean" },
  },
});
// By hand, before an issue is closed: every pair, fixture and target.
if (values.all) process.env.SEGUE_LAB_ALL = "1";
// The CLIs' versions are chosen before anything of them is loaded, and for every process below.
if (values.pins !== undefined) process.env.SEGUE_LAB_PINS = values.pins;
const { enterNetns } = await import("./netns.ts");
enterNetns();

const [first, ...sessions] = wanted;
if (first === "oracle" && sessions.some((file) => existsSync(file))) {
  const { oracle } = await import("./oracle/command.ts");
  process.exit((await oracle(sessions, values)) > 0 ? 1 : 0);
}
const files = globSync("**/*.test.ts", {
  cwd: here,
  exclude: (name) => name === "node_modules" || name === ".cache",
})
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => join(here, file));

let passed = 0;
let failed = 0;
const tests = run({
  files,
  // Each lab has a home, a model server and a terminal of its own.
  concurrency: Math.min(2, availableParallelism()),
  ...(values.test === undefined ? {} : { testNamePatterns: [values.test] }),
});
tests.on("test:pass", ({ details, skip }) => {
  if (details.type !== "suite" && skip === undefined) passed += 1;
});
tests.on("test:fail", ({ details }) => {
  if (details.type !== "suite") failed += 1;
});
const report = tests.compose(spec());
for await (const chunk of report) process.stdout.write(String(chunk));
if (files.length === 0) console.log(`No test file matches ${wanted.join(", ")}.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
