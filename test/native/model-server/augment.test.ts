import assert from "node:assert/strict";
import { test } from "node:test";
import { augmentRules } from "./augment-rules.ts";
import { type Obj, obj, objs, parseJson } from "./json.ts";
import { ModelServer } from "./server.ts";
import { PNG, post, type RuleCase, testRules } from "./testing.ts";

const path = "/chat-stream";
const state = { id: 2, type: 4, ide_state_node: { workspace_folders: [] } };
const say = (content: string): Obj => ({ id: 1, type: 0, text_node: { content } });
const result = (tool_use_id: string, more: Obj = {}): Obj => ({
  id: 1,
  type: 1,
  tool_result_node: { tool_use_id, content: "done", is_error: false, ...more },
});
const picture = (image_data: string, format = 1): Obj => ({
  id: 1,
  type: 2,
  image_node: { image_data, format },
});
const text = (content: string): Obj => ({ id: 1, type: 0, content });
const call = (tool_use_id: string, more: Obj = {}): Obj => ({
  id: 2,
  type: 5,
  content: "",
  tool_use: { tool_use_id, tool_name: "view", input_json: '{"path":"a"}', ...more },
});
const exchange = (request_nodes: Obj[], response_nodes: Obj[]): Obj => ({
  request_message: "",
  response_text: "",
  request_nodes,
  response_nodes,
});
const ask = (chat_history: unknown, nodes: unknown = [say("hi")], more: Obj = {}): Obj => ({
  chat_history,
  nodes,
  ...more,
});
const hi = exchange([say("hi"), state], [text("hello")]);
const asked = (...nodes: Obj[]): Obj => ask([hi], nodes);
const answered = (...nodes: Obj[]): Obj => ask([exchange([say("hi")], nodes)]);

function one(rule: string, what: string, body: unknown, error: string): RuleCase {
  return { rule, what, body, answer: { error } };
}

const cases: RuleCase[] = [
  one("history-is-a-list", "none", {}, "chat_history and nodes must be lists"),
  one(
    "exchange-has-nodes",
    "no answer",
    ask([{ request_nodes: [say("a")] }]),
    "chat_history[0]: request_nodes and response_nodes must be lists",
  ),
  one(
    "known-node",
    "of a newer kind",
    asked({ id: 1, type: 12 }),
    "nodes[0]: unknown node type 12",
  ),
  one(
    "known-node",
    "without what it is of",
    answered({ id: 1, type: 5 }),
    "chat_history[0].response_nodes[0]: a node of type 5 must have tool_use",
  ),
  one(
    "exchange-not-empty",
    "nothing but the editor's state",
    asked(state),
    "nodes: nothing is asked",
  ),
  one(
    "exchange-not-empty",
    "before another",
    ask([exchange([say("a")], []), hi]),
    "chat_history[0]: nothing is answered",
  ),
  one("text-not-empty", "asked", asked(say("")), "nodes[0]: the text is empty"),
  one(
    "text-not-empty",
    "answered",
    answered(text("")),
    "chat_history[0].response_nodes[0]: the text is empty",
  ),
  one("image", "no base64", asked(picture("?")), "nodes[0]: the image is no base64"),
  one(
    "image",
    "of another type",
    asked(picture(PNG, 2)),
    "nodes[0]: the image is not of type image/jpeg",
  ),
  one("image", "of an unknown format", asked(picture(PNG, 0)), "nodes[0]: unknown image format 0"),
  one(
    "file",
    "no PDF",
    asked({ id: 1, type: 8, file_node: { file_data: "AAAA", media_type: "text/plain" } }),
    "nodes[0]: only PDF files are taken",
  ),
  one(
    "tool-use",
    "an odd id",
    answered(call("a b")),
    "chat_history[0].response_nodes[0]: tool_use_id must match ^[a-zA-Z0-9_-]+$",
  ),
  one(
    "tool-use",
    "arguments that are a list",
    answered(call("a", { input_json: "[]" })),
    "chat_history[0].response_nodes[0]: input_json is no JSON object",
  ),
  one(
    "tool-use-ids-unique",
    "",
    answered(call("a"), call("a")),
    "chat_history[0].response_nodes[1]: the tool_use_id a comes twice",
  ),
  one(
    "tool-result",
    "no text",
    ask([exchange([say("hi")], [call("a")])], [result("a", { content: [] })]),
    "nodes[0]: a result has a text as content, and says whether it is an error",
  ),
  one(
    "tool-result-follows-tool-use",
    "without a call",
    asked(result("a")),
    "nodes[0]: no tool_use with the id a in the exchange before",
  ),
  one(
    "tool-result-follows-tool-use",
    "too late",
    ask([exchange([say("hi")], [call("a")]), hi], [result("a")]),
    "nodes[0]: no tool_use with the id a in the exchange before",
  ),
  one(
    "own-thinking",
    "",
    answered({ id: 1, type: 8, content: "", thinking: { content: "hm", encrypted_content: "x" } }),
    "chat_history[0].response_nodes[0]: the encrypted content could not be verified",
  ),
];

