/** What `segue doctor` finds. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { isNewer } from "../../src/catalog/doctor.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import type { Machine, RunOptions } from "../support/segue.ts";
import { CLAUDE, CODEX, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();

interface Finding {
  severity: string;
  about: string;
  agent: string | null;
  path: string | null;
  what: string;
  count: number;
}

async function findings(m: Machine, exit: number, options?: RunOptions): Promise<Finding[]> {
  const { out, err, code } = await m.run(["doctor", "--json"], options);
  assert.equal(code, exit, `${out}${err}`);
  const document = JSON.parse(out);
  assert.equal(document.ok, exit === 0);
  return document.findings;
}

const attention = (all: readonly Finding[]) =>
  all.filter(({ severity }) => severity === "attention");

describe("segue doctor", () => {
  it("is content with a machine on which all is well", async () => {
    const m = inhabited(root);
    assert.deepEqual(attention(await findings(m, 0)), []);
    const { out, code } = await m.run(["doctor"]);
    assert.equal(code, 0);
    assert.match(out, /nothing needs attention \(read 3 of 3 sessions\)/);
  });

  it("names lines that are no JSON; a last line that was cut off is nothing to see to", async () => {
    const m = inhabited(root);
    appendFileSync(m.at(stored(PI)), '{"torn":');
    assert.deepEqual(attention(await findings(m, 0)), []);
    appendFileSync(m.at(stored(CODEX)), "no json\nnor this\n");
    const [broken, ...more] = attention(await findings(m, 1));
    assert.deepEqual(more, []);
    assert.match(known(broken).what, /lines that are not JSON: 2/);
    assert.equal(known(broken).path, m.at(stored(CODEX)));
    assert.match(
      (await m.run(["doctor"])).out,
      /^! codex: lines that are not JSON: 2.*\n {4}\/.*\.jsonl/m,
    );
    assert.deepEqual((await m.run(["doctor", "--agent", "pi"])).code, 0);
  });

  it("is content with a store that is a file", async () => {
    const m = inhabited(root);
    const fixture = join(import.meta.dirname, "../fixtures/aider/basic");
    cpSync(join(fixture, ".aider.chat.history.md"), m.at(".aider.chat.history.md"));
    assert.deepEqual(attention(await findings(m, 0)), []);
  });

  it("names a fork whose parent is not there", async () => {
    const m = inhabited(root);
    const orphan = "test/fixtures/codex/fork-orphan/.codex";
    cpSync(orphan, m.at(".codex"), { recursive: true });
    const [found, ...more] = attention(await findings(m, 1));
    assert.deepEqual(more, []);
    assert.match(known(found).what, /the session that this one continues is missing/);
    assert.match(known(found).path ?? "", /01a21000-0000-7000-8000-000000000005/);
    const path = known(known(found).path);
    const done = await m.run(["convert", path, "--to", "pi", "-o", m.at("out.jsonl"), "--json"]);
    const { losses } = JSON.parse(done.out);
    const codes = losses.map(({ code, severity }: { code: string; severity: string }) => [
      code,
      severity,
    ]);
    assert.ok(
      codes.some(([code, severity]: string[]) => code === "base-missing" && severity === "major"),
    );
  });

  it("names files and folders that are closed to us", {
    skip: process.getuid?.() !== 0 && "only root can be another",
  }, async () => {
    const m = inhabited(root);
    for (const folder of [root, m.home]) chmodSync(folder, 0o755);
    for (const { path } of [CLAUDE, CODEX, PI].map((each) => ({ path: m.at(stored(each)) })))
      chmodSync(path, 0o644);
    chmodSync(m.at(stored(PI)), 0o600);
    chmodSync(dirname(m.at(stored(CODEX))), 0o700);
    const found = attention(await findings(m, 1, { uid: 65_534 }));
    assert.deepEqual(found.map(({ agent, path }) => [agent, path]).sort(), [
      ["codex", dirname(m.at(stored(CODEX)))],
      ["pi", m.at(stored(PI))],
    ]);
    for (const { what } of found) assert.match(what, /permission denied/);
  });

  it("looks after the journal and what leads home", async () => {
    const m = inhabited(root);
    const made = await m.run(["resume", idOf(CLAUDE), "--in", "pi", "--no-launch"]);
    assert.equal(made.code, 0, made.err);
    assert.deepEqual(attention(await findings(m, 0)), []);
    appendFileSync(m.at(".segue/journal.jsonl"), '{"n":2,"torn\n');
    const [damaged] = attention(await findings(m, 1));
    assert.match(known(damaged).what, /line 2 of Segue's journal is damaged/);
    const carry = known(readdirSync(m.at(".segue/carry")).find((name) => name.endsWith(".segue")));
    writeFileSync(m.at(".segue/carry", carry), "not what its name says");
    assert.ok(attention(await findings(m, 1)).some(({ what }) => /missing or damaged/.test(what)));
    rmSync(m.at(".segue/carry", carry));
    assert.ok(attention(await findings(m, 1)).some(({ about }) => about === "carry"));
  });

  it("sees agents that do not answer, or are newer than what was proven", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("bin"), { recursive: true });
    const tool = (name: string, script: string): void => {
      writeFileSync(m.at("bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    };
    tool("codex", "echo codex-cli 99.1.0");
    tool("claude", "exit 3");
    const all = await findings(m, 1);
    assert.ok(all.some(({ what }) => /Codex 99\.1\.0 is newer/.test(what)));
    assert.deepEqual(
      attention(all).map(({ agent }) => agent),
      ["claude-code"],
    );
    assert.ok(all.some(({ what }) => /Pi is not installed, but has sessions here: 1/.test(what)));
    const { out } = await m.run(["agents"]);
    assert.match(out, /^codex +[\d.]+ \* .*\n(?:.*\n)*\*: newer than the version/m);
    assert.doesNotMatch(out, /^claude-code .*newer/m);
  });

  it("compares versions by their numbers", () => {
    assert.ok(isNewer("0.170.0", "0.169.9"));
    assert.ok(isNewer("2.10.0", "2.9.1"));
    assert.ok(!isNewer("2.9.1", "2.9.1"));
    assert.ok(!isNewer("1.99", "2.0.0"));
  });
});
