/** Segue as a library: what docs/library.md shows, and what its functions promise. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { openSegue, SegueError } from "../../src/index.ts";
import { stateFolder } from "../../src/io/state.ts";
import { known, sha256, temporaryFolder } from "../support/folder.ts";
import type { Machine } from "../support/segue.ts";
import { CLAUDE, CODEX, idOf, inhabited, PI, stored } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = temporaryFolder();

function shown(): string {
  const text = readFileSync(join(ROOT, "docs/library.md"), "utf8");
  return known(/```ts\n([\s\S]*?)```/.exec(text)?.[1], "script");
}

/** Runs the script of the documentation in a project where `segue-cli` is installed. */
function run(machine: Machine, script: string): string {
  const project = machine.at("project");
  mkdirSync(join(project, "node_modules"), { recursive: true });
  if (!existsSync(join(project, "node_modules/segue-cli"))) {
    symlinkSync(ROOT, join(project, "node_modules/segue-cli"), "dir");
  }
  writeFileSync(join(project, "script.ts"), script);
  return execFileSync(process.execPath, ["script.ts"], {
    cwd: project,
    env: machine.env,
    encoding: "utf8",
  });
}

describe("the script in docs/library.md", () => {
  it("is some ten lines", () => {
    assert.ok(shown().trim().split("\n").length <= 12);
  });

  it("lists sessions and hands the newest over, with the sources", () => {
    const machine = inhabited(folder);
    const source = JSON.stringify(join(ROOT, "src/index.ts"));
    const out = run(machine, shown().replace('"segue-cli"', source));
    for (const each of [CLAUDE, CODEX]) assert.match(out, new RegExp(idOf(each)));
    assert.match(out, /^codex resume /m);
  });

  it("does so with the build that is published", () => {
    if (!existsSync(join(ROOT, "dist/index.js"))) {
      execFileSync(process.execPath, ["scripts/build.ts"], { cwd: ROOT });
    }
    assert.match(run(inhabited(folder), shown()), /^codex resume /m);
  });
});

