/** Sessions as threads of Deep Agents Code's database: read, written, changed and taken back. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { deepagents } from "../../../src/agents/deepagents/index.ts";
import { decode, encode, instanceIn, payloadOf } from "../../../src/agents/deepagents/msgpack.ts";
import { ticksOf, timeOf, uuid6 } from "../../../src/agents/deepagents/uuid6.ts";
import { SegueError } from "../../../src/errors.ts";
import { member } from "../../../src/session/json.ts";
import type { Json, JsonObject } from "../../../src/session/types.ts";
import { dumpDeepAgents as dump, makeDeepAgents } from "../../support/deepagents-db.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { rowIn, run } from "../../support/opencode-db.ts";

const root = temporaryFolder();
const threads = known(deepagents.store.database);

function linesOf(name: string): string[] {
  return readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
}

const LINES = linesOf("deepagents/rich");
const ID = String(member(JSON.parse(LINES[0] ?? ""), "thread_id"));

/** The path of a new database, in a home folder as the CLI has it. */
function fresh(): string {
  const path = join(mkdtempSync(join(root, "home-")), ".state/sessions.db");
  mkdirSync(dirname(path), { recursive: true });
  makeDeepAgents(path);
  return path;
}

function refused(why: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof SegueError && why.test(error.message);
}

/** A checkpoint of a path's thread, by its place from the end. */
function checkpointIn(path: string, offset = 0): { row: Json; metadata: Json } {
  const sql = `SELECT checkpoint, metadata FROM checkpoints ORDER BY checkpoint_id DESC LIMIT 1 OFFSET ${offset}`;
  const row = rowIn(path, sql);
  assert.ok(row?.checkpoint instanceof Uint8Array && row.metadata instanceof Uint8Array);
  const metadata: Json = JSON.parse(Buffer.from(row.metadata).toString());
  return { row: decode(row.checkpoint), metadata };
}

