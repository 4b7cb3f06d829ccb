import assert from "node:assert/strict";
import { test } from "node:test";
import { type Obj, obj, objs, str } from "./json.ts";
import type { Mint } from "./mint.ts";
import { responsesRules } from "./openai-responses-rules.ts";
import { ModelServer } from "./server.ts";
import { eventsOf, PNG, post, type RuleCase, testRules } from "./testing.ts";

const path = "/v1/responses";
const user = (...content: unknown[]): Obj => ({ type: "message", role: "user", content });
const said = (words: string, more: Obj = {}): Obj => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: words }],
  ...more,
});
const words = (text: string): Obj => ({ type: "input_text", text });
const call = (call_id: string, more: Obj = {}): Obj => ({
  type: "function_call",
  call_id,
  name: "exec_command",
  arguments: "{}",
  ...more,
});
const output = (call_id: string, more: Obj = {}): Obj => ({
  type: "function_call_output",
  call_id,
  output: "done",
  ...more,
});
const hi = user(words("hi"));
const ask = (input: unknown, more: Obj = {}): Obj => ({
  model: "gpt-5.5",
  store: false,
  input,
  ...more,
});
const long = "c".repeat(65);

function refusal(message: string, param: string | null, code: string | null = null): Obj {
  return { error: { message, type: "invalid_request_error", param, code } };
}

