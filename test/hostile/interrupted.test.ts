/**
 * Killed, and failing, at every single operation on a file: what was there before is there, or what
 * was to be made is, whole; and the next command takes away what is left of the rest.
 */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { seed } from "../support/commit.ts";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { runs } from "../support/seed.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();
const PI = fixture("pi/basic");

/** Every function of node:fs by which Segue changes something. */
const CHANGES =
  `openSync writeSync fsyncSync ftruncateSync truncateSync linkSync renameSync rmSync rmdirSync
  mkdirSync mkdtempSync appendFileSync writeFileSync copyFileSync`.split(/\s+/);

const ENDS = {
  killed: 'process.kill(process.pid, "SIGKILL");',
  failing: 'throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });',
} as const;

/** Loaded before Segue: the nth change to a file is the last one, or fails. */
function at(m: Machine, n: number, end: keyof typeof ENDS): { env: { [name: string]: string } } {
  const path = m.at(".hook.mjs");
  const text = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    let n = 0;
    for (const name of ${JSON.stringify(CHANGES)}) {
      const real = fs[name];
      fs[name] = (...args) => {
        const isRead = name === "openSync" && (args[1] === "r" || typeof args[1] === "number");
        if (!isRead && ++n === ${n}) { ${ENDS[end]} }
        return real(...args);
      };
    }
    process.on("exit", () => process.stderr.write("changes " + n + "\\n"));
    syncBuiltinESMExports();`;
  writeFileSync(path, text);
  return { env: { NODE_OPTIONS: `--import=${path}` } };
}

interface Case {
  name: string;
  prepare(m: Machine): Promise<string[]>;
  /** Is everything as before, or as it is meant to become? */
  isWhole(m: Machine): Promise<void>;
}

const NEW = "01a1fc2e-0000-7000-8000-000000000001";

/** Codex's file of the session, if there is one. */
function rollout(m: Machine): string | undefined {
  const names = existsSync(m.at(".codex"))
    ? readdirSync(m.at(".codex"), { recursive: true, encoding: "utf8" })
    : [];
  const name = names.find((one) => one.endsWith(".jsonl") && !one.includes(NEW));
  return name === undefined ? undefined : m.at(".codex", name);
}

const CASES: Case[] = [
  {
    name: "convert --force",
    async prepare(m) {
      const [a, b] = [m.copy(PI, "a.jsonl"), m.copy(fixture("claude-code/basic"), "c.jsonl")];
      await m.run(["convert", b, "--to", "codex", "-o", m.at("b.jsonl"), "--quiet"]);
      return ["convert", a, "--to", "codex", "-o", m.at("b.jsonl"), "--force", "--quiet"];
    },
    async isWhole(m) {
      const isNew = readFileSync(m.at("b.jsonl"), "utf8").includes("MARK-USER-1 ");
      assert.ok(isNew || existsSync(m.at("b.jsonl.segue")));
      for (const [to, source] of [
        ["pi", "a.jsonl"],
        ["claude-code", "c.jsonl"],
      ] as const) {
        const back = await m.run(["convert", m.at("b.jsonl"), "--to", to, "--quiet"]);
        if (back.stdout.equals(readFileSync(m.at(source)))) return;
      }
      assert.fail("neither the old session nor the new one comes home");
    },
  },
  {
    name: "resume",
    async prepare(m) {
      m.install(PI);
      return ["resume", "pi#1", "--in", "codex", "--no-launch", "--quiet"];
    },
    async isWhole(m) {
      const path = rollout(m);
      if (path === undefined) return;
      const back = await m.run(["convert", path, "--to", "pi", "--quiet"]);
      assert.equal(back.code, 0, back.err);
      assert.equal((await m.run(["undo"])).code, 0);
      assert.equal(rollout(m), undefined);
    },
  },
  {
    name: "resume, home again",
    async prepare(m) {
      m.install(PI);
      await m.run(["resume", "pi#1", "--in", "codex", "--no-launch", "--quiet"]);
      const there = known(rollout(m));
      const line = readFileSync(there, "utf8")
        .split("\n")
        .find((one) => one.includes("MARK-USER-1"));
      writeFileSync(there, `${known(line).replaceAll("MARK-USER-1", "ADDED-THERE")}\n`, {
        flag: "a",
      });
      cpSync(original(m), m.at("before.jsonl"));
      return ["resume", there, "--in", "pi", "--no-launch", "--quiet"];
    },
    async isWhole(m) {
      const old = readFileSync(m.at("before.jsonl"));
      const now = readFileSync(original(m));
      assert.ok(now.subarray(0, old.length).equals(old), "the original's bytes are gone");
      if (now.length === old.length) return;
      assert.equal((await m.run(["undo"])).code, 0);
      assert.ok(readFileSync(original(m)).equals(old));
    },
  },
];

function original(m: Machine): string {
  const names = readdirSync(m.at(".pi"), { recursive: true, encoding: "utf8" });
  return m.at(".pi", known(names.find((name) => name.endsWith(".jsonl"))));
}

/** Files of Segue's under temporary names, outside of its own folder. */
function leftovers(m: Machine): string[] {
  const names = readdirSync(m.home, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /^\.segue-\d/.test(basename(name)));
}

/** How many changes the command makes when nothing happens to it. */
async function changes(each: Case): Promise<number> {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const args = await each.prepare(m);
  const { err } = await m.run(args, at(m, -1, "killed"));
  const [, n] = /changes (\d+)/.exec(err) ?? [];
  return Number(n);
}

async function proves(each: Case, n: number, end: keyof typeof ENDS): Promise<void> {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const args = await each.prepare(m);
  await m.run(args, at(m, n, end));
  // What could not be taken away at the time is taken away by the next command.
  await m.run(["log"]);
  assert.deepEqual(leftovers(m), [], `${end} at change ${n}`);
  await each.isWhole(m);
  const again = await m.run(args);
  assert.equal(again.code, 0, `${end} at change ${n}: ${again.err}`);
}

/** Some of them, which the commit chooses: each takes half a second. SEGUE_RUNS=9 tries all. */
function isChosen(n: number): boolean {
  const step = Math.max(1, Math.floor(9 / runs(1)));
  return (n + Math.abs(seed)) % step === 0;
}

for (const each of CASES) {
  describe(each.name, () => {
    for (const end of ["killed", "failing"] as const) {
      it(`${end} at each of its changes to files`, async () => {
        const count = await changes(each);
        assert.ok(count > 5, `${count} changes`);
        const all = Array.from({ length: count }, (_, n) => n + 1).filter(isChosen);
        const wrong: string[] = [];
        for (const n of all) {
          await proves(each, n, end).catch((error) => wrong.push(`${n}: ${error.message}`));
        }
        assert.deepEqual(wrong, []);
      });
    }
  });
}
