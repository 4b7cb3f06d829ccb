/** What the targets' CLIs leave out of their requests by limits of their own: the report names it. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { auggie } from "../../../src/agents/auggie/index.ts";
import { cline } from "../../../src/agents/cline/index.ts";
import { convertFile } from "../../../src/convert/file.ts";
import type { Loss } from "../../../src/convert/report/losses.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

/** A session of Claude Code with results of these sizes. */
function session(name: string, sizes: readonly number[]): string {
  const lines = sizes.flatMap((size, n) => {
    const call = { type: "tool_use", id: `toolu_${n}`, name: "Bash", input: { command: "cat x" } };
    const content = "x".repeat(size);
    const result = { type: "tool_result", tool_use_id: `toolu_${n}`, content };
    return [line(2 * n, "assistant", [call]), line(2 * n + 1, "user", [result])];
  });
  const path = join(root, `${name}.jsonl`);
  writeFileSync(path, [line(-1, "user", "Go on"), ...lines].map((one) => `${one}\n`).join(""));
  return path;
}

function line(at: number, type: string, content: unknown): string {
  const message = type === "user" ? { role: type, content } : answer(at, content);
  return JSON.stringify({
    parentUuid: at < 0 ? null : idOf(at - 1),
    isSidechain: false,
    cwd: "/home/dev/shop",
    sessionId: "b1d0c6a2-3f5e-4a6b-9c7d-000000000001",
    version: "2.1.332",
    type,
    message,
    uuid: idOf(at),
    timestamp: "2026-11-29T10:00:00.000Z",
  });
}

function answer(at: number, content: unknown): object {
  const model = "claude-opus-4-6";
  return { id: `msg_${at}`, type: "message", role: "assistant", model, content };
}

function idOf(at: number): string {
  return `b1d0c6a2-3f5e-4a6b-9c7d-${String(at + 1).padStart(12, "0")}`;
}

async function cutIn(path: string, to: string): Promise<Loss[]> {
  const { losses } = await convertFile(path, { to, output: `${path}.${to}`, force: true });
  return losses.filter(({ code }) => /cut/.test(code));
}

describe("results that a target's CLI sends in part", () => {
  const path = session("results", [7000, 47_000, 63_000, 70_000]);
  const CUT: [to: string, lines: string[]][] = [
    ["codex", ["line 7", "line 9"]],
    ["cline", ["line 5", "line 7", "line 9"]],
    ["openclaw", ["line 9"]],
    // As several texts, each as long as the CLI takes.
    ["openhands", []],
    ["pi", []],
  ];
  for (const [to, where] of CUT) {
    it(`are named for ${to}: ${where.join(", ") || "none"}`, async () => {
      const [loss, ...more] = await cutIn(path, to);
      assert.equal(more.length, 0);
      assert.deepEqual(loss?.where ?? [], where);
      assert.equal(loss?.count ?? 0, where.length);
      if (loss) assert.equal(loss.code, "result-cut-by-target");
    });
  }

  it("are counted in bytes for Codex", async () => {
    const bytes = "é".repeat(30_000);
    const given = session("bytes", [1]);
    const output = `${given}.codex`;
    writeFileSync(given, `${line(-1, "user", "Go")}\n${pair(bytes)}`);
    const { losses } = await convertFile(given, { to: "codex", output, force: true });
    assert.ok(losses.some(({ code }) => code === "result-cut-by-target"));
  });
});

function pair(text: string): string {
  const call = { type: "tool_use", id: "toolu_0", name: "Bash", input: { command: "cat x" } };
  const result = { type: "tool_result", tool_use_id: "toolu_0", content: text };
  return [line(0, "assistant", [call]), line(1, "user", [result])]
    .map((one) => `${one}\n`)
    .join("");
}

