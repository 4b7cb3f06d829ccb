/** How a list says what it could not read. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { problemLines, problemNotice } from "../../../src/cli/sessions.ts";
import type { Problem } from "../../../src/core/list.ts";

const store = (n: number): Problem => ({
  agent: "zed",
  path: `/stores/${n}.db`,
  why: "the database is locked",
  hint: "try again",
  isStore: true,
});
const session: Problem = { ...store(0), path: "/stores/0.db#1", isStore: false };

it("nothing is said of nothing", () => {
  assert.deepEqual(problemLines([]), []);
  assert.equal(problemNotice([]), null);
});

it("a store has a line of its own, which is also what a screen shows of it", () => {
  const line = "zed: /stores/1.db cannot be read: the database is locked; try again";
  assert.deepEqual(problemLines([store(1)]), [line]);
  assert.equal(problemNotice([store(1)]), line);
});

it("many stores and sessions are counted", () => {
  const all = [1, 2, 3, 4, 5, 6, 7].map(store);
  assert.deepEqual(problemLines([...all, session, session]).slice(5), [
    "more that cannot be read: 2 (`segue doctor` shows all)",
    "sessions that cannot be read: 2 (`segue doctor` shows why)",
  ]);
  assert.equal(
    problemNotice([store(1), session]),
    "stores and sessions that cannot be read: 2 (`segue doctor` shows why)",
  );
});
