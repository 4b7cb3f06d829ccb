/** OpenHands keeps a file an event: what the commands leave in its folders, and take back. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { BASICS } from "./support.ts";

const root = temporaryFolder();
const FIXTURES = join(import.meta.dirname, "../fixtures/openhands");
const CONVERSATIONS = ".openhands/conversations";
const ID = "70f24a6debec4e56993aab5e99432e97";

/** Every file below a folder, with its content. */
function snapshot(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    names
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path, readFileSync(path, "utf8")]),
  );
}

describe("OpenHands's folders", () => {
  it("a session from elsewhere is a folder of events, and undo leaves nothing of it", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(known(BASICS.find(({ agent }) => agent.id === "claude-code")));
    mkdirSync(m.at(CONVERSATIONS), { recursive: true });
    const shop = m.at("shop");
    mkdirSync(shop);
    const args = ["resume", "claude-code#1", "--in", "openhands", "--no-launch", "--cwd", shop];
    const there = await m.run(args);
    assert.equal(there.code, 0, there.err);
    const [id = ""] = readdirSync(m.at(CONVERSATIONS));
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.match(there.out, new RegExp(`openhands --resume ${id}`));
    const events = readdirSync(m.at(CONVERSATIONS, id, "events")).sort();
    assert.ok(
      events.length > 2 && events.every((name) => /^event-\d{5}-[0-9a-f-]{36}\.json$/.test(name)),
    );
    const state = JSON.parse(readFileSync(m.at(CONVERSATIONS, id, "base_state.json"), "utf8"));
    assert.equal(state.id.replaceAll("-", ""), id);
    assert.equal(state.workspace.working_dir, shop);
    assert.deepEqual(state.agent.tools, []);
    const { out } = await m.run(["list", "--agent", "openhands", "--json"]);
    assert.equal(JSON.parse(out).sessions[0].cwd, shop);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.deepEqual(readdirSync(m.at(CONVERSATIONS)), []);
  });

  it("work that comes home is added in files of its own, and undo takes them out", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    cpSync(join(FIXTURES, "store/.openhands"), m.at(".openhands"), { recursive: true });
    const before = snapshot(m.at(".openhands"));
    const there = await m.run(["resume", ID, "--in", "pi", "--no-launch", "--json"]);
    assert.equal(there.code, 0, there.err);
    const { path } = JSON.parse(there.out).target;
    const last = JSON.parse(known(readFileSync(path, "utf8").trimEnd().split("\n").at(-1)));
    const said = { role: "user", content: [{ type: "text", text: "MARK-HOME" }], timestamp: 1 };
    const line = { ...last, id: "ffffffff", parentId: last.id, type: "message", message: said };
    appendFileSync(path, `${JSON.stringify(line)}\n`);
    const home = await m.run(["resume", path, "--in", "openhands", "--no-launch"]);
    assert.equal(home.code, 0, home.err);
    const after = snapshot(m.at(".openhands"));
    for (const [name, text] of before) assert.equal(after.get(name), text, name);
    const added = [...after].filter(([name]) => !before.has(name));
    assert.equal(added.length, 1);
    assert.match(known(added[0])[0], /event-00015-/);
    assert.match(known(added[0])[1], /MARK-HOME/);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.deepEqual(snapshot(m.at(".openhands")), before);
    assert.ok(!existsSync(m.at(CONVERSATIONS, ID, ".segue-events")));
  });
});
