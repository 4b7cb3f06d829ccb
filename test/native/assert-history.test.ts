import assert from "node:assert/strict";
import { test } from "node:test";
import { assertHistory, countImages, type Expected, historyOf } from "./assert-history.ts";
import type { Obj } from "./model-server/json.ts";
import type { ProtocolId } from "./model-server/server.ts";

/** The same conversation in every protocol. */
const bodies: Record<ProtocolId, Obj> = {
  anthropic: {
    system: "MARK-SYSTEM",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "<system-reminder>\nMARK-REMINDER\n</system-reminder>" },
          { type: "text", text: "MARK-U1 hello" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
        ],
      },
      { role: "system", content: "MARK-SYSTEM" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "MARK-R1", signature: "s" },
          { type: "text", text: "MARK-A1" },
          { type: "tool_use", id: "t1", name: "Bash", input: { command: 'echo "MARK-C1"\n' } },
          { type: "tool_use", id: "t2", name: "Read", input: { file_path: "/MARK-C2" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "t1", content: "MARK-O1" },
          { type: "tool_result", tool_use_id: "t2", content: [{ type: "text", text: "MARK-O2" }] },
        ],
      },
      { role: "user", content: "MARK-U2" },
    ],
  },
  "openai-responses": {
    instructions: "MARK-SYSTEM",
    input: [
      {
        type: "message",
        role: "developer",
        content: [{ type: "input_text", text: "MARK-SYSTEM" }],
      },
      {
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: "<environment_context>MARK-REMINDER" }],
      },
      {
        type: "message",
        role: "user",
        content: [
          { type: "input_text", text: "MARK-U1 hello" },
          { type: "input_image", image_url: "data:image/png;base64,AA==" },
        ],
      },
      { type: "reasoning", summary: [{ type: "summary_text", text: "MARK-R1" }] },
      {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "MARK-A1" }],
      },
      {
        type: "function_call",
        call_id: "t1",
        name: "Bash",
        arguments: JSON.stringify({ cmd: 'echo "MARK-C1"\n' }),
      },
      { type: "custom_tool_call", call_id: "t2", name: "Read", input: "MARK-C2" },
      { type: "function_call_output", call_id: "t1", output: "MARK-O1" },
      {
        type: "custom_tool_call_output",
        call_id: "t2",
        output: [{ type: "input_text", text: "MARK-O2" }],
      },
      { role: "user", content: "MARK-U2" },
    ],
  },
  "openai-chat": {
    messages: [
      { role: "system", content: "MARK-SYSTEM" },
      {
        role: "user",
        content: [
          { type: "text", text: "MARK-U1 hello" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
        ],
      },
      {
        role: "assistant",
        content: "MARK-A1",
        reasoning_content: "MARK-R1",
        tool_calls: [
          {
            id: "t1",
            type: "function",
            function: { name: "Bash", arguments: JSON.stringify({ c: 'echo "MARK-C1"\n' }) },
          },
          { id: "t2", type: "function", function: { name: "Read", arguments: '{"p":"MARK-C2"}' } },
        ],
      },
      { role: "tool", tool_call_id: "t1", content: "MARK-O1" },
      { role: "tool", tool_call_id: "t2", content: [{ type: "text", text: "MARK-O2" }] },
      { role: "user", content: "MARK-U2" },
    ],
  },
  gemini: {
    systemInstruction: { parts: [{ text: "MARK-SYSTEM" }] },
    contents: [
      {
        role: "user",
        parts: [{ text: "MARK-U1 hello" }, { inlineData: { mimeType: "image/png", data: "AA==" } }],
      },
      {
        role: "model",
        parts: [
          { text: "MARK-R1", thought: true },
          { text: "MARK-A1" },
          { functionCall: { name: "Bash", args: { command: 'echo "MARK-C1"\n' } } },
          { functionCall: { name: "Read", args: { path: "MARK-C2" } } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "Bash", response: { output: "MARK-O1" } } },
          { functionResponse: { name: "Read", response: { output: "MARK-O2" } } },
        ],
      },
      { role: "user", parts: [{ text: "MARK-U2" }] },
    ],
  },
  augment: {
    chat_history: [
      {
        request_message: "",
        request_nodes: [
          { id: 1, type: 0, text_node: { content: "MARK-U1 hello" } },
          { id: 2, type: 2, image_node: { image_data: "AA==", format: 1 } },
          { id: 3, type: 4, ide_state_node: { workspace_folders: [] } },
        ],
        response_nodes: [
          { id: 1, type: 8, content: "", thinking: { summary: "", content: "MARK-R1" } },
          { id: 2, type: 0, content: "MARK-A1" },
          {
            id: 3,
            type: 5,
            content: "",
            tool_use: {
              tool_use_id: "t1",
              tool_name: "Bash",
              input_json: JSON.stringify({ command: 'echo "MARK-C1"\n' }),
            },
          },
          {
            id: 4,
            type: 5,
            content: "",
            tool_use: { tool_use_id: "t2", tool_name: "Read", input_json: '{"path":"MARK-C2"}' },
          },
        ],
      },
    ],
    nodes: [
      { id: 1, type: 1, tool_result_node: { tool_use_id: "t1", content: "MARK-O1" } },
      { id: 2, type: 1, tool_result_node: { tool_use_id: "t2", content: "MARK-O2" } },
      { id: 3, type: 0, text_node: { content: "MARK-U2" } },
    ],
  },
};

