/** Commands that write to the archive, and out of it. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { fixture } from "../fixtures.ts";
import type { Machine } from "../segue.ts";
import { databaseOf, RESUME } from "./store-cases.ts";
import type { Case } from "./trial.ts";

const PI = fixture("pi/basic");
const CLAUDE = fixture("claude-code/basic");
const PI_PATH = PI.path.slice(PI.path.indexOf("/.pi") + 1);

async function runs(m: Machine, ...args: string[]): Promise<void> {
  const { code, err } = await m.run(args);
  assert.equal(code, 0, `${args.join(" ")}: ${err}`);
}

function inhabited(m: Machine): void {
  m.install(PI);
  m.install(CLAUDE);
}

/** Everything is intact, and comes out as it is in the store. */
async function isKept(m: Machine): Promise<void> {
  await runs(m, "keep", "--verify");
  const out = m.at("tmp/out");
  await runs(m, "restore", "pi#1", "-o", out);
  const name = PI_PATH.slice(PI_PATH.indexOf("sessions/") + "sessions/".length);
  assert.ok(readFileSync(`${out}/${name}`).equals(readFileSync(m.at(PI_PATH))));
  rmSync(out, { recursive: true });
}

export const KEEP_CASES: readonly Case[] = [
  {
    name: "keep",
    async prepare(m) {
      inhabited(m);
      return ["keep", "--quiet"];
    },
    holds: isKept,
  },
  {
    name: "keep, changed sessions",
    async prepare(m) {
      inhabited(m);
      await runs(m, "keep");
      const text = readFileSync(m.at(PI_PATH), "utf8").trimEnd();
      appendFileSync(m.at(PI_PATH), `${text.slice(text.lastIndexOf("\n") + 1)}\n`);
      return ["keep", "--quiet"];
    },
    holds: isKept,
  },
  {
    name: "restore",
    async prepare(m) {
      inhabited(m);
      await runs(m, "keep");
      rmSync(m.at(".pi"), { recursive: true });
      return ["restore", "pi#1", "--quiet"];
    },
  },
  {
    name: "restore (SQLite)",
    inSteps: true,
    async prepare(m) {
      m.install(PI);
      databaseOf(m, "opencode");
      await runs(m, "resume", "pi#1", "--in", "opencode", ...RESUME);
      await runs(m, "keep");
      await runs(m, "undo");
      return ["restore", "opencode#1", "--quiet"];
    },
  },
  {
    name: "restore -o",
    async prepare(m) {
      inhabited(m);
      await runs(m, "keep");
      return ["restore", "pi#1", "-o", m.at("restored"), "--quiet"];
    },
  },
  {
    name: "forget",
    refusesAgain: true,
    async prepare(m) {
      inhabited(m);
      await runs(m, "keep");
      return ["forget", "pi#1", "--quiet"];
    },
    async holds(m) {
      await runs(m, "keep", "--verify");
      const { code } = await m.run(["restore", "pi#1", "-o", m.at("tmp/out")]);
      assert.equal(code, 3);
    },
  },
];
