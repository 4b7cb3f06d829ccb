import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { convertFile } from "../../../src/convert/file.ts";
import { detectAgent } from "../../../src/convert/survey/survey-file.ts";
import { SegueError } from "../../../src/errors.ts";
import { Input } from "../../../src/io/input.ts";
import { Output, putFile } from "../../../src/io/output.ts";
import { linesIn } from "../../../src/lossless/lines.ts";
import { readLines } from "../../support/conversion.ts";
import { fixtures } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "io-"));

function refused(error: unknown): boolean {
  return error instanceof SegueError && error.kind === "refused";
}

describe("Output", () => {
  it("is there whole after its commit, and not before", () => {
    const at = folder();
    const out = new Output(join(at, "sub/file"));
    out.line("one");
    out.write(Buffer.from("two"));
    out.line("");
    assert.ok(!existsSync(out.path));
    assert.equal(out.bytes, 8);
    out.commit();
    assert.equal(readFileSync(out.path, "utf8"), "one\ntwo\n");
    assert.deepEqual(readdirSync(join(at, "sub")), ["file"]);
    assert.equal(statSync(out.path).mode & 0o777, 0o600);
    assert.equal(statSync(join(at, "sub")).mode & 0o777, 0o700);
  });

  it("leaves nothing when it is given up", () => {
    const at = folder();
    const out = new Output(join(at, "file"));
    out.line("x");
    out.discard();
    out.discard();
    assert.deepEqual(readdirSync(at), []);
  });

  it("does not take the place of another file, unless it may", () => {
    const at = folder();
    writeFileSync(join(at, "file"), "mine");
    const out = new Output(join(at, "file"));
    out.line("x");
    assert.throws(() => out.commit(), refused);
    assert.equal(readFileSync(out.path, "utf8"), "mine");
    assert.deepEqual(readdirSync(at), ["file"]);
    const other = new Output(join(at, "file"));
    other.line("x");
    other.commit({ replace: true });
    assert.equal(readFileSync(out.path, "utf8"), "x\n");
  });

  it("keeps the access that a file has", { skip: process.platform === "win32" }, () => {
    const at = folder();
    const path = join(at, "file");
    writeFileSync(path, "mine");
    for (const mode of [0o644, 0o640, 0o600]) {
      chmodSync(path, mode);
      putFile(path, "x");
      assert.equal(statSync(path).mode & 0o777, mode);
    }
    putFile(join(at, "new"), "x");
    assert.equal(statSync(join(at, "new")).mode & 0o777, 0o600);
  });

  it("of two that want one name, the first gets it", () => {
    const at = folder();
    const [a, b] = [new Output(join(at, "file")), new Output(join(at, "file"))];
    a.line("a");
    b.line("b");
    b.commit();
    assert.throws(() => a.commit(), refused);
    assert.equal(readFileSync(b.path, "utf8"), "b\n");
  });

  it("says what is wrong with a place", () => {
    const at = folder();
    writeFileSync(join(at, "file"), "");
    assert.throws(() => new Output(join(at, "file/below")), Error);
    mkdirSync(join(at, "dir"));
    const out = new Output(join(at, "dir"));
    assert.throws(() => out.commit({ replace: true }), Error);
    assert.deepEqual(readdirSync(at).sort(), ["dir", "file"]);
  });
});

describe("Input", () => {
  it("does not see what is appended after it was opened", () => {
    const path = join(folder(), "a");
    writeFileSync(path, "one\ntwo\n");
    const input = new Input(path);
    appendFileSync(path, "three\n");
    input.settle();
    assert.deepEqual(
      [...input.lines()].map(({ text }) => text),
      ["one", "two"],
    );
    input.close();
  });

  it("leaves out the line that was being written", () => {
    const path = join(folder(), "a");
    writeFileSync(path, "one\ntw");
    const input = new Input(path);
    appendFileSync(path, "o\n");
    input.settle();
    assert.deepEqual(
      [...input.lines()].map(({ text }) => text),
      ["one"],
    );
    assert.equal(input.open, false);
    input.close();
  });

  it("keeps a torn line that stays as it is", () => {
    const path = join(folder(), "a");
    writeFileSync(path, "one\ntw");
    const input = new Input(path);
    input.settle();
    assert.deepEqual(
      [...input.lines()].map(({ text }) => text),
      ["one", "tw"],
    );
    assert.equal(input.open, true);
    input.close();
  });
});

describe("detectAgent", () => {
  for (const { agent, name, path } of fixtures) {
    if (/empty|session_index/.test(name)) continue;
    it(name, () => {
      assert.equal(detectAgent(linesIn(readLines(path)), path).id, agent.id);
    });
  }
});

it("whatever a conversion opens is closed again", {
  skip: process.platform !== "linux",
}, async () => {
  const folder = mkdtempSync(join(root, "descriptors-"));
  const [there, back] = [join(folder, "there.jsonl"), join(folder, "back.jsonl")];
  const source = "examples/claude-code-session.jsonl";
  const open = () => readdirSync("/proc/self/fd").length;
  const once = async () => {
    await convertFile(source, { to: "codex", output: there, force: true });
    await convertFile(there, { to: "claude-code", output: back, force: true });
  };
  await once();
  const before = open();
  for (let n = 0; n < 3; n++) await once();
  assert.equal(open(), before);
});
