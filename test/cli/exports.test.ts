/** Exports of chat sites: read wherever they lie, and never a target. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { neverWritten } from "../../src/agents/claim.ts";
import { agents, writable } from "../../src/agents/registry.ts";
import { parsePolicy } from "../../src/core/policy.ts";
import { canContinue } from "../../src/core/start.ts";
import { DESKTOP_ID, makeDesktop } from "../support/claude-desktop.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { zipOf } from "../support/zip.ts";
import { fails, inhabited } from "./support.ts";

const root = temporaryFolder();
const FIXTURES = join(import.meta.dirname, "../fixtures");
const NEVER = agents.filter((agent) => !writable.includes(agent));

interface Export {
  agent: string;
  /** Of its first conversation. */
  id: string;
  title: string;
  count: number;
}

const EXPORTS: readonly Export[] = [
  {
    agent: "chatgpt",
    id: "68a0f1d2-a001-8000-9000-00000000000c",
    title: "Sorting a list",
    count: 2,
  },
  {
    agent: "claude-web",
    id: "019d8248-a001-7a84-bfca-23c88f2618e0",
    title: "Sorting a list",
    count: 2,
  },
];

/** A machine with an export in three forms, and a session of three other agents. */
function withExport({ agent }: Export): { m: Machine; places: string[] } {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const basic = join(FIXTURES, agent, "basic");
  mkdirSync(m.at("my files"));
  cpSync(basic, m.at("my files/unpacked"), { recursive: true });
  const files = readdirSync(basic).map((name) => [name, readFileSync(join(basic, name))]);
  writeFileSync(m.at("my files/export #1.zip"), zipOf(Object.fromEntries(files)));
  return { m, places: ["my files/unpacked", "my files/export #1.zip"].map((one) => m.at(one)) };
}

for (const one of EXPORTS) {
  describe(`an export of ${one.agent}`, () => {
    it("is listed, shown, searched, dumped and handed over by its path", async () => {
      const { m, places } = withExport(one);
      for (const place of places) {
        const listed = await m.run(["list", place, "--json"]);
        assert.equal(listed.code, 0, listed.err);
        const { sessions } = JSON.parse(listed.out);
        assert.equal(sessions.length, one.count);
        const own = known(sessions.find(({ id }: { id: string }) => id === one.id));
        assert.deepEqual([own.agent, own.title], [one.agent, one.title]);
        const selector = `${place}#${one.id}`;
        const shown = await m.run(["show", selector]);
        assert.match(shown.out, /MARK-USER-1[\s\S]*MARK-ANSWER-1/, shown.err);
        const document = await m.run(["handoff", selector]);
        assert.match(document.out, /MARK-USER-1/, document.err);
        const store = ["--store", `${one.agent}=${place}`];
        const found = await m.run(["search", "MARK-USER-1", ...store]);
        assert.match(found.out, /MARK-USER-1/, found.err);
        const to = m.at(`dump-${places.indexOf(place)}`);
        const dump = await m.run(["dump", one.agent, to, ...store]);
        assert.equal(dump.code, 0, dump.err);
        const check = await m.run(["check", selector]);
        assert.equal(check.code, 0, check.out);
      }
      fails(await m.run(["list", m.at("nowhere")]), 3, /no such file or folder/);
      mkdirSync(m.at("empty"));
      fails(await m.run(["list", m.at("empty")]), 3, /no sessions of a supported agent here/);
    });

    it("is a store by a setting, be it a folder or an archive", async () => {
      const { m, places } = withExport(one);
      for (const place of places) {
        await m.run(["config", "set", `agents.${one.agent}.store`, place]);
        const { out, err } = await m.run(["list", "--all", "--json"]);
        assert.equal(JSON.parse(out).sessions.length, one.count, err);
        assert.equal(err.includes("there is no folder"), false, err);
        const shown = await m.run(["show", `${one.agent}:${one.id.slice(0, 13)}`]);
        assert.match(shown.out, /MARK-USER-1/, shown.err);
      }
    });

    it("continues in another agent, and is as it was", async () => {
      const { m, places } = withExport(one);
      mkdirSync(m.at("shop"));
      for (const place of places) {
        const selector = `${place}#${one.id}`;
        const args = ["--in", "claude", "--no-launch", "--cwd", m.at("shop")];
        const before = readdirSync(m.at("my files"), { recursive: true });
        const there = await m.run(["resume", selector, ...args]);
        assert.equal(there.code, 0, there.err);
        const shown = await m.run(["show", "claude#1"]);
        assert.match(shown.out, /MARK-USER-1[\s\S]*MARK-ANSWER-1/);
        assert.deepEqual(readdirSync(m.at("my files"), { recursive: true }), before);
        const undone = await m.run(["undo"]);
        assert.equal(undone.code, 0, undone.err);
      }
    });
  });
}

