import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { cursor } from "../../../src/agents/cursor/index.ts";
import { makeState, messagesIn } from "../../support/cursor-db.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const { store } = cursor;
const database = known(store.database);

describe("a chat of Cursor's editor", () => {
  const CHAT = "ae5f8163-d465-40c3-a2a7-51bf60728394";
  const bubble = (id: string, more: object) =>
    [`bubbleId:${CHAT}:${id}`, JSON.stringify({ bubbleId: id, ...more })] as const;

  function state() {
    const user = join(mkdtempSync(join(root, "home-")), ".config/Cursor/User");
    const path = join(user, "globalStorage/state.vscdb");
    const headers = ["b1", "b2", "gone"].map((bubbleId) => ({ bubbleId }));
    const composer = {
      composerId: CHAT,
      name: "Title",
      createdAt: 1,
      fullConversationHeadersOnly: headers,
    };
    const db = makeState(path, {
      cursorDiskKV: Object.fromEntries([
        [`composerData:${CHAT}`, JSON.stringify(composer)],
        [`composerData:${CHAT}0`, JSON.stringify({ composerId: `${CHAT}0` })],
        bubble("b2", { type: 2, text: "Two" }),
        bubble("b1", { type: 1, text: "One" }),
        bubble("b3", { type: 2, text: "Nobody lists me" }),
      ]),
    });
    return { user, path, db };
  }

  it("is read while the editor has the state open, in the order of its list", async () => {
    const { user, path, db } = state();
    db.exec("BEGIN IMMEDIATE");
    db.prepare("UPDATE cursorDiskKV SET value = '{}' WHERE key = ?").run(`bubbleId:${CHAT}:b1`);
    const before = statSync(path).mtimeMs;
    const lines = known(database.read(path, CHAT));
    assert.deepEqual(
      lines.slice(1).map((line) => JSON.parse(line).bubble),
      ["b1", "b2", "gone", "b3"],
    );
    assert.match(lines[3] ?? "", /"value":null/);
    const [found, ...more] = await store.find(user);
    assert.deepEqual(
      [found?.id, found?.summary?.title, more.length],
      [CHAT, "Title", 0],
      "drafts are none",
    );
    assert.equal(statSync(path).mtimeMs, before);
    db.exec("ROLLBACK");
    db.close();
  });

  it("is never written", () => {
    const { path, db } = state();
    db.close();
    const lines = database.read(path, CHAT);
    assert.throws(() => database.replace(path, CHAT, lines, null), /does not write to the state/);
    assert.deepEqual(database.read(path, CHAT), lines);
  });

  it("has the folder of the workspace that lists it, also a deleted one", () => {
    const { user, path, db } = state();
    db.close();
    const workspace = join(user, "workspaceStorage/0a1b");
    makeState(join(workspace, "state.vscdb"), {
      ItemTable: {
        "composer.composerData": JSON.stringify({ allComposers: [{ composerId: CHAT }] }),
      },
    }).close();
    writeFileSync(join(workspace, "workspace.json"), '{"folder":"file:///home/user/gone%20%25"}');
    assert.match(database.read(path, CHAT)?.[0] ?? "", /"folder":"\/home\/user\/gone %"\}$/);
  });

  it("is in the state of its workspace, of the first versions", async () => {
    const { user, db } = state();
    db.close();
    const workspace = join(user, "workspaceStorage/2c3d");
    const tabs = [
      {
        tabId: "t1",
        chatTitle: "Old",
        bubbles: [
          { type: "user", text: "Q" },
          { type: "ai", rawText: "A" },
        ],
      },
    ];
    makeState(join(workspace, "state.vscdb"), {
      ItemTable: { "workbench.panel.aichat.view.aichat.chatdata": JSON.stringify({ tabs }) },
    }).close();
    writeFileSync(join(workspace, "workspace.json"), '{"folder":"file:///c%3A/work/a"}');
    const found = (await store.find(user)).find(({ id }) => id === "t1");
    assert.equal(found?.summary?.cwd, "c:\\work\\a");
    const lines = known(database.read(known(found).path, "t1"));
    assert.deepEqual(
      messagesIn(lines).map(({ role }) => role),
      ["user", "assistant"],
    );
  });

  it("is in the state of its workspace, also beside an empty table of newer versions", async () => {
    const { user, db } = state();
    db.close();
    const chat = (composerId: string) => ({
      composerId,
      name: composerId,
      conversation: [{ type: 1, text: "Q" }],
    });
    const tabs = ["t1", CHAT].map((tabId) => ({ tabId, bubbles: [{ type: "user", text: "Q" }] }));
    makeState(join(user, "workspaceStorage/4e5f/state.vscdb"), {
      cursorDiskKV: {},
      ItemTable: {
        "workbench.panel.aichat.view.aichat.chatdata": JSON.stringify({ tabs }),
        "composer.composerData": JSON.stringify({ allComposers: [chat("c1"), chat(CHAT)] }),
      },
    }).close();
    const found = await store.find(user);
    const ids = found.map(({ id, summary }) => [id, summary?.messages]);
    // The chat that the editor took over into its own state is there alone.
    assert.deepEqual(ids, [
      [CHAT, 3],
      ["t1", 1],
      ["c1", 1],
    ]);
    for (const { path, id } of found.slice(1)) {
      const [said, ...more] = messagesIn(known(database.read(path, id)));
      assert.deepEqual([said?.parts, more], [[{ kind: "text", text: "Q" }], []]);
    }
  });

  it("has bubbles that stand in the composer alone", async () => {
    const user = join(mkdtempSync(join(root, "home-")), ".config/Cursor/User");
    const path = join(user, "globalStorage/state.vscdb");
    const conversationMap = { m1: { type: 1, text: "One" }, m2: { type: 2, text: "Two" } };
    const composer = {
      composerId: CHAT,
      fullConversationHeadersOnly: [{ bubbleId: "m1" }],
      conversationMap,
    };
    makeState(path, {
      cursorDiskKV: { [`composerData:${CHAT}`]: JSON.stringify(composer) },
    }).close();
    assert.equal((await store.find(user)).length, 1);
    const said = messagesIn(known(database.read(path, CHAT)));
    assert.deepEqual(
      said.map(({ role }) => role),
      ["user", "assistant"],
    );
  });

  it("is none in the state of another editor", () => {
    const path = join(
      mkdtempSync(join(root, "home-")),
      ".config/Code/User/globalStorage/state.vscdb",
    );
    makeState(path, {}).close();
    assert.equal(database.holds(path), false);
  });
});

describe("a transcript of Cursor's", () => {
  it("leads to those of its subagents", async () => {
    const home = join(mkdtempSync(join(root, "home-")), ".cursor");
    const folder = join(home, "projects/home-user-web/agent-transcripts/t1");
    mkdirSync(join(folder, "subagents"), { recursive: true });
    const line = '{"role":"user","message":{"content":[{"type":"text","text":"Q"}]}}\n';
    const child = join(folder, "subagents/s1.jsonl");
    for (const path of [join(folder, "t1.jsonl"), child, join(folder, "subagents/notes")]) {
      writeFileSync(path, line);
    }
    const [found, ...more] = await store.find(home);
    assert.deepEqual([found?.id, more], ["t1", []]);
    assert.deepEqual(await store.children?.(known(found).path), [child]);
  });
});
