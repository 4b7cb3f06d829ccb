/** What the catalog keeps of a session about its account, with an agent that records every kind of it. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { codex } from "../../../src/agents/codex/index.ts";
import type { Agent } from "../../../src/agents/types.ts";
import { CatalogFile } from "../../../src/catalog/database.ts";
import { Scan } from "../../../src/catalog/line.ts";
import { newerSign } from "../../../src/catalog/sign.ts";
import { putUsed, usedSince } from "../../../src/catalog/signs.ts";
import { UseCount } from "../../../src/catalog/use.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { isObject } from "../../../src/session/json.ts";
import type { Allowance, Entry, Fault, Json } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

const AT = "2026-11-30T10:00:00.000Z";
const LATER = "2026-11-30T11:00:00.000Z";

/** Records of the form `{ entry }` or `{ allowances }`. */
const agent: Agent = {
  ...codex,
  recognises: isObject,
  documents: [],
  contextTokens: () => undefined,
  spent: () => undefined,
  allowances: (record) => (isObject(record) ? used.get(String(record.allowances)) : undefined),
  reader: () => ({
    read: (record: Json) => {
      const entry = isObject(record) ? made.get(String(record.entry)) : undefined;
      return entry ? [entry] : [];
    },
    header: () => ({ ...emptyHeader("codex"), model: "m1" }),
  }),
};

const made = new Map<string, Entry>();
const used = new Map<string, readonly Allowance[]>([
  ["week", [{ scope: "weekly", usedPercent: 97, resetsAt: LATER }]],
]);

const QUOTA: Fault = {
  kind: "quota",
  scope: "weekly",
  status: 429,
  retryable: true,
  source: "record",
};

function refusal(event: "limit" | "error", fault?: Fault, time: string | null = AT): Entry {
  const more = fault ? { fault } : {};
  return { kind: "event", event, id: "e", parentId: null, time, text: "no", ...more };
}

function answer(time: string | null = LATER, model?: string): Entry {
  return {
    ...{ kind: "message", role: "assistant", id: "a", parentId: null, time },
    parts: [{ kind: "text", text: "yes" }],
    ...(model === undefined ? {} : { model }),
  };
}

function scanned(...records: (Entry | string)[]): Scan {
  const scan = new Scan(agent);
  const lines = records.map((record, n) => {
    if (typeof record === "string") return JSON.stringify({ allowances: record });
    made.set(String(n), record);
    return JSON.stringify({ entry: String(n) });
  });
  scan.noteAll(Buffer.from(`${lines.join("\n")}\n`));
  return scan;
}

const limitOf = (...records: (Entry | string)[]) => scanned(...records).line(true, "/s").limit;

describe("the limit at which a session stopped", () => {
  it("has what the fault says, and how much was used of what it is about", () => {
    assert.deepEqual(limitOf("week", refusal("limit", QUOTA)), {
      ...{ at: AT, resetsAt: null, text: "no" },
      ...{ kind: "quota", scope: "weekly", retryable: true, source: "record", usedPercent: 97 },
    });
    const model: Fault = { ...QUOTA, scope: "model" };
    assert.equal(limitOf("week", refusal("limit", model))?.usedPercent, null);
  });

  it("is null where the agent records nothing but words", () => {
    const limit = limitOf(refusal("limit"));
    assert.deepEqual(
      [limit?.kind, limit?.scope, limit?.retryable, limit?.source, limit?.usedPercent],
      [null, null, null, null, null],
    );
  });

  it("can be an error, if that is about too much use", () => {
    const fault = (kind: Fault["kind"]): Fault => ({ kind, retryable: true, source: "text" });
    for (const kind of ["quota", "rate", "overload"] as const) {
      assert.equal(limitOf(refusal("error", fault(kind)))?.kind, kind);
    }
    for (const kind of ["context", "auth"] as const) {
      assert.equal(limitOf(refusal("error", fault(kind))), null);
      assert.equal(scanned(refusal("error", fault(kind))).sign.refusal?.kind, kind);
    }
    assert.equal(scanned(refusal("error")).sign.refusal, null);
  });

  it("is over with an answer; the refusal is kept, as the answer may be another agent's", () => {
    const scan = scanned(refusal("limit", QUOTA), answer(LATER, "m2"));
    assert.equal(scan.line(true, "/s").limit, null);
    assert.equal(scan.sign.refusal?.at, AT);
    assert.equal(scan.sign.refusal?.model, "m1");
    assert.deepEqual(scan.sign.answered, { at: LATER, model: "m2" });
  });

  it("without times, the order counts", () => {
    const over = scanned(refusal("limit", QUOTA, null), answer(null)).sign;
    assert.deepEqual([over.refusal, over.answered?.model], [null, "m1"]);
    const held = scanned(answer(null), refusal("limit", QUOTA, null)).sign;
    assert.deepEqual([held.refusal?.kind, held.answered], ["quota", null]);
  });
});

