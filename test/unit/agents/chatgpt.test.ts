import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { conversation } from "../../../src/agents/chatgpt/document.ts";
import { chatgpt } from "../../../src/agents/chatgpt/index.ts";
import { fromNative } from "../../../src/agents/chatgpt/tools.ts";
import { feedOf } from "../../../src/convert/read/folder.ts";
import { lineOf } from "../../../src/lossless/lines.ts";
import type { Entry, Json, Part } from "../../../src/session/types.ts";
import { readRecords } from "../../support/conversion.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { zipOf } from "../../support/zip.ts";

const BASIC = join(import.meta.dirname, "../../fixtures/chatgpt/basic");
const ID = "68a0f1d2-a001-8000-9000-00000000000c";
const { store } = chatgpt;
const database = known(store.database);
const root = temporaryFolder();

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `~${part.text}`;
    case "tool-call":
      return `${part.name}(${JSON.stringify(part.input)})`;
    case "tool-result":
      return `${part.isError ? "!" : ""}=${part.content.map(brief).join("|")}`;
    case "image":
      return part.mediaType;
    case "file":
      return `${part.name}: ${part.text ?? part.data ?? "?"}`;
    case "other":
      return `?${part.text}`;
    case "unread":
      return `-${part.type}`;
  }
}

function saidIn(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== "message" || entry.scaffold) return [];
    return [`${entry.role}${entry.told ? "*" : ""}: ${entry.parts.map(brief).join(" + ")}`];
  });
}

function read(records: readonly Json[]): Entry[] {
  const reader = chatgpt.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function entriesAt(place: string, lines: readonly string[]): Entry[] {
  const feed = feedOf(chatgpt, place);
  return lines.flatMap((line) => [...feed.entries(lineOf(Buffer.from(line)))]);
}

/** The forms in which people have the same export. */
function forms(): [string, string][] {
  const folder = mkdtempSync(join(root, "forms-"));
  const files = Object.fromEntries(
    readdirSync(BASIC).map((name) => [`export/${name}`, readFileSync(join(BASIC, name))]),
  );
  const [zip, json] = [join(folder, "export.zip"), join(folder, "mine.json")];
  writeFileSync(zip, zipOf({ "__MACOSX/export/._conversations-000.json": "junk", ...files }));
  copyFileSync(join(BASIC, "conversations-000.json"), json);
  return [
    ["the unpacked folder", BASIC],
    ["the .zip", zip],
    ["one of its files", json],
  ];
}

describe("an export of ChatGPT", () => {
  for (const [what, path] of forms()) {
    it(`${what}: has its conversations, and what belongs to them`, async () => {
      assert.ok(database.holds(path));
      const found = await store.find(path);
      assert.deepEqual(
        found.map(({ id, summary }) => [id, known(summary).title, known(summary).messages]),
        [
          [ID, "Sorting a list", 17],
          ["68a0f1d2-a002-8000-9000-00000000000c", null, 2],
          ["68a0f1d2-a003-8000-9000-00000000000c", "New chat", 0],
        ].slice(0, what === "one of its files" ? 1 : 3),
      );
      assert.deepEqual(known(store.inDatabase)(path), found);
      const lines = known(database.read(path, ID));
      const rows = readFileSync(fixture("chatgpt/rows").path, "utf8").split("\n").slice(0, -1);
      assert.deepEqual(lines.slice(1), rows);
      assert.match(lines[0] ?? "", /^\{"spelling":/);
      assert.equal(database.read(path, "none"), null);
      const user = saidIn(entriesAt(`${path}#${ID}`, lines))[0];
      const isAlone = what === "one of its files";
      const picture = isAlone ? "-image_asset_pointer" : "image/png";
      const notes = isAlone ? "?" : "MARK-NOTES-1 3, 1, 2\n";
      const text = "MARK-USER-1 sort the list in the picture — ünïcode 你好";
      assert.equal(user, `user: ${picture} + ${text} + notes.txt: ${notes}`);
    });
  }

  it("a folder with archives in it has the conversations of all", async () => {
    const folder = mkdtempSync(join(root, "archives-"));
    const file = readFileSync(join(BASIC, "conversations-001.json"));
    for (const name of ["a.zip", "b.zip"]) {
      writeFileSync(join(folder, name), zipOf({ "conversations.json": file }));
    }
    writeFileSync(join(folder, "c.zip"), "not an archive");
    assert.equal((await store.find(folder)).length, 4);
  });

  it("may have a file without conversations before the others", async () => {
    const folder = mkdtempSync(join(root, "shards-"));
    writeFileSync(join(folder, "conversations-000.json"), " [] \n");
    copyFileSync(join(BASIC, "conversations-000.json"), join(folder, "conversations-001.json"));
    assert.equal((await store.find(folder)).length, 1);
    const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]);
    const zip = join(folder, "export.zip");
    writeFileSync(zip, zipOf(Object.fromEntries(files)));
    assert.equal((await store.find(zip)).length, 1);
  });

  it("that was cut off has what is whole, and says of the rest that it is damaged", async () => {
    const folder = mkdtempSync(join(root, "torn-"));
    const path = join(folder, "conversations.json");
    const text = readFileSync(join(BASIC, "conversations-001.json"), "utf8");
    writeFileSync(path, text.slice(0, -100));
    const [whole, torn] = await store.find(folder);
    assert.ok(database.read(folder, known(whole).id));
    assert.equal(known(torn).id, "conversation-2");
    assert.throws(() => database.read(folder, "conversation-2"), /damaged/);
  });

  it("that was replaced is read anew", async () => {
    const folder = mkdtempSync(join(root, "replaced-"));
    const path = join(folder, "conversations.json");
    for (const [name, count] of [
      ["conversations-001.json", 2],
      ["conversations-000.json", 1],
    ] as const) {
      copyFileSync(join(BASIC, name), path);
      assert.equal((await store.find(folder)).length, count);
    }
  });

  it("has a conversation that is there twice under two ids", async () => {
    const folder = mkdtempSync(join(root, "twice-"));
    for (const n of [1, 2]) {
      copyFileSync(
        join(BASIC, "conversations-001.json"),
        join(folder, `conversations-00${n}.json`),
      );
    }
    const ids = (await store.find(folder)).map(({ id }) => id);
    assert.equal(new Set(ids).size, 4);
    assert.ok(ids.includes("68a0f1d2-a002-8000-9000-00000000000c-2"));
  });

  it("is none of another kind, nor of Claude.ai, and is never written to", () => {
    const folder = mkdtempSync(join(root, "other-"));
    for (const [name, text] of [
      ["a.json", '[{"uuid":"x","chat_messages":[]}]'],
      ["b.json", "[]"],
      ["c.json", '{"a":1}'],
      ["conversations.json", "[1,2]"],
    ] as const) {
      writeFileSync(join(folder, name), text);
      assert.equal(database.holds(join(folder, name)), false, name);
    }
    assert.equal(database.holds(folder), false);
    assert.equal(database.holds(join(folder, "gone")), false);
    assert.throws(() => database.replace(BASIC, ID, null, []), { kind: "refused" });
  });
});

