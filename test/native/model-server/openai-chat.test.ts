import assert from "node:assert/strict";
import { test } from "node:test";
import { type Obj, obj, objs, str } from "./json.ts";
import { chatRules } from "./openai-chat-rules.ts";
import { ModelServer } from "./server.ts";
import { eventsOf, PNG, post, type RuleCase, testRules } from "./testing.ts";

const path = "/v1/chat/completions";
const hi: Obj = { role: "user", content: "hi" };
const call = (id: string, more: Obj = {}): Obj => ({
  id,
  type: "function",
  function: { name: "bash", arguments: "{}", ...more },
});
const calls = (...tool_calls: Obj[]): Obj => ({ role: "assistant", content: null, tool_calls });
const result = (tool_call_id: string): Obj => ({ role: "tool", tool_call_id, content: "done" });
const ask = (messages: unknown, more: Obj = {}): Obj => ({ model: "gpt-4.1", messages, ...more });
const long = "c".repeat(41);

function refusal(message: string, param: string | null, code: string | null = null): Obj {
  return { error: { message, type: "invalid_request_error", param, code } };
}

function one(
  rule: string,
  messages: unknown,
  message: string,
  param: string | null,
  code: string | null = null,
  more: Partial<RuleCase> = {},
): RuleCase {
  return { rule, body: ask(messages), answer: refusal(message, param, code), ...more };
}

const tooLong = (param: string): [string, string, string] => [
  `Invalid '${param}': string too long. Expected a string with maximum length 40, but got a string with length 41 instead.`,
  param,
  "string_above_max_length",
];

const cases: RuleCase[] = [
  {
    rule: "model-present",
    body: { messages: [hi] },
    answer: refusal("you must provide a model parameter", null),
  },
  one(
    "messages-present",
    [],
    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    "messages",
    "empty_array",
  ),
  one(
    "known-role",
    [{ role: "model", content: "x" }],
    "Invalid value: 'model'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
    "messages[0].role",
    "invalid_value",
  ),
  one(
    "content-present",
    [hi, { role: "assistant", content: null }],
    "Invalid value for 'content': expected a string, got null.",
    "messages.[1].content",
  ),
  one(
    "content-part-type",
    [{ role: "user", content: [{ type: "input_text", text: "x" }] }],
    "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', 'file'.",
    "messages[0].content[0].type",
    "invalid_value",
  ),
  one(
    "content-parts-not-empty",
    [{ role: "user", content: [] }],
    "Invalid 'messages[0].content': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    "messages[0].content",
    "empty_array",
  ),
  one(
    "image-url",
    [{ role: "user", content: [{ type: "image_url", image_url: { url: "nowhere" } }] }],
    "Invalid 'messages[0].content[0].image_url.url'. Expected a valid URL, but got a value with an invalid format.",
    "messages[0].content[0].image_url.url",
    "invalid_value",
  ),
  one(
    "tool-calls-only-by-assistant",
    [{ ...hi, tool_calls: [call("c1")] }, result("c1")],
    "Unknown parameter: 'messages[0].tool_calls'.",
    "messages[0].tool_calls",
    "unknown_parameter",
  ),
  one(
    "tool-calls-not-empty",
    [hi, { role: "assistant", content: "x", tool_calls: [] }],
    "Invalid 'messages[1].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.",
    "messages[1].tool_calls",
    "empty_array",
  ),
  one(
    "tool-call-id",
    [hi, calls(call(long)), result(long)],
    ...tooLong("messages[1].tool_calls[0].id"),
  ),
  one(
    "tool-call-function",
    [hi, calls(call("c1", { name: "mcp.demo" })), result("c1")],
    "Invalid 'messages[1].tool_calls[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
    "messages[1].tool_calls[0].function.name",
    "invalid_value",
  ),
  one(
    "tool-call-name-length",
    [hi, calls(call("c1", { name: "n".repeat(65) })), result("c1")],
    "Invalid 'messages[1].tool_calls[0].function.name': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
    "messages[1].tool_calls[0].function.name",
    "string_above_max_length",
  ),
  one(
    "tool-call-arguments-are-text",
    [hi, calls(call("c1", { arguments: {} })), result("c1")],
    "Invalid type for 'messages[1].tool_calls[0].function.arguments': expected a string, but got an object instead.",
    "messages[1].tool_calls[0].function.arguments",
    "invalid_type",
  ),
  one(
    "tool-call-ids-unique",
    [hi, calls(call("c1"), call("c1")), result("c1")],
    "Duplicate value for 'tool_call_id' of 'c1'.",
    "messages[1].tool_calls[1].id",
  ),
  one(
    "tool-message-id",
    [hi, calls(call("c1")), result(long)],
    ...tooLong("messages[2].tool_call_id"),
  ),
  one(
    "tool-message-follows-tool-calls",
    [hi, result("c1")],
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    "messages.[1].role",
  ),
  one(
    "tool-message-follows-tool-calls",
    [hi, calls(call("c1")), result("c1"), result("c2")],
    "Invalid parameter: 'tool_call_id' of 'c2' not found in 'tool_calls' of previous message.",
    "messages.[3].tool_call_id",
    null,
    { what: "of an unknown call" },
  ),
  one(
    "tool-calls-answered-at-once",
    [hi, calls(call("c1"), call("c2")), result("c2"), hi],
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: c1",
    "messages.[3].role",
  ),
  {
    rule: "declared-tool-names",
    body: ask([hi], { tools: [{ type: "function", function: { name: "a b" } }] }),
    answer: refusal(
      "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
      "tools[0].function.name",
      "invalid_value",
    ),
  },
];