it("Cline cuts attached files and answers, too, but later", () => {
  const cuts = cline.cuts?.();
  const file = { type: "file", path: "a", content: "x".repeat(50_001) };
  const said = { type: "text", text: "x".repeat(60_000) };
  assert.equal(cuts?.texts?.({ role: "user", content: [file, said] }), 1);
  assert.equal(cuts?.texts?.({ role: "assistant", content: [said] }), 0);
  const long = { type: "text", text: "x".repeat(200_001) };
  assert.equal(cuts?.texts?.({ role: "assistant", content: [long] }), 1);
});

/** A session of Claude Code that reads nine files of this size, and then the first of them again. */
function reading(name: string, size: number, again: number): string {
  const files = [...Array(9).keys(), ...Array(again).keys()];
  const lines = files.flatMap((file, n) => {
    const input = { file_path: `/home/dev/shop/${file}.txt` };
    const call = { type: "tool_use", id: `toolu_${n}`, name: "Read", input };
    const content = "x".repeat(size);
    const result = { type: "tool_result", tool_use_id: `toolu_${n}`, content };
    return [line(2 * n, "assistant", [call]), line(2 * n + 1, "user", [result])];
  });
  const path = join(root, `${name}.jsonl`);
  writeFileSync(path, [line(-1, "user", "Go on"), ...lines].map((one) => `${one}\n`).join(""));
  return path;
}

describe("what Cline replaces of what was read twice", () => {
  const replaced = async (path: string, to: string): Promise<string[]> => {
    const { losses } = await convertFile(path, { to, output: `${path}.${to}`, force: true });
    return losses
      .filter(({ code }) => code.startsWith("result-replaced"))
      .map(({ code, count }) => `${code} ${count}`);
  };

  it("is named from 64 KiB on, in a session that goes there and in one that comes from there", async () => {
    const path = reading("reads", 7_900, 9);
    assert.deepEqual(await replaced(path, "cline"), ["result-replaced-by-target 9"]);
    assert.deepEqual(await replaced(`${path}.cline`, "codex"), ["result-replaced-by-source 9"]);
    assert.deepEqual(await replaced(path, "codex"), []);
  });

  it("is nothing below that", async () => {
    const path = reading("few", 7_900, 8);
    assert.deepEqual(await replaced(path, "cline"), []);
    assert.deepEqual(await replaced(`${path}.cline`, "codex"), []);
  });
});

describe("a history that is too long for Auggie's CLI", () => {
  it("is named, with the exchanges that it leaves out", async () => {
    const path = session(
      "history",
      Array.from({ length: 30 }, () => 100_000),
    );
    const [loss, ...more] = await cutIn(path, "auggie");
    assert.equal(more.length, 0);
    assert.equal(loss?.code, "history-cut-by-target");
    // Parts begin at 0, 7, 13, 19 and 25; of five, the CLI sends the last three.
    assert.equal(loss.count, 13);
    assert.match(loss.what, /--fit/);
  });

  it("is none at two thirds of that", async () => {
    const path = session(
      "shorter",
      Array.from({ length: 18 }, () => 100_000),
    );
    assert.deepEqual(await cutIn(path, "auggie"), []);
  });

  it("begins with the last summary, and has nothing of what is not sent", () => {
    const said = (size: number) => ({ id: 1, type: 0, text_node: { content: "x".repeat(size) } });
    const exchange = (nodes: object[], more = {}) => ({
      exchange: { request_nodes: nodes, response_nodes: [] },
      completed: true,
      ...more,
    });
    const dropped = (records: object[]) => {
      const cuts = auggie.cuts?.();
      for (const record of records) cuts?.results(JSON.parse(JSON.stringify(record)));
      return cuts?.dropped?.() ?? 0;
    };
    const many = Array.from({ length: 6 }, () => exchange([said(600_000)]));
    const summary = { id: 0, type: 10, history_summary_node: { summary_text: "so far" } };
    assert.equal(dropped(many), 4);
    assert.equal(dropped([...many, exchange([summary])]), 0);
    assert.equal(dropped(many.map((one) => ({ ...one, completed: false }))), 0);
    assert.equal(dropped(many.map((one) => ({ ...one, isHistorySummary: true }))), 0);
  });
});
