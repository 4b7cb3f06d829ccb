/** Tasks of the extensions that keep them in folders, as the commands find them. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { CLAUDE, fails } from "./support.ts";

const folder = temporaryFolder();
const STORAGE = ".config/Code/User/globalStorage";
const said = (text: string) =>
  JSON.stringify([{ role: "user", content: `<task>\n${text}\n</task>` }]);

/** A machine with one task of each extension, which no list has. */
function unlisted(name: string): Machine {
  const machine = new Machine(join(folder, name));
  for (const id of ["saoudrizwan.claude-dev", "kilocode.kilo-code", "rooveterinaryinc.roo-cline"]) {
    const task = machine.at(STORAGE, id, "tasks", `of-${id}`);
    mkdirSync(task, { recursive: true });
    writeFileSync(join(task, "api_conversation_history.json"), said(`Words of ${id}`));
    writeFileSync(join(task, "ui_messages.json"), "[]");
  }
  return machine;
}

describe("tasks", () => {
  it("are listed without an entry in any list, with their own words as the title", async () => {
    const machine = unlisted("unlisted");
    const { out, err } = await machine.run(["list", "--all"]);
    for (const id of ["claude-dev", "kilo-code", "roo-cline"]) {
      assert.match(out, new RegExp(`Words of \\S*${id}`));
    }
    assert.doesNotMatch(err, /cannot be read/);
  });

  it("have their own extension's entries, where one state has those of several", async () => {
    const machine = unlisted("several");
    const db = new DatabaseSync(machine.at(STORAGE, "state.vscdb"));
    db.exec("CREATE TABLE ItemTable (key TEXT UNIQUE, value BLOB)");
    const item = { id: "of-kilocode.kilo-code", ts: 1795947783303, task: "From the state" };
    const state = JSON.stringify({ taskHistory: [{ ...item, workspace: "/home/dev/shop" }] });
    db.prepare("INSERT INTO ItemTable VALUES (?, ?)").run("kilocode.Kilo-Code", state);
    db.close();
    const { out } = await machine.run(["list", "--all"]);
    assert.match(out, /kilo-code .*\/home\/dev\/shop +From the state/);
  });

  it("are found by the path of each of their files", async () => {
    const machine = unlisted("by-path");
    for (const id of ["saoudrizwan.claude-dev", "kilocode.kilo-code"]) {
      for (const name of ["api_conversation_history.json", "ui_messages.json"]) {
        const path = machine.at(STORAGE, id, "tasks", `of-${id}`, name);
        const { out, err } = await machine.run(["show", path]);
        assert.match(out, new RegExp(`Words of ${id}`), err);
        const converted = await machine.run(["convert", path, "--to", "codex", "--no-carry"]);
        assert.match(converted.out, new RegExp(`Words of ${id}`), converted.err);
      }
    }
    const task = machine.at(STORAGE, "kilocode.kilo-code", "tasks/damaged");
    mkdirSync(task);
    const path = join(task, "api_conversation_history.json");
    writeFileSync(path, "");
    fails(await machine.run(["show", path]), 5, /no task of Kilo Code's, or a damaged one/);
  });

  it("of an editor are opened by no command", async () => {
    const machine = unlisted("editor");
    const id = "claude-dev";
    const args = ["resume", `cline:of-saoudrizwan.${id}`, "--no-launch", "--cwd", machine.home];
    const { out, err } = await machine.run(args);
    assert.match(err, /open it from Cline's history in the editor/);
    assert.equal(out, "");
  });

  it("of CLI 2 are continued by it", async () => {
    const machine = unlisted("cli-2");
    machine.install(CLAUDE);
    const from = known(dirname(machine.at(STORAGE, "saoudrizwan.claude-dev/tasks")));
    cpSync(from, machine.at(".cline/data"), { recursive: true });
    mkdirSync(machine.at(".cline/data/state"));
    writeFileSync(machine.at(".cline/data/state/taskHistory.json"), "[]");
    const args = ["resume", "claude-code#1", "--in", "cline", "--no-launch"];
    const { out, err } = await machine.run(args);
    assert.match(out + err, /^cline -T \S+$/m);
    assert.doesNotMatch(err, /from Cline's history in the editor/);
  });
});
