/** Kimi CLI finds a session only in a project that its kimi.json lists. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { BASICS } from "./support.ts";

const root = temporaryFolder();

/** A machine with a session of Claude Code, and a project. */
function machine(): { m: Machine; shop: string; index: string } {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(known(BASICS.find(({ agent }) => agent.id === "claude-code")));
  const shop = m.at("shop");
  mkdirSync(shop);
  return { m, shop, index: m.at(".kimi/kimi.json") };
}

describe("kimi.json", () => {
  it("lists the project of a session, until its last one is undone", async () => {
    const { m, shop, index } = machine();
    const args = ["resume", "claude-code#1", "--in", "kimi-cli", "--no-launch", "--cwd", shop];
    assert.equal((await m.run(args)).code, 0);
    assert.equal(JSON.parse(readFileSync(index, "utf8")).work_dirs[0].path, shop);
    const listed = readFileSync(index, "utf8");
    assert.equal((await m.run([...args, "--fork"])).code, 0);
    assert.equal(readFileSync(index, "utf8"), listed);
    // The newest one did not add it; the first one's undoing takes it out.
    assert.equal((await m.run(["undo"])).code, 0);
    assert.equal(readFileSync(index, "utf8"), listed);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.equal(existsSync(m.at(".kimi")), false);
  });

  it("keeps a project while other sessions of it are there", async () => {
    const { m, shop, index } = machine();
    const args = ["resume", "claude-code#1", "--in", "kimi-cli", "--no-launch", "--cwd", shop];
    assert.equal((await m.run([...args, "--json"])).code, 0);
    const listed = readFileSync(index, "utf8");
    const { path } = known((await sessions(m))[0]);
    const other = join(path, "../../other");
    mkdirSync(other);
    writeFileSync(join(other, "context.jsonl"), '{"role":"user","content":"mine"}\n');
    assert.equal((await m.run(["undo"])).code, 0);
    assert.equal(readFileSync(index, "utf8"), listed);
  });
});

async function sessions(m: Machine): Promise<{ path: string }[]> {
  const { out } = await m.run(["list", "--agent", "kimi-cli", "--all", "--json"]);
  return JSON.parse(out).sessions;
}
