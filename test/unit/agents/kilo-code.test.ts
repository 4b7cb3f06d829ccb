/** Kilo Code's tasks, from before it shared Kilo CLI's database; what it shares with Roo Code is in roo.test.ts. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { neverWritten } from "../../../src/agents/claim.ts";
import { kiloCode } from "../../../src/agents/kilo-code/index.ts";
import { fromNative } from "../../../src/agents/shared/tasks/tools.ts";
import { hostOf } from "../../../src/io/host.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import { member } from "../../../src/session/json.ts";
import type { JsonObject, Message } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/kilo-code");
const folder = temporaryFolder();
const database = known(kiloCode.store.database);
let folders = 0;

/** A home folder with the tasks of the CLI before 7. */
function storeOf(): { home: string; root: string; id: string } {
  const home = join(folder, String(++folders));
  cpSync(join(FIXTURES, "basic"), home, { recursive: true });
  const root = join(home, ".kilocode/cli/global/tasks");
  return { home, root, id: readdirSync(root)[0] ?? "" };
}

function messagesOf(...messages: JsonObject[]): Message[] {
  const reader = kiloCode.reader();
  const entries = messages.flatMap((one, at) => reader.read({ "kilo-code": one }, at));
  return entries.filter((entry) => entry.kind === "message");
}

describe("kilo-code: what is read", () => {
  it("what is typed to resume a task, without the words before it", () => {
    const text =
      "\n\nNew instructions for task continuation:\n<user_message>\nGo on.\n</user_message>";
    const [said] = messagesOf({ role: "user", content: [{ type: "text", text }] });
    const [before, typed] = known(said).parts;
    assert.equal(before?.kind === "text" && before.told, true);
    assert.deepEqual(typed, { kind: "text", text: "Go on." });
  });

  it("a replacement of several texts", () => {
    const operations = [
      { search: "a", replace: "b" },
      { search: "c", replace: "d" },
    ];
    assert.deepEqual(fromNative("search_and_replace", { path: "x", operations }), {
      tool: "edit",
      path: "x",
      edits: [
        { old: "a", new: "b" },
        { old: "c", new: "d" },
      ],
    });
    assert.equal(fromNative("search_and_replace", { path: "x", operations: [{}] }), null);
  });
});

describe("kilo-code: the store", () => {
  it("finds the tasks of the CLI before 7, whose list is a file", async () => {
    const { home, root, id } = storeOf();
    assert.deepEqual(kiloCode.store.roots({ HOME: home }, hostOf({ HOME: home }, "linux")), [root]);
    const [found] = await kiloCode.store.find(root);
    assert.equal(found?.id, id);
    assert.equal(found.summary?.title, "Why is the total of the cart wrong? ünïcødé 日本語 🎉");
    assert.equal(found.summary.cwd, "/home/dev/shop");
  });

  it("those of the extension, in each editor and where a setting moves them, with the editor's list", () => {
    const { home, root, id } = storeOf();
    const user = join(home, ".config/VSCodium/User");
    const own = join(user, "globalStorage/kilocode.kilo-code/tasks");
    const moved = join(home, "elsewhere");
    cpSync(root, own, { recursive: true });
    cpSync(root, join(moved, "tasks"), { recursive: true });
    rmSync(join(home, ".kilocode"), { recursive: true });
    writeFileSync(
      join(user, "settings.json"),
      JSON.stringify({ "kilo-code.customStoragePath": moved }),
    );
    const roots = kiloCode.store.roots({ HOME: home }, hostOf({ HOME: home }, "linux"));
    assert.deepEqual(roots, [join(moved, "tasks"), own]);
    for (const one of roots) assert.ok(database.holds(one), one);
    const title = () => {
      const task = parseValue(known(database.read(own, id))[0] ?? "");
      return member(member(task, "kilo-code-task"), "task");
    };
    assert.equal(title(), undefined);
    const state = join(dirname(dirname(own)), "state.vscdb");
    const db = new DatabaseSync(state);
    db.exec("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)");
    const value = JSON.stringify({ taskHistory: [{ id, ts: 5, task: "From the state" }] });
    db.prepare("INSERT INTO ItemTable VALUES (?, ?)").run("kilocode.Kilo-Code", value);
    db.close();
    assert.equal(title(), "From the state");
  });

  it("on Windows and macOS", () => {
    const extension = ["globalStorage", "kilocode.kilo-code", "tasks"];
    const windows = { USERPROFILE: "C:\\Users\\dev" };
    assert.deepEqual(kiloCode.store.roots(windows, hostOf(windows, "win32")), [
      `C:\\Users\\dev\\AppData\\Roaming\\Code\\User\\${extension.join("\\")}`,
    ]);
    const mac = { HOME: "/Users/dev" };
    assert.deepEqual(kiloCode.store.roots(mac, hostOf(mac, "darwin")), [
      `/Users/dev/Library/Application Support/Code/User/${extension.join("/")}`,
    ]);
  });

  it("takes no new task", () => {
    const { root, id } = storeOf();
    assert.match(neverWritten(kiloCode) ?? "", /in memory/);
    const lines = database.renamed(known(database.read(root, id)), "new");
    assert.throws(() => database.replace(root, "new", null, lines), /does not list a task/);
    assert.deepEqual(readdirSync(root), [id]);
  });

  it("says that a damaged task is one", () => {
    const { root, id } = storeOf();
    writeFileSync(join(root, id, "api_conversation_history.json"), '[{"role":"us');
    assert.throws(() => database.read(root, id), /no task of Kilo Code's, or a damaged one/);
    mkdirSync(join(root, "empty"));
    assert.equal(database.read(root, "empty"), null);
  });
});
