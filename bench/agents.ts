/**
 * What a conversion costs with each agent: from Claude Code and to it, in processors' time beyond
 * Node's start, against the yardstick on the same source.
 */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writable } from "../src/agents/registry.ts";
import { headOf } from "../src/io/door.ts";
import { seed } from "../test/support/commit.ts";
import { DATA, generate } from "./generate.ts";
import { median, type Row, runNode } from "./process.ts";

const HUB = "claude-code";
/** The most that any agent takes. */
const MAX_RATIO = 8;
/** In CI, with 2 MB: mostly the start of the process and of its thread. */
const MAX_RATIO_QUICK = 12;
/** How many agents are measured in CI: the commit chooses the first. */
const QUICK_AGENTS = 3;
const YARDSTICK = fileURLToPath(import.meta.resolve("./yardstick.ts"));

export function measureAgents(bin: string, quick: boolean): Row[] {
  const source = generate(HUB, quick ? 2 : 10);
  const others = writable.map(({ id }) => id).filter((id) => id !== HUB);
  const first = Math.abs(seed) % others.length;
  const turn = [...others.slice(first), ...others.slice(0, first)];
  const measured = quick ? turn.slice(0, QUICK_AGENTS) : others;
  const nodeStart = median(times(5, () => runNode(["-e", "0"], { memory: true }).cpu));
  return measured.flatMap((agent) => {
    const path = join(DATA, `${agent}-from-${HUB}.jsonl`);
    const there = cost(bin, source, agent, path, nodeStart);
    // Without its carry it is a session of the other agent, and no way home.
    rmSync(`${path}.segue`, { force: true });
    const out = join(DATA, `${HUB}-from-${agent}.jsonl`);
    const back = cost(bin, path, HUB, out, nodeStart);
    const rows = [
      row(`${HUB} → ${agent}`, source, there, quick),
      row(`${agent} → ${HUB}`, path, back, quick),
    ];
    for (const file of [path, out, `${out}.segue`]) rmSync(file, { force: true });
    return rows;
  });
}

/** In seconds. */
interface Cost {
  segue: number;
  yardstick: number;
}

function cost(bin: string, path: string, to: string, out: string, nodeStart: number): Cost {
  const args = ["convert", path, "--to", to, "--output", out, "--force", "--fresh"];
  const [segue, yardstick]: [number[], number[]] = [[], []];
  const form = isLines(path) ? [] : ["--document"];
  for (let n = 0; n < 3; n++) {
    yardstick.push(runNode([YARDSTICK, path, ...form], { memory: true }).cpu);
    segue.push(runNode([bin, ...args], { memory: true }).cpu);
  }
  return { segue: median(segue) - nodeStart, yardstick: median(yardstick) };
}

/** Is each line a record of its own, or the file one document? */
function isLines(path: string): boolean {
  const [first = ""] = headOf(path, 1 << 20)
    .toString("utf8")
    .split("\n", 1);
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}

function row(what: string, source: string, { segue, yardstick }: Cost, quick: boolean): Row {
  const ratio = segue / yardstick;
  const bound = quick ? MAX_RATIO_QUICK : MAX_RATIO;
  const megabytes = (statSync(source).size / 1e6).toFixed(0);
  return {
    what: `${what}, ${megabytes} MB: processors' time beyond Node's start, against parsing it`,
    measured: `${segue.toFixed(2)} s / ${yardstick.toFixed(2)} s = ${ratio.toFixed(2)} ×`,
    bound: `≤ ${bound} ×`,
    ok: ratio <= bound,
  };
}

function times(n: number, measure: () => number): number[] {
  return Array.from({ length: n }, measure);
}
