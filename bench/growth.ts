/**
 * Checks that cost grows linearly: four times as many tiny records take about four times as long,
 * in every reader and every writer, and in whole conversions.
 *
 * One long conversation is compared with four short ones, so that both sides allocate and collect
 * about as much: a single short run is over before the garbage collector has started.
 *
 * `node bench/growth.ts AGENT RECORDS` measures one agent, in a separate process.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agentNamed, writable } from "../src/agents/registry.ts";
import type { Agent } from "../src/agents/types.ts";
import { emptyHeader } from "../src/session/header.ts";
import type { Entry, Json } from "../src/session/types.ts";
import { seed } from "../test/support/commit.ts";
import { DATA } from "./generate.ts";
import { type Row, runNode } from "./process.ts";

const MAX_GROWTH = 4.5;
/** In CI, on any machine: this only guards against quadratic growth, which would be sixteen. */
const MAX_GROWTH_QUICK = 8;
/** Of a whole conversion, between agents whose formats have a record for each message. */
const WAYS: readonly [from: string, to: string][] = [
  ["claude-code", "codex"],
  ["codex", "claude-code"],
  ["codex", "pi"],
];

/** How much longer the long conversation is. */
const TIMES = 4;

/**
 * How often each is measured; the minimum counts, because other work on the machine only adds to
 * it.
 */
const RUNS = 5;

export function measureGrowth(bin: string, quick: boolean): Row[] {
  const few = quick ? 12_500 : 50_000;
  const many = few * TIMES;
  const bound = quick ? MAX_GROWTH_QUICK : MAX_GROWTH;
  const counts = `${few.toLocaleString("en")} and ${many.toLocaleString("en")} tiny messages`;
  const rows = measuredAgents(quick).flatMap((id) => {
    const { reading, writing } = growthOf(id, few);
    return [
      row(`${id} reader, ${counts}`, bound, reading.few, reading.many),
      row(`${id} writer, ${counts}`, bound, writing.few, writing.many),
    ];
  });
  for (const [from, to] of WAYS) {
    const [a, b] = [few, many].map((count) => converting(bin, from, to, count));
    rows.push(row(`${from} → ${to}, ${counts}`, bound, a ?? 0, b ?? 0));
  }
  return rows;
}

/** All agents; in CI a third of them, which the commit chooses. */
function measuredAgents(quick: boolean): string[] {
  const ids = writable.map(({ id }) => id);
  return quick ? ids.filter((_, at) => at % 3 === Math.abs(seed) % 3) : ids;
}

function row(what: string, bound: number, a: number, b: number): Row {
  const ratio = b / a;
  return {
    what,
    measured: `${b.toFixed(2)} s / ${a.toFixed(2)} s = ${ratio.toFixed(2)} ×`,
    bound: `≤ ${bound} ×`,
    ok: ratio <= bound,
  };
}

/** Seconds for one conversation of each length. */
interface Times {
  few: number;
  many: number;
}

interface Growth {
  writing: Times;
  reading: Times;
}

function growthOf(agent: string, few: number): Growth {
  const self = fileURLToPath(import.meta.url);
  return JSON.parse(runNode([self, agent, String(few)]).stdout);
}

/** Including the carry and its verification. */
function converting(bin: string, from: string, to: string, count: number): number {
  mkdirSync(DATA, { recursive: true });
  const [path, out] = [join(DATA, "tiny.jsonl"), join(DATA, "tiny-out.jsonl")];
  const lines: string[] = [];
  write(agentNamed(from), conversation(count), (record) => lines.push(JSON.stringify(record)));
  writeFileSync(path, `${lines.join("\n")}\n`);
  const args = [bin, "convert", path, "--to", to, "--output", out, "--force", "--fresh"];
  const least = Math.min(...Array.from({ length: 3 }, () => runNode(args).seconds));
  for (const file of [path, out, `${out}.segue`]) rmSync(file, { force: true });
  return least;
}