describe("a program that uses Segue", () => {
  const machine = inhabited(folder);
  const opened = openSegue({ env: machine.env, cwd: machine.home });

  it("finds, lists and reads sessions", async () => {
    const segue = await opened;
    const { sessions, more } = await segue.list({ agent: "claude" });
    assert.deepEqual([sessions.length, more], [1, 0]);
    const [first] = sessions;
    const session = await segue.read(known(first));
    assert.equal(session.header.id, idOf(CLAUDE));
    assert.deepEqual(await segue.read(idOf(CLAUDE)), session);
    assert.equal((await segue.find("codex#1")).id, idOf(CODEX));
  });

  it("searches them", async () => {
    const { matches } = await (await opened).search("listing agent:codex");
    assert.deepEqual(
      matches.map(({ session }) => session.agent),
      ["codex"],
    );
  });

  it("hands over, which changes nothing until it is committed, and takes it back", async () => {
    const segue = await opened;
    const before = sha256(machine.at(stored(CLAUDE)));
    const left = await segue.handOver(idOf(CLAUDE), { to: "codex", cwd: machine.home });
    left.discard();
    assert.equal(existsSync(left.path), false);
    assert.deepEqual(segue.journal().writes, []);
    const done = await segue.handOver(idOf(CLAUDE), { to: "codex", cwd: machine.home });
    assert.equal(existsSync(done.path), false);
    await done.commit();
    assert.equal(existsSync(done.path), true);
    assert.equal(done.report.verified.readback, true);
    assert.equal(segue.journal().writes.length, 1);
    const [undone] = await segue.undo();
    assert.equal(undone?.write.path, done.path);
    assert.equal(existsSync(done.path), false);
    assert.equal(sha256(machine.at(stored(CLAUDE))), before);
  });

  it("cannot commit a dry run", async () => {
    const dry = await (await opened).handOver(idOf(CLAUDE), { to: "pi", dryRun: true });
    await assert.rejects(dry.commit(), { kind: "usage" });
    assert.equal(existsSync(dry.path), false);
  });

  it("does as the settings say", async () => {
    const env = { ...machine.env, SEGUE_REASONING: "omit" };
    const segue = await openSegue({ env, cwd: machine.home });
    const dry = await segue.handOver(idOf(CLAUDE), { to: "codex", dryRun: true });
    dry.discard();
    assert.ok(dry.report.losses.some(({ code }) => code === "reasoning-omitted"));
  });

  it("checks a session, and tells what is known of it", async () => {
    const segue = await opened;
    const { laws } = await segue.check(idOf(PI));
    assert.ok(laws.length > 0 && laws.every(({ ok }) => ok));
    const { agent, counts } = await segue.info(idOf(PI));
    assert.equal(agent, "pi");
    assert.ok(counts.toolCalls > 0);
  });

  it("writes documents and exports", async () => {
    const segue = await opened;
    const { markdown, tokens, budget } = await segue.handoff(idOf(CODEX), { budget: 4000 });
    assert.match(markdown, /Codex/);
    assert.ok(tokens <= known(budget));
    const exported = machine.at("exported");
    const { written } = await segue.dump({ folder: exported, format: "markdown" });
    assert.equal(written, 3);
  });

  it("is told what is wrong in a way that a program can read", async () => {
    const segue = await opened;
    await assert.rejects(segue.find("nothing-of-this-name"), (error) => {
      assert.ok(error instanceof SegueError);
      assert.equal(error.kind, "not-found");
      return true;
    });
    await assert.rejects(segue.list({ agent: "claud" }), { kind: "not-found" });
  });

  it("says what an argument takes", async () => {
    const segue = await opened;
    // As a program without types would call it.
    const given: unknown[] = [
      () => Reflect.apply(segue.find, segue, [null]),
      () => Reflect.apply(segue.list, segue, [{ since: Number.NaN }]),
      () => Reflect.apply(segue.list, segue, [{ most: -1 }]),
      () => Reflect.apply(segue.search, segue, [undefined]),
      () => Reflect.apply(segue.read, segue, [undefined]),
      () => Reflect.apply(segue.handOver, segue, ["codex#1", {}]),
      () => Reflect.apply(segue.handOver, segue, ["codex#1", { to: "pi", args: "--model x" }]),
      () => Reflect.apply(segue.handOver, segue, ["codex#1", { to: "pi", reasoning: "zz" }]),
      () => Reflect.apply(segue.handOver, segue, ["codex#1", { to: "pi", fit: 1 }]),
      () => Reflect.apply(segue.handoff, segue, ["codex#1", { preset: "long" }]),
      () => Reflect.apply(segue.dump, segue, [{ folder: machine.at("x"), format: "word" }]),
      () => Reflect.apply(segue.convert, segue, [machine.at(stored(PI)), { to: "codex" }]),
      () => Reflect.apply(segue.undo, segue, [{ n: 0 }]),
      () => Reflect.apply(segue.read, segue, [{ agent: "codex", path: machine.at(stored(PI)) }]),
    ];
    for (const call of given) {
      assert.ok(typeof call === "function");
      await assert.rejects(async () => await call(), { kind: "usage" }, String(call));
    }
    const stores = { codex: machine.at("no-such-folder") };
    await assert.rejects(openSegue({ env: machine.env, stores }), { kind: "not-found" });
  });

  it("commits or discards once, and leaves nothing behind when it ends", async () => {
    const segue = await opened;
    const done = await segue.handOver(idOf(CLAUDE), { to: "pi", cwd: machine.home });
    done.discard();
    await assert.rejects(done.commit(), /already discarded/);
    const before = readdirSync(machine.at(".pi"), { recursive: true });
    const source = JSON.stringify(join(ROOT, "src/index.ts"));
    run(
      machine,
      `import { openSegue } from ${source};
       const segue = await openSegue();
       await segue.handOver(${JSON.stringify(idOf(CLAUDE))}, { to: "pi", cwd: process.cwd() });`,
    );
    assert.deepEqual(readdirSync(machine.at(".pi"), { recursive: true }), before);
  });

  it("does not write a session again that another program has just written", async () => {
    const segue = await opened;
    const wanted = { to: "codex", cwd: machine.home };
    const first = await segue.handOver(idOf(PI), wanted);
    // The path is taken when the second looks for one, though nothing is in the journal yet.
    mkdirSync(dirname(first.path), { recursive: true });
    writeFileSync(first.path, "");
    const second = await segue.handOver(idOf(PI), wanted);
    rmSync(first.path);
    assert.notEqual(second.path, first.path);
    await first.commit();
    const kept = join(stateFolder(machine.env), "carry");
    const carries = readdirSync(kept);
    await assert.rejects(second.commit(), { kind: "refused" });
    assert.equal(existsSync(second.path), false);
    assert.deepEqual(
      readdirSync(kept),
      carries.filter((name) => !name.endsWith(".tmp")),
    );
    const third = await segue.handOver(idOf(PI), wanted);
    assert.equal(third.path, first.path);
    third.discard();
    await segue.undo();
  });
});
