/** Law 1 on bytes that no agent wrote. The same, on files that one did: test/laws. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { agents } from "../../../src/agents/registry.ts";
import type { Agent } from "../../../src/agents/types.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import { decode, encode, type Residue } from "../../../src/lossless/residue.ts";
import { json, jsonText } from "../../support/arbitrary.ts";
import { readLines } from "../../support/conversion.ts";
import { fixtures } from "../../support/fixtures.ts";
import { known } from "../../support/folder.ts";
import "../../support/seed.ts";

function sameBytes(agent: Agent, bytes: Buffer): void {
  const { entries, residue } = decode(agent, bytes);
  const stored: Residue = JSON.parse(JSON.stringify(residue));
  const back = encode(agent, entries, stored);
  if (!back.equals(bytes)) assert.equal(back.toString("latin1"), bytes.toString("latin1"));
}

/** Lines of the agent's CLI, of every kind that the fixtures hold. */
function linesOf(agent: Agent): string[] {
  const kinds = new Map<string, string>();
  const writer = agent.writer({ seed: "", cliVersion: null });
  for (const fixture of fixtures) {
    if (fixture.agent !== agent || fixture.name.startsWith("hostile")) continue;
    for (const line of readLines(fixture.path).toString("utf8").trimEnd().split("\n")) {
      const value = parseValue(line);
      // The last one of a log may be cut.
      if (value !== undefined) kinds.set(writer.kind(value), line);
    }
  }
  return [...kinds.values()];
}

/** A line with some of its bytes, or one of its members, replaced. */
function mutated(lines: readonly string[]): fc.Arbitrary<Buffer> {
  const bytes = fc
    .tuple(fc.constantFrom(...lines), fc.nat(), fc.nat(30), fc.uint8Array({ maxLength: 6 }))
    .map(([line, at, cut, put]) => {
      const whole = Buffer.from(line);
      const from = at % (whole.length + 1);
      return Buffer.concat([whole.subarray(0, from), put, whole.subarray(from + cut)]);
    });
  const member = fc.tuple(fc.constantFrom(...lines), fc.nat(), jsonText).map(([line, at, text]) => {
    const value: unknown = JSON.parse(line);
    const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
    const name = known(names[at % names.length], "member");
    const start = `{${JSON.stringify(name)}:${text},`;
    // The member twice: once at the head, once where it was; the last one counts.
    return Buffer.from(start + line.slice(1));
  });
  const deep = fc
    .tuple(fc.constantFrom(...lines), fc.nat(), json)
    .map(([line, at, value]) => Buffer.from(replaceAt(line, at, JSON.stringify(value))));
  return fc.oneof(
    bytes,
    member,
    deep,
    fc.constantFrom(...lines).map((line) => Buffer.from(line)),
  );
}

/** The `at`-th value of the line that is a string, a number or a word, replaced. */
function replaceAt(line: string, at: number, text: string): string {
  const places = [
    ...line.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|[\d.]+|true|false|null)(?=[,}\]])/g),
  ];
  const place = places[at % places.length];
  if (!place) return line;
  return line.slice(0, place.index) + text + line.slice(place.index + place[0].length);
}

const NEWLINE = Buffer.from("\n");

function file(line: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean(), fc.constantFrom("\n", "\r\n"))
    .map(([lines, open, end]) => {
      const ended = lines.flatMap((l) => [l, Buffer.from(end)]);
      return Buffer.concat(open ? ended.slice(0, -1) : [...ended, NEWLINE]);
    });
}

for (const agent of agents) {
  describe(`what ${agent.id} decodes, it encodes to the same bytes`, () => {
    it("any bytes", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          sameBytes(agent, Buffer.from(bytes));
        }),
        { numRuns: 100 },
      );
    });

    it("any JSON lines", () => {
      fc.assert(
        fc.property(file(jsonText.map((text) => Buffer.from(text))), (bytes) => {
          sameBytes(agent, bytes);
        }),
        { numRuns: 100 },
      );
    });

    it("its own lines, changed in all ways and in any order", () => {
      fc.assert(
        fc.property(file(mutated(linesOf(agent))), (bytes) => {
          sameBytes(agent, bytes);
        }),
        { numRuns: 150 },
      );
    });

    it("the lines of all agents, mixed", () => {
      fc.assert(
        fc.property(file(mutated(agents.flatMap(linesOf))), (bytes) => {
          sameBytes(agent, bytes);
        }),
        { numRuns: 60 },
      );
    });

    it("keeps few of its own lines whole", () => {
      const lines = linesOf(agent);
      const { residue } = decode(agent, Buffer.from(`${lines.join("\n")}\n`));
      const whole = residue.lines.filter(([, op]) => op !== 0 && ("t" in op || "b" in op));
      assert.equal(whole.length, 0);
    });
  });
}
