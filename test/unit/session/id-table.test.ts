import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { IdTable } from "../../../src/session/id-table.ts";
import "../../support/seed.ts";

it("does what a Map does", () => {
  const id = fc.oneof(fc.string({ unit: "binary" }), fc.uuid(), fc.nat(50).map(String));
  fc.assert(
    fc.property(fc.array(fc.tuple(id, fc.nat(1e9)), { maxLength: 200 }), (pairs) => {
      const table = new IdTable();
      const map = new Map<string, number>();
      for (const [name, value] of pairs) {
        assert.equal(table.has(name), map.has(name));
        table.set(name, value);
        map.set(name, value);
      }
      for (const [name, value] of map) assert.equal(table.get(name), value);
      assert.equal(table.get("no such id, surely"), undefined);
    }),
    { numRuns: 100 },
  );
});

it("grows, and keeps apart what differs little", () => {
  const table = new IdTable();
  for (let i = 0; i < 50_000; i++) table.set(`call_${i}`, i);
  for (let i = 0; i < 50_000; i++) assert.equal(table.get(`call_${i}`), i);
  assert.ok(!table.has("call_50000"));
  table.set("call_7", 0);
  assert.equal(table.get("call_7"), 0);
  assert.equal(table.get("call_8"), 8);
});

it("keeps the empty id, as any other", () => {
  const table = new IdTable();
  assert.equal(table.get(""), undefined);
  table.set("", 3);
  assert.equal(table.get(""), 3);
});
