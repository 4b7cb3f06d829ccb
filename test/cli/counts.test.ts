/** What counts as a message, and as an entry: the same wherever it is told. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { makeCrush } from "../support/crush-db.ts";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { makeGoose } from "../support/goose-db.ts";
import { makeHermes } from "../support/hermes-db.ts";
import { makeMastraCode } from "../support/mastracode-db.ts";
import { makeOpenClaw } from "../support/openclaw-db.ts";
import { makeDatabase } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

interface Told {
  entries: number;
  messages: number;
}

/** What `show` says of the only session. */
async function shown(m: Machine): Promise<Told> {
  const { err } = await m.run(["show", "latest", "--range", "999-999"]);
  const [, entries, messages] = known(/has (\d+) entr(?:y|ies) \((\d+) messages?\)/.exec(err), err);
  return { entries: Number(entries), messages: Number(messages) };
}

async function listed(m: Machine): Promise<number | null> {
  const { out } = await m.run(["list", "--all", "--json"]);
  return known(JSON.parse(out).sessions[0]).messages;
}

async function handed(m: Machine): Promise<number> {
  const { out } = await m.run(["handoff", "latest", "--no-redact"]);
  return Number(known(/the record of a session with (\d+) entries/.exec(out), out)[1]);
}

function machine(): Machine {
  return new Machine(mkdtempSync(join(root, "home-")));
}

describe("messages and entries", () => {
  for (const [name, messages, entries] of [
    ["claude-code/basic", 10, 24],
    ["claude-code/limit-429", 2, 5],
    ["codex/basic", 10, 28],
    ["pi/rate-limit", 2, 5],
    ["copilot/subagent", 5, 10],
    ["gemini/rewind", 8, 12],
    ["qwen/ratelimit-429-final", 2, 4],
    ["kimi/basic", 9, 23],
  ] as const) {
    it(`${name}: list, show and handoff tell the same numbers`, async () => {
      const m = machine();
      m.install(fixture(name));
      assert.deepEqual(await shown(m), { messages, entries });
      assert.equal(await listed(m), messages);
      assert.equal(await handed(m), entries);
      assert.equal((await m.run(["scan"])).code, 0);
      assert.equal(await listed(m), messages, "once it has been read as a whole");
    });
  }

  for (const [agent, variant, make, place] of [
    ["crush", "compacted", makeCrush, "shop/.crush/crush.db"],
    ["goose", "compacted", makeGoose, ".local/share/goose/sessions/sessions.db"],
    ["hermes", "compact", makeHermes, ".hermes/state.db"],
    ["mastracode", "compacted", makeMastraCode, ".local/share/mastracode/mastra.db"],
    ["openclaw", "kinds", makeOpenClaw, ".openclaw/agents/main/agent/openclaw-agent.sqlite"],
  ] as const) {
    it(`${agent}: list and info tell the same numbers of a session in a database`, async () => {
      const m = machine();
      const path = m.at(place);
      mkdirSync(dirname(path), { recursive: true });
      make(path);
      if (agent === "crush") {
        const projects = { projects: [{ path: m.at("shop"), data_dir: dirname(path) }] };
        mkdirSync(m.at(".local/share/crush"), { recursive: true });
        writeFileSync(m.at(".local/share/crush/projects.json"), JSON.stringify(projects));
      }
      const lines = readFileSync(fixture(`${agent}/${variant}`).path, "utf8")
        .trimEnd()
        .split("\n");
      const id = known(/"id":"([^"]+)"/.exec(lines[0] ?? ""))[1] ?? "";
      known(agentNamed(agent).store.database).replace(path, id, null, lines);
      const first = known(await listed(m));
      const { out } = await m.run(["info", "latest", "--json"]);
      assert.equal(JSON.parse(out).messages, first);
      assert.equal((await shown(m)).messages, first);
      assert.equal((await m.run(["scan"])).code, 0);
      assert.equal(await listed(m), first, "once it has been read as a whole");
    });
  }

  for (const session of ["continue/basic", "cline/basic", "grok/store", "kimi-cli/basic"]) {
    it(`${session}: list and info tell the same times`, async () => {
      const m = machine();
      cpSync(new URL(`../fixtures/${session}`, import.meta.url), m.at("."), { recursive: true });
      const { out } = await m.run(["list", "--all", "--json"]);
      const { createdAt, updatedAt } = known(JSON.parse(out).sessions[0]);
      const info = JSON.parse((await m.run(["info", "latest", "--json"])).out);
      assert.deepEqual([info.createdAt, info.updatedAt], [createdAt, updatedAt]);
      assert.ok(createdAt !== null && updatedAt !== null);
    });
  }

  it("a session in a database, once it has been read", async () => {
    const m = machine();
    mkdirSync(m.at(".local/share/opencode"), { recursive: true });
    makeDatabase(m.at(".local/share/opencode/opencode.db"));
    const path = m.copy(fixture("claude-code/compact"), "session.jsonl");
    const args = ["resume", path, "--in", "opencode", "--full-history", "--no-launch"];
    const { code, err } = await m.run(args);
    assert.equal(code, 0, err);
    assert.equal((await m.run(["scan"])).code, 0);
    assert.equal(await listed(m), (await shown(m)).messages);
  });
});
