/**
 * Between two accounts of every agent: the same bytes or rows, home with exactly the new turns, and
 * undone exactly.
 */
import assert from "node:assert/strict";
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { claudeCode } from "../../src/agents/claude-code/index.ts";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { rowsAt } from "../../src/convert/read/open.ts";
import { DATABASES, makeStoreOf } from "../support/account-stores.ts";
import { workOn } from "../support/conversion.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { CLAUDE, CODEX, idOf } from "./support.ts";

const root = temporaryFolder();

/** These keep their sessions in the project's folder, whatever the account. */
const IN_PROJECTS = new Set(["aider", "crush"]);

interface Place {
  id: string;
  path: string;
}

/** A machine with the agent's own account and another one, which has another home folder. */
function machine({ id }: Agent): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(CLAUDE);
  mkdirSync(m.at(".segue"));
  const profile = `profiles:\n  two:\n    agent: ${id}\n    env: { HOME: ${m.at("two")} }\n`;
  writeFileSync(m.at(".segue/config.yml"), profile);
  for (const home of [m.at(), m.at("two")]) makeStoreOf({ id }, home);
  return m;
}

async function sessions(m: Machine, account: string): Promise<Place[]> {
  const { out, err, code } = await m.run(["list", "--all", "--json", "--agent", account]);
  assert.equal(code, 0, err);
  return JSON.parse(out).sessions;
}

async function only(m: Machine, account: string): Promise<Place> {
  const all = await sessions(m, account);
  assert.equal(all.length, 1, `${account}: ${JSON.stringify(all)}`);
  return known(all[0]);
}

/** As it is stored. */
function stored({ path }: Place): string {
  const rows = rowsAt(path);
  if (!rows) return readFileSync(path, "latin1");
  return known(rows.database.read(rows.path, rows.id)).join("\n");
}

async function go(m: Machine, ...args: string[]): Promise<string> {
  const { code, err } = await m.run(["resume", ...args, "--no-launch"]);
  assert.equal(code, 0, `${args.join(" ")}: ${err}`);
  return err;
}

async function undo(m: Machine): Promise<void> {
  const { code, err } = await m.run(["undo"]);
  assert.equal(code, 0, err);
}

describe("a database that has other sessions", () => {
  for (const id of Object.keys(DATABASES)) {
    it(id, async () => {
      const m = machine(known(agents.find((agent) => agent.id === id)));
      m.install(CODEX);
      await go(m, idOf(CODEX), "--in", "two");
      const other = await only(m, "two");
      const before = stored(other);
      await go(m, idOf(CLAUDE), "--in", id);
      const own = await only(m, id);
      await go(m, `${id}:${own.id}`, "--in", "two");
      const copy = known((await sessions(m, "two")).find((one) => one.id === own.id));
      assert.equal(stored(copy), stored(own), "the same rows");
      assert.equal(stored(other), before, "the other one is as it was");
      await undo(m);
      assert.deepEqual(
        (await sessions(m, "two")).map((one) => one.id),
        [other.id],
      );
      assert.equal(stored(other), before);
    });
  }
});

it("what a store keeps of all its sessions by their contents comes along, and stays", async () => {
  const omp = known(agents.find(({ id }) => id === "omp"));
  const m = machine(omp);
  cpSync(new URL("../fixtures/omp/image", import.meta.url), m.home, { recursive: true });
  await go(m, "omp#1", "--in", "two");
  const blobs = (home: string) => readdirSync(join(home, ".omp/agent/blobs")).sort();
  assert.notDeepEqual(blobs(m.at()), []);
  assert.deepEqual(blobs(m.at("two")), blobs(m.at()));
  assert.equal(stored(await only(m, "two")), stored(await only(m, "omp")));
  await undo(m);
  assert.deepEqual(await sessions(m, "two"), []);
  assert.deepEqual(blobs(m.at("two")), blobs(m.at()));
});

it("Mistral Vibe: attachments of 2.x, and plugins of 3.x that are not there", async () => {
  const vibe = known(agents.find(({ id }) => id === "vibe"));
  const m = machine(vibe);
  for (const variant of ["old", "rich"]) {
    cpSync(new URL(`../fixtures/vibe/${variant}`, import.meta.url), m.home, { recursive: true });
  }
  const logs = (home: string, ...names: string[]) => join(home, ".vibe/logs/session", ...names);
  const [old = ""] = readdirSync(logs(m.home)).filter((name) => name.startsWith("session_"));
  mkdirSync(logs(m.home, old, "attachments"));
  writeFileSync(logs(m.home, old, "attachments/a.png"), "picture");
  const [unified = ""] = readdirSync(logs(m.home, "unified")).filter((name) => name[0] !== ".");
  const generations = logs(m.home, "unified", unified, "generations");
  // The fixture's state is shortened: what its CLI writes there names the plugins by their contents.
  const [own, blob, other] = ["a", "b", "c"].map((letter) => letter.repeat(64));
  for (const name of readdirSync(generations)) {
    const path = join(generations, name, "runtime-state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(/^\{/, `{"plugin":"${own}",`));
  }
  for (const [name, text] of [
    [`packages/aa/${own}/plugin.json`, "{}"],
    [`manifests/aa/${own}`, `{"blobs":["${blob}"]}`],
    [`blobs/bb/${blob}`, "blob"],
    [`blobs/cc/${other}`, "of another session"],
  ] as const) {
    mkdirSync(dirname(logs(m.home, "plugins", name)), { recursive: true });
    writeFileSync(logs(m.home, "plugins", name), text);
  }
  const two = m.at("two");
  for (const { id } of await sessions(m, "vibe")) await go(m, `vibe:${id}`, "--in", "two");
  assert.equal(readFileSync(logs(two, old, "attachments/a.png"), "utf8"), "picture");
  const plugins = (home: string) =>
    globSync("plugins/**/*", { cwd: logs(home), withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort();
  assert.deepEqual(plugins(two), [own, blob, "plugin.json"]);
  assert.equal(plugins(m.home).length, 4);
  await undo(m);
  await undo(m);
  assert.deepEqual(readdirSync(logs(two)), ["plugins"]);
});

describe("between two accounts of", () => {
  for (const agent of writable) {
    if (IN_PROJECTS.has(agent.id) || agent === claudeCode) continue;
    it(agent.name, async () => {
      const m = machine(agent);
      await go(m, idOf(CLAUDE), "--in", agent.id);
      const own = await only(m, agent.id);
      const first = stored(own);

      await go(m, `${agent.id}#1`, "--in", "two");
      const other = await only(m, "two");
      assert.equal(other.id, own.id);
      assert.ok(other.path.startsWith(m.at("two")), other.path);
      assert.equal(stored(other), first, "the same bytes");
      assert.equal(stored(await only(m, agent.id)), first, "the source is as it was");
      assert.match(await go(m, `${agent.id}#1`, "--in", "two"), /already in the store/);

      // It continues under the other account.
      await go(m, "two#1", "--in", "claude", "--fork");
      const [newest] = await sessions(m, "claude");
      workOn({ agent: claudeCode, path: known(newest).path }, "MORE");
      await go(m, "claude#1", "--in", "two");
      const [grown] = await sessions(m, "two");
      const then = stored(known(grown));
      assert.match(then, /MORE/);

      const said = await go(m, "two#1", "--in", agent.id);
      const [back] = await sessions(m, agent.id);
      assert.equal(stored(known(back)), then, said);
      await undo(m);
      assert.equal(stored(await only(m, agent.id)), first, "undone");
    });
  }
});
