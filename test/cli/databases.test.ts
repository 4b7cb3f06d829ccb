/** Databases that a user names by their paths: wherever they lie, whatever they and their sessions are called. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed, writable } from "../../src/agents/registry.ts";
import type { Database } from "../../src/agents/types.ts";
import { makeCrush } from "../support/crush-db.ts";
import { makeDeepAgents } from "../support/deepagents-db.ts";
import { makeDevin } from "../support/devin-db.ts";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { makeGoose } from "../support/goose-db.ts";
import { makeHermes } from "../support/hermes-db.ts";
import { makeMastraCode } from "../support/mastracode-db.ts";
import { makeOpenClaw } from "../support/openclaw-db.ts";
import { makeDatabase, makeKiloDatabase } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";
import { makeZed } from "../support/zed-db.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();

const MAKERS: readonly (readonly [agent: string, make: (path: string) => void])[] = [
  ["opencode", makeDatabase],
  ["kilo", makeKiloDatabase],
  ["openclaw", makeOpenClaw],
  ["goose", makeGoose],
  ["hermes", makeHermes],
  ["crush", makeCrush],
  ["deepagents", makeDeepAgents],
  ["mastracode", makeMastraCode],
  ["zed", makeZed],
  ["devin", makeDevin],
];

const ODD = "odd #1 %41 é";
const PLAIN = "0f0e0d0c-0000-4000-8000-00000000000a";

interface Named {
  m: Machine;
  path: string;
  add(id: string): void;
}

/** A database of this agent in a folder of no store, with a recorded session in it by the id `PLAIN`. */
function named(agent: string, make: (path: string) => void, name = "my copy#2.db"): Named {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  const folder = m.at("a #b%20");
  mkdirSync(folder);
  // What stands before a `#` exists as well.
  mkdirSync(m.at("a "));
  const path = join(folder, name);
  make(path);
  const database: Database = known(agentNamed(agent).store.database);
  const lines = readFileSync(fixture(`${agent}/rows`).path, "utf8")
    .split("\n")
    .slice(0, -1);
  const add = (id: string) => database.replace(path, id, null, database.renamed(lines, id, path));
  add(PLAIN);
  return { m, path, add };
}

async function shows(m: Machine, selector: string, id: string): Promise<void> {
  for (const command of [["show"], ["info"]]) {
    const { code, out, err } = await m.run([...command, selector, "--json"]);
    assert.equal(code, 0, `${command} ${selector}: ${err}`);
    assert.ok(out.includes(JSON.stringify(id)), `${command} ${selector}`);
  }
}

/** Each session has a database of its own, or the database is an older form that is only read: see the agents' tests. */
const ALONE = new Set(["cursor", "kiro", "antigravity"]);

describe("a database that is named by its path", () => {
  it("is tried with every agent that has one", () => {
    const tried = new Set(MAKERS.map(([agent]) => agent));
    // One that is only read has its own tests.
    const others = writable.filter(
      ({ id, store }) => store.inDatabase && !tried.has(id) && !ALONE.has(id),
    );
    assert.deepEqual(
      others.map(({ id }) => id),
      [],
    );
  });

  for (const [agent, make] of MAKERS) {
    it(`of ${agent}: has the one session in it, or those that are named by id`, async () => {
      const { m, path, add } = named(agent, make);
      await shows(m, path, PLAIN);
      add(ODD);
      fails(await m.run(["info", path]), 3, /matches 2 sessions/, 2);
      await shows(m, `${path}#${PLAIN}`, PLAIN);
      await shows(m, `${path}#${PLAIN.slice(0, 6)}`, PLAIN);
      await shows(m, `${path}#${ODD}`, ODD);
      fails(await m.run(["info", `${path}#none`]), 3, /no session "none" in this database/);
      const there = await m.run(["resume", `${path}#${ODD}`, "--in", "codex", "--no-launch"]);
      assert.equal(there.code, 0, there.err);
      const dump = await m.run([
        "convert",
        `${path}#${ODD}`,
        "--to",
        "pi",
        "-o",
        m.at("out.jsonl"),
      ]);
      assert.equal(dump.code, 0, dump.err);
    });
  }
});