it("sessions of Claude's desktop app continue in another agent", async () => {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const folder = makeDesktop(m.at(".config/Claude/local-agent-mode-sessions"));
  const listed = await m.run(["list", "--all", "--json"]);
  const [own, ...more] = JSON.parse(listed.out).sessions;
  assert.deepEqual(
    [own.agent, own.id, own.title, more.length],
    ["claude-desktop", DESKTOP_ID, "Terms of the deposit", 0],
  );
  const shown = await m.run(["show", `${folder}#${DESKTOP_ID}`]);
  assert.match(shown.out, /MARK-USER-1[\s\S]*MARK-ANSWER-1/, shown.err);
  mkdirSync(m.at("shop"));
  const args = ["--no-launch", "--cwd", m.at("shop")];
  for (const target of ["claude", "codex"]) {
    const there = await m.run(["resume", `cowork:${DESKTOP_ID}`, "--in", target, ...args]);
    assert.equal(there.code, 0, there.err);
    const copy = await m.run(["show", `${target}#1`]);
    assert.match(copy.out, /MARK-USER-1[\s\S]*MARK-ANSWER-1/);
  }
});

it("an archive that is cut off, or locked, is not taken for one without sessions", async () => {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const files = { "conversations.json": '[{"mapping":{},"conversation_id":"x"}]' };
  const whole = zipOf(files);
  writeFileSync(m.at("cut.zip"), whole.subarray(0, whole.length - 30));
  writeFileSync(m.at("locked.zip"), zipOf(files, { flags: 1 }));
  for (const command of ["list", "show"]) {
    const cut = await m.run([command, m.at("cut.zip")]);
    assert.match(cut.err, /this archive is damaged: it has no list of its files/);
    const locked = await m.run([command, m.at("locked.zip")]);
    assert.match(locked.err, /conversations\.json in this archive is encrypted/);
    assert.deepEqual([cut.code, locked.code], [5, 5]);
  }
});

describe("an agent that no session can be written for", () => {
  it("there is one, or more", () => assert.ok(NEVER.length > 0));

  for (const { id, name } of NEVER) {
    it(`${name}: is no target of resume and convert, and nothing is written`, async () => {
      const m = inhabited(root);
      const says = new RegExp(`cannot write sessions for ${name.replace(".", "\\.")}: .*\\n +name`);
      for (const line of [["--no-launch"], [], ["--dry-run"], ["--fork", "--no-launch"]]) {
        fails(await m.run(["resume", "pi#1", "--in", id, ...line]), 4, says);
      }
      fails(await m.run(["convert", "pi#1", "--to", id, "-o", m.at("x.jsonl")]), 4, says);
      fails(await m.run(["convert", "pi#1", "--to", id, "--json", "-o", m.at("x.jsonl")]), 4, says);
      assert.equal(readdirSync(m.home).includes("x.jsonl"), false);
      assert.equal((await m.run(["log"])).out, "");
      const agentsHere = JSON.parse((await m.run(["agents", "--json"])).out).agents;
      const row = known(agentsHere.find((one: { id: string }) => one.id === id));
      assert.deepEqual([row.read, row.write, row.evidence.write], [true, false, null]);
    });

    it(`${name}: is nothing that segue run continues in, or starts`, async () => {
      const m = inhabited(root);
      const says = /cannot write sessions for/;
      fails(await m.run(["run", "--failover", id, "pi"]), 4, says);
      const starts = known(agents.find((one) => one.id === id)).launch.command;
      const why = starts === null ? `no command starts ${name}` : `${name} is not installed`;
      fails(await m.run(["run", id]), starts === null ? 2 : 1, new RegExp(why));
    });

    it(`${name}: is nothing that a policy prepares`, () => {
      const policy = (words: string) => parsePolicy(`rules:\n  - ${words}\n`, "/p.yml", {});
      assert.throws(() => policy(`prepare: [codex, ${id}]`), {
        message: /cannot write sessions for/,
        where: "/p.yml:2",
      });
      policy(`agent: ${id}\n    notify: none`);
    });

    it(`${name}: is not offered as a target, even with a command`, () => {
      const agent = known(agents.find((one) => one.id === id));
      assert.notEqual(neverWritten(agent), null);
      const env = { PATH: process.env.PATH, [`SEGUE_AGENTS_${id.toUpperCase()}_COMMAND`]: "node" };
      assert.equal(canContinue(agent, env), false);
    });
  }
});
