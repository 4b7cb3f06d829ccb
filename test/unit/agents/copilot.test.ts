import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { copilot } from "../../../src/agents/copilot/index.ts";
import {
  diffOf,
  fromNative,
  intention,
  parseResult,
  printResult,
} from "../../../src/agents/copilot/tools.ts";
import { readWorkspace, workspaceText } from "../../../src/agents/copilot/workspace.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { array, member, string } from "../../../src/session/json.ts";
import { leadingReasoning, reasoningAsText } from "../../../src/session/text.ts";
import type { Entry, Header, Json, Message, Part, ToolUse } from "../../../src/session/types.ts";
import { event, HEADER, message } from "../../support/entries.ts";
import { fixture, fixtures } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";

const OPTIONS = { seed: "test", cliVersion: null };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

function parseLine(line: string): Json | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function parse(path: string): Json[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.map(parseLine).filter((record) => record !== undefined);
}

function records(variant: string): Json[] {
  return parse(fixture(`copilot/${variant}`).path);
}

function read(all: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = copilot.reader();
  const entries = all.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function messages(entries: readonly Entry[]): Message[] {
  return entries.filter((entry) => entry.kind === "message");
}

function briefPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `<${part.text}>`;
    case "tool-call":
      return `${part.name}(${part.use?.tool})`;
    case "tool-result":
      return `${part.isError ? "!" : ""}${part.exitCode ?? ""}=${part.content.map(briefPart).join("+")}`;
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

/** The main conversation, a message a line. */
function conversation(entries: readonly Entry[]): string[] {
  return messages(entries)
    .filter((entry) => !entry.scaffold && entry.sidechain === undefined)
    .map(({ role, parts }) => `${role}: ${parts.map(briefPart).join(" | ")}`);
}

function bodies(entries: readonly Entry[], kind: string): Json[] {
  return entries
    .filter((entry) => entry.kind === "event" && entry.event === kind)
    .map((entry) => JSON.parse(JSON.stringify(entry)));
}

function write(entries: readonly Entry[], writer = copilot.writer(OPTIONS)): Json[] {
  return entries.flatMap((entry) => {
    const predicted = writer.predict(entry);
    for (const record of predicted) writer.commit(record);
    return predicted;
  });
}

function types(all: readonly Json[]): (string | undefined)[] {
  return all.map((record) => string(member(record, "type")));
}

function data(record: Json | undefined, key: string): Json | undefined {
  return member(member(record, "data"), key);
}

describe("copilot: reading", () => {
  it("reads messages, calls, results and images", () => {
    assert.deepEqual(conversation(read(records("basic")).entries), [
      "user: MARK-USER-1 list, read, write ünï 日本語 🎉 | Image file at path /home/dev/lab/red.png | image/png",
      "assistant: <MARK-THINK-1 look> | MARK-ASSISTANT-1 listing | bash(execute)",
      "tool: 0=MARK-TOOLOUT-1 ünïcødé 日本語 🎉\nhello.txt",
      "assistant: MARK-ASSISTANT-2 failing | bash(execute)",
      "tool: 3=MARK-FILE-1 hello\nMARK-ERR",
      "assistant: MARK-ASSISTANT-3 view | view(read)",
      "tool: =MARK-FILE-1 hello\n",
      "assistant: MARK-ASSISTANT-3b patch | apply_patch(patch)",
      "tool: =Added 1 file(s): /home/dev/shop/out.txt\nModified 1 file(s): /home/dev/shop/hello.txt",
      "assistant: MARK-ASSISTANT-3c parallel | bash(execute) | bash(execute)",
      "tool: 0=MARK-PAR-2",
      "tool: 0=MARK-PAR-1",
      "assistant: MARK-ASSISTANT-3d todo | sql(undefined)",
      "tool: =1 row(s) inserted. Last inserted row ID: 1.",
      "assistant: <MARK-THINK-2> | MARK-ASSISTANT-4 All done. ünïcødé 日本語 🎉",
      "user: MARK-USER-2 again",
      "assistant: RESUMED-OK",
    ]);
  });

  it("reads the header", () => {
    assert.deepEqual(read(records("basic")).header, {
      agent: "copilot",
      id: "3c85dd00-3fde-4c69-84ff-90f4438c2506",
      title: null,
      cwd: "/home/dev/shop",
      gitBranch: "master",
      gitCommit: "11050a87512c1e625c853d5219f44b8d7fa61fc6",
      model: "gpt-5.4",
      version: "1.0.102",
      createdAt: "2026-11-21T04:20:01.025Z",
      updatedAt: "2026-11-21T04:20:03.463Z",
      parent: null,
    });
  });

  it("reads token counts, without what came from the cache", () => {
    const answers = messages(read(records("anthropic")).entries).filter(({ usage }) => usage);
    assert.deepEqual(answers[0]?.usage, {
      input: 1200,
      output: 80,
      cacheRead: 300,
      cacheWrite: 0,
    });
  });

  it("keeps reasoning with what only its vendor can read", () => {
    const [first] = messages(read(records("anthropic")).entries).filter(
      ({ role }) => role === "assistant",
    );
    const reasoning = first?.parts[0];
    assert.ok(reasoning?.kind === "reasoning");
    assert.match(reasoning.text, /MARK-S-R01/);
    const [block] = array(member(member(reasoning.seal, "reasoningBlocks"), "blocks"));
    assert.equal(member(block, "type"), "thinking");
  });

  it("reads a compaction as what the model is told in its place", () => {
    const [compaction] = bodies(read(records("compact")).entries, "compaction");
    assert.equal(
      member(compaction, "summary"),
      `Some of the conversation history has been summarized to free up context.

You were originally given instructions from a user over one or more turns. Here were the user messages:
<user_message>
U1 first
</user_message>
<user_message>
U2 second
</user_message>

Here is a summary of the prior context:
<summary>
<overview>THE-SUMMARY of it all</overview>
</summary>
`,
    );
    assert.equal(member(compaction, "tokens"), 13300);
  });

  it("reads attachments of every kind as the CLI tells its model of them", () => {
    const { entries } = read(records("kinds"));
    const said = conversation(entries).join("\n");
    for (const words of [
      "* /home/dev/shop/a.ts (12 lines)",
      "* /home/dev/shop/src (3 items)",
      "/home/dev/shop/b.ts:2-3\nSEL-TEXT",
      "#12 - GH-REF [issue] [open] (https://github.com/acme/shop/issues/12)",
      `acme/shop - ${"a".repeat(40)} - GH-COMMIT (https://github.com/acme/shop/commit/GHCOMMITURL)`,
      "acme/shop - GH-RELEASE (v1) (https://github.com/acme/shop/releases/v1)",
      "acme/shop - GH-JOB [ci] [failure] (https://github.com/acme/shop/actions/77)",
      "acme/shop - GH-REPO (https://github.com/acme/shop)",
      "acme/shop:GH-DIFF.ts@v1 -> acme/shop:GH-DIFF.ts@main (https://github.com/acme/shop/compare/x)",
      "acme/shop:GH-TREE...acme/shop:main (https://github.com/acme/shop/compare/GH-TREE)",
      "https://github.com/acme/shop/GH-URL",
      "acme/shop:GH-FILE.ts@main (https://github.com/acme/shop/blob/GH-FILE.ts)",
      "acme/shop:GH-SNIPPET.ts@main#L1-L3 (https://github.com/acme/shop/blob/GH-SNIPPET.ts#L1)",
      "<payload>{&quot;words&quot;:&quot;EXT-PAYLOAD&quot;}</payload>",
      'Document file "file.pdf" at path "/home/dev/shop/file.pdf"',
    ]) {
      assert.ok(said.includes(words), words);
    }
    const parts = messages(entries).flatMap((entry) => entry.parts);
    const files = parts.flatMap((part) => (part.kind === "file" ? [part] : []));
    assert.deepEqual(
      files.map(({ name, data }) => [name, data === null]),
      [
        ["inline.pdf", false],
        ["asset.pdf", false],
        ["file.pdf", false],
        ["nonative.pdf", false],
        ["note.txt", false],
        ["omitted.png", true],
      ],
    );
  });

  it("reads what else is sent in the user's place, and leaves the list of tasks aside", () => {
    const said = conversation(read(records("kinds")).entries).join("\n");
    for (const words of [
      ...["P12 injected by skill", "P13 autopilot", "P17-HOOK words", "P18-SKILL body"],
      ...["P19-NOTE", "P20-MODE", "P9T transformed"],
    ]) {
      assert.ok(said.includes(words), words);
    }
    assert.ok(!said.includes("todo_status"));
  });

  it("reads the blocks of a server's result, and names what the CLI does not send", () => {
    const results = messages(read(records("kinds")).entries).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "tool-result" ? [part] : [])),
    );
    const [first, second] = results.map(({ content }) =>
      content.map((part) => [part.kind, briefPart(part).slice(0, 40)]),
    );
    assert.deepEqual(first, [
      ["text", "R1-CONTENT"],
      ["text", "R1-CONTENTS"],
      ["image", "image/png"],
      ["other", '{"type":"resource_link","uri":"file:///R'],
      ["other", "[docs://r]\nR1-RESOURCE"],
      ["unread", "unsent"],
      ["unread", "unsent"],
    ]);
    assert.deepEqual(second, [
      ["text", "R2-CONTENT\n[image/png omitted: 5 B excee"],
      ["image", "image/png"],
      ["file", "file"],
    ]);
  });

  it("finds a skill's text where it is delivered again", () => {
    const at = { timestamp: "2026-11-27T09:00:00.000Z", parentId: null };
    const contentId = "sha256:b24d9ee3d5c41b3a1a2b0f3d8b7e7d1bbd8c7e8b2a1e0f1c6e5d4c3b2a190807";
    const ref = { contentId, prefix: "<skill>", suffix: "</skill>" };
    const [lost] = read([{ ...at, type: "skill.context_delivered_ref", data: ref }]).entries;
    assert.ok(lost?.kind === "event" && lost.event === "unread" && lost.reason === "missing");
    const content = "how to read a PDF";
    const known = { ...ref, contentId: `sha256:${hash("sha256", content)}` };
    const { entries } = read([
      { ...at, type: "skill.invoked", data: { name: "pdf", content } },
      { ...at, type: "skill.context_delivered_ref", data: known },
    ]);
    assert.deepEqual(conversation(entries), ["user: <skill>how to read a PDF</skill>"]);
  });

  it("reads a subagent aside from the conversation", () => {
    const { entries } = read(records("subagent"));
    const said = conversation(entries);
    assert.deepEqual(said.slice(1, 4), [
      "assistant: MARK-A1 spawning | task(subagent)",
      "tool: =MARK-S3",
      "assistant: MARK-S4",
    ]);
    const aside = messages(entries).filter(({ sidechain }) => sidechain !== undefined);
    assert.ok(aside.some(({ parts }) => parts.some((part) => briefPart(part) === "MARK-S2")));
    const ids = new Set(entries.map(({ id }) => id));
    for (const { parentId } of entries) assert.ok(parentId === null || ids.has(parentId));
  });

  it("reads events in the order of the file, whatever their parents", () => {
    const { entries } = read(records("rewind"));
    const tree = entries.filter((entry) => entry.kind === "message" || entry.parentId !== null);
    assert.deepEqual(
      tree.slice(1).map(({ parentId }) => parentId),
      tree.slice(0, -1).map(({ id }) => id),
    );
  });

  it("forgets what was said before the context was cleared", () => {
    const place = { id: "c", timestamp: "2026-01-01T00:00:00.000Z", parentId: null };
    const cleared = { type: "session.context_cleared", data: { messagesCleared: 2 }, ...place };
    const all = [...records("rewind"), cleared, ...records("basic").slice(1)];
    const { entries } = read(all);
    const at = entries.findIndex(({ id }) => id === "c");
    assert.equal(entries[at + 1]?.parentId, null);
  });

  it("reads limits, forks and servers' tools", () => {
    const [limit] = bodies(read(records("limit-429")).entries, "limit");
    assert.match(string(member(limit, "text")) ?? "", /429 MARK-429/);
    const parents = fixtures
      .filter(({ name }) => name.startsWith("copilot/fork"))
      .map(({ path }) => read(parse(path)).header.parent);
    assert.deepEqual(parents.toSorted(), ["b2bd4a82-adfe-484f-aa34-361e276a1a25", null]);
    const calls = messages(read(records("mcp")).entries).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "tool-call" ? [part.use] : [])),
    );
    const input = { key: "MARK-KEY" };
    assert.deepEqual(calls, [{ tool: "mcp", server: "demo", name: "lookup", input }]);
  });

  it("reads failed calls and images that tools gave", () => {
    const said = conversation(read(records("tools")).entries);
    assert.ok(said.includes("tool: =Viewed image file successfully.+image/png"));
    assert.ok(said.includes("tool: !=Path does not exist"));
    assert.ok(said.includes("tool: 0="));
  });

  it("knows all that 1.0.102 wrote, and lists what is newer", () => {
    for (const { name, path } of fixtures.filter(({ agent }) => agent === copilot)) {
      if (name.startsWith("hostile") || name.includes("/drift/")) continue;
      for (const record of parse(path)) {
        assert.deepEqual(unknowns(record, copilot.known ?? true), [], name);
      }
    }
    const drift = records("drift").flatMap((record) => unknowns(record, copilot.known ?? true));
    for (const place of ["<assistant.dream>", "<session.start>.data.contextWindows"]) {
      assert.ok(drift.includes(place), place);
    }
  });

  it("takes anything without throwing", () => {
    const odd: Json[] = [null, [], 7, "x", {}, { type: "user.message" }, { type: "x", data: [] }];
    const hostile = fixtures.filter(({ name }) => name.startsWith("hostile/copilot-"));
    assert.ok(hostile.length > 10);
    const writer = copilot.writer(OPTIONS);
    for (const record of [...odd, ...hostile.flatMap(({ path }) => parse(path))]) {
      for (const entry of copilot.reader().read(record, 0)) writer.predict(entry);
      writer.commit(record);
      writer.kind(record);
    }
  });

  it("recognises its own lines and no others", () => {
    for (const { agent, name, path } of fixtures) {
      if (name.startsWith("hostile")) continue;
      for (const record of parse(path)) assert.equal(copilot.recognises(record), agent === copilot);
    }
  });
});