testRules("openai-chat", {
  path,
  rules: chatRules,
  cases: () => cases,
  good: () => [
    { what: "a bare prompt", body: ask([hi]) },
    {
      what: "a whole conversation",
      body: ask([
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
        calls(call("c1"), call("c2")),
        result("c2"), // in any order
        result("c1"),
        { role: "assistant", content: "done" },
        hi,
      ]),
    },
  ],
});

const tools = [
  {
    type: "function",
    function: { name: "bash", parameters: { properties: { command: { type: "string" } } } },
  },
];
const step = {
  thinking: "I think so. 🎉".repeat(4),
  text: "Here it is: ünïcødé",
  tools: [
    { kind: "bash" as const, command: "ls" },
    { kind: "bash" as const, command: "pwd" },
  ],
};

test("openai-chat: the stream, put together, is the answer that is not streamed, and it is taken back", async () => {
  const server = await new ModelServer({ steps: [step, step, { text: "end" }] }).start();
  try {
    const whole = await post(server, path, ask([hi], { tools }));
    const events = eventsOf(await post(server, path, ask([hi], { tools, stream: true })));
    assert.equal(events.at(-1)?.data, "[DONE]");
    const deltas = events
      .flatMap(({ data }) => objs(obj(data).choices))
      .map((one) => obj(one.delta));
    const joined = (key: string): string => deltas.map((delta) => str(delta[key]) ?? "").join("");
    assert.equal(joined("content"), step.text);
    assert.equal(joined("reasoning_content"), step.thinking);

    const made: Obj[] = [];
    for (const piece of deltas.flatMap((delta) => objs(delta.tool_calls))) {
      const { name, arguments: more } = obj(piece.function);
      const at = Number(piece.index);
      made[at] ??= { id: piece.id, type: piece.type, function: { name, arguments: "" } };
      const target = obj(made[at].function);
      target.arguments = `${str(target.arguments)}${str(more)}`;
    }
    const message = obj(objs(whole.body.choices)[0]?.message);
    const functions = (list: Obj[]): unknown[] => list.map((one) => one.function);
    assert.deepEqual(functions(made), functions(objs(message.tool_calls)));
    assert.equal(obj(made[1]?.function).arguments, '{"command":"pwd"}');

    const history = [hi, calls(...made), ...made.map((one) => result(String(one.id)))];
    const answer = await post(server, path, ask(history, { tools }));
    assert.deepEqual(server.refusals, []);
    assert.equal(obj(objs(answer.body.choices)[0]?.message).content, "end");
  } finally {
    await server.close();
  }
});
