/** Sessions of Kimi Code: their ids, folders and images are beside the records. */
import assert from "node:assert/strict";
import { globSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

function machine(name: string): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(fixture(name));
  return m;
}

function wires(m: Machine): string[] {
  return globSync(".kimi-code/sessions/*/*/agents/main/wire.jsonl", { cwd: m.home }).sort();
}

describe("a session of Kimi Code", () => {
  it("has the id of its folder, by whatever it is named", async () => {
    const m = machine("kimi/blob");
    const [wire = ""] = wires(m);
    const [, , , id = ""] = wire.split("/");
    for (const selector of ["kimi#1", id, m.at(wire)]) {
      const { out, code, err } = await m.run(["info", selector, "--json"]);
      assert.equal(code, 0, err);
      assert.equal(JSON.parse(out).id, id, selector);
    }
  });

  it("takes its images along, into a copy and to others", async () => {
    const m = machine("kimi/blob");
    const image = readFileSync(m.at(globSync(".kimi-code/**/blobs/*", { cwd: m.home })[0] ?? ""));
    const data = image.toString("base64");
    const forked = await m.run(["resume", "kimi#1", "--fork", "--no-launch"]);
    assert.equal(forked.code, 0, forked.err);
    const texts = wires(m).map((wire) => readFileSync(m.at(wire), "utf8"));
    assert.equal(texts.length, 2);
    const [copy] = texts.filter((text) => !text.includes("blobref:"));
    // The prompt's own record has it, and the record for the CLI's engine.
    assert.ok((copy?.split(data).length ?? 0) > 3);
    const there = await m.run(["convert", m.at(wires(m)[0] ?? ""), "--to", "claude-code"]);
    assert.equal(there.code, 0, there.err);
    assert.match(there.out, /"type":"image"/);
  });

  it("is written with what the CLI wants beside it, which undo takes away", async () => {
    const m = machine("pi/basic");
    const { code, err } = await m.run(["resume", "pi#1", "--in", "kimi", "--no-launch"]);
    assert.equal(code, 0, err);
    const [wire = ""] = wires(m);
    const [metadata = ""] = readFileSync(m.at(wire), "utf8").split("\n");
    const [, , , id] = wire.split("/");
    assert.equal(JSON.parse(metadata).session_id, id);
    const path = m.at(wire.replace("agents/main/wire.jsonl", "state.json"));
    const state = JSON.parse(readFileSync(path, "utf8"));
    assert.equal(state.id, id);
    assert.equal(state.agents.main.homedir, m.at(wire.replace("/wire.jsonl", "")));
    assert.equal((await m.run(["undo"])).code, 0);
    assert.deepEqual(globSync(".kimi-code/sessions/**/*", { cwd: m.home }), []);
  });
});
