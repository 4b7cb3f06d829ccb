/** What does not lead back is not written: exit code 4, unless the user insists. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();
const BROKEN = pathToFileURL(join(import.meta.dirname, "../support/broken-reader.ts")).href;
const broken = { env: { NODE_OPTIONS: `--import=${BROKEN}` } };

function machine(): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(fixture("pi/basic"));
  m.copy(fixture("pi/basic"), "pi.jsonl");
  return m;
}

describe("a conversion that does not verify", () => {
  it("writes no file", async () => {
    const m = machine();
    const before = readdirSync(m.home).sort();
    const refused = await m.run(
      ["convert", "pi.jsonl", "--to", "codex", "-o", "out.jsonl"],
      broken,
    );
    assert.equal(refused.code, 4);
    assert.match(refused.err, /cannot be restored byte for byte/);
    assert.match(refused.err, /--force/);
    assert.deepEqual(readdirSync(m.home).sort(), before);
  });

  it("sends nothing down a pipe", async () => {
    const m = machine();
    const refused = await m.run(["convert", "pi.jsonl", "--to", "codex"], broken);
    assert.equal(refused.code, 4);
    assert.equal(refused.out, "");
  });

  it("is written with --force, and its report says so", async () => {
    const m = machine();
    const args = ["convert", "pi.jsonl", "--to", "codex", "-o", "out.jsonl", "--force", "--json"];
    const done = await m.run(args, broken);
    assert.equal(done.code, 0);
    assert.deepEqual(JSON.parse(done.out).verified, { readback: false, laws: [] });
    assert.ok(existsSync(m.at("out.jsonl")));
  });

  it("writes no session into a store, nor says that it would", async () => {
    const m = machine();
    for (const how of ["--no-launch", "--dry-run"]) {
      const refused = await m.run(
        ["resume", "latest", "--from", "pi", "--in", "codex", how],
        broken,
      );
      assert.equal(refused.code, 4, refused.err);
      assert.equal(refused.out, "");
      assert.equal(existsSync(m.at(".codex", "sessions")), false);
    }
    const log = await m.run(["log", "--json"]);
    assert.doesNotMatch(log.out, /codex/);
    const args = ["resume", "latest", "--from", "pi", "--in", "codex", "--no-launch", "--force"];
    const forced = await m.run(args, broken);
    assert.equal(forced.code, 0);
    assert.match(forced.err, /NOT VERIFIED/);
    assert.ok(existsSync(m.at(".codex", "sessions")));
  });
});