describe("a session in Deep Agents Code's database", () => {
  it("comes out as it went in, and goes without a trace", () => {
    const path = fresh();
    const empty = dump(path);
    threads.replace(path, ID, null, LINES);
    assert.deepEqual(threads.read(path, ID), LINES);
    threads.replace(path, ID, LINES, null);
    assert.equal(dump(path), empty);
    assert.equal(threads.read(path, ID), null);
  });

  it("has a checkpoint before each step, and one after the last, which counts what that wrote", () => {
    const path = fresh();
    threads.replace(path, ID, null, LINES);
    const { row, metadata } = checkpointIn(path);
    const last = rowIn(path, "SELECT max(checkpoint_id) AS id FROM writes");
    const head = rowIn(path, "SELECT max(checkpoint_id) AS id FROM checkpoints");
    assert.ok(String(head?.id) > String(last?.id));
    assert.equal(member(row, "id"), head?.id);
    assert.equal(member(member(row, "channel_values"), "_context_tokens"), 1580);
    assert.equal(member(member(row, "channel_values"), "messages"), undefined);
    assert.match(String(member(member(row, "channel_versions"), "messages")), /^0{29}\d{3}\./);
    assert.equal(member(metadata, "agent_name"), "agent");
    assert.equal(member(metadata, "cwd"), member(JSON.parse(LINES[0] ?? ""), "cwd"));
  });

  it("is a chain, from the first checkpoint to the last", () => {
    const path = fresh();
    threads.replace(path, ID, null, LINES);
    const chained = rowIn(
      path,
      `WITH RECURSIVE chain(id) AS (
        SELECT max(checkpoint_id) FROM checkpoints
        UNION ALL SELECT c.parent_checkpoint_id FROM checkpoints c, chain
          WHERE c.checkpoint_id = chain.id AND c.parent_checkpoint_id IS NOT NULL)
      SELECT count(*) AS n FROM chain`,
    );
    const all = rowIn(path, "SELECT count(*) AS n FROM checkpoints");
    assert.equal(chained?.n, all?.n);
  });

  it("grows by what is added, and is what it was when that is taken back", () => {
    const path = fresh();
    const few = LINES.slice(0, 13);
    threads.replace(path, ID, null, few);
    // What the CLI keeps besides.
    const { row } = checkpointIn(path);
    const values = { memory_contents: { "AGENTS.md": "be kind" }, cost: { "segue.float": "1" } };
    const db = new DatabaseSync(path);
    db.prepare("UPDATE checkpoints SET checkpoint = ? WHERE checkpoint_id = ?").run(
      encode({ ...Object(row), channel_values: values }),
      String(member(row, "id")),
    );
    db.close();
    const before = dump(path);
    threads.replace(path, ID, few, LINES);
    assert.deepEqual(threads.read(path, ID), LINES);
    const kept = member(checkpointIn(path).row, "channel_values");
    assert.deepEqual(member(kept, "memory_contents"), values.memory_contents);
    assert.deepEqual(member(kept, "cost"), values.cost);
    threads.replace(path, ID, LINES, few);
    assert.equal(dump(path), before);
  });

  it("is not taken back once the CLI has continued it", () => {
    const path = fresh();
    const few = LINES.slice(0, 13);
    threads.replace(path, ID, null, few);
    threads.replace(path, ID, few, LINES);
    const head = String(rowIn(path, "SELECT max(checkpoint_id) AS id FROM checkpoints")?.id);
    const next = uuid6((ticksOf(head) ?? 0n) + 100n, 1, "cli");
    run(
      path,
      `INSERT INTO checkpoints SELECT thread_id, checkpoint_ns, '${next}', checkpoint_id, type, checkpoint,
        CAST('{"source": "loop", "step": 9}' AS BLOB) FROM checkpoints WHERE checkpoint_id = '${head}'`,
    );
    const before = dump(path);
    assert.throws(() => threads.replace(path, ID, LINES, few), refused(/continued the session/));
    assert.equal(dump(path), before);
  });

  it("is not changed where it is another than expected", () => {
    const path = fresh();
    threads.replace(path, ID, null, LINES);
    const before = dump(path);
    assert.throws(() => threads.replace(path, ID, LINES.slice(0, 5), LINES), refused(/changed/));
    assert.throws(() => threads.replace(path, ID, null, LINES), refused(/already exists/));
    assert.equal(dump(path), before);
  });

  it("has no steps out of order, and no records that are none", () => {
    const path = fresh();
    const empty = dump(path);
    const [head = "", first = "", second = ""] = LINES;
    const odd = [[head, second, first], [head, "{}"], [head, "nothing"], [first], []];
    for (const lines of odd) {
      assert.throws(() => threads.replace(path, ID, null, lines), SegueError);
      assert.equal(dump(path), empty);
    }
  });

  it("is neither read nor written where the layout is unknown", () => {
    const path = fresh();
    run(path, "ALTER TABLE writes ADD COLUMN tenant TEXT NOT NULL");
    const before = dump(path);
    assert.throws(() => threads.replace(path, ID, null, LINES), refused(/new column "tenant"/));
    assert.equal(dump(path), before);
    run(path, "ALTER TABLE writes RENAME COLUMN channel TO topic");
    assert.throws(() => threads.read(path, ID), refused(/no column "channel"/));
  });

  it("of an older version, whose writes have no path, is read and written", () => {
    const path = fresh();
    run(path, "ALTER TABLE writes DROP COLUMN task_path");
    // Without results side by side: only their paths tell their order.
    const lines = LINES.slice(0, 9).map((line) => line.replace(/"task_path":"[^"]*",/, ""));
    threads.replace(path, ID, null, lines);
    assert.deepEqual(threads.read(path, ID), lines);
  });

  it("is found with its name, folder and times, without its content", async () => {
    const path = fresh();
    const named = { ...Object(JSON.parse(LINES[0] ?? "")), name: "A title" };
    const { thread_id, name, ...more } = named;
    const lines = [JSON.stringify({ thread_id, name, ...more }), ...LINES.slice(1)];
    threads.replace(path, ID, null, lines);
    assert.deepEqual(threads.read(path, ID), lines);
    const [found] = await deepagents.store.find(dirname(dirname(path)));
    assert.equal(found?.id, ID);
    assert.equal(found?.summary?.title, "A title");
    assert.equal(found?.summary?.cwd, more.cwd);
    assert.match(found?.summary?.createdAt ?? "", /^2026-11-30T/);
    assert.deepEqual(deepagents.store.inDatabase?.(path), [found]);
  });

  it("is under another id with the same steps", () => {
    const path = fresh();
    threads.replace(path, ID, null, LINES);
    const other = "01a229d6-0000-7000-a000-000000000000";
    const lines = threads.renamed(LINES, other);
    threads.replace(path, other, null, lines);
    assert.deepEqual(threads.read(path, other), lines);
    assert.deepEqual(threads.read(path, ID), LINES);
  });

  it("that forks continues from where it forked", () => {
    const path = fresh();
    const [head = "", one = "", two = ""] = LINES;
    const step = String(member(JSON.parse(one), "checkpoint_id"));
    const ticks = ticksOf(String(member(JSON.parse(two), "checkpoint_id"))) ?? 0n;
    const { checkpoint_id: _, ...rest } = Object(JSON.parse(two));
    const fork = { checkpoint_id: uuid6(ticks + 1000n, 2, "x"), after: step, ...rest };
    const lines = [head, one, two, JSON.stringify(fork)];
    threads.replace(path, ID, null, lines);
    assert.deepEqual(threads.read(path, ID), lines);
  });

  it("keeps a list of all messages where nothing before it wrote them", () => {
    const path = fresh();
    const message = member(JSON.parse(LINES[1] ?? ""), "value");
    const snapshot = { checkpoint_id: uuid6(10_000n, 0, "x"), snapshot: message ?? null };
    const lines = [LINES[0] ?? "", JSON.stringify(snapshot), LINES[2] ?? ""];
    threads.replace(path, ID, null, lines);
    assert.deepEqual(threads.read(path, ID), lines);
  });

  it("has no such list where a prompt has got its id, and has one where words are others", () => {
    const lines = [0, 1, 2].map((n) => LINES[n] ?? "");
    const first: { checkpoint_id: string; value: { fields: JsonObject }[] } = JSON.parse(
      lines[1] ?? "",
    );
    const [{ fields }] = [first.value[0] ?? { fields: {} }];
    const withList = (held: JsonObject): string[] => {
      const path = fresh();
      const prompt = { ...first.value[0], fields: { ...fields, id: null } };
      const written = [
        lines[0] ?? "",
        JSON.stringify({ ...first, value: [prompt] }),
        lines[2] ?? "",
      ];
      threads.replace(path, ID, null, written);
      const { checkpoint_id } = JSON.parse(lines[2] ?? "");
      const where = `checkpoint_id = '${checkpoint_id}'`;
      const row = rowIn(path, `SELECT checkpoint FROM checkpoints WHERE ${where}`);
      const whole = row?.checkpoint instanceof Uint8Array ? decode(row.checkpoint) : null;
      const channel_values = { messages: [{ ...first.value[0], fields: { ...fields, ...held } }] };
      const bytes = encode({ ...Object(whole), channel_values }).toString("hex");
      run(path, `UPDATE checkpoints SET checkpoint = x'${bytes}' WHERE ${where}`);
      const after = threads.read(path, ID) ?? [];
      assert.deepEqual(
        after.filter((line) => !line.includes('"snapshot"')),
        written,
      );
      return after.filter((line) => line.includes('"snapshot"'));
    };
    assert.deepEqual(withList({}), []);
    assert.equal(withList({ content: "other words" }).length, 1);
  });
});

describe("MessagePack", () => {
  const hex = (text: string): Buffer => Buffer.from(text, "hex");

  it("is JSON, and the same bytes again", () => {
    const spelled: [string, Json][] = [
      ["c0", null],
      ["c3", true],
      ["7f", 127],
      ["cc80", 128],
      ["cd0100", 256],
      ["ce00010000", 65536],
      ["cf0000000100000000", 2 ** 32],
      ["ff", -1],
      ["d080", -128],
      ["d1ff7f", -129],
      ["d2ffff7fff", -32769],
      ["cb3ff8000000000000", 1.5],
      ["a3616263", "abc"],
      ["93010203", [1, 2, 3]],
      ["82a16101a16202", { a: 1, b: 2 }],
    ];
    for (const [bytes, value] of spelled) {
      assert.deepEqual(decode(hex(bytes)), value);
      assert.equal(encode(value).toString("hex"), bytes);
    }
  });

  it("keeps what JSON does not have", () => {
    for (const bytes of [
      "cb3ff0000000000000", // 1.0
      "cb8000000000000000", // -0.0
      "cb7ff8000000000000", // NaN
      "cb7ff0000000000000", // infinity
      "cfffffffffffffffff",
      "d38000000000000000",
      "c403010203",
      "82a131c0a130c0", // keys that look like numbers
      "8101c0",
      "82a161c0a161c0", // the same key twice
      "81a95f5f70726f746f5f5fc0",
      "81ab73656775652e6279746573c0", // a key of a form of Segue's
      "d405c0",
      "c70305930102", // an extension whose payload is cut off
      "d50593ff",
      "ca3f800000", // a form that ormsgpack does not write
      "cc01",
      "c1",
      "a2ff",
      "",
    ]) {
      const value: Json = JSON.parse(JSON.stringify(decode(hex(bytes))));
      assert.equal(encode(value).toString("hex"), bytes, JSON.stringify(value));
    }
  });

  it("tells an instance of a class by its parts", () => {
    const value = { "segue.ext": 5, module: "a", name: "B", fields: { c: 1 }, method: "d" };
    assert.deepEqual(decode(encode(value)), value);
    assert.deepEqual(instanceIn(value), { name: "B", fields: { c: 1 } });
    const other = { "segue.ext": 1, value: ["a", "B", ["c"]] };
    assert.deepEqual(decode(encode(other)), other);
    assert.deepEqual(payloadOf(other), other.value);
  });

  it("that is nested too deeply stays bytes", () => {
    const deep = Buffer.concat([Buffer.alloc(5000, 0x91), hex("c0")]);
    assert.deepEqual(Object.keys(Object(decode(deep))), ["segue.raw"]);
    assert.ok(encode(decode(deep)).equals(deep));
  });
});

describe("the ids of checkpoints", () => {
  it("are in the order of time, and tell it", () => {
    assert.equal(timeOf("1f1ec518-4c3a-6253-bfff-d120febfc924"), "2026-11-30T00:03:48.911Z");
    const early = uuid6(17_959_998_000_000_000n, 1, "x");
    const late = uuid6(17_959_998_000_000_001n, 0, "x");
    assert.ok(early < late);
    assert.equal(ticksOf(late), 17_959_998_000_000_001n);
    assert.equal(ticksOf("not an id"), null);
  });
});
