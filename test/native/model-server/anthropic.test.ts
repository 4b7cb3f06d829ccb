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

const pdf = Buffer.from("%PDF-1.4\n%%EOF").toString("base64");
const document = (source: Obj, more: Obj = {}): Obj => ({ type: "document", source, ...more });
const pdfDocument = (more: Obj = {}): Obj =>
  document({ type: "base64", media_type: "application/pdf", data: pdf }, more);
const found = (more: Obj = {}): Obj => ({
  type: "search_result",
  source: "https://example.org",
  title: "Notes",
  content: [text("words")],
  ...more,
});
const search = (id: string, more: Obj = {}): Obj => ({
  type: "server_tool_use",
  id,
  name: "web_search",
  input: { query: "news" },
  ...more,
});
const hits = (id: string, more: Obj = {}): Obj => ({
  type: "web_search_tool_result",
  tool_use_id: id,
  content: [
    {
      type: "web_search_result",
      title: "Notes",
      url: "https://example.org",
      encrypted_content: "RW5j",
      ...more,
    },
  ],
});
const asked = (more: Obj = {}): Obj => ({
  type: "mcp_tool_use",
  id: "mcptoolu_1",
  name: "lookup",
  server_name: "docs",
  input: {},
  ...more,
});
const cited = (more: Obj = {}): Obj => ({
  ...text("It says so."),
  citations: [
    {
      type: "web_search_result_location",
      cited_text: "words",
      url: "https://example.org",
      title: "Notes",
      encrypted_index: "RW5j",
      ...more,
    },
  ],
});

/** Documents, search results, citations, and what tools at Anthropic leave behind. */
function contentCases(
  one: (rule: string, messages: unknown, message: string) => RuleCase,
): RuleCase[] {
  return [
    one(
      "document-source",
      [user(document({ type: "base64", media_type: "text/csv", data: pdf }))],
      "messages.0.content.0.document.source.base64.media_type: Input should be 'application/pdf'",
    ),
    {
      ...one(
        "document-source",
        [hi, assistant(use("t1")), user(result("t1", [document({ type: "path", path: "a.pdf" })]))],
        "messages.2.content.0.tool_result.content.0.document.source: Input tag 'path' found using 'type' does not match any of the expected tags: 'base64', 'content', 'file', 'text', 'url'",
      ),
      what: "of an unknown kind, in a result",
    },
    {
      ...one(
        "document-source",
        [user(document({ type: "base64", media_type: "application/pdf", data: PNG }))],
        "messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.",
      ),
      what: "no PDF",
    },
    {
      ...one(
        "document-source",
        [user(document({ type: "text", media_type: "text/markdown", data: "# a" }))],
        "messages.0.content.0.document.source.text.media_type: Input should be 'text/plain'",
      ),
      what: "a text of another type",
    },
    {
      ...one(
        "document-source",
        [user(document({ type: "url" }))],
        "messages.0.content.0.document.source.url.url: Field required",
      ),
      what: "no address",
    },
    {
      ...one(
        "document-source",
        [user(document({ type: "content", content: [found()] }))],
        "messages.0.content.0.document.source.content.content.0: Input tag 'search_result' found using 'type' does not match any of the expected tags: 'image', 'text'",
      ),
      what: "of blocks that it cannot hold",
    },
    one(
      "search-result-fields",
      [user(found({ title: undefined }))],
      "messages.0.content.0.search_result.title: Field required",
    ),
    one(
      "container-upload-file",
      [user({ type: "container_upload" })],
      "messages.0.content.0.container_upload.file_id: Field required",
    ),
    one(
      "citation-fields",
      [hi, assistant(cited({ encrypted_index: undefined })), hi],
      "messages.1.content.0.text.citations.0.web_search_result_location.encrypted_index: Field required",
    ),
    {
      ...one(
        "citation-fields",
        [hi, assistant(cited({ type: "url_citation" })), hi],
        "messages.1.content.0.text.citations.0: Input tag 'url_citation' found using 'type' does not match any of the expected tags: 'char_location', 'page_location', 'content_block_location', 'web_search_result_location', 'search_result_location'",
      ),
      what: "another vendor's",
    },
    one(
      "citations-for-all-or-none",
      [user(pdfDocument({ citations: { enabled: true } }), found())],
      "messages: citations must be enabled on all or none of the documents",
    ),
    one(
      "server-tool-use-id-pattern",
      [hi, assistant(search("ws_1"), hits("ws_1")), hi],
      "messages.1.content.0.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'",
    ),
    one(
      "server-tool-use-fields",
      [hi, assistant(asked({ server_name: undefined })), hi],
      "messages.1.content.0.mcp_tool_use.server_name: Field required",
    ),
    {
      ...one(
        "server-tool-use-fields",
        [hi, assistant(search("srvtoolu_1", { input: "news" })), hi],
        "messages.1.content.0.server_tool_use.input: Input should be a valid dictionary",
      ),
      what: "no arguments",
    },
    one(
      "web-search-result-fields",
      [
        hi,
        assistant(search("srvtoolu_1"), hits("srvtoolu_1", { encrypted_content: undefined })),
        hi,
      ],
      "messages.1.content.1.web_search_tool_result.content.0.encrypted_content: Field required",
    ),
    one(
      "server-result-after-its-use",
      [hi, assistant(hits("srvtoolu_1"), search("srvtoolu_1")), hi],
      "messages.1.content.0: unexpected `tool_use_id` found in `web_search_tool_result` blocks: srvtoolu_1. Each `web_search_tool_result` block must have a corresponding `server_tool_use` block before it.",
    ),
    one(
      "server-use-has-its-result",
      [hi, assistant(search("srvtoolu_1"), text("a")), hi, assistant(text("b")), hi],
      "messages.1.content.0: `web_search` tool use with id `srvtoolu_1` was found without a corresponding `web_search_tool_result` block",
    ),
    {
      ...one(
        "no-extra-keys-in-block",
        [hi, assistant(search("srvtoolu_1", { status: "done" }), hits("srvtoolu_1")), hi],
        "messages.1.content.0.server_tool_use.status: Extra inputs are not permitted",
      ),
      what: "of a server tool",
    },
    {
      ...one(
        "block-belongs-to-role",
        [user(text("hi"), search("srvtoolu_1"))],
        "messages.0.content.1: `server_tool_use` blocks can only be in `assistant` messages",
      ),
      what: "a server tool by the user",
    },
  ];
}

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
    ...contentCases(one),
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
    {
      what: "documents, search results, and what server tools left behind",
      body: ask([
        user(
          pdfDocument({ title: "spec.pdf", context: "the spec" }),
          document({ type: "text", media_type: "text/plain", data: "words" }),
          document({ type: "content", content: [text("words"), image("image/png", PNG)] }),
          document({ type: "url", url: "https://example.org/a.pdf" }),
          document({ type: "file", file_id: "file_1" }),
          found(),
          { type: "container_upload", file_id: "file_2" },
        ),
        assistant(
          search("srvtoolu_1"),
          hits("srvtoolu_1"),
          cited(),
          search("srvtoolu_2", { name: "web_fetch", input: { url: "https://example.org" } }),
          {
            type: "web_fetch_tool_result",
            tool_use_id: "srvtoolu_2",
            content: { type: "web_fetch_tool_result_error", error_code: "url_not_accessible" },
          },
          asked(),
          { type: "mcp_tool_result", tool_use_id: "mcptoolu_1", is_error: false, content: "ok" },
          use("t1"),
        ),
        user(result("t1", [found(), pdfDocument()])),
        assistant(search("srvtoolu_3")), // paused, to be continued with
      ]),
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