const SESSION: Entry[] = [
  event("s", null, {
    event: "start",
    header: {
      ...HEADER,
      id: "01900000-0000-7000-8000-000000000000",
      cwd: "/home/dev/shop",
      createdAt: "2026-01-01T00:00:00.000Z",
    },
  }),
  { ...message("u", null, "user", ["Hello"]), time: "2026-01-01T00:00:01.000Z" },
  message("a", "u", "assistant", [
    { kind: "text", text: reasoningAsText("I think") },
    "Two things",
    use("c1", { tool: "execute", command: "ls" }),
    use("c2", { tool: "patch", patch: "*** Begin Patch\n*** End Patch\n" }),
  ]),
  message("r1", "a", "tool", [result("c1", "out", 2)]),
  message("r2", "a", "tool", [result("c2", "Done")]),
  message("z", "a", "assistant", ["Bye"]),
];

function use(callId: string, meaning: ToolUse): Part {
  const native = copilot.tools.toNative(meaning);
  return {
    kind: "tool-call",
    callId,
    name: native?.name ?? "",
    input: native?.input ?? null,
    use: meaning,
  };
}

function result(callId: string, text: string, exitCode?: number): Part {
  return {
    kind: "tool-result",
    callId,
    isError: false,
    ...(exitCode === undefined ? {} : { exitCode }),
    content: [{ kind: "text", text }],
  };
}

