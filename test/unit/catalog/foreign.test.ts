/** When other agents did the work of a session, according to the journal. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { foreignIn, isIn } from "../../../src/catalog/foreign.ts";
import type { Write } from "../../../src/io/journal.ts";
import { known } from "../../support/folder.ts";

const side = (name: string): Write["source"] => {
  const [agent = "", id = ""] = name.split(":");
  return { agent, id, path: "/s", bytes: 1, sha256: "" };
};

function write(from: string, to: string, hour: number, action: Write["action"]): Write {
  const time = at(hour);
  const rest = { path: "/s", before: 0, madeFolder: null, carry: null };
  return { n: hour, time, action, ...rest, source: side(from), target: side(to) };
}

const at = (hour: number): string => `2026-11-30T${String(hour).padStart(2, "0")}:00:00.000Z`;
const ms = (hour: number): number => Date.parse(at(hour));

it("a session that went to another agent and came home", () => {
  const foreign = foreignIn([
    write("claude:a", "codex:b", 10, "create"),
    write("codex:b", "claude:a", 12, "append"),
    write("claude:a", "codex:b", 14, "append"),
  ]);
  const home = known(foreign.get("claude:a"));
  assert.deepEqual(
    [9, 11, 12, 13].map((hour) => isIn(ms(hour), home)),
    [false, true, true, false],
  );
  const other = known(foreign.get("codex:b"));
  assert.deepEqual(
    [1, 10, 11, 13, 15].map((hour) => isIn(ms(hour), other)),
    [true, true, false, true, false],
  );
});
