/** Agents that Segue finds, but does not support. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { unsupportedStores } from "../../src/agents/unsupported.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

function machine(): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  mkdirSync(m.at(".codeium/windsurf/cascade"), { recursive: true });
  writeFileSync(
    m.at(".codeium/windsurf/cascade/4f1c2d3e-0000-4000-8000-000000000001.pb"),
    Buffer.from([0, 255, 1]),
  );
  mkdirSync(m.at(".junie/sessions"), { recursive: true });
  writeFileSync(m.at(".junie/sessions/index.jsonl"), '{"sessionId":"Zebra","taskName":"Zebra"}\n');
  return m;
}

describe("an agent that is found, but not supported", () => {
  it("may be another program of a vendor whose editor is named, too", () => {
    const home = mkdtempSync(join(root, "trae-"));
    const store = join(home, ".trae/cli/sessions");
    mkdirSync(store, { recursive: true });
    const found = unsupportedStores({ HOME: home }).map(({ id, path }) => [id, path]);
    assert.deepEqual(found, [["traex", store]]);
  });

  it("is named by agents, with why and how to ask for it", async () => {
    const m = machine();
    const { out, code } = await m.run(["agents"]);
    assert.equal(code, 0);
    assert.match(
      out,
      /found, but not supported:\n {2}Windsurf's Cascade: ~\/\.codeium\/windsurf\/cascade \(they are encrypted\)/,
    );
    assert.match(out, / {2}Junie: ~\/\.junie\/sessions\n/);
    assert.match(out, /how to ask for one: docs\/support\.md#ask-for-an-agent/);
    const document = JSON.parse((await m.run(["agents", "--json"])).out);
    assert.deepEqual(
      document.unsupported.map(({ id, why }: { id: string; why: string | null }) => [id, why]),
      [
        ["windsurf-cascade", "they are encrypted"],
        ["junie", null],
      ],
    );
  });

  it("is a finding of doctor that needs no attention", async () => {
    const { out, code } = await machine().run(["doctor"]);
    assert.equal(code, 0, out);
    assert.match(
      out,
      /^- Windsurf's Cascade has a store here, which Segue does not read: they are encrypted$/m,
    );
    assert.match(out, /`segue doctor --shapes junie` prints what a report needs/);
  });

  it("has its shapes printed, by its name and by a path, without a value", async () => {
    const m = machine();
    for (const what of ["junie", ".junie"]) {
      const { out, code } = await m.run(["doctor", "--shapes", what]);
      assert.equal(code, 0);
      assert.match(out, /`(?:sessions\/)?index\.jsonl`: jsonl, 1 file\n/);
      assert.match(out, /`taskName: string`/);
      assert.ok(!out.includes("Zebra"));
    }
    const windsurf = await m.run(["doctor", "--shapes", "windsurf-cascade"]);
    assert.match(windsurf.out, /`<uuid>\.pb`: binary, 1 file/);
    const none = await m.run(["doctor", "--shapes", "zencoder"]);
    assert.equal(none.code, 3);
    assert.match(none.err, /no store of an agent "zencoder"/);
  });

  it("has no session that is read: a file of it says whose it is, and why", async () => {
    const m = machine();
    const file = m.at(".codeium/windsurf/cascade/4f1c2d3e-0000-4000-8000-000000000001.pb");
    const shown = await m.run(["show", file]);
    assert.notEqual(shown.code, 0);
    assert.match(
      shown.err,
      /Segue does not read the sessions of Windsurf's Cascade: they are encrypted/,
    );
    assert.match(shown.err, /docs\/support\.md#ask-for-an-agent/);
    const other = await m.run(["show", m.at(".junie/sessions/index.jsonl")]);
    assert.match(other.err, /Segue does not read the sessions of Junie\b(?!:)/);
  });

  it("is looked for where its variables say, on each system", () => {
    const m = machine();
    mkdirSync(m.at("moved/projects"), { recursive: true });
    const env = { HOME: m.home, USERPROFILE: m.home, CODEBUDDY_CONFIG_DIR: m.at("moved") };
    const [found, ...more] = unsupportedStores(env, "codebuddy");
    assert.deepEqual([found?.path, more.length], [m.at("moved/projects"), 0]);
    assert.deepEqual(unsupportedStores(env, "no such agent"), []);
  });
});