/** Short messages, and an occasional call. */
function conversation(count: number): Entry[] {
  const entries: Entry[] = [];
  const add = (
    entry: Record<"role", "user" | "assistant" | "tool"> & Pick<Said, "parts">,
  ): void => {
    const id = `e${entries.length}`;
    const parentId = entries.length === 0 ? null : `e${entries.length - 1}`;
    const time = new Date(Date.UTC(2026, 10, 3) + entries.length * 1000).toISOString();
    entries.push({ kind: "message", id, parentId, time, ...entry });
  };
  while (entries.length < count) {
    const n = entries.length;
    add({ role: "user", parts: [{ kind: "text", text: `question ${n}` }] });
    if (n % 20 === 0) {
      const use = { tool: "execute", command: `echo ${n}` } as const;
      const call = { kind: "tool-call", callId: `call_${n}`, name: "x", input: {}, use } as const;
      add({ role: "assistant", parts: [call] });
      const content = [{ kind: "text", text: `${n}` } as const];
      add({
        role: "tool",
        parts: [{ kind: "tool-result", callId: call.callId, isError: false, content }],
      });
    }
    add({ role: "assistant", parts: [{ kind: "text", text: `answer ${n}` }] });
  }
  return entries;
}

type Said = Extract<Entry, { kind: "message" }>;

const HEADER = {
  ...emptyHeader("segue"),
  id: "0a000000-0000-4000-8000-000000000000",
  cwd: "/home/dev/shop",
  createdAt: "2026-11-03T00:00:00.000Z",
};

/** As in a conversion: one message with its calls and results at a time. */
function write(agent: Agent, entries: readonly Entry[], take: (record: Json) => void): void {
  const writer = agent.writer({ seed: "growth", cliVersion: null, form: "file" });
  const put = (entry: Entry): void => {
    for (const record of writer.predict(entry)) {
      writer.commit(record);
      take(record);
    }
  };
  const header = { ...HEADER, agent: agent.id };
  writer.begin?.(header);
  const place = { kind: "event", id: "start", parentId: null, time: header.createdAt } as const;
  put({ ...place, event: "start", header });
  for (const entry of entries) {
    const native = worded(agent, entry);
    writer.expect?.([native], false);
    put(native);
  }
  for (const record of writer.end()) take(record);
}

/** Calls with the agent's own tool names. */
function worded(agent: Agent, entry: Entry): Entry {
  if (entry.kind === "event") return entry;
  const parts = entry.parts.map((part) => {
    const native = part.kind === "tool-call" && part.use && agent.tools.toNative(part.use);
    return native ? { ...part, name: native.name, input: native.input } : part;
  });
  return { ...entry, parts };
}

function seconds(work: () => void): number {
  const from = process.cpuUsage();
  work();
  const { user } = process.cpuUsage(from);
  return user / 1e6;
}

if (import.meta.main) {
  const [name = "codex", count = "50000"] = process.argv.slice(2);
  const agent = agentNamed(name);
  const n = Number(count);
  const [few, many] = [conversation(n), conversation(n * TIMES)];
  const records = { few: recordsOf(agent, few), many: recordsOf(agent, many) };
  const writing = turns(
    () => repeat(TIMES, () => write(agent, few, () => {})),
    () => write(agent, many, () => {}),
  );
  const reading = turns(
    () => repeat(TIMES, () => read(agent, records.few)),
    () => read(agent, records.many),
  );
  process.stdout.write(JSON.stringify({ writing, reading } satisfies Growth));
}

function recordsOf(agent: Agent, entries: readonly Entry[]): Json[] {
  const records: Json[] = [];
  write(agent, entries, (record) => records.push(record));
  return records;
}

function read(agent: Agent, records: readonly Json[]): void {
  const reader = agent.reader();
  records.forEach((record, at) => {
    reader.read(record, at);
  });
}

function repeat(times: number, work: () => void): void {
  for (let n = 0; n < times; n++) work();
}

/** In turn, so that other work on the machine, and warming up, affects both. */
function turns(short: () => void, long: () => void): Times {
  const times: Times = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY };
  for (let n = 0; n < RUNS; n++) {
    times.few = Math.min(times.few, seconds(short) / TIMES);
    times.many = Math.min(times.many, seconds(long));
  }
  return times;
}
