import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { conversation } from "../../../src/agents/claude-web/document.ts";
import { claudeWeb } from "../../../src/agents/claude-web/index.ts";
import { fromNative } from "../../../src/agents/claude-web/tools.ts";
import { Survey } from "../../../src/session/survey.ts";
import type { Entry, Json, Part } from "../../../src/session/types.ts";
import { readRecords } from "../../support/conversion.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { zipOf } from "../../support/zip.ts";

const BASIC = join(import.meta.dirname, "../../fixtures/claude-web/basic");
const ID = "019d8248-a001-7a84-bfca-23c88f2618e0";
const { store } = claudeWeb;
const database = known(store.database);
const root = temporaryFolder();

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `~${part.text}${part.seal === undefined ? "" : " (sealed)"}`;
    case "tool-call":
      return `${part.name}:${part.use?.tool ?? JSON.stringify(part.input)}`;
    case "tool-result":
      return `${part.isError ? "!" : ""}=${part.content.map(brief).join("|")}`;
    case "image":
      return part.mediaType;
    case "file":
      return `${part.name}: ${part.text ?? "?"}`;
    case "other":
      return `?${part.text}`;
    case "unread":
      return `-${part.type}`;
  }
}

function saidIn(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) =>
    entry.kind === "message" ? [`${entry.role}: ${entry.parts.map(brief).join(" + ")}`] : [],
  );
}

/** All that is said, and what of it the model would see. */
function read(records: readonly Json[]): { all: string[]; live: string[] } {
  const survey = new Survey();
  const reader = claudeWeb.reader();
  const entries = records.flatMap((record, at) => reader.read(record, at));
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(reader.header());
  return {
    all: saidIn(entries),
    live: saidIn(entries.filter((_, n) => plan.visibility(n) === "live")),
  };
}

const MAIN = [
  "user: notes.txt: MARK-NOTES-1 3, 1, 2 + list.png: ? + MARK-USER-1 sort the list in the notes — ünïcode 你好",
  "assistant: ~MARK-THOUGHT-1 three numbers, I sort them. (sealed) + MARK-ANSWER-1 I will run it. + bash_tool:execute",
  "tool: =1\n2\n3 MARK-OUTPUT-1",
  "assistant: web_search:web-search + view:read",
  "tool: !=MARK-ERROR-1 no such file + =Sorting\nhttps://docs.example.org/howto\nMARK-PAGE-1 sorts are stable",
  "assistant: MARK-ANSWER-2 1, 2, 3",
];

describe("an export of Claude.ai", () => {
  it("has its conversations, in the folder and in the .zip", async () => {
    const zip = join(mkdtempSync(join(root, "zip-")), "export.zip");
    const files = ["conversations.json", "users.json"].map((name) => [
      `data/${name}`,
      readFileSync(join(BASIC, name)),
    ]);
    writeFileSync(zip, zipOf(Object.fromEntries(files)));
    for (const path of [BASIC, zip]) {
      const found = await store.find(path);
      assert.deepEqual(
        found.map(({ id, summary }) => [id, known(summary).title, known(summary).messages]),
        [
          [ID, "Sorting a list", 6],
          ["019d8248-a002-7a84-bfca-23c88f2618e0", null, 2],
          ["019d8248-a003-7a84-bfca-23c88f2618e0", "Nothing yet", 0],
        ],
      );
      const rows = readFileSync(fixture("claude-web/rows").path, "utf8").split("\n").slice(0, -1);
      assert.deepEqual(database.read(path, ID), rows);
    }
  });

  it("is none of ChatGPT's, and never written to", () => {
    assert.equal(database.holds(join(BASIC, "../../chatgpt/basic")), false);
    assert.equal(database.holds(join(BASIC, "users.json")), false);
    assert.throws(() => database.replace(BASIC, ID, null, []), { kind: "refused" });
  });
});