testRules("Augment's chat-stream", {
  path,
  rules: augmentRules,
  cases: () => cases,
  good: (mint) => [
    { what: "a first prompt", body: ask([]) },
    { what: "an image", body: asked(say("look"), picture(PNG)) },
    {
      what: "calls and their results, one of them with an image",
      body: ask(
        [exchange([say("hi")], [call("a"), call("b")])],
        [
          state,
          result("a"),
          result("b", {
            content_nodes: [
              { type: 1, text_content: "done" },
              { type: 2, image_content: { image_data: PNG, format: 1 } },
            ],
          }),
        ],
      ),
    },
    {
      what: "a call that the CLI itself has no result of",
      body: ask([exchange([say("hi")], [call("a")])]),
    },
    {
      what: "a summary, and a result whose call is in it",
      body: asked({ id: 0, type: 10, text_node: { content: "before" } }, result("a")),
    },
    {
      what: "its own thinking",
      body: answered({
        id: 1,
        type: 8,
        content: "",
        thinking: { content: "hm", encrypted_content: mint.encryptedContent("rs_1") },
      }),
    },
    {
      what: "the silent question for a summary",
      body: ask([hi, { request_nodes: [say("next")] }], [], { message: "Sum up.", silent: true }),
    },
    { what: "a prompt after one without an answer", body: ask([exchange([say("a")], [])]) },
  ],
});

test("answers with a JSON document a line, in terms of the declared tools", async () => {
  const server = await new ModelServer({
    steps: [{ thinking: "hm", text: "I look.", tools: [{ kind: "bash", command: "ls" }] }],
  }).start();
  try {
    const schema = {
      properties: {
        command: { type: "string" },
        wait: { type: "boolean" },
        cwd: { type: "string", description: "Can be relative to the workspace root." },
      },
      required: ["command", "wait", "cwd"],
    };
    const tool_definitions = [
      {
        name: "launch-process",
        input_schema_json: JSON.stringify(schema),
        mcp_server_name: "lab",
        mcp_tool_name: "launch",
      },
    ];
    const answer = await post(server, path, ask([], [say("hi")], { tool_definitions }));
    const lines = answer.text
      .trim()
      .split("\n")
      .map((line) => obj(parseJson(line)));
    const nodes = lines.flatMap((line) => objs(line.nodes));
    assert.deepEqual(
      nodes.map(({ id, type }) => [id, type]),
      [
        [1, 8],
        [2, 0],
        [3, 5],
        [4, 10],
      ],
    );
    const { tool_use_id: _, ...use } = obj(nodes[2]?.tool_use);
    assert.deepEqual(use, {
      tool_name: "launch-process",
      input_json: '{"command":"ls","wait":true,"cwd":"."}',
      mcp_server_name: "lab",
      mcp_tool_name: "launch",
    });
    assert.equal(lines.at(-1)?.stop_reason, 3);
    assert.ok(lines.every((line) => typeof line.text === "string"));
  } finally {
    await server.close();
  }
});
