/** The thread of `CarryThread`. */
import { closeSync, openSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { crc32 } from "node:zlib";
import { agentNamed } from "../../agents/registry.ts";
import { followLines } from "../../io/growing.ts";
import { parseUnit, UnitTexts } from "../../lossless/carry.ts";
import { trustworthy } from "../../lossless/document.ts";
import { Records } from "../../lossless/feed.ts";
import type { Line } from "../../lossless/lines.ts";
import { gives } from "../../lossless/script.ts";
import { type Answer, AT, RING, type Shared } from "./carry-thread.ts";
import { UnitCoder } from "./units.ts";

const { task, state, written, units, port }: Shared = workerData;

/** Units between two signs of life. */
const SIGN = 1024;

function send(answer: Answer): void {
  port.postMessage(answer);
  say();
}

function say(): void {
  Atomics.add(state, AT.heard, 1);
  Atomics.notify(state, AT.heard);
}

/** Waits until `look` finds something, or all units have been passed on. */
function waitFor<T>(look: () => T | undefined): T | undefined {
  for (;;) {
    const told = Atomics.load(state, AT.told);
    const last = Atomics.load(state, AT.allTold) === 1;
    const found = look();
    if (found !== undefined || last) return found;
    Atomics.wait(state, AT.told, told, 1000);
  }
}

function targetBytes(have: number): number {
  const look = (): number | undefined => {
    const bytes = Number(Atomics.load(written, 0));
    return bytes > have ? bytes : undefined;
  };
  return waitFor(look) ?? have;
}

/** For each unit: the number of source lines and of target records. */
function* told(): Generator<[number, number]> {
  for (let n = 0; ; n++) {
    const look = () => (Atomics.load(state, AT.published) > n ? n : undefined);
    if (waitFor(look) === undefined) return;
    const at = 2 * (n % RING);
    yield [units[at] ?? 0, units[at + 1] ?? 0];
    Atomics.store(state, AT.taken, n + 1);
    if (n % SIGN === 0) say();
  }
}

function take(lines: Iterator<Line>, n: number): Line[] {
  const taken: Line[] = [];
  while (taken.length < n) {
    const next = lines.next();
    if (next.done) throw new Error("a file is shorter than was told");
    taken.push(next.value);
  }
  return taken;
}

function run(fd: number): void {
  let crc = 0;
  const source = trustworthy(
    followLines(
      task.source.fd,
      () => task.source.size,
      (chunk) => {
        crc = crc32(chunk, crc);
      },
    ),
    task.source.framed,
  );
  const target = followLines(fd, targetBytes);
  const texts = new UnitTexts();
  const route = {
    home: agentNamed(task.home),
    from: agentNamed(task.from),
    targetId: task.targetId,
    trust: "sampled",
  } as const;
  const coder = new UnitCoder(route, () => {});
  const found = new Records(route.home.recognises);
  for (const [count, records] of told()) {
    const values = take(target, records).map(({ value }) => (value === undefined ? [] : [value]));
    const lines = take(source, Math.abs(count));
    for (const line of lines) found.of(line);
    const plain = count > 0;
    const { unit, coded } = coder.code(lines, values, plain);
    const text = texts.add(unit);
    // Operations for plain lines consist of what JSON.parse returned and JSON.stringify reproduced
    // unchanged. Others may contain values that come out of the carry as something else, such as
    // 1e400.
    const { o } = plain ? unit : parseUnit(text);
    if (!lines.every((line, i) => gives(o[i] ?? 0, coded[i]?.base, line, plain)))
      throw new Error("a unit does not give its lines again");
    if (texts.isFull) send(texts.take());
  }
  if (!source.next().done) throw new Error("the source is longer than was told");
  send(texts.take());
  send({ crc });
}

try {
  const fd = openSync(task.target, "r");
  run(fd);
  closeSync(fd);
} finally {
  Atomics.store(state, AT.ended, 1);
  say();
}
