/**
 * What `segue limits` takes with sessions of the last seven days: for the first time, when it reads all
 * of them, and again.
 */
import {
  appendFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { median, ROOT, type Row, type Run, runNode } from "./process.ts";

/** Seconds, for 2,000 sessions. */
const MAX_LIMITS = 0.3;
/** In CI, for 200 sessions: multiples of what `node -e 0` takes, in processors' time. */
const MAX_QUICK = 32;

/** Sessions as three CLIs wrote them; each has another path for another session. */
const FIXTURES = [
  "claude-code/basic/.claude/projects/*/*.jsonl",
  "codex/basic/.codex/sessions/*/*/*/*.jsonl",
  "pi/basic/.pi/agent/sessions/*/*.jsonl",
];
const ID = /[0-9a-f]{8}(?=-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\.jsonl)/;
const TIME = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g;
const SPAN = 7 * 864e5;

export function measureLimits(bin: string, quick: boolean): Row[] {
  const home = mkdtempSync(join(tmpdir(), "segue-limits-"));
  const env = { PATH: dirname(process.execPath), HOME: home, SEGUE_HOME: join(home, ".segue") };
  const count = quick ? 200 : 2000;
  const runs = Array.from({ length: quick ? 5 : 11 });
  const segue = (): Run =>
    runNode([resolve(bin), "limits", "--json"], { env, memory: true, cwd: home });
  try {
    const paths = fill(home, count);
    const first = segue();
    check(first);
    const warm = runs.map(segue);
    const changed = runs.map((_, n) => {
      appendFileSync(paths[n] ?? "", "{}\n");
      return segue();
    });
    const node = median(runs.map(() => runNode(["-e", "0"], { memory: true }).cpu));
    const row = (what: string, some: readonly Run[], bound: boolean): Row => {
      const seconds = median(some.map((run) => run.seconds));
      const cpu = median(some.map((run) => run.cpu));
      const most = quick ? MAX_QUICK * node : MAX_LIMITS;
      const text = `${seconds.toFixed(2)} s (${cpu.toFixed(2)} s of CPU)`;
      const ratio = `${(cpu / node).toFixed(1)} × Node's CPU`;
      return {
        what: `limits of ${count.toLocaleString("en")} sessions of 7 days${what}`,
        measured: quick ? ratio : text,
        bound: bound ? (quick ? `≤ ${MAX_QUICK} ×` : `≤ ${MAX_LIMITS} s`) : "",
        ok: !bound || (quick ? cpu : Math.min(seconds, cpu)) <= most,
      };
    };
    return [
      row(", for the first time", [first], false),
      row("", warm, true),
      row(", one of which has grown", changed, false),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Sessions that ended at even distances in the last seven days; returns their paths. */
function fill(home: string, count: number): string[] {
  const sources = FIXTURES.map((pattern) => {
    const [path = ""] = globSync(join("test/fixtures", pattern), { cwd: ROOT });
    const text = readFileSync(join(ROOT, path), "utf8");
    const end = Math.max(...[...text.matchAll(TIME)].map(([time]) => Date.parse(time)));
    return { path: path.slice(path.indexOf("/.") + 1), text, end, id: ID.exec(path)?.[0] ?? "" };
  });
  return Array.from({ length: count }, (_, n) => {
    const source = sources[n % sources.length];
    if (!source) throw new Error("there are no fixtures");
    const id = (0x10000000 + n).toString(16);
    const end = Date.now() - (n * SPAN) / count;
    const moved = (time: string): string =>
      new Date(Date.parse(time) + end - source.end).toISOString();
    const path = join(home, source.path.replace(source.id, id));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source.text.replaceAll(source.id, id).replace(TIME, moved));
    utimesSync(path, end / 1000, end / 1000);
    return path;
  });
}

/** Was everything counted? */
function check({ stdout }: Run): void {
  const { limits }: { limits: { windows: { tokens: number }[] }[] } = JSON.parse(stdout);
  const isCounted = limits.every(({ windows }) => (windows.at(-1)?.tokens ?? 0) > 0);
  if (limits.length !== FIXTURES.length || !isCounted) throw new Error(stdout);
}