describe("copilot: writing", () => {
  it("writes what the CLI would", () => {
    const all = write(SESSION);
    assert.deepEqual(types(all), [
      "session.start",
      "user.message",
      "assistant.turn_start",
      "assistant.message",
      "tool.execution_start",
      "tool.execution_start",
      "tool.execution_complete",
      "tool.execution_complete",
      "assistant.turn_end",
      "assistant.turn_start",
      "assistant.message",
      "assistant.turn_end",
    ]);
    let parent: Json = null;
    for (const record of all) {
      assert.equal(member(record, "parentId"), parent);
      assert.match(string(member(record, "id")) ?? "", UUID);
      parent = member(record, "id") ?? null;
    }
    assert.equal(data(all[0], "copilotVersion"), "1.0.102");
    assert.equal(
      data(all[1], "transformedContent"),
      "<current_datetime>2026-01-01T00:00:01.000+00:00</current_datetime>\n\nHello",
    );
    assert.deepEqual([data(all[2], "turnId"), data(all[9], "turnId")], ["0", "1"]);
    assert.equal(data(all[3], "interactionId"), data(all[1], "interactionId"));
  });

  it("marks a call with a text as input, by the id, for OpenAI's Responses", () => {
    const all = write(SESSION);
    const [, patch] = array(data(all[3], "toolRequests"));
    assert.equal(member(patch, "toolCallId"), "custom_c2");
    assert.equal(member(patch, "type"), "custom");
    assert.equal(data(all[5], "toolCallId"), "custom_c2");
    assert.equal(data(all[7], "toolCallId"), "custom_c2");
  });

  it("gives back what it was given", () => {
    const { entries } = read(write(SESSION));
    assert.deepEqual(conversation(entries), [
      "user: Hello",
      "assistant: <I think> | Two things | bash(execute) | apply_patch(patch)",
      "tool: 2=out",
      "tool: =Done",
      "assistant: Bye",
    ]);
  });

  it("predicts without side effects", () => {
    const writer = copilot.writer(OPTIONS);
    for (const entry of SESSION) {
      const predicted = writer.predict(entry);
      assert.deepEqual(writer.predict(entry), predicted);
      for (const record of predicted) writer.commit(record);
    }
  });

  it("stores an image once", () => {
    const image: Part = { kind: "image", mediaType: "image/png", data: "iVBORw0KGgo=" };
    const all = write([
      message("1", null, "user", ["a", image]),
      message("2", "1", "user", [image]),
    ]);
    assert.deepEqual(types(all), ["session.binary_asset", "user.message", "user.message"]);
    assert.deepEqual(
      messages(read(all).entries).map(({ parts }) => parts.map(briefPart)),
      [["a", "image/png"], ["image/png"]],
    );
    const far: Part = { kind: "image", mediaType: "image/png", data: null, url: "http://x/a.png" };
    const [mention] = write([message("1", null, "user", [far])]);
    assert.equal(data(mention, "content"), "[image: http://x/a.png]");
  });

  it("sends a document as one, and mentions one that is not here", () => {
    const pdf: Part = { kind: "file", name: "a.pdf", mediaType: "application/pdf", data: "AAAA" };
    const [asset, sent] = write([message("1", null, "user", ["read", pdf])]);
    assert.equal(data(asset, "type"), "resource");
    assert.deepEqual(data(sent, "supportedNativeDocumentMimeTypes"), ["application/pdf"]);
    const attachment = array(data(sent, "attachments"))[0];
    assert.equal(member(attachment, "displayName"), "a.pdf");
    assert.equal(member(attachment, "assetId"), data(asset, "assetId"));
    const [mention] = write([message("1", null, "user", [{ ...pdf, data: null }])]);
    assert.equal(data(mention, "content"), "[attached file: a.pdf, application/pdf]");
  });

  it("continues from a real session as that does", () => {
    const writer = copilot.writer(OPTIONS);
    for (const record of records("responses")) writer.commit(record);
    const [start, said] = write([message("x", null, "assistant", ["more"])], writer);
    const last = records("responses").at(-1);
    assert.equal(member(start, "parentId"), member(last, "id"));
    assert.equal(data(said, "model"), "gpt-5.4");
    assert.equal(data(said, "turnId"), "1");
  });

  it("writes a compaction's summary without what the CLI adds to it", () => {
    const compaction = read(records("compact")).entries.find(
      (entry) => entry.kind === "event" && entry.event === "compaction",
    );
    const [record] = compaction ? write([compaction]) : [];
    assert.equal(data(record, "summaryContent"), "<overview>THE-SUMMARY of it all</overview>");
  });

  it("goes back to a mark without an event", () => {
    const writer = copilot.writer(OPTIONS);
    write(SESSION, writer);
    const mark = writer.mark();
    write([message("y", null, "user", ["on a branch"])], writer);
    assert.deepEqual(writer.rewind(mark, 1), []);
    const [next] = write([message("y", null, "user", ["again"])], writer);
    assert.equal(member(next, "parentId"), mark);
  });
});

