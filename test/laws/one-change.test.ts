/**
 * Law 4 for each place of each record: where a list of blocks is one block, a block is a list, or what
 * distinguishes blocks is missing or new, nothing is left out in silence. The soak finds such a place
 * once in a thousand inputs.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { Accountant } from "../../src/convert/read/account.ts";
import { filled, isOddEvent } from "../../src/convert/read/fill.ts";
import { isFrame } from "../../src/lossless/document.ts";
import { isObject } from "../../src/session/json.ts";
import type { Json } from "../../src/session/types.ts";
import { readRecords } from "../support/conversion.ts";
import { fixtures } from "../support/fixtures.ts";

type Path = readonly (string | number)[];

interface Change {
  name: string;
  path: Path;
  to(old: Json): Json;
}

/** Records of longer sessions are those of shorter ones again. */
const MOST_RECORDS = 80;
/** Of a list, the items that are looked into. */
const MOST_ITEMS = 3;

describe("one change in a record leaves nothing out in silence", () => {
  for (const agent of agents) {
    if (agent.known !== undefined) it(agent.id, () => changeEach(agent));
  }
});

function changeEach(agent: Agent): void {
  const known = new Set<string>();
  for (const fixture of fixtures) {
    if (fixture.agent !== agent) continue;
    const records = readRecords(fixture.path).filter((one) => one !== undefined);
    if (records.length > MOST_RECORDS) continue;
    for (const [at, record] of records.entries()) {
      if (isFrame(record) || !isObject(record)) continue;
      const all = [...changesIn(record)].filter((change) => {
        const place = placeOf(record, change);
        return !known.has(place) && known.add(place);
      });
      for (const change of all) {
        const changed = withChange(record, change.path, change.to);
        const silent = unaccounted(agent, [...records.slice(0, at), changed]);
        const where = `${fixture.name}, record ${at}: ${change.name} at ${change.path.join(".")}`;
        assert.deepEqual(silent, [], `${where}\n${JSON.stringify(changed)}`);
      }
    }
  }
}

/** What is left out in silence of the last record. */
function unaccounted(agent: Agent, records: readonly Json[]): string[] {
  const [reader, accountant] = [agent.reader(), new Accountant(agent)];
  let silent: string[] = [];
  for (const [at, value] of records.entries()) {
    if (isFrame(value)) continue;
    const record = { value, entries: reader.read(value, at) };
    const { content } = accountant.unaccounted(value, filled(record, agent));
    silent = isOddEvent(value, record.entries, agent) ? [] : content;
  }
  return silent;
}

/** An object with a member of a name that JavaScript uses itself. */
function beside(said: Json): Json {
  return { said, toString: "", valueOf: "", constructor: "", hasOwnProperty: "" };
}

function* changesIn(value: Json, path: Path = []): Generator<Change> {
  if (Array.isArray(value)) {
    const [first] = value;
    if (isObject(first)) yield { name: "one block in place of the list", path, to: () => first };
    for (const [at, item] of value.slice(0, MOST_ITEMS).entries()) {
      yield* changesIn(item, [...path, at]);
    }
    return;
  }
  if (typeof value === "string" && path.length > 0) {
    yield { name: "an object in place of the text", path, to: beside };
    yield { name: "a list in place of the text", path, to: (old) => [old] };
  }
  if (!isObject(value)) return;
  yield {
    name: "a new key",
    path,
    to: (old) => (isObject(old) ? { ...old, segue_new: { said: "MARK SEGUE NEW" } } : old),
  };
  if (path.length > 0) yield { name: "a list in place of the block", path, to: (old) => [old] };
  if ("type" in value) {
    const { type, ...others } = value;
    yield { name: "no type", path, to: () => ({ "\ufffdype": type ?? null, ...others }) };
    yield { name: "a new type", path, to: () => ({ ...others, type: "segue_new" }) };
  }
  for (const [key, item] of Object.entries(value)) yield* changesIn(item, [...path, key]);
}

/** The same change in records of the same kind is tried once. */
function placeOf(record: Json, { name, path }: Change): string {
  const kinds: Json[] = [];
  for (const holder of ["", "message", "payload", "data", "json"]) {
    const one = holder === "" ? record : isObject(record) ? record[holder] : undefined;
    if (isObject(one)) kinds.push(one.type ?? null, one.role ?? null, one.kind ?? null);
  }
  const place = path.map((step) => (typeof step === "number" ? "[]" : step));
  return JSON.stringify([name, place, kinds]);
}

function withChange(value: Json, [step, ...more]: Path, to: (old: Json) => Json): Json {
  if (step === undefined) return to(value);
  if (Array.isArray(value)) {
    return value.map((item, at) => (at === step ? withChange(item, more, to) : item));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === step ? withChange(item, more, to) : item,
    ]),
  );
}
