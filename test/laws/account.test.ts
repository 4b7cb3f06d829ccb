/**
 * Law 4 from the reader's side: every string and blob of a record is in a part, is known not to be
 * content, or is named as left out; and a kind of block that nobody has heard of is no exception.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { CONTENT } from "../../src/agents/shared/known.ts";
import type { Agent } from "../../src/agents/types.ts";
import { Accountant } from "../../src/convert/read/account.ts";
import { isFrame } from "../../src/lossless/document.ts";
import type { Shape } from "../../src/session/codec.ts";
import { isObject } from "../../src/session/json.ts";
import type { Entry, Json } from "../../src/session/types.ts";
import { nothingInSilence } from "../soak/laws.ts";
import { readRecords } from "../support/conversion.ts";
import { type Fixture, fixtures } from "../support/fixtures.ts";

type Change = (record: Json, line: number) => Json;

/** The records of a fixture with the entries that its reader gives. `change` makes another record of each. */
function* read(
  { agent, path }: Fixture,
  change: Change = (record) => record,
): Generator<{ record: Json; entries: Entry[]; line: number }> {
  const reader = agent.reader();
  let at = 0;
  for (const record of readRecords(path)) {
    if (record === undefined || isFrame(record)) continue;
    const changed = change(record, at + 1);
    yield { record: changed, entries: reader.read(changed, at++), line: at };
  }
}

/** A block of a kind that no vendor has, at the end of every list of blocks that are told apart by kind. */
function withNewKind(value: Json, shape: Shape, block: Json): Json {
  if (shape === true || shape === CONTENT) return value;
  if ("each" in shape) {
    if (!Array.isArray(value)) return value;
    const items = value.map((item) => withNewKind(item, shape.each, block));
    const isList = shape.each !== true && shape.each !== CONTENT && "name" in shape.each;
    return isList ? [...items, block] : items;
  }
  if (typeof value !== "object" || value === null) return value;
  if ("name" in shape) {
    const named = shape.of[shape.name(value)];
    return named === undefined ? value : withNewKind(value, named, block);
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withNewKind(item, shape.keys[key] ?? true, block),
    ]),
  );
}

type Nest = (words: string) => Json;

/** What no vendor puts where a text is expected. */
const NESTS: Readonly<Record<string, Nest>> = {
  "an object": (words) => ({ value: words }),
  "a deep object": (words) => ({ parts: [{ lang: null, body: { value: words } }] }),
  "a list of texts": (words) => [words],
  "a list of blocks": (words) => [{ type: "text", text: words }],
};

/** How many passes it takes to nest each text once among others that are as they should be. */
const PASSES = 5;

/** A text with words of its line alone; their length, too, since a reader may tell results by it. */
function wordsOf(text: string, line: number): string {
  return `${text} NESTED words of line ${line}${"!".repeat(line)}`;
}

/**
 * Content that says nothing by itself, and stays as it is: what tells a call from another. Nothing but
 * a text is an id, to any vendor: a call with another is one without, and so is its result.
 */
const IDS = new Set(["id", "tool_use_id"]);

/** Every text that is content, or may be, as `nest` puts it. */
function nested(value: Json, shape: Shape, nest: Nest): Json {
  if (shape === true) return value;
  if (typeof value === "string") return nest(value);
  if (typeof value !== "object" || value === null) return value;
  if (shape !== CONTENT && "name" in shape) {
    return nested(value, shape.of[shape.name(value)] ?? CONTENT, nest);
  }
  if (Array.isArray(value)) {
    const each = shape !== CONTENT && "each" in shape ? shape.each : CONTENT;
    return value.map((item) => nested(item, each, nest));
  }
  const keys = shape !== CONTENT && "keys" in shape ? shape.keys : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isId = IDS.has(key) && keys[key] === CONTENT;
      // The name of a kind is no text.
      const inner = isId ? true : (keys[key] ?? (key === "type" ? true : CONTENT));
      return [key, nested(item, inner, nest)];
    }),
  );
}

const isOwn = ({ name }: Fixture): boolean => !/hostile|drift/.test(name);

function unheardOf(line: number): Json {
  return { type: "segue_unheard_of", payload: { words: `UNHEARD-OF words of line ${line}` } };
}

function ofAgent(agent: Agent): Fixture[] {
  return fixtures.filter((fixture) => fixture.agent === agent && isOwn(fixture));
}

/** Damaged lines have keys that nobody knows; what is content in them must not vanish either. */
function hostile(agent: Agent): Fixture[] {
  return fixtures.filter(
    (fixture) => fixture.agent === agent && fixture.name.startsWith("hostile"),
  );
}

/** Content that is in no part of a record's entries, and not named, would vanish without a word. */
function isAllThere(fixture: Fixture, change: Change): void {
  const accountant = new Accountant(fixture.agent);
  for (const { record, entries, line } of read(fixture, change)) {
    assert.deepEqual(
      accountant.unaccounted(record, entries).content,
      [],
      `line ${line}: ${JSON.stringify(record).slice(0, 300)}`,
    );
  }
}

for (const agent of agents) {
  const { known } = agent;
  if (known === undefined) continue;
  describe(agent.id, () => {
    for (const fixture of ofAgent(agent)) {
      it(`${fixture.name}: everything is read, or named`, () => {
        const accountant = new Accountant(agent);
        for (const { record, entries, line } of read(fixture)) {
          assert.deepEqual(
            accountant.unaccounted(record, entries),
            { content: [], keys: [] },
            `line ${line}`,
          );
        }
      });
      it(`${fixture.name}: a kind of block that nobody has heard of is read, or named`, () => {
        // Other words in each record, lest one that says something again hides that it is not read.
        isAllThere(fixture, (record, line) => withNewKind(record, known, unheardOf(line)));
      });
      for (const [form, nest] of Object.entries(NESTS)) {
        it(`${fixture.name}: ${form} where a text is expected is read, or named`, () => {
          isAllThere(fixture, (record, line) =>
            nested(record, known, (text) => nest(wordsOf(text, line))),
          );
        });
      }
      // One that states messages anew leaves out those that are the same but for an odd text.
      if (agent.restates) continue;
      it(`${fixture.name}: an object in the place of one text among others is read, or named`, () => {
        for (let pass = 0; pass < PASSES; pass++) {
          let texts = 0;
          const isIts = () => texts++ % PASSES === pass;
          isAllThere(fixture, (record, line) =>
            nested(record, known, (text) => (isIts() ? { value: wordsOf(text, line) } : text)),
          );
        }
      });
    }
    for (const { name, path } of hostile(agent)) {
      it(`${name}: its content is read, or named`, () => nothingInSilence(agent, path));
    }
    it("says of some keys that they are content", () => {
      assert.ok(hasContent(known), `${agent.id}: known.ts names no content`);
    });
  });
}

function hasContent(shape: Shape): boolean {
  if (shape === true) return false;
  if (shape === CONTENT) return true;
  if ("each" in shape) return hasContent(shape.each);
  return Object.values("keys" in shape ? shape.keys : shape.of).some(hasContent);
}
