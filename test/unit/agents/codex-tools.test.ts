import assert from "node:assert/strict";
import { test } from "node:test";
import { unwrap } from "../../../src/agents/codex/results.ts";
import { fromNative, joinName, splitName, tools } from "../../../src/agents/codex/tools.ts";
import { addPatch, editPatch, parsePatch } from "../../../src/agents/shared/patch.ts";
import { shellWord } from "../../../src/session/text.ts";
import type { ToolUse } from "../../../src/session/types.ts";

test("uses that Codex has a tool for come back as they went", () => {
  const uses: ToolUse[] = [
    { tool: "execute", command: "ls -l | wc" },
    { tool: "execute", command: "ls", cwd: "/tmp" },
    { tool: "write", path: "a b.txt", content: "one\n\ntwo\n" },
    { tool: "write", path: "empty", content: "" },
    { tool: "edit", path: "a.ts", edits: [{ old: "a\nb\nc\n", new: "a\nB\nc\n" }] },
    {
      tool: "edit",
      path: "a.ts",
      edits: [
        { old: "x\n", new: "" },
        { old: "p\n", new: "p\nq\n" },
      ],
    },
    { tool: "todo", items: [{ text: "step", status: "in_progress" }] },
    { tool: "mcp", server: "demo", name: "look_up", input: { key: 1 } },
    { tool: "view-image", path: "/a.png" },
  ];
  for (const use of uses) {
    const native = tools.toNative(use);
    assert.ok(native, use.tool);
    assert.equal(native.exact, true, use.tool);
    assert.deepEqual(fromNative(native.name, native.input), use);
  }
});

test("uses without a tool go through the shell, and are not called exact", () => {
  const command = (use: ToolUse) => {
    const native = tools.toNative(use);
    assert.equal(native?.exact, false);
    return native?.input;
  };
  assert.deepEqual(command({ tool: "read", path: "it's.txt" }), { cmd: "cat -- 'it'\\''s.txt'" });
  assert.deepEqual(command({ tool: "read", path: "a", offset: 5, limit: 2 }), {
    cmd: "sed -n 5,6p -- a",
  });
  assert.deepEqual(command({ tool: "search", pattern: "a b", path: "src", glob: "*.ts" }), {
    cmd: "rg -n -g '*.ts' -e 'a b' -- src",
  });
  assert.equal(
    tools.toNative({ tool: "edit", path: "a", edits: [{ old: "x", new: "y" }] })?.exact,
    false,
  );
  assert.equal(tools.toNative({ tool: "web-search", query: "x" }), null);
});

test("commands of old versions", () => {
  const shell = (...command: string[]) => fromNative("shell", { command });
  assert.deepEqual(shell("bash", "-lc", "ls | wc"), { tool: "execute", command: "ls | wc" });
  assert.deepEqual(shell("git", "log", "-n 1"), { tool: "execute", command: "git log '-n 1'" });
  const heredoc = `apply_patch <<'EOF'\n${addPatch("x", "y\n")}EOF`;
  assert.deepEqual(shell("bash", "-lc", heredoc), { tool: "write", path: "x", content: "y\n" });
  assert.equal(fromNative("shell", {}), null);
});

test("patches: what they say, and what is no patch", () => {
  const patch = [
    "*** Begin Patch",
    "*** Add File: new.txt",
    "+one",
    "*** Update File: old.txt",
    "*** Move to: moved.txt",
    "@@ def f():",
    " a",
    "-b",
    "+c",
    "*** Delete File: gone.txt",
    "*** End Patch",
  ].join("\n");
  assert.deepEqual(parsePatch(patch), [
    { type: "add", path: "new.txt", content: "one\n" },
    {
      type: "update",
      path: "old.txt",
      moveTo: "moved.txt",
      hunks: [{ anchor: "def f():", lines: [" a", "-b", "+c"] }],
    },
    { type: "delete", path: "gone.txt" },
  ]);
  assert.deepEqual(fromNative("apply_patch", patch), { tool: "patch", patch });
  for (const text of [
    "",
    "x",
    "*** Begin Patch\n*** End Patch",
    "*** Begin Patch\nx\n*** End Patch",
  ]) {
    assert.equal(parsePatch(text), undefined);
  }
});

test("an edit keeps what does not change as context", () => {
  assert.equal(
    editPatch("f", [{ old: "a\nb\nc\n", new: "a\nx\nc\n" }]),
    "*** Begin Patch\n*** Update File: f\n@@\n a\n-b\n+x\n c\n*** End Patch\n",
  );
});

test("a hunk with an anchor, or with nothing to search for, stays a patch", () => {
  const use = (...lines: string[]) =>
    fromNative(
      "apply_patch",
      ["*** Begin Patch", "*** Update File: f", ...lines, "*** End Patch"].join("\n"),
    );
  assert.equal(use("@@ class A", "-a", "+b")?.tool, "patch");
  assert.equal(use("@@", "+b")?.tool, "patch");
  assert.equal(use("@@", "-a", "+b")?.tool, "edit");
});

test("names with a namespace", () => {
  assert.equal(joinName("mcp__demo", "look_up"), "mcp__demo__look_up");
  assert.equal(joinName("functions", "exec"), "exec");
  assert.deepEqual(splitName("collaboration__wait_agent"), {
    namespace: "collaboration",
    tool: "wait_agent",
  });
  assert.deepEqual(splitName("exec_command"), { namespace: undefined, tool: "exec_command" });
});

test("which calls the API takes", () => {
  const accepts = (name: string, input = {}) =>
    tools.accepts({ kind: "tool-call", callId: "c", name, input, use: null });
  assert.ok(accepts("WebFetch"));
  assert.ok(accepts(`mcp__demo__${"x".repeat(64)}`));
  assert.ok(!accepts("x".repeat(65)));
  assert.ok(!accepts("no spaces"));
  assert.ok(!accepts(""));
});

test("wrappers come off outputs", () => {
  assert.deepEqual(
    unwrap("Chunk ID: 2e\nWall time: 0.1 seconds\nProcess exited with code 3\nOutput:\nx\n"),
    {
      text: "x\n",
      exitCode: 3,
    },
  );
  assert.deepEqual(unwrap("Exit code: 0\nWall time: 0 seconds\nOutput:\nok"), {
    text: "ok",
    exitCode: 0,
  });
  assert.deepEqual(unwrap('{"output":"x","metadata":{"exit_code":1,"duration_seconds":0.1}}'), {
    text: "x",
    exitCode: 1,
  });
  for (const plain of ["Output:\nx", "x", "", '{"output":1}', "Plan updated"]) {
    assert.deepEqual(unwrap(plain), { text: plain });
  }
});

test("quoting", () => {
  assert.equal(shellWord("a/b-c.ts"), "a/b-c.ts");
  assert.equal(shellWord(""), "''");
  assert.equal(shellWord("$(x)"), "'$(x)'");
});