const expected: Expected[] = [
  { role: "user", marker: "MARK-U1", text: "MARK-U1 hello" },
  { role: "reasoning", marker: "MARK-R1" },
  { role: "assistant", marker: "MARK-A1" },
  { role: "tool-call", marker: "MARK-C1", text: 'echo "MARK-C1"\n', name: "Bash" },
  { role: "tool-call", marker: "MARK-C2", name: /^Rea/ },
  { role: "tool-result", marker: "MARK-O1" },
  { role: "tool-result", marker: "MARK-O2" },
  { role: "user", marker: "MARK-U2" },
];

const protocols: ProtocolId[] = [
  "anthropic",
  "openai-responses",
  "openai-chat",
  "gemini",
  "augment",
];
for (const protocol of protocols) {
  const request = { protocol, body: bodies[protocol] };

  test(`${protocol}: reads the history in order and in native roles`, () => {
    // Chat Completions has its text before the calls but its reasoning in the same message.
    const history = assertHistory(request, expected);
    assert.equal(countImages(history), 1);
    const all = history.map((item) => item.text).join("\n");
    assert.doesNotMatch(all, /MARK-SYSTEM|MARK-REMINDER/);
  });

  test(`${protocol}: an empty history fails`, () => {
    const empty = { protocol, body: { messages: [], input: [], contents: [] } };
    assert.throws(() => assertHistory(empty, expected), /no history at all/);
  });

  test(`${protocol}: a marker in another role fails`, () => {
    const asText: Expected[] = [{ role: "assistant", marker: "MARK-O1" }];
    assert.throws(() => assertHistory(request, asText), /missing as assistant.*tool-result/s);
  });

  test(`${protocol}: the wrong order fails`, () => {
    const swapped: Expected[] = [
      { role: "user", marker: "MARK-U2" },
      { role: "assistant", marker: "MARK-A1" },
    ];
    assert.throws(() => assertHistory(request, swapped), /MARK-A1 is missing/);
  });
}

test("a group may come in any order, but only inside the group", () => {
  const request = { protocol: "openai-responses" as const, body: bodies["openai-responses"] };
  const group = "parallel";
  assertHistory(request, [
    { role: "tool-result", marker: "MARK-O2", group },
    { role: "tool-call", marker: "MARK-C1", group },
    { role: "user", marker: "MARK-U2" },
  ]);
  assert.throws(() =>
    assertHistory(request, [
      { role: "user", marker: "MARK-U2" },
      { role: "tool-result", marker: "MARK-O2", group },
      { role: "tool-call", marker: "MARK-C1", group },
    ]),
  );
});

test("expecting nothing fails", () => {
  assert.throws(() => assertHistory({ protocol: "gemini", body: bodies.gemini }, []), /no markers/);
});

test("a wrong tool name, or text that is not there to the letter, fails", () => {
  const request = { protocol: "anthropic" as const, body: bodies.anthropic };
  assert.throws(() =>
    assertHistory(request, [{ role: "tool-call", marker: "MARK-C1", name: "Read" }]),
  );
  assert.throws(() =>
    assertHistory(request, [{ role: "user", marker: "MARK-U1", text: "MARK-U1  hello" }]),
  );
});

test("calls and results keep the id that ties them", () => {
  const history = historyOf({ protocol: "anthropic", body: bodies.anthropic });
  const ids = history.filter((item) => item.callId !== undefined).map((item) => item.callId);
  assert.deepEqual(ids, ["t1", "t2", "t1", "t2"]);
});
