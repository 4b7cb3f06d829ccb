/** What subagents did, where their transcripts lie apart from the session's. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();

/** Of each agent that keeps them apart: the folder's sessions, the subagent's file, and its words. */
const AGENTS = [
  {
    agent: "claude-code",
    variant: "claude-code/subagent",
    own: /\/subagents\//,
    words: "MARK-SUB-FINAL",
  },
  { agent: "qwen", variant: "qwen/subagent", own: /\/subagents\//, words: "MARK-SUBPROMPT" },
  { agent: "gemini", variant: "gemini/subagent", own: /\/chats\/[^/]+\/[^/]+\.jsonl$/, words: "" },
  { agent: "codex", variant: "codex/subagent-v2", own: /9117-7be2-9289-610112fa8938/, words: "" },
];

for (const { agent, variant, own, words } of AGENTS) {
  const files = fixtures.filter(({ name }) => name.startsWith(`${variant}/`));
  const child = files.find(({ path }) => own.test(path));
  const main = files.find(({ path }) => !own.test(path));
  if (!child || !main) throw new Error(`no subagent in ${variant}`);

  const machine = (): Machine => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(main);
    return m;
  };
  /** Where a file of the fixture lies on the machine. */
  const at = (m: Machine, path: string): string => m.at(path.slice(path.indexOf("/.") + 1));

  describe(`subagents of ${agent}`, () => {
    it("a transcript is converted as the conversation that it is", async () => {
      const m = machine();
      const { code, out, err } = await m.run(["convert", at(m, child.path), "--to", "pi"]);
      assert.equal(code, 0, err);
      assert.doesNotMatch(err, /: 0 messages/);
      assert.match(out, /"role":"user"/);
      assert.match(out, /"role":"assistant"/);
      assert.ok(out.includes(words));
    });

    it("`show` says that there are some, and shows them with --subagents", async () => {
      const m = machine();
      const plain = await m.run(["show", at(m, main.path)]);
      assert.match(plain.err, /transcripts lie apart: 1/);
      const shown = await m.run(["show", at(m, main.path), "--subagents"]);
      assert.equal(shown.code, 0, shown.err);
      assert.ok(shown.out.startsWith(plain.out) && shown.out.length > plain.out.length);
      assert.match(shown.out.slice(plain.out.length), /^subagent \S+\n.*\[1\] user\n/s);
      const json = JSON.parse(
        (await m.run(["show", at(m, main.path), "--json", "--subagents"])).out,
      );
      assert.equal(json.subagents.length, 1);
      assert.ok(json.subagents[0].entries.length > 0);
    });

    it("a handoff names them, and a dump has them", async () => {
      const m = machine();
      const { out } = await m.run(["handoff", at(m, main.path)]);
      assert.match(out, /What its subagent did lies apart: `segue show .* --subagents`/);
      const done = await m.run(["dump", agent, m.at("dump"), "--format", "markdown"]);
      assert.equal(done.code, 0, done.err);
      const names = readdirSync(m.at("dump"), { recursive: true, encoding: "utf8" });
      const below = names.filter((name) => /^[^/]+\/[^/]+\/[^/]+\.md$/.test(name));
      assert.equal(below.length, 1, names.join("\n"));
      assert.ok(readFileSync(m.at("dump", below[0] ?? ""), "utf8").includes(words));
    });
  });
}
