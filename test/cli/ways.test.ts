/** Files that go from agent to agent to agent: no way home is lost on the way. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { workOn } from "../support/conversion.ts";
import { plain } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Ended, Machine } from "../support/segue.ts";

const root = temporaryFolder();

/** X, Y and Z of the tests. */
const [X, Y, Z] = [agentNamed("claude-code"), agentNamed("codex"), agentNamed("pi")];

class Files extends Machine {
  constructor() {
    super(mkdtempSync(join(root, "home-")));
    this.copy(plain(X), "x.jsonl");
  }

  async convert(from: string, to: string, output: string, ...more: string[]): Promise<Ended> {
    const args = ["convert", from, "--to", to, "-o", output, ...more];
    const done = await this.run(args);
    assert.equal(done.code, 0, done.err);
    return done;
  }

  async pipe(from: string, to: string, output: string): Promise<Ended> {
    const done = await this.run(["convert", from, "--to", to]);
    assert.equal(done.code, 0, done.err);
    writeFileSync(this.at(output), done.stdout);
    return done;
  }

  work(agent: string, name: string, mark: string): void {
    workOn({ agent: agentNamed(agent), path: this.at(name) }, mark);
  }

  bytes(name: string): Buffer {
    return readFileSync(this.at(name));
  }

  /** One file begins with all of another, and continues with these marks. */
  goesOn(name: string, old: string, marks: readonly string[]): void {
    const [now, was] = [this.bytes(name), this.bytes(old)];
    assert.ok(now.subarray(0, was.length).equals(was), `${name} does not begin with ${old}`);
    const added = now.subarray(was.length).toString();
    for (const mark of marks) assert.ok(added.includes(`question ${mark}`), `${mark} in ${name}`);
  }
}

