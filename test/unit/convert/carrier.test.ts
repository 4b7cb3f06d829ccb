/** The carry that is made in a thread of its own: what it proves, and that it does not believe what is wrong. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { makeBeside } from "../../../src/convert/carry/making.ts";
import { rebuild } from "../../../src/convert/carry/verify.ts";
import { Input } from "../../../src/io/input.ts";
import { Output } from "../../../src/io/output.ts";
import type { Line } from "../../../src/lossless/lines.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const SOURCE = [
  '{"type":"session","version":3,"id":"s","timestamp":"2026-01-01T00:00:00.000Z","cwd":"/p"}',
  '{ "type" : "odd", "number": 1e400 }',
  "no JSON",
  ...Array.from({ length: 300 }, (_, n) => `{"type":"custom","id":"${n}","data":[${n},null]}`),
];

interface Told {
  /** What the conversion read, where it is not what the file holds. */
  read?: string;
  /** What it tells of the source's lines. */
  tell?(lines: Line[]): Line[];
  /** Happens to the carry's file whenever it has been written to. */
  harm?(path: string): void;
}

/** Tells the thread of a source without a target: a carry that holds all of it. */
function make({ read, tell = (lines) => lines, harm }: Told): boolean {
  const folder = mkdtempSync(join(root, "carrier-"));
  const path = join(folder, "source");
  writeFileSync(path, `${SOURCE.join("\n")}\n`);
  const input = new Input(path);
  const out = new Output(join(folder, "target"));
  const carryOut = new Output(join(folder, "carry"));
  const [home, from] = [agentNamed("pi"), agentNamed("codex")];
  const making = makeBeside(carryOut, {
    source: { agent: home, id: "s", input },
    target: { agent: from, id: "t", out },
  });
  try {
    if (harm) carryOut.onWritten = () => harm(carryOut.temp);
    const bytes = readFileSync(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    making.read(read === undefined ? bytes : Buffer.from(read));
    for (const line of tell([...input.lines()])) making.coder.unit([line], []);
    making.end({
      source: { bytes: bytes.length, sha256, lines: SOURCE.length, open: false },
      target: { bytes: 0, sha256: "", lines: 0 },
    });
    out.sync();
    if (!making.verify(sha256)) return false;
    assert.equal(
      rebuild({ home, from, target: out.temp, framed: false, carry: carryOut.temp }),
      sha256,
    );
    return true;
  } finally {
    making.stop();
    input.close();
    out.discard();
    carryOut.discard();
  }
}

describe("a carry made in a thread of its own", () => {
  it("gives the source again", () => {
    assert.equal(make({}), true);
  });

  it("is no proof when a line was not told", () => {
    assert.equal(make({ tell: (lines) => lines.slice(1) }), false);
  });

  it("is no proof when more was told than there is", () => {
    assert.equal(make({ tell: (lines) => [...lines, ...lines] }), false);
  });

  it("is no proof when the source was another while it was converted", () => {
    assert.equal(make({ read: "something else\n" }), false);
  });

  it("is no proof when its file is not what was written", () => {
    const harm = (path: string): void => {
      const fd = openSync(path, "r+");
      writeSync(fd, "harm", 200);
      closeSync(fd);
    };
    assert.equal(make({ harm }), false);
  });
});
