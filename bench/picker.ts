/**
 * How long `segue` alone takes to its first screen: a whole process in its own terminal (that of
 * `script`), from its start until the screen shows sessions and their number. On a busy machine, a
 * process mostly waits for a CPU: then its CPU time is compared with the bound.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { median, ROOT } from "./process.ts";
import { generateStores, type Stores } from "./stores.ts";

const MAX_FIRST_SCREEN = 0.3;
/** The bound applies up to this many sessions; more show how it grows. */
const BOUND_FOR = 2000;
const RUNS = 15;
const SIZES: readonly [count: number, average: number][] = [
  [200, 8000],
  [2000, 8000],
  [2000, 900_000],
  [20_000, 8000],
];

interface Taken {
  seconds: number;
  /** CPU time in seconds. */
  cpu: number;
}

/** The number of sessions, without small ones that contain no message yet. */
const SHOWN = /[1-9]\d* sessions/;

/** The time to the first screen. */
function firstScreen(bin: string, { home }: Stores): Promise<Taken> {
  const command = `stty rows 24 cols 80; exec '${process.execPath}' '${bin}'`;
  const from = process.hrtime.bigint();
  return new Promise((resolve, reject) => {
    const child = spawn("script", ["-qfec", command, "/dev/null"], {
      cwd: home,
      env: {
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: home,
        SEGUE_HOME: join(home, ".segue"),
        TERM: "xterm-256color",
        SHELL: "/bin/sh",
      },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let seen = "";
    let taken: Taken | null = null;
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      seen += chunk;
      if (taken || !SHOWN.test(seen)) return;
      taken = { seconds: Number(process.hrtime.bigint() - from) / 1e9, cpu: cpuOf(child.pid ?? 0) };
      child.stdin.write("\x03");
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 130 && taken) resolve(taken);
      else reject(new Error(`the picker ended with ${code}:\n${seen}`));
    });
  });
}

/** Of a process's children, in hundredths as Linux counts. */
function cpuOf(parent: number): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim();
  const stat = readFileSync(`/proc/${children.split(" ")[0]}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const bin = join(ROOT, "dist", "bin.js");
if (!existsSync(bin)) throw new Error("dist/ is not there: npm run build");
let broken = 0;
const small = process.argv.includes("--quick");
for (const [count, average] of SIZES.slice(0, small ? 2 : SIZES.length)) {
  const stores = generateStores(count, average);
  // Once for the catalog and the compile cache.
  await firstScreen(bin, stores);
  const taken: Taken[] = [];
  for (let i = 0; i < (small ? 5 : RUNS); i++) taken.push(await firstScreen(bin, stores));
  const seconds = median(taken.map((run) => run.seconds));
  const cpu = median(taken.map((run) => run.cpu));
  const isBusy = (loadavg()[0] ?? 0) > availableParallelism() + 1;
  const kept = (isBusy ? Math.min(seconds, cpu) : seconds) <= MAX_FIRST_SCREEN;
  const isBound = count <= BOUND_FOR;
  if (isBound && !kept) broken++;
  const size = `${count} sessions, ${(stores.bytes / 1e6).toFixed(0)} MB`;
  const figures = `${(1000 * seconds).toFixed(0)} ms, processors' ${(1000 * cpu).toFixed(0)} ms`;
  const load = `load ${(loadavg()[0] ?? 0).toFixed(0)}`;
  const bound = isBound ? `, bound 300 ms${kept ? "" : " BROKEN"}` : "";
  console.log(`${size}: ${figures}${bound} (${load})`);
}
process.exitCode = broken > 0 ? 1 : 0;