describe("copilot: tools", () => {
  const uses: [name: string, input: Json, meaning: ToolUse | null][] = [
    ["view", { path: "/a", view_range: [3, 7] }, { tool: "read", path: "/a", offset: 3, limit: 5 }],
    ["view", { path: "/a", view_range: [3, -1] }, { tool: "read", path: "/a", offset: 3 }],
    ["create", { path: "/a", file_text: "x" }, { tool: "write", path: "/a", content: "x" }],
    [
      "edit",
      { path: "/a", old_str: "x", new_str: "y" },
      { tool: "edit", path: "/a", edits: [{ old: "x", new: "y" }] },
    ],
    ["apply_patch", "*** Begin Patch", { tool: "patch", patch: "*** Begin Patch" }],
    [
      "grep",
      { pattern: "x", paths: "/a", glob: "*.ts" },
      { tool: "search", pattern: "x", path: "/a", glob: "*.ts" },
    ],
    ["glob", { pattern: "*.ts" }, { tool: "glob", pattern: "*.ts" }],
    ["web_search", { query: "x" }, { tool: "web-search", query: "x" }],
    ["web_fetch", { url: "http://x" }, { tool: "fetch", url: "http://x" }],
  ];

  it("are read and written in both directions", () => {
    for (const [name, input, meaning] of uses) {
      assert.deepEqual(fromNative(name, input), meaning);
      const native = meaning && copilot.tools.toNative(meaning);
      assert.deepEqual(native, { name, input, exact: true });
    }
    assert.deepEqual(fromNative("rg", { pattern: "x" }), { tool: "search", pattern: "x" });
  });

  it("keep their own name where no word fits", () => {
    for (const [name, input] of [
      ["bash", { command: "x", mode: "async" }],
      ["grep", { pattern: "x", "-A": 3 }],
      ["sql", { query: "x" }],
      ["constructor", {}],
      ["view", null],
    ] as const) {
      assert.equal(fromNative(name, input), null, name);
    }
  });

  it("put more than one edit into a patch", () => {
    const edits = [
      { old: "a\nb", new: "c" },
      { old: "d", new: "" },
    ];
    assert.deepEqual(copilot.tools.toNative({ tool: "edit", path: "/f", edits }), {
      name: "apply_patch",
      input: "*** Begin Patch\n*** Update File: /f\n@@\n-a\n-b\n+c\n@@\n-d\n*** End Patch\n",
      exact: false,
    });
  });

  it("take the CLI's own line off a command's output and put it back", () => {
    const execute: ToolUse = { tool: "execute", command: "x" };
    const native = result("c", "out\n<shellId: 4 completed with exit code 3>");
    assert.ok(native.kind === "tool-result");
    const shared = parseResult(execute, native);
    assert.deepEqual(shared, result("c", "out", 3));
    assert.deepEqual(printResult(execute, shared, 4).content, native.content);
    const refused = { ...native, isError: true };
    assert.deepEqual(printResult(execute, refused, 4), refused);
  });

  it("word a call and its change as the screen shows them", () => {
    assert.equal(intention("create", { path: "/a" }), "create a new file at /a.");
    assert.equal(
      diffOf({ tool: "write", path: "/a", content: "x\ny\n" }),
      "\ndiff --git a/a b/a\ncreate file mode 100644\nindex 0000000..0000000\n--- a/dev/null\n+++ b/a\n@@ -1,0 +1,2 @@\n+x\n+y\n",
    );
  });

  it("accept what the APIs take", () => {
    const call = { kind: "tool-call", callId: "c", use: null } as const;
    assert.ok(copilot.tools.accepts({ ...call, name: "any_tool", input: {} }));
    assert.ok(copilot.tools.accepts({ ...call, name: "any_tool", input: "text" }));
    assert.ok(!copilot.tools.accepts({ ...call, name: "a.b", input: {} }));
    assert.ok(!copilot.tools.accepts({ ...call, name: "a", input: [] }));
  });
});