describe("a conversation of ChatGPT", () => {
  const records = readRecords(fixture("chatgpt/rows").path).flatMap((one) => one ?? []);

  it("is read with its calls, results, thoughts and branches", () => {
    assert.deepEqual(saidIn(read(records)), [
      "user: -image_asset_pointer + MARK-USER-1 sort the list in the picture — ünïcode 你好 + notes.txt: ?",
      "assistant: ~Reading the picture\n\nMARK-THOUGHT-1 it shows three numbers.",
      'assistant: python("print(sorted([3,1,2]))  # MARK-CALL-1")',
      "tool: =[1, 2, 3] MARK-OUTPUT-1",
      "assistant: MARK-ANSWER-1 the list is 1, 2, 3",
      "user: MARK-USER-2 and the other way round?",
      "assistant: MARK-ANSWER-2 3, 2, 1",
      "user: MARK-USER-3 what does the manual say of sorted()?",
      'assistant: web.run({"search_query":[{"q":"python sorted"}],"response_length":"short"})',
      "tool: =sorted\nhttps://docs.example.org/sorted\nMARK-PAGE-1 returns a new sorted list",
      // What a tool says after its result.
      "user*: Sorting\nhttps://docs.example.org/howto\nMARK-QUOTE-1 sorts are stable",
      'assistant: python("1/0  # MARK-CALL-2")',
      "tool: !=ZeroDivisionError: division by zero MARK-ERROR-1",
      "assistant: MARK-ANSWER-3 it returns a new list",
    ]);
  });

  it("continues from the node that it names, whatever comes last in the tree", async () => {
    const { Survey } = await import("../../../src/session/survey.ts");
    const liveOf = (all: readonly Json[]): string[] => {
      const survey = new Survey();
      const reader = chatgpt.reader();
      const entries = all.flatMap((record, at) => reader.read(record, at));
      for (const entry of entries) survey.add(entry);
      const plan = survey.finish(reader.header());
      return saidIn(entries.filter((_, n) => plan.visibility(n) === "live"));
    };
    assert.ok(!liveOf(records).some((text) => text.includes("MARK-USER-2")));
    const other = [
      ...records.slice(0, -1),
      { current_node: "68a0f1d2-000a-8000-9000-00000000000c" },
    ];
    assert.equal(liveOf(other).at(-1), "assistant: MARK-ANSWER-2 3, 2, 1");
    assert.ok(!liveOf(other).some((text) => text.includes("MARK-USER-3")));
  });

  it("is the same document again, in whatever order its nodes stand", () => {
    const documents = ["conversations-000.json", "conversations-001.json"].flatMap((name) => {
      const all: Json[] = JSON.parse(readFileSync(join(BASIC, name), "utf8"));
      return all;
    });
    assert.equal(documents.length, 3);
    for (const document of documents) {
      const all = known(conversation.records(document));
      assert.equal(JSON.stringify(conversation.document(all)), JSON.stringify(document));
    }
    // Exports of 2026 name no children; this one has its nodes in no order.
    const slim = known(conversation.records(documents[1] ?? null));
    assert.deepEqual(saidIn(read(slim)), ["user: MARK-SLIM-1 hi", "assistant: MARK-SLIM-2 hello"]);
  });

  it("a search is one in the shared vocabulary", () => {
    const search = { search_query: [{ q: "words" }], response_length: "short" };
    assert.deepEqual(fromNative("web.run", search), { tool: "web-search", query: "words" });
    assert.deepEqual(fromNative("browser", 'search("words")'), {
      tool: "web-search",
      query: "words",
    });
    assert.equal(fromNative("web.run", { ...search, open: [{ ref_id: "x" }] }), null);
    assert.equal(fromNative("python", "1"), null);
  });
});

describe("a node of ChatGPT's", () => {
  it("that names no parent is the first one", () => {
    const message = { author: { role: "user" }, content: { content_type: "text", parts: ["hi"] } };
    assert.deepEqual(saidIn(read([{ id: "u", message, children: [] }])), ["user: hi"]);
    assert.equal(chatgpt.recognises({ id: "u", message: null }), false);
  });
});