it("of two readings of a session, what is newer is kept", () => {
  const old = scanned("week", refusal("limit", QUOTA)).sign;
  const now = scanned(answer()).sign;
  const both = newerSign(old, now);
  assert.equal(both.refusal?.at, AT);
  assert.equal(both.answered?.at, LATER);
  assert.equal(both.allowances?.all[0]?.usedPercent, 97);
  assert.equal(newerSign(now, scanned(answer(AT)).sign).answered?.at, LATER);
});

describe("tokens are counted", () => {
  const NOW = Date.parse("2026-11-30T12:00:00Z");
  const usage = { input: 100, output: 10, cacheRead: 0, cacheWrite: 0 };
  const when = { time: AT, model: "m1" };

  /** What all counts together add up to, by session. */
  function total(...sessions: UseCount[][]): ReturnType<typeof usedSince> {
    const file = CatalogFile.open({ SEGUE_HOME: mkdtempSync(join(root, "home-")) });
    for (const [sid, counts] of sessions.entries()) {
      for (const count of counts) putUsed(file, sid + 1, count.take());
    }
    const used = usedSince(file, { has: () => true, size: sessions.length }, 0);
    file.close();
    return used;
  }

  const sums = (all: ReturnType<typeof usedSince>) =>
    all.map(([sid, { input, output }]) => [sid, input, output]);

  it("once for an answer in pieces, with its newest counts, wherever they are read", () => {
    const first = new UseCount(null, [], NOW);
    first.note({ key: "a", usage, ...when });
    first.note({ key: "b", usage: { ...usage, output: 11 }, ...when });
    first.note({ key: "a", usage: { ...usage, output: 25 }, ...when });
    const { state } = first;
    const again = new UseCount(state, [], NOW);
    again.note({ key: "b", usage: { ...usage, output: 12 }, time: null, model: null });
    const all = total([first, again]);
    assert.deepEqual(sums(all), [[1, 200, 37]]);
    const [, used] = known(all[0]);
    assert.deepEqual([used.step, used.model, used.prompt], [Date.parse(AT), "m1", 0]);
  });

  it("not what is no number of tokens", () => {
    const count = new UseCount(null, [], NOW);
    for (const [n, input] of [-5, 0.5, 1e300, Number.POSITIVE_INFINITY, Number.NaN].entries()) {
      count.note({ key: `damaged ${n}`, usage: { ...usage, input, output: 1 }, ...when });
    }
    const [, used] = known(total([count])[0]);
    assert.deepEqual([used.input, used.output], [0, 1]);
  });

  it("not where another agent did the work, and not what is long ago", () => {
    const spans = [[Date.parse(AT) - 1000, Date.parse(AT)]] as const;
    const count = new UseCount(null, spans, NOW);
    count.note({ key: "a", usage, ...when });
    count.note({ key: "b", usage, time: "2026-11-01T10:00:00.000Z", model: "m1" });
    assert.deepEqual(count.take(), []);
    count.note({ key: "c", usage, time: LATER, model: "m1" });
    assert.equal(count.take()[0]?.input, 100);
  });

  it("once where a session was copied: by the vendor's name for the answer, or by all that is known", () => {
    const original = new UseCount(null, [], NOW);
    original.note({ key: "a", name: "request 1", usage, ...when });
    original.note({ key: "a", name: "request 1", usage: { ...usage, output: 90 }, ...when });
    original.note({ key: "b", usage, ...when });
    const copy = new UseCount(null, [], NOW);
    copy.note({
      key: "x",
      name: "request 1",
      usage: { ...usage, output: 90 },
      time: LATER,
      model: "m1",
    });
    copy.note({ key: "y", usage, ...when });
    copy.note({ key: "z", usage: { ...usage, output: 12 }, ...when });
    assert.deepEqual(sums(total([original], [copy])), [
      [1, 200, 100],
      [2, 100, 12],
    ]);
    const two = [AT, LATER].map((time) => {
      const count = new UseCount(null, [], NOW);
      count.note({ key: "a", usage, time, model: "m1" });
      return [count];
    });
    assert.equal(total(...two).length, 2, "the same numbers at another time are another answer");
  });

  it("and long requests apart, which may cost more", () => {
    const count = new UseCount(null, [], NOW);
    for (const [key, cacheRead] of [
      ["a", 99_900],
      ["b", 99_901],
      ["c", 150_000],
    ] as const) {
      count.note({ key, usage: { ...usage, cacheRead }, longWrite: 3, ...when });
    }
    assert.deepEqual(
      total([count]).map(([, { prompt, longWrite }]) => [prompt, longWrite]),
      [
        [32_001, 3],
        [100_001, 3],
        [128_001, 3],
      ],
    );
  });
});
