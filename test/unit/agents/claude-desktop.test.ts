import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, it } from "node:test";
import { claudeDesktop } from "../../../src/agents/claude-desktop/index.ts";
import { hostOf } from "../../../src/io/host.ts";
import type { Json } from "../../../src/session/types.ts";
import { DESKTOP_ID, desktopRows, makeDesktop } from "../../support/claude-desktop.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const { store } = claudeDesktop;
const database = known(store.database);
const scratch = temporaryFolder();

function made(): { root: string; account: string } {
  const root = mkdtempSync(join(scratch, "app-"));
  return { root, account: makeDesktop(root) };
}

describe("the sessions of Claude's desktop app", () => {
  it("are below the app's folder, wherever the system has that", () => {
    const on = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv) =>
      store.roots(env, hostOf(env, platform))[0];
    const name = "local-agent-mode-sessions";
    assert.equal(on("linux", { HOME: "/h" }), `/h/.config/Claude/${name}`);
    assert.equal(on("linux", { HOME: "/h", XDG_CONFIG_HOME: "/x" }), `/x/Claude/${name}`);
    assert.equal(on("darwin", { HOME: "/h" }), `/h/Library/Application Support/Claude/${name}`);
    const windows = { USERPROFILE: "C:\\Users\\a" };
    assert.equal(on("win32", windows), `C:\\Users\\a\\AppData\\Roaming\\Claude\\${name}`);
    const moved = { ...windows, APPDATA: "D:\\Data" };
    assert.equal(on("win32", moved), `D:\\Data\\Claude\\${name}`);
  });

  it("are in the package's own folder, if the app is one for Windows", () => {
    const home = mkdtempSync(join(scratch, "windows-"));
    const packages = join(home, "AppData/Local/Packages");
    for (const name of ["Claude_pzs8sxrjxfjjc", "Other_1", "ClaudeX"]) {
      mkdirSync(join(packages, name), { recursive: true });
    }
    const roots = store.roots({}, { platform: "win32", path: posix, home });
    assert.deepEqual(roots.slice(1), [
      join(packages, "Claude_pzs8sxrjxfjjc/LocalCache/Roaming/Claude/local-agent-mode-sessions"),
    ]);
  });

  it("are found by the app's records, those of agents as well", async () => {
    const { root, account } = made();
    const found = await store.find(root);
    assert.deepEqual(
      found.map(({ id, path, summary }) => [id, path, known(summary).title, known(summary).cwd]),
      [
        [DESKTOP_ID, account, "Terms of the deposit", "/home/dev/shop"],
        [DESKTOP_ID.replace("_", "_ditto_"), join(account, "agent"), "Nothing", "/home/dev/shop"],
      ],
    );
    assert.deepEqual(known(store.inDatabase)(account), found.slice(0, 1));
    assert.deepEqual([database.holds(account), database.holds(root)], [true, false]);
    assert.equal(found[1]?.summary?.messages, 0);
  });

  it("are the record and the lines of the conversation, and come with their subagents", async () => {
    const { account } = made();
    assert.deepEqual(database.read(account, DESKTOP_ID), desktopRows());
    for (const id of ["local_none", "local_broken", "local_../x", ""]) {
      assert.equal(database.read(account, id), null, id);
    }
    const children = await known(store.children)(`${account}#${DESKTOP_ID}`);
    assert.equal(children.length, 1);
    assert.match(children[0] ?? "", /subagents.agent-a1\.jsonl$/);
    assert.throws(() => database.replace(account, DESKTOP_ID, null, []), { kind: "refused" });
  });

  it("with a record that names a file elsewhere have no conversation", () => {
    const { account } = made();
    const evil = { sessionId: DESKTOP_ID, processName: "p", cliSessionId: "../../../x" };
    writeFileSync(join(account, `${DESKTOP_ID}.json`), JSON.stringify(evil));
    assert.deepEqual(database.read(account, DESKTOP_ID), [JSON.stringify(evil)]);
  });

  it("have the record's title, folder, model and times, and Claude Code's messages", () => {
    const reader = claudeDesktop.reader();
    const records = desktopRows().map((line): Json => JSON.parse(line));
    const entries = records.flatMap((record, at) => reader.read(record, at));
    const said = entries.flatMap((entry) => (entry.kind === "message" ? [entry.role] : []));
    assert.equal(said.join(" "), "user assistant assistant tool user assistant tool assistant");
    const { agent, id, title, cwd, model, createdAt, version } = reader.header();
    assert.deepEqual(
      { agent, id, title, cwd, model, createdAt, version },
      {
        agent: "claude-desktop",
        id: DESKTOP_ID,
        title: "Terms of the deposit",
        cwd: "/home/dev/shop",
        model: "claude-opus-4-8",
        createdAt: "2026-07-06T21:10:01.477Z",
        version: "2.1.177",
      },
    );
  });
});
