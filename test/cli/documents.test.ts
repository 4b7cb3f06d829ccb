/** A session that is a document of its own comes back as one, whichever way it was selected. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

interface Listed {
  id: string;
  path: string;
}

async function listed(m: Machine, agent: string): Promise<Listed> {
  const { out } = await m.run(["list", "--agent", agent, "--all", "--json"]);
  const [first]: Listed[] = JSON.parse(out).sessions;
  assert.ok(first, out);
  return first;
}

/** To Codex and back, by its id; what the command says of that. */
async function backById(m: Machine, agent: string): Promise<string> {
  const { id } = await listed(m, agent);
  const there = await m.run(["convert", `${agent}:${id}`, "--to", "codex", "-o", "there.jsonl"]);
  assert.equal(there.code, 0, there.err);
  const back = await m.run(["convert", "there.jsonl", "--to", agent, "-o", "back"]);
  assert.equal(back.code, 0, back.err);
  return back.err;
}

describe("a session that is selected by its id", () => {
  for (const agent of ["auggie", "continue", "aider"]) {
    it(`is the file again for ${agent}`, async () => {
      const m = new Machine(mkdtempSync(join(root, "home-")));
      const basic = fixture(`${agent}/basic`);
      // Aider keeps its sessions in the project.
      if (agent === "aider") m.copy(basic, ".aider.chat.history.md");
      else m.install(basic);
      assert.match(await backById(m, agent), /the original is restored byte for byte,/);
      assert.deepEqual(readFileSync(m.at("back")), readFileSync(basic.path));
    });
  }

  it("is lines where its store has no such file, and the report says so", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(fixture("cline/basic"));
    assert.match(await backById(m, "cline"), /the original's records are restored .* as lines/);
    const args = ["convert", "there.jsonl", "--to", "cline", "-o", "again", "--json"];
    const again = await m.run(args);
    assert.equal(JSON.parse(again.out).lines, true);
  });
});
