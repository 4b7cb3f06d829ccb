import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { zed } from "../../../src/agents/zed/index.ts";
import { foldersIn } from "../../../src/agents/zed/records.ts";
import { fromNative, parseResult, printResult, tools } from "../../../src/agents/zed/tools.ts";
import { Survey } from "../../../src/session/survey.ts";
import type { Entry, Json, Message, ToolResultPart, ToolUse } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known } from "../../support/folder.ts";

function records(name: string): Json[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

function read(name: string) {
  const reader = zed.reader();
  const entries = records(name).flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

/** What the model is sent, oldest first. */
function seen({ entries, header }: ReturnType<typeof read>): Message[] {
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(header);
  return entries.filter(
    (entry, n): entry is Message => entry.kind === "message" && plan.visibility(n) === "live",
  );
}

function partsIn(messages: readonly Message[]): Message["parts"] {
  return messages.flatMap(({ parts }) => parts);
}

function textsIn(messages: readonly Message[]): string[] {
  return partsIn(messages).flatMap((part) => (part.kind === "text" ? [part.text] : []));
}

function event(entries: readonly Entry[], name: string) {
  return entries.find((entry) => entry.kind === "event" && entry.event === name);
}

describe("a thread of Zed's", () => {
  it("has its title, folder, model and times from the row and the document", () => {
    const { header } = read("zed/rows");
    assert.equal(header.title, "Fix the greeting");
    assert.equal(header.cwd, "/home/user/project");
    assert.equal(header.model, "claude-sonnet-4-5-latest");
    assert.equal(header.createdAt, "2026-11-20T10:00:00.000Z");
    assert.equal(header.updatedAt, "2026-11-20T10:05:00.123Z");
  });

  it("has the results of an answer after it, and a turn's tokens with its first answer", () => {
    const messages = seen(read("zed/rows"));
    assert.deepEqual(
      messages.map(({ role }) => role),
      "user assistant tool assistant tool assistant user assistant tool assistant".split(" "),
    );
    const usage = messages.flatMap((message) => message.usage ?? []);
    assert.deepEqual(
      usage.map(({ input, cacheRead }) => [input, cacheRead]),
      [
        [1200, 900],
        [1500, 0],
      ],
    );
    const failed = partsIn(messages).find((part) => part.kind === "tool-result" && part.isError);
    assert.ok(failed?.kind === "tool-result" && failed.exitCode === 5);
    assert.deepEqual(failed.content, [{ kind: "text", text: "no tests ran in 0.01s" }]);
  });

  it("has results in the order of their calls, whose ids may be numbers", () => {
    const use = (id: string) => ({ ToolUse: { id, name: "x", input: {} } });
    const result = (id: string) => ({ tool_use_id: id, content: id });
    const tool_results = { "9": result("9"), "10": result("10"), lost: result("lost") };
    const [, told] = zed
      .reader()
      .read({ message: { Agent: { content: [use("10"), use("9")], tool_results } } }, 1);
    assert.ok(told?.kind === "message");
    assert.deepEqual(
      told.parts.map((part) => part.kind === "tool-result" && part.callId),
      ["10", "9", "lost"],
    );
  });

  it("is read with mentions, images, sealed reasoning and every spelling of a result", () => {
    const { entries, header } = read("zed/kinds");
    const messages = seen({ entries, header });
    const parts = partsIn(messages);
    // The list is sorted; the order in which the folders were opened stands beside.
    assert.equal(header.cwd, "/home/user/web");
    const texts = textsIn(messages);
    assert.ok(texts.includes("@/home/user/web/a b.ts\n\nexport const a = 1;\n"));
    assert.ok(texts.includes("@/home/user/api/main.rs:5-10\n\nfn main() {}"));
    assert.ok(texts.includes("@https://example.com/doc"));
    assert.ok(texts.includes("Continue where you left off"));
    assert.equal(parts.filter(({ kind }) => kind === "image").length, 1);
    const seals = parts.flatMap((part) => (part.kind === "reasoning" ? [part.seal] : []));
    assert.deepEqual(seals, [[{ type: "reasoning.encrypted", data: "b3BhcXVl" }], "cmVkYWN0ZWQ="]);
    const results = parts.flatMap((part) => (part.kind === "tool-result" ? [part] : []));
    assert.deepEqual(
      results.slice(0, 5).map(({ content, isError }) => [content[0]?.kind, isError]),
      [
        ["image", false],
        ["text", false],
        ["text", false],
        ["text", false],
        ["text", true],
      ],
    );
  });

  it("is seen from its last compaction on; a provider's own is sealed", () => {
    const compacted = read("zed/compacted");
    const summary = event(compacted.entries, "compaction");
    assert.ok(summary?.kind === "event" && summary.event === "compaction");
    assert.equal(summary.summary, "The user asked to begin; it was begun.");
    assert.ok(!textsIn(seen(compacted)).includes("Begun."));
    const sealed = event(read("zed/drift").entries, "unread");
    assert.ok(sealed?.kind === "event" && sealed.event === "unread");
    assert.equal(sealed.reason, "sealed-summary");
  });

  it("of version 0.2.0 and of the first one is read", () => {
    const older = seen(read("zed/older"));
    assert.deepEqual(textsIn(older), ["What is in a.txt?", "I look.", "It says hello."]);
    const oldest = seen(read("zed/oldest"));
    assert.deepEqual(
      oldest.map(({ role }) => role),
      ["user", "assistant", "tool", "assistant"],
    );
    assert.equal(read("zed/oldest").header.title, "An older thread");
  });

  it("of a subagent names its parent", () => {
    assert.equal(read("zed/subagent").header.parent, read("zed/kinds").header.id);
  });
});

describe("what is written for Zed", () => {
  const write = (columns: string[] | null) => {
    const facts = { columns, now: "2026-12-01T00:00:00.000Z" };
    const writer = zed.writer({ seed: "s", cliVersion: null, facts });
    const header = { ...zed.reader().header(), id: "x", cwd: "/p", title: "T", parent: "up" };
    const start: Entry = {
      ...{ kind: "event", event: "start", id: "#0", parentId: null, time: null },
      header,
    };
    return { writer, head: known(writer.predict(start)[0]) };
  };

  it("names only columns that the database has, and the parent in the document", () => {
    const { head } = write(["id", "summary", "updated_at", "data_type", "data"]);
    const text = JSON.stringify(head);
    assert.ok(!text.includes("folder_paths") && !text.includes('"parent_id"'));
    assert.ok(text.includes('"subagent_context":{"parent_thread_id":"up","depth":1}'));
    assert.ok(text.includes('"updated_at":"2026-12-01T00:00:00.000+00:00"'));
  });

  it("has an image's size, without which an older Zed does not open the thread", () => {
    const { writer } = write(null);
    const [image] = partsIn(seen(read("zed/kinds"))).filter(({ kind }) => kind === "image");
    const message: Message = {
      ...{ kind: "message", id: "1", parentId: null, time: null, role: "user" },
      parts: [known(image)],
    };
    assert.match(JSON.stringify(writer.predict(message)), /"size":\{"width":1,"height":1\}/);
  });

  it("has pieces of a carry in messages that Zed keeps, and does not send", () => {
    const { writer } = write(null);
    const carry: Entry = {
      ...{ kind: "event", event: "carry", id: "1", parentId: null, time: null },
      ...{ part: 1, parts: 2, data: "QUJD" },
    };
    const [record] = writer.predict(carry);
    assert.deepEqual(record, {
      message: { User: { id: "segue-carry:1/2:QUJD", content: [] } },
    });
    const [again] = zed.reader().read(known(record), 0);
    assert.ok(again?.kind === "event" && again.event === "carry" && again.data === "QUJD");
  });
});

describe("Zed's tools", () => {
  const uses: ToolUse[] = [
    { tool: "execute", command: "ls", cwd: "project", timeoutMs: 1000 },
    { tool: "read", path: "p/a", offset: 3, limit: 4 },
    { tool: "write", path: "p/a", content: "x" },
    { tool: "edit", path: "p/a", edits: [{ old: "a", new: "b" }] },
    { tool: "search", pattern: "TODO", glob: "**/*.ts" },
    { tool: "glob", pattern: "**/*.md" },
    { tool: "list", path: "p" },
    { tool: "fetch", url: "https://example.com" },
    { tool: "web-search", query: "q" },
    { tool: "todo", items: [{ text: "a", status: "in_progress" }] },
    { tool: "subagent", prompt: "p", description: "d" },
  ];
  for (const use of uses) {
    it(`${use.tool}: there and back`, () => {
      const native = known(tools.toNative(use));
      assert.ok(native.exact);
      assert.deepEqual(fromNative(native.name, native.input), use);
    });
  }

  it("an edit that is described in words, and a follow-up to a subagent, keep their names", () => {
    const words = { display_description: "Fix it", path: "p/a", mode: "edit" };
    assert.equal(fromNative("edit_file", words), null);
    assert.equal(fromNative("spawn_agent", { label: "l", message: "m", session_id: "s" }), null);
    const whole = { display_description: "d", path: "p/a", mode: "write", content: "x" };
    assert.deepEqual(fromNative("edit_file", whole), { tool: "write", path: "p/a", content: "x" });
  });

  it("a command's report is its output and exit code, both ways", () => {
    const use: ToolUse = { tool: "execute", command: "x" };
    const result = (text: string): ToolResultPart => ({
      ...{ kind: "tool-result", callId: "1", isError: false },
      content: [{ kind: "text", text }],
    });
    const reports: [string, string, number][] = [
      ["```\nout\n```", "out", 0],
      ["Command executed successfully.", "", 0],
      ['Command "x" failed with exit code 2.\n\n```\nout\n```', "out", 2],
      ['Command "x" failed with exit code 2.', "", 2],
    ];
    for (const [text, output, exitCode] of reports) {
      const parsed = parseResult(use, result(text));
      assert.equal(parsed.exitCode, exitCode);
      assert.deepEqual(parsed.content, output === "" ? [] : [{ kind: "text", text: output }]);
      assert.deepEqual(printResult(use, parsed).content, result(text).content);
    }
    const other = result('Command "y" failed with exit code 2.');
    assert.deepEqual(parseResult(use, other), other);
  });
});

describe("a list of folders", () => {
  it("is in the order in which they were opened, if that is known", () => {
    assert.deepEqual(foldersIn({ folder_paths: "/a\n/b", folder_paths_order: "1,0" }), [
      "/b",
      "/a",
    ]);
    assert.deepEqual(foldersIn({ folder_paths: "/a\n/b", folder_paths_order: "1" }), ["/a", "/b"]);
    assert.deepEqual(foldersIn({}), []);
  });
});