describe("a conversation of Claude.ai", () => {
  const records = readRecords(fixture("claude-web/rows").path).flatMap((one) => one ?? []);

  it("is read with its files, thoughts, calls and results; the newest branch is live", () => {
    const { all, live } = read(records);
    assert.deepEqual(all.slice(0, MAIN.length), MAIN);
    assert.deepEqual(live, [
      ...MAIN,
      "user: MARK-USER-3 as a file, please",
      'assistant: artifacts:{"id":"list","type":"text/markdown","title":"List","command":"create","content":"MARK-ARTIFACT-1\\n1\\n2\\n3"}',
      "tool: =OK",
      "assistant: MARK-ANSWER-4 here it is",
    ]);
  });

  it("continues from the leaf that the site names", () => {
    const leaf = { current_leaf_message_uuid: "019d8248-0004-7a84-bfca-23c88f2618e0" };
    assert.deepEqual(read([...records, leaf]).live, [
      ...MAIN,
      "user: MARK-USER-2 and the other way round?",
      "assistant: MARK-ANSWER-3 3, 2, 1",
    ]);
  });

  it("of 2024 has neither parents nor ids of calls", () => {
    const lines = known(database.read(BASIC, "019d8248-a002-7a84-bfca-23c88f2618e0"));
    const { live } = read(lines.map((line): Json => JSON.parse(line)));
    assert.deepEqual(live, [
      "user: MARK-OLD-1 hi",
      'assistant: MARK-OLD-2 let me see + repl:{"code":"1+1 // MARK-OLD-3"}',
      "tool: =2 MARK-OLD-4",
      "assistant: MARK-OLD-5 it is 2",
    ]);
  });

  it("goes on behind a message that says nothing, and begins again where the first was edited", () => {
    const said = (uuid: string, parent: string, text: string, content: Json[] = []): Json => {
      const sender = uuid.startsWith("u") ? "human" : "assistant";
      return { uuid, sender, text, content, parent_message_uuid: parent };
    };
    const first = said("u1", "00000000-0000-4000-8000-000000000000", "one");
    const empty = [first, said("a1", "u1", ""), said("a2", "u1", "again"), said("u2", "a1", "two")];
    assert.deepEqual(read(empty).live, ["user: one", "user: two"]);
    const edited = said("u3", "00000000-0000-0000-0000-000000000000", "other");
    assert.deepEqual(read([first, said("a1", "u1", "x"), edited]).live, ["user: other"]);
    const blank = said("u4", "", "kept", [{ type: "text", text: "" }]);
    assert.deepEqual(read([blank]).all, ["user: kept"]);
  });

  it("is the same document again", () => {
    const all: Json[] = JSON.parse(readFileSync(join(BASIC, "conversations.json"), "utf8"));
    const [first] = all;
    const site = { ...Object(first), current_leaf_message_uuid: "x", model: "claude-x" };
    for (const document of [...all, site]) {
      const lines = known(conversation.records(document));
      assert.equal(JSON.stringify(conversation.document(lines)), JSON.stringify(document));
    }
  });

  it("its tools are those of the shared vocabulary, where they say no more", () => {
    const path = "/mnt/user-data/a.txt";
    assert.deepEqual(fromNative("view", { path, view_range: [3, 5], description: "why" }), {
      tool: "read",
      path,
      offset: 3,
      limit: 3,
    });
    assert.deepEqual(fromNative("create_file", { path, file_text: "x", description: "why" }), {
      tool: "write",
      path,
      content: "x",
    });
    assert.deepEqual(fromNative("str_replace", { path, old_str: "x", description: "why" }), {
      tool: "edit",
      path,
      edits: [{ old: "x", new: "" }],
    });
    const url = "https://example.org";
    assert.deepEqual(fromNative("web_fetch", { url }), { tool: "fetch", url });
    assert.equal(fromNative("web_fetch", { url, text_content_token_limit: "5000" }), null);
    assert.equal(fromNative("artifacts", { command: "create" }), null);
    assert.equal(fromNative("bash_tool", "ls"), null);
  });
});