function cases(mint: Mint): RuleCase[] {
  const one = (
    rule: string,
    input: unknown,
    message: string,
    param: string | null,
    code: string | null = null,
    more: Partial<RuleCase> = {},
  ): RuleCase => ({ rule, body: ask(input), answer: refusal(message, param, code), ...more });
  const id = mint.reasoningId();
  const encrypted_content = mint.encryptedContent(id);
  const reasoning = (more: Obj = {}): Obj => ({ type: "reasoning", id, summary: [], ...more });
  const missing = (param: string): [string, string, string] => [
    `Missing required parameter: '${param}'.`,
    param,
    "missing_required_parameter",
  ];
  const pattern = "string does not match pattern. Expected a string that matches the pattern";
  return [
    {
      rule: "model-present",
      body: { input: "hi" },
      answer: refusal(...missing("model")),
    },
    { rule: "input-present", body: { model: "m" }, answer: refusal(...missing("input")) },
    {
      rule: "previous-response",
      body: ask([hi], { previous_response_id: "resp_1" }),
      answer: refusal(
        "Previous response with id 'resp_1' not found.",
        "previous_response_id",
        "previous_response_not_found",
      ),
    },
    one("known-item-type", [{ text: "hi" }], ...missing("input[0].type")),
    one(
      "message-role",
      [{ type: "message", role: "tool", content: "x" }],
      "Invalid value: 'tool'. Supported values are: 'assistant', 'system', 'developer', and 'user'.",
      "input[0].role",
      "invalid_value",
    ),
    one(
      "item-id-prefix",
      [hi, hi, said("x", { id: "x" })],
      "Invalid 'input[2].id': 'x'. Expected an ID that begins with 'msg'.",
      "input[2].id",
      "invalid_id_prefix",
    ),
    one(
      "item-id-prefix",
      [hi, call("c1", { id: "toolu_01" }), output("c1")],
      "Invalid 'input[1].id': 'toolu_01'. Expected an ID that begins with 'fc'.",
      "input[1].id",
      "invalid_id_prefix",
      { what: "a function call" },
    ),
    one(
      "item-id-characters",
      [hi, said("x", { id: "msg_a.b" })],
      "Invalid 'input[1].id': 'msg_a.b'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.",
      "input[1].id",
      "invalid_value",
    ),
    one(
      "item-id-length",
      [hi, said("x", { id: `msg_${long}` })],
      "Invalid 'input[1].id': string too long. Expected a string with maximum length 64, but got a string with length 69 instead.",
      "input[1].id",
      "string_above_max_length",
    ),
    one(
      "item-ids-unique",
      [hi, said("x", { id: "msg_1" }), said("y", { id: "msg_1" })],
      "Duplicate item found with id msg_1. Remove duplicate items from your input and try again.",
      "input",
    ),
    one(
      "call-id",
      [hi, call(long), output(long)],
      "Invalid 'input[1].call_id': string too long. Expected a string with maximum length 64, but got a string with length 65 instead.",
      "input[1].call_id",
      "string_above_max_length",
    ),
    one(
      "call-id",
      [hi, call(""), output("")],
      "Invalid 'input[1].call_id': empty string. Expected a string with minimum length 1, but got an empty string instead.",
      "input[1].call_id",
      "empty_string",
      { what: "empty" },
    ),
    one(
      "call-id",
      [hi, { type: "function_call_output", output: "x" }],
      ...missing("input[1].call_id"),
      {
        what: "missing",
      },
    ),
    one(
      "call-name",
      [hi, call("c1", { name: "mcp.demo" }), output("c1")],
      `Invalid 'input[1].name': ${pattern} '^[a-zA-Z0-9_-]+$'.`,
      "input[1].name",
      "invalid_value",
    ),
    one(
      "call-name",
      [hi, call("c1", { name: "n".repeat(129) }), output("c1")],
      "Invalid 'input[1].name': string too long. Expected a string with maximum length 128, but got a string with length 129 instead.",
      "input[1].name",
      "string_above_max_length",
      { what: "too long" },
    ),
    one(
      "call-input-is-text",
      [hi, call("c1", { arguments: {} }), output("c1")],
      "Invalid type for 'input[1].arguments': expected a string, but got an object instead.",
      "input[1].arguments",
      "invalid_type",
    ),
    one(
      "output-is-text-or-parts",
      [hi, call("c1"), output("c1", { output: { text: "x" } })],
      "Invalid type for 'input[2].output': expected one of a string or array of objects, but got an object instead.",
      "input[2].output",
      "invalid_type",
    ),
    one(
      "call-ids-unique",
      [hi, call("c1"), output("c1"), call("c1")],
      "Duplicate function call found with call_id c1.",
      "input",
    ),
    one(
      "output-follows-its-call",
      [hi, output("c1")],
      "No tool call found for function call output with call_id c1.",
      "input",
    ),
    one(
      "output-follows-its-call",
      [hi, output("c1"), call("c1")],
      "No tool call found for function call output with call_id c1.",
      "input",
      null,
      { what: "before the call" },
    ),
    one(
      "output-follows-its-call",
      [hi, call("c1"), { type: "custom_tool_call_output", call_id: "c1", output: "x" }],
      "No tool call found for custom tool call output with call_id c1.",
      "input",
      null,
      { what: "of another kind" },
    ),
    one("call-has-output", [hi, call("c1")], "No tool output found for function call c1.", "input"),
    one(
      "call-has-output",
      [hi, { type: "custom_tool_call", call_id: "c1", name: "apply_patch", input: "x" }],
      "No tool output found for custom tool call c1.",
      "input",
      null,
      { what: "a custom tool" },
    ),
    one(
      "call-has-output",
      [hi, { type: "local_shell_call", call_id: "c1", action: { type: "exec", command: [] } }],
      "No tool output found for local shell call c1.",
      "input",
      null,
      { what: "the local shell" },
    ),
    one(
      "reasoning-summary",
      [hi, { type: "reasoning", id, encrypted_content }, said("x")],
      ...missing("input[1].summary"),
    ),
    one(
      "reasoning-content-empty",
      [
        hi,
        reasoning({ encrypted_content, content: [{ type: "reasoning_text", text: "hm" }] }),
        said("x"),
      ],
      "Invalid 'input[1].content': array too long. Expected an array with maximum length 0, but got an array with length 1 instead.",
      "input[1].content",
      "array_above_max_length",
    ),
    one(
      "encrypted-content",
      [hi, { type: "reasoning", summary: [], encrypted_content: "gAAAAABforeign==" }, said("x")],
      "The encrypted content gAAA...gn== could not be verified. Reason: Encrypted content could not be decrypted or parsed.",
      null,
      "invalid_encrypted_content",
    ),
    one(
      "encrypted-content",
      [hi, reasoning({ id: "rs_other", encrypted_content }), said("x")],
      "The encrypted content for item rs_other could not be verified. Reason: Encrypted content item_id did not match the target item id.",
      null,
      "invalid_encrypted_content",
      { what: "of another item" },
    ),
    one(
      "reasoning-id-needs-content",
      [hi, reasoning(), said("x")],
      `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
      "input",
      null,
      { status: 404 },
    ),
    one(
      "reasoning-has-following-item",
      [hi, reasoning({ encrypted_content }), hi],
      `Item '${id}' of type 'reasoning' was provided without its required following item.`,
      "input",
    ),
    one(
      "part-type-fits-role",
      [{ type: "message", role: "assistant", content: [words("x")] }],
      "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
      "input[0].content[0].type",
      "invalid_value",
    ),
    one(
      "part-type-fits-role",
      [user({ type: "output_text", text: "x" })],
      "Invalid value: 'output_text'. Supported values are: 'input_text', 'input_image', and 'input_file'.",
      "input[0].content[0].type",
      "invalid_value",
      { what: "a user's" },
    ),
    one(
      "text-part-has-text",
      [user({ type: "input_text" })],
      ...missing("input[0].content[0].text"),
    ),
    one(
      "image-url",
      [user({ type: "input_image", image_url: "file:///x.png" })],
      "Invalid 'input[0].content[0].image_url'. Expected a valid URL, but got a value with an invalid format.",
      "input[0].content[0].image_url",
      "invalid_value",
    ),
    one(
      "image-url",
      [user({ type: "input_image", image_url: "data:image/png;base64,AAAA" })],
      "The image data you provided does not represent a valid image. Please check your input and try again.",
      "input[0].content[0].image_url",
      "invalid_value",
      { what: "no image" },
    ),
    {
      rule: "declared-tool-names",
      body: ask([hi], { tools: [{ type: "function", name: "a b" }] }),
      answer: refusal(
        `Invalid 'tools[0].name': ${pattern} '^[a-zA-Z0-9_-]+$'.`,
        "tools[0].name",
        "invalid_value",
      ),
    },
  ];
}

testRules("openai-responses", {
  path,
  rules: responsesRules,
  cases,
  good: (mint) => {
    const id = mint.reasoningId();
    return [
      { what: "a bare prompt", body: ask("hi") },
      {
        what: "a whole conversation",
        body: ask([
          { type: "message", role: "developer", content: [words("Be brief.")] },
          user(words("look"), { type: "input_image", image_url: `data:image/png;base64,${PNG}` }),
          { type: "reasoning", id, summary: [], encrypted_content: mint.encryptedContent(id) },
          said("two things", { id: "msg_1", phase: "commentary" }),
          call("c1", { id: "fc_1" }),
          { type: "custom_tool_call", id: "ctc_1", call_id: "c2", name: "apply_patch", input: "x" },
          { type: "custom_tool_call_output", call_id: "c2", output: "done" },
          output("c1", { output: [words("x")] }),
          { role: "assistant", content: "done" },
          hi,
        ]),
      },
      {
        what: "encrypted reasoning without its id",
        body: ask([
          hi,
          { type: "reasoning", summary: [], encrypted_content: mint.encryptedContent(id) },
          call("c1"),
          output("c1"),
        ]),
      },
      {
        what: "readable reasoning that has neither id nor secret",
        body: ask([
          hi,
          { type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] },
          said("x"),
        ]),
      },
    ];
  },
});

const tools = [
  {
    type: "function",
    name: "exec_command",
    parameters: { properties: { cmd: { type: "string" } } },
  },
  { type: "custom", name: "apply_patch" },
];
const step = {
  thinking: "I think so. 🎉".repeat(4),
  text: "Here it is: ünïcødé",
  tools: [
    { kind: "bash" as const, command: "ls" },
    { kind: "write" as const, path: "a.txt", content: "one\n" },
  ],
};

test("openai-responses: the stream builds the answer that it ends with, and it is taken back", async () => {
  const server = await new ModelServer({ steps: [step, { text: "end" }] }).start();
  try {
    const events = eventsOf(await post(server, path, ask([hi], { tools, stream: true })));
    events.forEach(({ event, data }, at) => {
      assert.equal(obj(data).type, event);
      assert.equal(obj(data).sequence_number, at);
    });
    const names = events.map(({ event }) => event);
    assert.deepEqual(names.slice(0, 2), ["response.created", "response.in_progress"]);
    assert.equal(names.at(-1), "response.completed");

    const output = objs(obj(obj(events.at(-1)?.data).response).output);
    assert.deepEqual(
      output.map((item) => item.type),
      ["reasoning", "message", "function_call", "custom_tool_call"],
    );
    const done = events.filter(({ event }) => event === "response.output_item.done");
    assert.deepEqual(
      done.map(({ data }) => obj(data).item),
      output,
    );
    const joined = (type: string): string =>
      events
        .filter(({ event }) => event === type)
        .map(({ data }) => str(obj(data).delta))
        .join("");
    assert.equal(joined("response.reasoning_summary_text.delta"), step.thinking);
    assert.equal(joined("response.output_text.delta"), step.text);
    assert.equal(joined("response.function_call_arguments.delta"), '{"cmd":"ls"}');
    assert.match(
      joined("response.custom_tool_call_input.delta"),
      /^\*\*\* Begin Patch\n\*\*\* Add File: a\.txt\n\+one\n/,
    );

    const outputs = output.slice(2).map((item) => ({
      type: `${str(item.type)}_output`,
      call_id: item.call_id,
      output: "done",
    }));
    const answer = await post(server, path, ask([hi, ...output, ...outputs], { tools }));
    assert.deepEqual(server.refusals, []);
    assert.equal(objs(objs(answer.body.output)[0]?.content)[0]?.text, "end");
  } finally {
    await server.close();
  }
});

test("openai-responses: tools that stand in the input count as declared", async () => {
  const server = await new ModelServer({ steps: [step] }).start();
  try {
    const lite = [{ type: "additional_tools", role: "developer", tools }, hi];
    const answer = await post(server, path, ask(lite));
    assert.equal(server.lastMain().n, 0);
    assert.equal(objs(answer.body.output)[2]?.name, "exec_command");
  } finally {
    await server.close();
  }
});
