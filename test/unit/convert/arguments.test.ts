/** What of a call's arguments the tool that stands for it in the target has no place for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { leftOut } from "../../../src/convert/project/arguments.ts";

test("arguments that the other tool says in its own way are not left out", () => {
  assert.equal(leftOut({ command: "ls -l" }, { cmd: "ls -l" }), 0);
  assert.equal(leftOut({ file_path: "/a/b", offset: 5 }, { cmd: "sed -n 5,9p /a/b" }), 0);
  const patch = "*** Update File: a\n@@\n-old\n+new\n more";
  assert.equal(leftOut({ path: "a", old: "old", new: "new\nmore" }, patch), 0);
  assert.equal(leftOut({ replace_all: false, pages: "", limit: null }, {}), 0);
});

test("the last line says how many lines are read", () => {
  const use = { tool: "read", path: "/a", offset: 11, limit: 20 } as const;
  const input = { file_path: "/a", offset: 11, limit: 20 };
  assert.equal(leftOut(input, { cmd: "sed -n 11,30p /a" }, use), 0);
  assert.equal(leftOut(input, { cmd: "cat /a" }, use), 2);
});

test("others are counted, at any depth", () => {
  assert.equal(leftOut({ command: "ls", description: "List files" }, { cmd: "ls" }), 1);
  const todos = [{ content: "x", activeForm: "Doing x now" }];
  assert.equal(leftOut({ todos }, { plan: [{ step: "x" }] }), 1);
  assert.equal(
    leftOut({ command: "ls", timeout: 1234, run_in_background: true }, { cmd: "ls" }),
    2,
  );
});
