import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { type Obj, objs, parseJson } from "./json.ts";
import { Mint } from "./mint.ts";
import { callFor, type DeclaredTool } from "./script.ts";
import { ModelServer, type ServerOptions, type Step } from "./server.ts";
import { post } from "./testing.ts";

const path = "/v1/messages";
const headers = { "anthropic-version": "2023-06-01" };
const ask = (more: Obj = {}): Obj => ({
  model: "claude-sonnet-4-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "hi" }],
  ...more,
});
const tools = [{ name: "Bash", input_schema: {} }];

async function withServer(
  options: ServerOptions,
  use: (server: ModelServer) => Promise<void>,
): Promise<void> {
  const server = await new ModelServer(options).start();
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const textOf = (body: Obj): unknown => objs(body.content)[0]?.text;

test("only requests that declare tools use up steps", () =>
  withServer({ steps: [{ text: "one" }, { text: "two" }] }, async (server) => {
    assert.equal(textOf((await post(server, path, ask(), headers)).body), "Side reply");
    assert.equal(textOf((await post(server, path, ask({ tools }), headers)).body), "one");
    assert.equal(textOf((await post(server, path, ask(), headers)).body), "Side reply");
    assert.equal(textOf((await post(server, path, ask({ tools }), headers)).body), "two");
    assert.match(
      String(textOf((await post(server, path, ask({ tools }), headers)).body)),
      /no further step/,
    );
    assert.equal(server.mainRequests().length, 3);
    assert.equal(server.stepsLeft, 0);
  }));

test("a refused request uses up no step", () =>
  withServer({ steps: [{ text: "one" }] }, async (server) => {
    await post(server, path, ask({ tools, messages: [] }), headers);
    assert.equal(server.refusals.length, 1);
    assert.equal(textOf((await post(server, path, ask({ tools }), headers)).body), "one");
  }));

test("a step may be an error of any shape", () =>
  withServer({}, async (server) => {
    const body = { type: "error", error: { type: "rate_limit_error", message: "slow down" } };
    server.script([{ error: { status: 429, body, headers: { "retry-after": "3" } } }]);
    const answer = await post(server, path, ask({ tools }), headers);
    assert.equal(answer.status, 429);
    assert.deepEqual(answer.body, body);
  }));

test("steps are replaced over HTTP, and requests are read back", () =>
  withServer({ steps: [{ text: "old" }] }, async (server) => {
    await post(server, "/__lab/script", { steps: [{ text: "new", tools: [{ name: "Bash" }] }] });
    const answer = await post(server, path, ask({ tools }), headers);
    assert.equal(textOf(answer.body), "new");
    assert.equal(objs(answer.body.content)[1]?.name, "Bash");
    const seen = await post(server, "/__lab/requests", {});
    assert.equal(objs(seen.body.requests).length, 1);
  }));

test("requests are logged as JSON lines, and compressed ones are understood", async () => {
  const log = join(tmpdir(), `segue-lab-log-${process.pid}.jsonl`);
  try {
    await withServer({ log }, async (server) => {
      await fetch(`${server.url}${path}`, {
        method: "POST",
        headers: { ...headers, "content-encoding": "zstd" },
        body: new Uint8Array(zstdCompressSync(JSON.stringify(ask({ tools })))),
      });
      assert.deepEqual(server.lastMain().body, ask({ tools }));
    });
    const lines = readFileSync(log, "utf8").trim().split("\n").map(parseJson);
    assert.equal(objs(lines)[0]?.url, path);
  } finally {
    rmSync(log, { force: true });
  }
});

test("a request of no known protocol is recorded and gets 404", () =>
  withServer({}, async (server) => {
    assert.equal((await post(server, "/v2/unknown", { a: 1 })).status, 404);
    assert.equal(server.requests[0]?.protocol, null);
    assert.throws(() => server.lastMain(), /POST \/v2\/unknown/);
  }));

test("minted secrets verify in another run with the same secret and in no other", () => {
  const [first, second, other] = [new Mint(), new Mint(), new Mint("another secret")];
  const signature = first.thinkingSignature("hm");
  assert.ok(second.isThinkingSignature("hm", signature));
  assert.ok(!second.isThinkingSignature("hm.", signature));
  assert.ok(!other.isThinkingSignature("hm", signature));

  const id = first.reasoningId();
  const encrypted = first.encryptedContent(id);
  assert.equal(second.openEncryptedContent(encrypted), id);
  assert.equal(other.openEncryptedContent(encrypted), null);
  assert.equal(second.openEncryptedContent(`${encrypted.slice(0, -2)}AA`), null);

  const thought = first.thoughtSignature("bash");
  assert.ok(second.isThoughtSignature(thought, "bash"));
  assert.ok(!second.isThoughtSignature(thought, "read"));
  assert.ok(!other.isThoughtSignature(thought, "bash"));

  const redacted = first.redactedThinking("hidden");
  assert.ok(second.isRedactedThinking(redacted) && !other.isRedactedThinking(redacted));
});

test("a step's tools are mapped onto those that the request declares", () => {
  const tool = (name: string, properties: Obj, required: string[] = []): DeclaredTool => ({
    name,
    kind: "function",
    schema: { properties, required },
  });
  const text = { type: "string" };
  const edit = { kind: "edit" as const, path: "/a", old: "x", new: "y" };
  const mapped = (spec: NonNullable<Step["tools"]>[number], ...tools: DeclaredTool[]): unknown => {
    const { name, input, text: free } = callFor(spec, tools);
    return { name, input: free || input };
  };

  assert.deepEqual(
    mapped(edit, tool("Edit", { file_path: text, old_string: text, new_string: text })),
    { name: "Edit", input: { file_path: "/a", old_string: "x", new_string: "y" } },
  );
  const edits = { type: "array", items: { properties: { oldText: text, newText: text } } };
  assert.deepEqual(mapped(edit, tool("edit", { path: text, edits })), {
    name: "edit",
    input: { path: "/a", edits: [{ oldText: "x", newText: "y" }] },
  });
  assert.deepEqual(mapped(edit, { name: "apply_patch", kind: "custom", schema: {} }), {
    name: "apply_patch",
    input: "*** Begin Patch\n*** Update File: /a\n@@\n-x\n+y\n*** End Patch",
  });
  assert.deepEqual(mapped({ kind: "read", path: "/it's" }, tool("exec_command", { cmd: text })), {
    name: "exec_command",
    input: { cmd: `cat '/it'\\''s'` },
  });
  const shell = tool("shell", { command: { type: "array" }, timeout: { type: "number" } }, [
    "timeout",
  ]);
  assert.deepEqual(mapped({ kind: "bash", command: "ls" }, shell), {
    name: "shell",
    input: { command: ["bash", "-lc", "ls"], timeout: 30 },
  });
  assert.deepEqual(mapped({ kind: "named", name: "mcp__x", input: { a: 1 } }), {
    name: "mcp__x",
    input: { a: 1 },
  });
});
