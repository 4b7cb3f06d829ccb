/** What counts as a message, and as an entry: the same wherever it is told. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
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
