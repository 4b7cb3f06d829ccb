/** Sessions in places that are not the usual ones, and what is no session to anyone. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();

function machine(): Machine {
  return new Machine(realpathSync(mkdtempSync(join(root, "home-"))));
}

async function listed(m: Machine, ...more: string[]) {
  const { out, err } = await m.run(["list", "--all", "--json", ...more]);
  const { sessions } = JSON.parse(out);
  return { paths: sessions.map(({ path }: { path: string }) => path), err };
}

/** The rollout of a fixture as it is in the machine's store. */
function rollout(m: Machine): string {
  const { path } = fixture("codex/basic");
  return m.at(path.slice(path.indexOf(".codex")));
}

describe("--store with an agent's own folder", () => {
  it("takes the store inside it", async () => {
    const m = machine();
    m.install(fixture("claude-code/basic"));
    const usual = await listed(m);
    assert.equal(usual.paths.length, 1);
    for (const folder of [".claude", ".claude/projects"]) {
      assert.deepEqual(await listed(m, "--store", `claude=${m.at(folder)}`), usual);
    }
  });
});

describe("a session in which nobody said anything", () => {
  it("is not listed, but counted with --verbose; nothing is made of it", async () => {
    const m = machine();
    m.install(fixture("codex/basic"));
    const path = rollout(m);
    const other = path.replace(/[0-9a-f]{12}\.jsonl$/, "000000000000.jsonl");
    const [meta = ""] = readFileSync(path, "utf8").split("\n");
    writeFileSync(other, `${meta.replaceAll(/[0-9a-f]{12}"/g, '000000000000"')}\n`);
    const quiet = await listed(m);
    assert.deepEqual(quiet, { paths: [path], err: "" });
    const { err } = await listed(m, "--verbose");
    assert.match(err, /have no messages: 1/);
    fails(await m.run(["resume", other, "--in", "pi", "--no-launch"]), 5, /has no messages/);
    fails(await m.run(["resume", other, "--no-launch"]), 5, /has no messages/);
    assert.equal(existsSync(m.at(".pi")), false, "something was written");
    appendFileSync(other, readFileSync(path, "utf8").slice(meta.length + 1));
    assert.equal((await listed(m)).paths.length, 2);
  });
});

describe("Codex", () => {
  it("a compressed rollout that has nothing new is the one that is opened", async () => {
    const m = machine();
    m.install(fixture("codex/basic"));
    const path = rollout(m);
    writeFileSync(`${path}.zst`, zstdCompressSync(readFileSync(path)));
    rmSync(path);
    const there = await m.run(["resume", `${path}.zst`, "--in", "pi", "--no-launch", "--json"]);
    assert.equal(there.code, 0, there.err);
    const { target } = JSON.parse(there.out);
    const home = await m.run(["resume", target.path, "--in", "codex", "--no-launch", "--json"]);
    assert.equal(home.code, 0, home.err);
    assert.equal(JSON.parse(home.out).target.path, `${path}.zst`);
    assert.deepEqual(readdirSync(dirname(path)), [`${basename(path)}.zst`]);
  });

  it("an archived session says how it is taken out of the archive, and is not opened before", async () => {
    const m = machine();
    m.install(fixture("codex/basic"));
    mkdirSync(m.at(".codex/archived_sessions"));
    const path = m.at(".codex/archived_sessions", basename(rollout(m)));
    const text = readFileSync(rollout(m), "utf8");
    rmSync(rollout(m));
    writeFileSync(path, text.replaceAll("/home/dev/shop", m.at("shop")));
    mkdirSync(m.at("shop"));
    const { code, err } = await m.run(["resume", path, "--no-launch"], { asGiven: true });
    assert.equal(code, 0, err);
    assert.match(err, /is archived: run `codex unarchive [0-9a-f-]{36}` first/);
    mkdirSync(m.at("bin"));
    writeFileSync(m.at("bin/codex"), "#!/bin/sh\nexit 9\n", { mode: 0o755 });
    const started = await m.run(["resume", path]);
    fails(started, 1, /is archived.*\n.*codex unarchive/);
  });
});

describe("stores in other places", () => {
  it("Claude Code: ~/.config/claude is looked through as well", async () => {
    const m = machine();
    m.install(fixture("claude-code/basic"));
    const { paths } = await listed(m);
    const other = String(paths[0])
      .replace("/.claude/", "/.config/claude/")
      .replace(/c[^/]*$/, "x");
    mkdirSync(dirname(other), { recursive: true });
    const name = join(dirname(other), "a316b274-237e-4773-a7a9-d2b7db063b4e.jsonl");
    copyFileSync(String(paths[0]), name);
    assert.deepEqual(new Set((await listed(m)).paths), new Set([...paths, name]));
    const dir = { CLAUDE_CONFIG_DIR: m.at(".claude") };
    const { out } = await m.run(["list", "--all", "--json"], { env: dir });
    assert.equal(JSON.parse(out).sessions.length, 1);
  });

  it("Pi: the folder of the `sessionDir` setting, and the usual one", async () => {
    const m = machine();
    m.install(fixture("pi/basic"));
    const { paths } = await listed(m);
    mkdirSync(m.at("all"));
    writeFileSync(m.at(".pi/agent/settings.json"), '{"sessionDir":"~/all"}');
    const there = m.at("all", basename(String(paths[0])).replace(/.{4}\.jsonl$/, "0000.jsonl"));
    writeFileSync(there, readFileSync(String(paths[0])));
    assert.deepEqual(new Set((await listed(m)).paths), new Set([...paths, there]));
    m.install(fixture("codex/basic"));
    const { out, err } = await m.run(["resume", "codex#1", "--in", "pi", "--no-launch", "--json"]);
    assert.equal(dirname(JSON.parse(out).target.path), m.at("all"), err);
    const opened = await m.run(["resume", String(paths[0]), "--no-launch", "--json"]);
    assert.equal(JSON.parse(opened.out).target.path, paths[0], "it is opened where it lies");
  });

  it("Gemini CLI: what /chat save wrote is a session, and opens in others", async () => {
    const m = machine();
    m.install(fixture("gemini/checkpoint"));
    const { sessions } = JSON.parse((await m.run(["list", "--all", "--json"])).out);
    assert.equal(sessions.length, 1);
    const [{ id, title, cwd }] = sessions;
    assert.deepEqual(
      [id, title, cwd],
      ["checkpoint-before%20it", "MARK-USER-1 list the files, ünïcode 你好", "/home/dev/shop"],
    );
    const { out, err, code } = await m.run([
      "resume",
      id,
      "--in",
      "codex",
      "--no-launch",
      "--json",
    ]);
    assert.equal(code, 0, err);
    const report = JSON.parse(out);
    assert.deepEqual([report.counts.toolCalls, report.counts.toolResults], [2, 2]);
    assert.doesNotMatch(report.target.path, /1970/);
    const written = readFileSync(report.target.path, "utf8");
    for (const mark of ["MARK-USER-1", "MARK-TOOLOUT-1", "MARK-TOOLOUT-2", "MARK-FINAL-1"]) {
      assert.ok(written.includes(mark), mark);
    }
  });
});