describe("a session that goes from X to Y to Z", () => {
  it("comes home from Z to Y, and from Y to X", async () => {
    const m = new Files();
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    m.work(Y.id, "y.jsonl", "one");
    await m.convert("y.jsonl", Z.id, "z.jsonl");
    m.work(Z.id, "z.jsonl", "two");
    await m.convert("z.jsonl", Y.id, "y2.jsonl");
    m.goesOn("y2.jsonl", "y.jsonl", ["two"]);
    await m.convert("y2.jsonl", X.id, "x2.jsonl");
    m.goesOn("x2.jsonl", "x.jsonl", ["one", "two"]);
    // And out again, on both ways, as often as one likes.
    await m.convert("y2.jsonl", Z.id, "z2.jsonl");
    assert.ok(m.bytes("z2.jsonl").equals(m.bytes("z.jsonl")));
    m.work(X.id, "x2.jsonl", "three");
    await m.convert("x2.jsonl", Y.id, "y3.jsonl");
    m.goesOn("y3.jsonl", "y2.jsonl", ["three"]);
    await m.convert("y3.jsonl", Z.id, "z3.jsonl");
    m.goesOn("z3.jsonl", "z.jsonl", ["three"]);
    await m.convert("z3.jsonl", Y.id, "y4.jsonl");
    await m.convert("y4.jsonl", X.id, "x4.jsonl");
    assert.ok(m.bytes("y4.jsonl").equals(m.bytes("y3.jsonl")));
    assert.ok(m.bytes("x4.jsonl").equals(m.bytes("x2.jsonl")));
  });

  it("comes home over the very files that it left", async () => {
    const m = new Files();
    const x = m.bytes("x.jsonl");
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    m.work(Y.id, "y.jsonl", "one");
    await m.convert("y.jsonl", Z.id, "z.jsonl");
    m.work(Z.id, "z.jsonl", "two");
    await m.convert("z.jsonl", Y.id, "y.jsonl", "--force");
    await m.convert("y.jsonl", X.id, "x.jsonl", "--force");
    const now = m.bytes("x.jsonl");
    assert.ok(now.subarray(0, x.length).equals(x));
    assert.ok(now.includes("question one") && now.includes("question two"));
  });

  it("keeps the way that is beside the file it replaces", async () => {
    const m = new Files();
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    // Converted onwards without it, as by an older Segue.
    renameSync(m.at("y.jsonl.segue"), m.at("aside"));
    await m.convert("y.jsonl", Z.id, "z.jsonl");
    renameSync(m.at("aside"), m.at("y.jsonl.segue"));
    m.work(Z.id, "z.jsonl", "two");
    await m.convert("z.jsonl", Y.id, "y.jsonl", "--force");
    await m.convert("y.jsonl", X.id, "x2.jsonl");
    m.goesOn("x2.jsonl", "x.jsonl", ["two"]);
    await m.convert("y.jsonl", Z.id, "z2.jsonl");
    assert.ok(m.bytes("z2.jsonl").equals(m.bytes("z.jsonl")));
  });

  it("does not take the carry of another session for its own", async () => {
    const m = new Files();
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    await m.convert(m.copy(plain(Z), "other.jsonl"), Y.id, "y.jsonl", "--force");
    const done = await m.convert("y.jsonl", X.id, "x2.jsonl", "--json");
    assert.equal(JSON.parse(done.out).how, "converted");
  });

  it("comes home where the first carry travels inside", async () => {
    const m = new Files();
    await m.pipe("x.jsonl", Y.id, "y.jsonl");
    m.work(Y.id, "y.jsonl", "one");
    await m.convert("y.jsonl", Z.id, "z.jsonl");
    m.work(Z.id, "z.jsonl", "two");
    await m.convert("z.jsonl", Y.id, "y2.jsonl");
    m.goesOn("y2.jsonl", "y.jsonl", ["two"]);
    await m.convert("y2.jsonl", X.id, "x2.jsonl");
    m.goesOn("x2.jsonl", "x.jsonl", ["one", "two"]);
    await m.convert("y2.jsonl", Z.id, "z2.jsonl");
    assert.ok(m.bytes("z2.jsonl").equals(m.bytes("z.jsonl")));
    // What is beside is newer than what is inside.
    m.work(X.id, "x2.jsonl", "three");
    await m.convert("x2.jsonl", Y.id, "y3.jsonl");
    await m.convert("y3.jsonl", X.id, "x3.jsonl");
    assert.ok(m.bytes("x3.jsonl").equals(m.bytes("x2.jsonl")));
  });

  it("comes home where all carries travel inside", async () => {
    const m = new Files();
    await m.pipe("x.jsonl", Y.id, "y.jsonl");
    await m.pipe("y.jsonl", Z.id, "z.jsonl");
    m.work(Z.id, "z.jsonl", "two");
    const { err } = await m.pipe("z.jsonl", Y.id, "y2.jsonl");
    assert.doesNotMatch(err, /way back/);
    await m.pipe("y2.jsonl", X.id, "x2.jsonl");
    m.goesOn("x2.jsonl", "x.jsonl", ["two"]);
  });

  it("says which way home does not fit into a pipe", async () => {
    const m = new Files();
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    await m.pipe("y.jsonl", Z.id, "z.jsonl");
    const { err } = await m.pipe("z.jsonl", Y.id, "y2.jsonl");
    assert.ok(m.bytes("y2.jsonl").equals(m.bytes("y.jsonl")));
    assert.match(err, /way back to Claude Code/);
    await m.convert("z.jsonl", Y.id, "y3.jsonl");
    await m.convert("y3.jsonl", X.id, "x3.jsonl");
    assert.ok(m.bytes("x3.jsonl").equals(m.bytes("x.jsonl")));
  });

  it("says that it could have the old bytes, when it goes from Z to X directly", async () => {
    const m = new Files();
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    await m.convert("y.jsonl", Z.id, "z.jsonl");
    const { err } = await m.convert("z.jsonl", X.id, "x2.jsonl");
    assert.match(err, /convert it to codex first, then to claude-code/);
  });
});

describe("a copy", () => {
  it("has the ways home of what it was made of", async () => {
    const m = new Files();
    await m.convert("x.jsonl", Y.id, "y.jsonl");
    await m.convert("y.jsonl", Y.id, "copy.jsonl");
    assert.ok(m.bytes("copy.jsonl.segue").equals(m.bytes("y.jsonl.segue")));
    await m.convert("copy.jsonl", X.id, "x2.jsonl");
    assert.ok(m.bytes("x2.jsonl").equals(m.bytes("x.jsonl")));
    const { err } = await m.pipe("y.jsonl", Y.id, "piped.jsonl");
    assert.match(err, /way back to Claude Code/);
  });
});
