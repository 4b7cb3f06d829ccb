import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gptme } from "../../../src/agents/gptme/index.ts";
import { fromNative } from "../../../src/agents/gptme/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import type { Entry, Json, Part, ToolUse } from "../../../src/session/types.ts";
import { HEADER } from "../../support/entries.ts";
import { fixture } from "../../support/fixtures.ts";

/** REPLACE with what users rely on, and each fact learned from a real session. */

const OPTIONS = { seed: "test", cliVersion: null };

function records(variant: string): Json[] {
  const lines = readFileSync(fixture(`gptme/${variant}`).path, "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

function read(all: readonly Json[]): Entry[] {
  const reader = gptme.reader();
  return all.flatMap((record, at) => reader.read(record, at));
}

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
    case "reasoning":
      return part.text;
    case "tool-call":
      return `${part.name}(${part.use?.tool})`;
    case "tool-result":
      return `${part.isError ? "!" : ""}=${part.content.map(brief).join()}`;
    case "image":
      return part.mediaType;
    case "file":
      return part.name ?? "file";
    case "other":
      return part.text;
    case "unread":
      return part.reason;
  }
}

function conversation(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) =>
    entry.kind === "message" ? [`${entry.role}: ${entry.parts.map(brief).join(" | ")}`] : [],
  );
}

const SAID = [
  "user: MARK-U1 What is in hello.txt? ünïcødé 日本語 🎉",
  "assistant: MARK-R1 I read it. | MARK-A1 I look. | read(read) | shell(execute)",
  "tool: =MARK-O1 hello\n",
  "tool: !=MARK-O2 failed",
  "assistant: MARK-A2 It says hello.",
  "user: MARK-U2 Thanks. | image/png",
  "assistant: MARK-A3 You are welcome.",
];

describe("gptme", () => {
  it("reads messages, calls and results", () => {
    assert.deepEqual(conversation(read(records("basic"))), SAID);
  });

  it("reads the header", () => {
    const reader = gptme.reader();
    records("basic").forEach((record, at) => {
      reader.read(record, at);
    });
    const { id, title, cwd, model } = reader.header();
    assert.deepEqual([title, cwd, model], ["What is in hello.txt", "/home/dev/shop", "example-1"]);
    assert.equal(id, "00000000-0000-4000-8000-000000000001");
  });

  it("writes what it reads", () => {
    const writer = gptme.writer(OPTIONS);
    const written = read(records("basic")).flatMap((entry) => {
      const predicted = writer.predict(entry);
      for (const record of predicted) writer.commit(record);
      return predicted;
    });
    assert.deepEqual(conversation(read(written)), SAID);
  });

  it("has its tools in both directions", () => {
    const use: ToolUse = { tool: "execute", command: "ls" };
    const native = gptme.tools.toNative(use);
    assert.ok(native);
    assert.deepEqual(fromNative(native.name, native.input), use);
  });

  it("knows all that its CLI wrote", () => {
    for (const record of records("basic")) {
      assert.ok(gptme.recognises(record));
      assert.deepEqual(unknowns(record, gptme.known ?? true), []);
    }
  });

  it("has its sessions below HOME, and resumes them", async () => {
    const { store, launch } = gptme;
    const [root = ""] = store.roots({ HOME: "/home/dev" });
    assert.ok(root.startsWith("/home/dev/"));
    assert.equal(store.pathFor(root, { ...HEADER, id: "abc" }, {}), join(root, "abc.jsonl"));
    assert.deepEqual(await store.find("/nowhere/at/all"), []);
    const args = launch.resumeArgs({ id: "abc", path: "/x", prompt: null, args: [] });
    assert.ok(args.includes("abc"));
  });
});