describe("copilot: store and launch", () => {
  const HEAD: Header = {
    ...HEADER,
    id: "abc-1",
    cwd: "/home/dev",
    createdAt: "2026-01-01T00:00:00Z",
  };

  it("finds its sessions with their titles", async () => {
    const { store } = copilot;
    const home = mkdtempSync(join(temporaryFolder(), "home-"));
    const [root = ""] = store.roots({ HOME: home });
    assert.equal(root, join(home, ".copilot/session-state"));
    assert.deepEqual(store.roots({ HOME: home, COPILOT_HOME: "/c" }), ["/c/session-state"]);
    assert.deepEqual(await store.find(root), []);

    const header = { ...HEAD, title: "It's: a # title" };
    const path = store.pathFor(root, header, {});
    assert.equal(path, join(root, "abc-1/events.jsonl"));
    const [companion] = store.companions?.(root, path, header) ?? [];
    assert.ok(companion);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(companion.path, companion.text);
    assert.deepEqual(await store.find(root), [], "a screen that was opened and left");
    writeFileSync(path, "{}\n");
    mkdirSync(join(root, ".session-operation-locks"));
    const [found, ...more] = await store.find(root);
    assert.deepEqual(more, []);
    assert.equal(found?.id, "abc-1");
    assert.equal(found?.summary?.title, "It's: a # title");
    assert.equal(found?.summary?.cwd, "/home/dev");
    assert.equal(store.title?.(path), "It's: a # title");
    assert.equal(store.title?.(join(root, "none/events.jsonl")), null);
  });

  it("writes workspace.yaml so that it is read again", () => {
    for (const title of ["plain", "a: b", "- x", "'q'", "true", "1", "日本語 🎉", "two\nlines"]) {
      const text = workspaceText({ ...HEAD, title });
      assert.equal(readWorkspace(text)?.title, title.replace("\n", " "), title);
      assert.match(text, /^user_named: true$/m);
    }
    assert.doesNotMatch(workspaceText(HEAD), /name:(?! github)/);
    assert.equal(readWorkspace('name: "a\\"b"\n')?.title, 'a"b');
    assert.equal(readWorkspace(""), null);
  });

  it("resumes by id, with options that are no options of their own", () => {
    const session = { id: "abc", path: "/x", prompt: "-p", args: ["--model", "m"] };
    assert.deepEqual(copilot.launch.resumeArgs(session), [
      "--resume=abc",
      "--model",
      "m",
      "--interactive=-p",
    ]);
    assert.deepEqual(copilot.launch.resumeArgs({ ...session, prompt: null, args: [] }), [
      "--resume=abc",
    ]);
  });
});

describe("reasoning that was said as text", () => {
  it("is told apart from the text after it", () => {
    assert.deepEqual(leadingReasoning(`${reasoningAsText("a")}\n\n${reasoningAsText("b")}\n\nc`), [
      { kind: "reasoning", text: "a" },
      { kind: "reasoning", text: "b" },
      { kind: "text", text: "c" },
    ]);
    assert.deepEqual(leadingReasoning(reasoningAsText("a")), [{ kind: "reasoning", text: "a" }]);
    assert.deepEqual(leadingReasoning("<thinking>\nold\n</thinking>\n\nc"), [
      { kind: "reasoning", text: "old" },
      { kind: "text", text: "c" },
    ]);
    const mocked = "[Reasoning before this answer, quoted:]\nno quotation";
    assert.deepEqual(leadingReasoning(mocked), [{ kind: "text", text: mocked }]);
    assert.deepEqual(leadingReasoning("<thinking>\nopen"), [
      { kind: "text", text: "<thinking>\nopen" },
    ]);
    assert.deepEqual(leadingReasoning(""), []);
  });
});
