/** Sessions that a crash has damaged: what can be read of them is read by every command. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();
const FIXTURES = join(import.meta.dirname, "../fixtures/hostile");

const ID = "6964a751-ea11-4bb0-894e-699a6fb243aa";
const SAID = ["SP-U1", "SP-A1", "SP-U2", "SP-A2", "SP-OUT1", "SP-A3", "SP-U3", "SP-A4"];
/** What each file's model has to be sent, in this order. */
const SESSIONS: [name: string, said: string[]][] = [
  ["claude-code-after-crash", SAID],
  ["copilot-raw-newlines", ["RN-U1", "PAGE line one\\nPAGE line two", "RN-A2", "RN-U2", "RN-A3"]],
];

function machine(): Machine {
  return new Machine(mkdtempSync(join(root, "home-")));
}

function inOrder(text: string, words: readonly string[]): void {
  let at = 0;
  for (const word of words) {
    const found = text.indexOf(word, at);
    assert.ok(found >= 0, `${word} is missing, or out of order`);
    at = found;
  }
}

interface Loss {
  code: string;
  severity: string;
  count: number;
}

async function lossesOf(m: Machine, path: string): Promise<Loss[]> {
  const { out, code, err } = await m.run(["convert", path, "--to", "pi", "-o", "x", "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out).losses.filter((loss: Loss) => loss.code.startsWith("line-"));
}

for (const [name, said] of SESSIONS) {
  const path = join(FIXTURES, `${name}.jsonl`);
  describe(name, () => {
    it("is shown whole", async () => {
      const { out, err } = await machine().run(["show", path, "--json"]);
      assert.equal(err, "");
      inOrder(out, said);
    });

    it("is converted whole, and comes home to its bytes", async () => {
      const m = machine();
      const there = await m.run(["convert", path, "--to", "codex", "-o", "b.jsonl"]);
      assert.equal(there.code, 0, there.err);
      assert.match(there.err, /line-recovered/);
      assert.doesNotMatch(there.err, /line-unreadable/);
      inOrder(readFileSync(m.at("b.jsonl"), "utf8"), said);
      const to = name.startsWith("claude") ? "claude-code" : "copilot";
      const home = await m.run(["convert", "b.jsonl", "--to", to, "--quiet"]);
      assert.ok(home.stdout.equals(readFileSync(path)));
    });

    it("is handed off whole, and passes its check", async () => {
      const m = machine();
      const { out } = await m.run(["handoff", path]);
      inOrder(out, said.filter((word) => /-U\d/.test(word)).slice(-1));
      assert.equal((await m.run(["check", path])).code, 0);
    });
  });
}

it("a list's title and a search's hits come from damaged lines as well", async () => {
  const m = machine();
  const path = m.at(`.claude/projects/-home-dev-shop/${ID}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  const text = readFileSync(join(FIXTURES, "claude-code-after-crash.jsonl"), "utf8");
  writeFileSync(path, `\0\0\0\0${text}`);
  const list = JSON.parse((await m.run(["list", "--json"])).out);
  assert.equal(list.sessions[0].title, "SP-U1 go");
  const found = JSON.parse((await m.run(["search", "SP-U2 second", "--json"])).out);
  assert.equal(found.sessions[0]?.id, ID);
  assert.match((await m.run(["show", ID])).out, /SP-U1.*SP-A4/s);
});

it("what holds no whole record is a major loss", async () => {
  const m = machine();
  const [first = "", ...rest] = readFileSync(
    join(FIXTURES, "claude-code-after-crash.jsonl"),
    "utf8",
  ).split("\n");
  writeFileSync(m.at("a.jsonl"), [first, rest[0]?.slice(0, 300), ...rest.slice(2)].join("\n"));
  const losses = await lossesOf(m, "a.jsonl");
  assert.deepEqual(
    losses.map(({ code, severity, count }) => [code, severity, count]),
    [
      ["line-unreadable", "major", 1],
      ["line-recovered", "minor", 3],
    ],
  );
});
