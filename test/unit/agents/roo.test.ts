/** Roo Code's tasks; what its relatives share with it is tested here, too. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { roo } from "../../../src/agents/roo/index.ts";
import { fromNative } from "../../../src/agents/shared/tasks/tools.ts";
import { hostOf } from "../../../src/io/host.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import { member } from "../../../src/session/json.ts";
import type { Entry, Json, JsonObject, Message } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/roo");
const folder = temporaryFolder();
const database = known(roo.store.database);
const EXTENSION = ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline";
let folders = 0;

/** A home folder with the recorded store, to be written to. */
function storeOf(): { home: string; root: string; id: string; lines: string[] } {
  const home = join(folder, String(++folders));
  cpSync(join(FIXTURES, "basic"), home, { recursive: true });
  const root = join(home, EXTENSION, "tasks");
  const [id = ""] = readdirSync(root).filter((name) => !name.startsWith("_"));
  return { home, root, id, lines: known(database.read(root, id)) };
}

/** Every file below a folder, by its path. */
function filesIn(root: string): { [path: string]: string } {
  const names = readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(path, "utf8")]));
}

function entriesOf(...messages: JsonObject[]): Entry[] {
  const reader = roo.reader();
  return messages.flatMap((message, at) => reader.read({ roo: message }, at));
}

function messagesOf(...messages: JsonObject[]): Message[] {
  return entriesOf(...messages).filter((entry) => entry.kind === "message");
}

const texts = (...all: string[]): JsonObject => ({
  role: "user",
  content: all.map((text) => ({ type: "text", text })),
});

function line(message: JsonObject): string {
  return JSON.stringify({ roo: message });
}

const TURN: readonly string[] = [
  line({ ...texts("<user_message>\nAnd now?\n</user_message>"), ts: 1795947900000 }),
  line({ role: "assistant", content: [{ type: "text", text: "Done." }], ts: 1795947901000 }),
];

