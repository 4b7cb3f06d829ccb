/** A session is called the same wherever it is shown, and in the agent that it is handed over to. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { opencode } from "../../src/agents/opencode/index.ts";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { makeDatabase, run } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

function machine(): Machine {
  return new Machine(mkdtempSync(join(root, "home-")));
}

/** As the list, `show`, a dump and a handoff call the machine's only session. */
async function titles(m: Machine): Promise<(string | null)[]> {
  const { sessions } = JSON.parse((await m.run(["list", "--all", "--json"])).out);
  const [{ path, title, agent }] = sessions;
  const shown = JSON.parse((await m.run(["show", path, "--json"])).out);
  const dumped = await m.run(["dump", m.at("dump"), "--format", "session"]);
  assert.match(dumped.err, /^1 written/, dumped.err);
  const [name = ""] = readdirSync(m.at("dump", agent));
  const file = JSON.parse(readFileSync(m.at("dump", agent, name), "utf8"));
  const { out } = await m.run(["handoff", path]);
  const [, handed = null] = /^> title: (.*)$/m.exec(out) ?? [];
  return [title, shown.header.title, file.header.title, handed];
}

describe("the title of a session", () => {
  it("is the request, without what an IDE put before it", async () => {
    const m = machine();
    m.install(fixture("codex/ide-context"));
    const request = "TITLE-REAL fix the flaky test";
    assert.deepEqual(await titles(m), Array(4).fill(request));
    const path = fixture("codex/ide-context").path;
    const { code, err } = await m.run(["convert", path, "--to", "opencode", "-o", "out.json"]);
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(readFileSync(m.at("out.json"), "utf8")).info.title, request);
  });

  it("is not the one that OpenCode makes up before there is another", async () => {
    const m = machine();
    mkdirSync(m.at(".local/share/opencode"), { recursive: true });
    const path = m.at(".local/share/opencode/opencode.db");
    makeDatabase(path);
    const lines = readFileSync(fixture("opencode/rows").path, "utf8").split("\n").slice(0, -1);
    const { id } = JSON.parse(lines[0] ?? "").session;
    opencode.store.database?.replace(path, id, null, lines);
    assert.deepEqual(await titles(m), Array(4).fill("Side reply"));
    run(
      path,
      "UPDATE session SET title = 'New session - 2026-11-21T04:00:17.322Z', time_updated = 1",
    );
    const [title, ...others] = await titles(m);
    assert.match(title ?? "", /^"MARK-S-U01 Look/);
    assert.deepEqual(others, Array(3).fill(title));
  });
});
