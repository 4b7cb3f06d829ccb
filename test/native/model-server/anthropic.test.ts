import assert from "node:assert/strict";
import { test } from "node:test";
import { anthropicRules } from "./anthropic-rules.ts";
import { arr, type Obj, obj, objs } from "./json.ts";
import type { Mint } from "./mint.ts";
import { ModelServer } from "./server.ts";
import { eventsOf, PNG, post, type RuleCase, testRules } from "./testing.ts";

const path = "/v1/messages?beta=true";
const headers = { "anthropic-version": "2023-06-01" };

const user = (...content: unknown[]): Obj => ({ role: "user", content });
const assistant = (...content: unknown[]): Obj => ({ role: "assistant", content });
const text = (words: string): Obj => ({ type: "text", text: words });
const use = (id: string, more: Obj = {}): Obj => ({
  type: "tool_use",
  id,
  name: "Bash",
  input: {},
  ...more,
});
const result = (id: string, content: unknown = "done", more: Obj = {}): Obj => ({
  type: "tool_result",
  tool_use_id: id,
  content,
  ...more,
});
const image = (media_type: string, data: string): Obj => ({
  type: "image",
  source: { type: "base64", media_type, data },
});
const ask = (messages: unknown, more: Obj = {}): Obj => ({
  model: "claude-sonnet-4-5",
  max_tokens: 4096,
  messages,
  ...more,
});
const hi = user(text("hi"));

const refusal = (message: string): Obj => ({
  type: "error",
  error: { type: "invalid_request_error", message },
});