describe("roo: what is read", () => {
  it("a user's words without their tags; what stands in none is the extension's", () => {
    const [first, second] = messagesOf(
      texts("<task>\nList <b>\n</task>", "<environment_details>\nx\n</environment_details>"),
      texts("[list_files for '.'] Result:", "src/"),
    );
    assert.deepEqual(first?.parts, [{ kind: "text", text: "List <b>" }]);
    const [, details, result] = messagesOf(
      texts("<task>\nx\n</task>", "<environment_details>\nx\n</environment_details>"),
      texts("[list_files for '.'] Result:", "src/"),
    );
    assert.equal(details?.scaffold, true);
    assert.equal(second?.scaffold, true);
    assert.equal(result?.told, true);
  });

  it("the folder and the model from what it says of the machine, if no list has them", () => {
    const reader = roo.reader();
    const details =
      "<environment_details>\n<model>glm-5</model>\n\n# Current Workspace Directory (/home/dev/a (b)) Files\n</environment_details>";
    reader.read({ roo: texts("<user_message>\nx\n</user_message>", details) }, 0);
    assert.equal(reader.header().cwd, "/home/dev/a (b)");
    assert.equal(reader.header().model, "glm-5");
  });

  it("a summary stands for all before it; a marker hides what is named after it", () => {
    const entries = entriesOf(
      texts("<task>\nx\n</task>"),
      { role: "assistant", content: "hidden", truncationParent: "t" },
      { role: "assistant", content: "shown", truncationParent: "of a marker that was taken back" },
      { role: "user", content: "[Sliding window …]", isTruncationMarker: true, truncationId: "t" },
      { ...texts("## Conversation Summary\nShort."), isSummary: true, condenseId: "c" },
    );
    const events = entries.filter((entry) => entry.kind === "event");
    assert.deepEqual(
      events.map(({ event }) => event),
      ["hide", "compaction"],
    );
    const [hide, compaction] = events;
    assert.equal(hide?.event === "hide" && hide.target, "#1");
    const summary = compaction?.event === "compaction" ? compaction.summary : "";
    assert.equal(summary, "## Conversation Summary\nShort.");
  });

  it("the messages that Cline took out are hidden, by their numbers", () => {
    const reader = roo.reader();
    const task = { id: "1", conversationHistoryDeletedRange: [2, 3] };
    const records: Json[] = [
      { "roo-task": task },
      ...[0, 1, 2, 3, 4].map((n) => ({ roo: said(n) })),
    ];
    const entries = records.flatMap((record, at) => reader.read(record, at));
    const hidden = entries.flatMap((one) =>
      one.kind === "event" && one.event === "hide" ? [one.target] : [],
    );
    assert.deepEqual(hidden, ["#3", "#4"]);
  });

  it("what a user says after a task was completed is theirs, though it is a tool's result", () => {
    const text = "<user_message>\nAnd the discount?\n</user_message>";
    const [, result, said] = messagesOf(
      {
        role: "assistant",
        content: [
          { type: "tool_use", id: "c", name: "attempt_completion", input: { result: "ok" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c", content: text }] },
    );
    assert.deepEqual(result?.parts, [
      { kind: "tool-result", callId: "c", isError: false, content: [] },
    ]);
    assert.deepEqual(said?.parts, [{ kind: "text", text: "And the discount?" }]);
  });

  it("reasoning in each form that APIs have for it", () => {
    const [one, two] = messagesOf(
      {
        role: "assistant",
        content: [{ type: "thoughtSignature", thoughtSignature: "s" }],
        reasoning_details: [{ type: "reasoning.text", text: "why" }],
      },
      {
        type: "reasoning",
        summary: [{ type: "summary_text", text: "because" }],
        encrypted_content: "e",
      },
    );
    assert.deepEqual(one?.parts, [
      {
        kind: "reasoning",
        text: "why",
        seal: { reasoning_details: { type: "reasoning.text", text: "why" } },
      },
      { kind: "reasoning", text: "", seal: { thoughtSignature: "s" } },
    ]);
    assert.equal(two?.role, "assistant");
    assert.deepEqual(two?.parts, [
      { kind: "reasoning", text: "because", seal: { encrypted_content: "e" } },
    ]);
  });
});

function said(n: number): JsonObject {
  return { role: n % 2 === 0 ? "user" : "assistant", content: `${n}` };
}

describe("roo: tools", () => {
  it("there and back", () => {
    for (const [name, input] of [
      ["execute_command", { command: "ls", cwd: "src", timeout: 30 }],
      ["read_file", { path: "a.ts", offset: 5, limit: 10 }],
      ["write_to_file", { path: "a.ts", content: "x\n" }],
      ["edit", { file_path: "a.ts", old_string: "a", new_string: "b", replace_all: true }],
      [
        "apply_diff",
        {
          path: "a",
          diff: "<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE",
        },
      ],
      ["search_files", { path: "src", regex: "a+", file_pattern: "*.ts" }],
      ["list_files", { path: "src", recursive: false }],
      ["update_todo_list", { todos: "[x] a\n[-] b\n[ ] c" }],
      ["mcp--browser--open", { url: "http://localhost" }],
      ["apply_patch", { patch: "*** Begin Patch\n*** End Patch" }],
    ] as const) {
      const use = known(fromNative(name, input), name);
      const native = known(roo.tools.toNative(use), name);
      assert.deepEqual([native.name, native.input], [name, input]);
    }
  });

  it("what a tool of others does not say keeps its own name", () => {
    assert.equal(fromNative("list_files", { path: ".", recursive: true }), null);
    assert.equal(fromNative("read_file", { path: "a", mode: "indentation" }), null);
    assert.equal(fromNative("apply_diff", { path: "a", diff: "no blocks" }), null);
    assert.equal(fromNative("switch_mode", { mode_slug: "ask" }), null);
    const lines = "<<<<<<< SEARCH\n:start_line:3\n-------\na\n=======\nb\n>>>>>>> REPLACE";
    assert.deepEqual(fromNative("apply_diff", { path: "a", diff: lines }), {
      tool: "edit",
      path: "a",
      edits: [{ old: "a", new: "b" }],
    });
    assert.deepEqual(
      fromNative("replace_in_file", {
        path: "a",
        diff: "------- SEARCH\na\n=======\nb\n+++++++ REPLACE\n",
      }),
      {
        tool: "edit",
        path: "a",
        edits: [{ old: "a", new: "b" }],
      },
    );
  });
});

describe("roo: the store", () => {
  it("finds tasks in each editor, and where a setting moves them", async () => {
    const { home, root, id } = storeOf();
    const own = join(home, "elsewhere");
    const settings = join(home, ".config/Cursor/User/settings.json");
    mkdirSync(dirname(settings), { recursive: true });
    writeFileSync(
      settings,
      `{\n  // moved\n  "roo-cline.customStoragePath": ${JSON.stringify(own)},\n}`,
    );
    cpSync(join(root, id), join(own, "tasks", id), { recursive: true });
    const roots = roo.store.roots({ HOME: home }, hostOf({ HOME: home }, "linux"));
    assert.deepEqual(roots, [root, join(own, "tasks")]);
    assert.ok(database.holds(join(own, "tasks")));
    const [found] = await roo.store.find(root);
    assert.equal(found?.summary?.title, "Why is the total of the cart wrong? ünïcødé 日本語 🎉");
    assert.equal(found.summary.cwd, "/home/dev/shop");
    const path = join(root, id, "api_conversation_history.json");
    assert.equal(roo.store.whole?.(path), `${root}#${id}`);
  });

  it("without a task anywhere, that of Visual Studio Code", () => {
    const roots = roo.store.roots(
      { USERPROFILE: "C:\\Users\\dev" },
      hostOf({ USERPROFILE: "C:\\Users\\dev" }, "win32"),
    );
    const extension = "globalStorage\\rooveterinaryinc.roo-cline\\tasks";
    assert.deepEqual(roots, [`C:\\Users\\dev\\AppData\\Roaming\\Code\\User\\${extension}`]);
  });

  it("older tasks are listed in the index, or in the editor's state", () => {
    const { root, id } = storeOf();
    const line = () => parseValue(known(database.read(root, id))[0] ?? "");
    const before = line();
    rmSync(join(root, id, "history_item.json"));
    assert.deepEqual(line(), before);
    rmSync(join(root, "_index.json"));
    assert.deepEqual(line(), { "roo-task": { id } });
    const db = new DatabaseSync(join(dirname(dirname(root)), "state.vscdb"));
    db.exec("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)");
    const item = { id, ts: 5, task: "From the state", workspace: "c:\\Users\\dev\\shop" };
    const state = JSON.stringify({ taskHistory: [{ id: "other" }, item], mode: "code" });
    db.prepare("INSERT INTO ItemTable VALUES (?, ?)").run("RooVeterinaryInc.roo-cline", state);
    assert.equal(member(member(line(), "roo-task"), "task"), "From the state");
    db.close();
  });

  it("turns are added, shown as well, and taken back to the byte", () => {
    const { root, id, lines } = storeOf();
    const before = filesIn(root);
    const after = [...lines, ...TURN];
    database.replace(root, id, lines, after);
    assert.deepEqual(database.read(root, id), after);
    const screen = parseValue(readFileSync(join(root, id, "ui_messages.json"), "utf8"));
    const shown = Array.isArray(screen) ? screen.slice(-2).map((one) => member(one, "text")) : [];
    assert.deepEqual(shown, ["And now?", "Done."]);
    database.replace(root, id, after, lines);
    assert.deepEqual(filesIn(root), before);
  });

  it("a task that continued is not changed", () => {
    const { root, id, lines } = storeOf();
    const before = filesIn(root);
    assert.throws(
      () => database.replace(root, id, lines.slice(0, -1), TURN),
      /changed in the meantime/,
    );
    assert.throws(() => database.replace(root, id, lines, TURN), /another session/);
    assert.deepEqual(filesIn(root), before);
  });

  it("a new task appears with all of its files, and is gone without a trace", () => {
    const { root, id, lines } = storeOf();
    const before = filesIn(root);
    const now = database.renamed(lines, "new");
    database.replace(root, "new", null, now);
    assert.deepEqual(database.read(root, "new"), now);
    const item = parseValue(readFileSync(join(root, "new", "history_item.json"), "utf8"));
    // What its schema requires (packages/types/src/history.ts).
    assert.equal(member(item, "id"), "new");
    for (const key of ["number", "ts", "tokensIn", "tokensOut", "totalCost"]) {
      assert.equal(typeof member(item, key), "number", key);
    }
    const screen = parseValue(readFileSync(join(root, "new", "ui_messages.json"), "utf8"));
    const [first] = Array.isArray(screen) ? screen : [];
    assert.deepEqual([member(first, "say"), member(first, "text")], ["text", member(item, "task")]);
    database.replace(root, "new", now, null);
    assert.deepEqual(filesIn(root), before);
    assert.throws(() => database.replace(root, id, null, lines), /already exists/);
  });

  it("what is no task is said to be none, and one that is indented stays so", () => {
    const { root, id, lines } = storeOf();
    const path = join(root, id, "api_conversation_history.json");
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify(value, null, 2));
    const now = known(database.read(root, id));
    assert.equal(now.length, lines.length + 1);
    database.replace(root, id, now, [...now, ...TURN]);
    database.replace(root, id, [...now, ...TURN], now);
    assert.equal(readFileSync(path, "utf8"), JSON.stringify(value, null, 2));
    writeFileSync(path, '[{"role":"user"');
    assert.throws(() => database.read(root, id), /no task of Roo Code's, or a damaged one/);
    assert.equal(database.read(root, "nowhere"), null);
  });
});
