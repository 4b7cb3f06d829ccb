/** Several Segues at once, each with the same session. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Journal } from "../../src/io/journal.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { makeDatabase } from "../support/opencode-db.ts";
import type { Ended, Machine } from "../support/segue.ts";
import { CLAUDE, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();

function thrice(m: Machine, ...args: string[]): Promise<Ended[]> {
  const options = { alone: true };
  return Promise.all([1, 2, 3].map(() => m.run(["resume", ...args, "--no-launch"], options)));
}

function allDone(ended: readonly Ended[]): void {
  for (const { code, err } of ended) assert.equal(code, 0, err);
}

function writes(m: Machine): Journal {
  return new Journal(m.env);
}

/** What stands below a folder, temporary files among it. */
function below(m: Machine, folder: string): string[] {
  return readdirSync(m.at(folder), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(?:jsonl|tmp)$/.test(name),
  );
}

describe("the same session, handed over three times at once", () => {
  it("is written once, and all three open it", async () => {
    const m = inhabited(root);
    const before = below(m, ".codex").length;
    const ended = await thrice(m, idOf(CLAUDE), "--in", "codex");
    allDone(ended);
    assert.equal(new Set(ended.map(({ out }) => out)).size, 1, "one session to go on with");
    assert.equal(writes(m).writes().length, 1);
    assert.deepEqual(writes(m).damage(), []);
    assert.equal(below(m, ".codex").length, before + 1);
  });

  it("with --fork: each has a session of its own", async () => {
    const m = inhabited(root);
    const ended = await thrice(m, idOf(CLAUDE), "--in", "pi", "--fork");
    allDone(ended);
    assert.equal(new Set(ended.map(({ out }) => out)).size, 3);
    assert.equal(writes(m).writes().length, 3);
    assert.equal(below(m, ".pi").length, 4);
  });

  it("into a database", async () => {
    const m = inhabited(root);
    mkdirSync(m.at(".local/share/opencode"), { recursive: true });
    makeDatabase(m.at(".local/share/opencode/opencode.db"));
    const ended = await thrice(m, idOf(CLAUDE), "--in", "opencode");
    allDone(ended);
    assert.equal(new Set(ended.map(({ out }) => out)).size, 1);
    assert.equal(writes(m).writes().length, 1);
  });

  it("comes home with its new turns once", async () => {
    const m = inhabited(root);
    allDone([await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"])]);
    const { path } = known(writes(m).writes()[0]);
    const line = readFileSync(path, "utf8")
      .split("\n")
      .find((each) => each.includes("MARK-USER-1"));
    const added = known(line).replaceAll("MARK-USER-1", "ADDED-THERE");
    writeFileSync(path, `${added}\n`, { flag: "a" });
    allDone(await thrice(m, path, "--in", "pi"));
    const home = readFileSync(m.at(stored(PI)), "utf8");
    assert.equal(home.match(/ADDED-THERE/g)?.length, 1);
    assert.equal(below(m, ".pi").length, 1);
  });

  it("as a document", async () => {
    const m = inhabited(root);
    const work = m.at("work");
    mkdirSync(work);
    for (const to of ["claude", "codex"]) {
      allDone(await thrice(m, "pi#1", "--in", to, "--handoff", "--cwd", work));
    }
  });

  it("a file that is copied into its own agent's store", async () => {
    const m = inhabited(root);
    const file = m.copy(CLAUDE, "elsewhere.jsonl");
    const text = readFileSync(file, "utf8").replaceAll(
      idOf(CLAUDE),
      `${idOf(CLAUDE).slice(0, -1)}0`,
    );
    writeFileSync(file, text);
    const ended = await thrice(m, file);
    allDone(ended);
    assert.equal(writes(m).writes().length, 1);
    const again = await m.run(["resume", file, "--no-launch"]);
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, /already in Claude Code's store/);
    writeFileSync(file, text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1));
    const other = await m.run(["resume", file, "--no-launch"]);
    assert.equal(other.code, 4, other.err);
    assert.match(other.err, /another session with this id.*\n {2}`segue resume claude-code:/);
  });
});