function cases(mint: Mint): RuleCase[] {
  const one = (rule: string, messages: unknown, message: string, more: Obj = {}): RuleCase => ({
    rule,
    body: ask(messages, more),
    answer: refusal(message),
  });
  const cached = { ...text("x"), cache_control: { type: "ephemeral" } };
  const placed = { model: "claude-opus-4-8" };
  const system = { role: "system", content: "Be brief." };
  return [
    {
      rule: "version-header",
      body: ask([hi]),
      headers: { "anthropic-version": undefined },
      answer: refusal("anthropic-version: header is required"),
    },
    {
      rule: "model-present",
      body: { max_tokens: 1, messages: [hi] },
      answer: refusal("model: Field required"),
    },
    {
      rule: "max-tokens",
      body: { model: "claude-sonnet-4-5", messages: [hi] },
      answer: refusal("max_tokens: Field required"),
    },
    {
      ...one("max-tokens", [hi], "max_tokens: Input should be greater than or equal to 1", {
        max_tokens: 0,
      }),
      what: "too small",
    },
    one("messages-present", [], "messages: at least one message is required"),
    one(
      "known-role",
      [hi, system],
      'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    ),
    {
      ...one(
        "known-role",
        [{ role: "tool", content: "x" }],
        "messages.0.role: Input should be 'user' or 'assistant'",
      ),
      what: "tool",
    },
    one(
      "system-role-placement",
      [hi, assistant(text("a")), system],
      "messages.2: role 'system' must follow a 'user' message",
      placed,
    ),
    {
      ...one(
        "system-role-placement",
        [hi, system, hi],
        "messages.1: role 'system' must precede an 'assistant' message or end the array",
        placed,
      ),
      what: "before a user message",
    },
    one(
      "first-message-is-user",
      [assistant(text("a")), hi],
      'messages: first message must use the "user" role',
    ),
    one(
      "content-is-text-or-blocks",
      [{ role: "user", content: 5 }],
      "messages.0.content: Input should be a valid list",
    ),
    one(
      "known-block-type",
      [user({ type: "input_text", text: "hi" })],
      "messages.0.content.0: Input tag 'input_text' found using 'type' does not match any of the expected tags: 'document', 'image', 'redacted_thinking', 'search_result', 'text', 'thinking', 'tool_result', 'tool_use'",
    ),
    one(
      "no-extra-keys-in-block",
      [user({ ...text("hi"), id: "x" })],
      "messages.0.content.0.text.id: Extra inputs are not permitted",
    ),
    one(
      "block-belongs-to-role",
      [user(use("t1"))],
      "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages",
    ),
    {
      ...one(
        "block-belongs-to-role",
        [hi, assistant(use("t1"), result("t1"))],
        "messages.1.content.1: `tool_result` blocks can only be in `user` messages",
      ),
      what: "a result by the assistant",
    },
    {
      ...one(
        "block-belongs-to-role",
        [user(text("hi"), { type: "tool_addition" })],
        "messages.0.content.1: `tool_addition` blocks can only be in `system` messages",
      ),
      what: "a change of tools by the user",
    },
    one(
      "content-not-empty",
      [user()],
      "messages.0: all messages must have non-empty content except for the optional final assistant message",
    ),
    one("text-not-blank", [user(text(""))], "messages: text content blocks must be non-empty"),
    {
      ...one(
        "text-not-blank",
        [user(text(" \n"))],
        "messages: text content blocks must contain non-whitespace text",
      ),
      what: "whitespace",
    },
    one(
      "tool-result-text-not-empty",
      [hi, assistant(use("t1")), user(result("t1", [text("")]))],
      "messages: text content blocks must be non-empty",
    ),
    one("system-text-not-empty", [hi], "system: text content blocks must be non-empty", {
      system: [text("")],
    }),
    one(
      "final-assistant-no-trailing-space",
      [hi, assistant(text("So: "))],
      "messages: final assistant content cannot end with trailing whitespace",
    ),
    one(
      "no-prefill-on-new-models",
      [hi, assistant(text("So:"))],
      "This model does not support assistant message prefill. The conversation must end with a user message.",
      { model: "claude-opus-4-6" },
    ),
    one(
      "tool-use-id-pattern",
      [hi, assistant(use("call|fc_1")), user(result("call|fc_1"))],
      "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ),
    one(
      "tool-result-id-pattern",
      [hi, assistant(use("t1")), user(result("t.1"))],
      "messages.2.content.0.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'",
    ),
    one(
      "tool-use-name-pattern",
      [hi, assistant(use("t1", { name: "mcp.demo" })), user(result("t1"))],
      "messages.1.content.0.tool_use.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    ),
    one(
      "tool-use-input-is-object",
      [hi, assistant(use("t1", { input: "{}" })), user(result("t1"))],
      "messages.1.content.0.tool_use.input: Input should be a valid dictionary",
    ),
    one(
      "tool-use-ids-unique",
      [hi, assistant(use("t1")), user(result("t1")), assistant(use("t1")), user(result("t1"))],
      "messages.3.content.0: `tool_use` ids must be unique",
    ),
    one(
      "tool-result-answers-previous-message",
      [hi, assistant(text("a")), user(result("t1"))],
      "messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.",
    ),
    one(
      "one-result-per-tool-use",
      [hi, assistant(use("t1")), user(result("t1"), result("t1"))],
      "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: t1",
    ),
    one(
      "tool-use-answered-at-once",
      [hi, assistant(use("t1"), use("t2")), user(result("t1")), assistant(text("a")), hi],
      "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t2. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
    ),
    {
      ...one(
        "tool-use-answered-at-once",
        [hi, assistant(use("t1")), user(text("first words"), result("t1"))],
        "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
      ),
      what: "text before the result",
    },
    one(
      "tool-result-content-types",
      [hi, assistant(use("t1")), user(result("t1", [use("t2")]))],
      "messages.2.content.0.tool_result.content.0: Input tag 'tool_use' found using 'type' does not match any of the expected tags: 'text', 'image', 'document', 'search_result', 'tool_reference'",
    ),
    one(
      "error-result-has-content",
      [hi, assistant(use("t1")), user(result("t1", "", { is_error: true }))],
      "messages.2.content.0.tool_result: content cannot be empty if `is_error` is true",
    ),
    one(
      "error-result-is-text-only",
      [hi, assistant(use("t1")), user(result("t1", [image("image/png", PNG)], { is_error: true }))],
      'messages.2.content.0.tool_result: all content must be type "text" if `is_error` is true',
    ),
    one(
      "thinking-signature",
      [
        hi,
        assistant({ type: "thinking", thinking: "hm", signature: "Rm9yZWlnbg==" }, text("a")),
        hi,
      ],
      "messages.1.content.0: Invalid `signature` in `thinking` block",
    ),
    {
      ...one(
        "thinking-signature",
        [
          hi,
          assistant(
            { type: "thinking", thinking: "hm!", signature: mint.thinkingSignature("hm") },
            text("a"),
          ),
          hi,
        ],
        "messages.1.content.0: Invalid `signature` in `thinking` block",
      ),
      what: "made for another text",
    },
    {
      ...one(
        "thinking-signature",
        [
          hi,
          assistant(
            { type: "thinking", thinking: "hm", signature: mint.encryptedContent("rs_1") },
            text("a"),
          ),
          hi,
        ],
        "messages.1.content.0: Invalid `signature` in `thinking` block",
      ),
      what: "another vendor's",
    },
    {
      ...one(
        "thinking-signature",
        [hi, assistant({ type: "thinking", thinking: "hm" }, text("a")), hi],
        "messages.1.content.0.thinking.signature: Field required",
      ),
      what: "missing",
    },
    one(
      "redacted-thinking-data",
      [hi, assistant({ type: "redacted_thinking", data: "Rm9yZWlnbg==" }, text("a")), hi],
      "messages.1.content.0: Invalid `data` in `redacted_thinking` block",
    ),
    one(
      "final-block-not-thinking",
      [
        hi,
        assistant({ type: "thinking", thinking: "hm", signature: mint.thinkingSignature("hm") }),
      ],
      "messages.1: The final block in an assistant message cannot be `thinking`.",
    ),
    one(
      "image-media-type",
      [user(image("image/bmp", PNG))],
      "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
    ),
    one(
      "image-data",
      [user(image("image/png", "not base64!"))],
      "messages.0.content.0.image.source.base64.data: Invalid base64 data",
    ),
    {
      ...one(
        "image-data",
        [user(image("image/jpeg", PNG))],
        "messages.0.content.0.image.source.base64.data: The image was specified using the image/jpeg media type, but the image appears to be a image/png image",
      ),
      what: "another type than it says",
    },
    {
      ...one("image-data", [user(image("image/png", "AAAA"))], "Could not process image"),
      what: "no image at all",
    },
    one(
      "at-most-4-cache-breakpoints",
      [user(cached, cached, cached)],
      "A maximum of 4 blocks with cache_control may be provided. Found 5.",
      { system: [cached, cached] },
    ),
    one("declared-tool-names", [hi], "tools: Tool names must be unique.", {
      tools: [{ name: "Bash" }, { name: "Bash" }],
    }),
    one(
      "thinking-needs-room",
      [hi],
      "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
      { thinking: { type: "enabled", budget_tokens: 4096 } },
    ),
  ];
}

testRules("anthropic", {
  path,
  headers,
  rules: anthropicRules,
  cases,
  good: (mint) => [
    { what: "a bare prompt", body: ask([{ role: "user", content: "hi" }]) },
    {
      what: "a whole conversation",
      body: ask([
        user(text("look"), image("image/png", PNG)),
        hi, // one role twice is one turn
        assistant(
          { type: "thinking", thinking: "hm", signature: mint.thinkingSignature("hm") },
          { type: "redacted_thinking", data: mint.redactedThinking("hidden") },
          text("two things"),
          use("t1"),
          use("call_abc-2"),
        ),
        user(result("t1", [text("x"), image("image/png", PNG)])),
        user(result("call_abc-2", "bad", { is_error: true }), text("and now?")),
        assistant(text("done ")),
        hi,
      ]),
    },
    {
      what: "a system message in its place on a model that knows it",
      body: ask([hi, { role: "system", content: "Be brief." }, assistant(text("ok")), hi], {
        model: "claude-opus-4-8",
      }),
    },
    { what: "an assistant's beginning", body: ask([hi, assistant(text("So:"))]) },
    {
      what: "thinking of an earlier turn that stands alone",
      body: ask([
        hi,
        assistant({ type: "thinking", thinking: "hm", signature: mint.thinkingSignature("hm") }),
        hi,
      ]),
    },
  ],
});

const step = {
  thinking: "I think so. 🎉".repeat(4),
  redacted: "hidden",
  text: "Here it is: ünïcødé",
  tools: [{ kind: "bash" as const, command: "ls" }],
};
const tools = [
  {
    name: "Bash",
    input_schema: {
      properties: { command: { type: "string" }, description: { type: "string" } },
      required: ["command"],
    },
  },
];

test("anthropic: the stream, put together, is the answer that is not streamed, and it is taken back", async () => {
  const server = await new ModelServer({ steps: [step, step, { text: "end" }] }).start();
  try {
    const whole = await post(server, path, ask([hi], { tools }), headers);
    const streamed = await post(server, path, ask([hi], { tools, stream: true }), headers);
    const events = eventsOf(streamed);
    const names = events.map(({ event }) => event);
    assert.deepEqual(names.slice(0, 3), ["message_start", "ping", "content_block_start"]);
    assert.deepEqual(names.slice(-2), ["message_delta", "message_stop"]);

    const content: Obj[] = [];
    for (const { event, data } of events) {
      assert.equal(obj(data).type, event);
      if (event === "content_block_start") content.push({ ...obj(obj(data).content_block) });
      if (event !== "content_block_delta") continue;
      const block = content[Number(obj(data).index)];
      assert.ok(block);
      addDelta(block, obj(obj(data).delta));
    }
    for (const block of content) {
      if (typeof block.json !== "string") continue;
      block.input = JSON.parse(block.json);
      delete block.json;
    }
    const strip = (blocks: Obj[]): Obj[] => blocks.map(({ id: _id, data: _data, ...rest }) => rest);
    assert.deepEqual(strip(content), strip(objs(whole.body.content)));
    assert.equal(whole.body.stop_reason, "tool_use");
    assert.deepEqual(content.at(-1)?.input, { command: "ls" });

    const id = String(content.at(-1)?.id);
    const next = ask([hi, { role: "assistant", content }, user(result(id))], { tools });
    const answer = await post(server, path, next, headers);
    assert.deepEqual(arr(answer.body.content), [{ type: "text", text: "end" }]);
  } finally {
    await server.close();
  }
});

function addDelta(block: Obj, delta: Obj): void {
  const add = (key: string, piece: unknown): void => {
    block[key] = `${block[key] ?? ""}${String(piece)}`;
  };
  if (delta.type === "text_delta") add("text", delta.text);
  else if (delta.type === "thinking_delta") add("thinking", delta.thinking);
  else if (delta.type === "signature_delta") add("signature", delta.signature);
  else if (delta.type === "input_json_delta") add("json", delta.partial_json);
  else assert.fail(`unknown delta ${String(delta.type)}`);
}
