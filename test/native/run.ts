/**
 * Runs the native tests, two files at a time, in a network namespace with loopback only:
 * `node test/native/run.ts [part of a file's name…] [--test PATTERN] [--pins older]`. The last line of the output is
 * `N passed, N failed`. A test in which a CLI did not start, or was too slow, is tried once more.
 *
 *   --full        every pair, fixture and target, in place of the part that the commit chooses. A run
 *                 that was stopped is resumed: files that passed on this commit are not run again.
 *   --shard I/N   the Ith of N parts of the files, for several machines
 */
import { existsSync, globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { from, seed } from "../support/commit.ts";

const here = dirname(fileURLToPath(import.meta.url));
const { positionals: wanted, values } = parseArgs({
  allowPositionals: true,
  options: {
    test: { type: "string" },
    through: { type: "string" },
    from: { type: "string" },
    requests: { type: "string" },
    pins: { type: "string" },
    full: { type: "boolean", default: false },
    shard: { type: "string" },
  },
});
// By hand, before an issue is closed: every pair, fixture and target.
if (values.full) process.env.SEGUE_LAB_ALL = "1";
// The CLIs' versions are chosen before anything of them is loaded, and for every process below.
if (values.pins !== undefined) process.env.SEGUE_LAB_PINS = values.pins;
const { enterNetns } = await import("./netns.ts");
const { Passed } = await import("./passed.ts");
const { TIMED_OUT } = await import("./process.ts");
enterNetns();
const { absent, drivers } = await import("./agents/index.ts");
for (const { prepare } of drivers) prepare?.();

const [first, ...sessions] = wanted;
if (first === "oracle" && sessions.some((file) => existsSync(file))) {
  const { oracle } = await import("./oracle/command.ts");
  process.exit((await oracle(sessions, values)) > 0 ? 1 : 0);
}
if (!values.full)
  console.log(`a part of the matrix: seed ${seed}, from ${from}; --full runs everything`);
const [shard = 1, shards = 1] = (values.shard ?? "1/1").split("/").map(Number);
const passing = values.full && values.test === undefined ? new Passed() : null;
const files = globSync("**/*.test.ts", {
  cwd: here,
  exclude: (name) => name === "node_modules" || name === ".cache",
})
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .filter((_, at) => at % shards === shard - 1)
  .filter((file) => !passing?.has(file))
  .map((file) => join(here, file));
if (passing && passing.sizeAtStart > 0)
  console.log(`not run again on this commit: ${passing.names()}`);

let passed = 0;
let failed = 0;
/** What keeps tests from running, in words. */
const notRun: string[] = [];
const incomplete = new Set<string>();
/** A test in which a CLI did not start, or not do in time what it does. */
interface Late {
  file: string;
  name: string;
}
const late: Late[] = [];

/** Seconds spent in each file, to see what a run is long for. */
const seconds = new Map<string, number>();
function spend(file: string | undefined, nesting: number, ms: number): void {
  if (file === undefined || nesting > 0) return;
  const name = relative(here, file);
  seconds.set(name, (seconds.get(name) ?? 0) + ms / 1000);
}

/** Runs tests, and prints and counts how they end; those that were late are kept for a second try, if there is to be one. */
async function tryAll(
  options: NonNullable<Parameters<typeof run>[0]>,
  isLast: boolean,
): Promise<void> {
  // Each lab has a home, a model server and a terminal of its own.
  const concurrency = Math.min(2, availableParallelism());
  const tests = run({ ...options, concurrency });
  tests.on("test:pass", ({ name, details, skip, file, nesting }) => {
    spend(file, nesting, details.duration_ms);
    if (details.type === "suite") return;
    if (skip === undefined) passed += 1;
    else {
      notRun.push(`not run: ${name}: ${skip === true ? "it says no reason" : skip}`);
      if (file !== undefined) incomplete.add(file);
    }
  });
  tests.on("test:fail", ({ name, details, file, nesting }) => {
    spend(file, nesting, details.duration_ms);
    if (details.type === "suite") return;
    if (!isLast && file !== undefined && isLate(details.error)) late.push({ file, name });
    else failed += 1;
  });
  tests.on("test:summary", ({ file, success }) => {
    if (file === undefined || !success || isLast || incomplete.has(file)) return;
    passing?.add(relative(here, file));
  });
  for await (const chunk of tests.compose(spec())) process.stdout.write(String(chunk));
}

/** Never of a wrong request, or of any other thing that was found wrong. */
function isLate(error: Error): boolean {
  return error.cause instanceof Error && error.cause.message.startsWith(TIMED_OUT);
}

await tryAll(
  { files, ...(values.test === undefined ? {} : { testNamePatterns: [values.test] }) },
  false,
);
for (const { file, name } of late) {
  console.log(
    `\nonce more, as a CLI did not start or was too slow: ${relative(here, file)}: ${name}`,
  );
  const exactly = new RegExp(`${name.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")}$`);
  const before = passed + failed;
  await tryAll({ files: [file], testNamePatterns: [exactly] }, true);
  if (passed + failed === before) failed += 1;
}
const before = passing?.sizeAtStart ?? 0;
if (files.length === 0 && before === 0) console.log(`No test file matches ${wanted.join(", ")}.`);
for (const [file, spent] of [...seconds].sort(([, a], [, b]) => b - a).slice(0, 12)) {
  console.log(`${spent.toFixed(0).padStart(6)} s  ${file}`);
}
for (const why of [...notRun, ...absent()]) console.log(why);
const skipped = notRun.length === 0 ? "" : `, ${notRun.length} skipped`;
console.log(`${passed} passed, ${failed} failed${skipped}`);
process.exitCode = failed > 0 || (passed === 0 && before === 0) ? 1 : 0;
