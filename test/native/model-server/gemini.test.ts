import assert from "node:assert/strict";
import { test } from "node:test";
import { geminiRules } from "./gemini-rules.ts";
import { type Obj, obj, objs } from "./json.ts";
import type { Mint } from "./mint.ts";
import { ModelServer } from "./server.ts";
import { eventsOf, PNG, post, type RuleCase, testRules } from "./testing.ts";

const path = "/v1beta/models/gemini-3-pro:generateContent";
const user = (...parts: unknown[]): Obj => ({ role: "user", parts });
const model = (...parts: unknown[]): Obj => ({ role: "model", parts });
const call = (name: string, thoughtSignature?: string): Obj =>
  thoughtSignature === undefined
    ? { functionCall: { name, args: {} } }
    : { functionCall: { name, args: {} }, thoughtSignature };
const response = (name: string): Obj => ({
  functionResponse: { name, response: { output: "done" } },
});
const hi = user({ text: "hi" });
const ask = (...contents: unknown[]): Obj => ({ contents });

const refusal = (message: string): Obj => ({
  error: { code: 400, message, status: "INVALID_ARGUMENT" },
});

function cases(mint: Mint): RuleCase[] {
  const one = (rule: string, contents: unknown[], message: string): RuleCase => ({
    rule,
    body: ask(...contents),
    answer: refusal(message),
  });
  const signed = call("bash", mint.thoughtSignature("bash"));
  const struct = "(type.googleapis.com/google.protobuf.Struct)";
  return [
    one("contents-present", [], "* GenerateContentRequest.contents: contents is not specified\n"),
    one(
      "known-role",
      [{ role: "assistant", parts: [{ text: "x" }] }],
      "Please use a valid role: user, model.",
    ),
    one(
      "parts-not-empty",
      [hi, model(), hi],
      "* GenerateContentRequest.contents[1].parts: contents.parts must not be empty.\n",
    ),
    one(
      "known-part-field",
      [user({ text: "x", type: "text" })],
      "Invalid JSON payload received. Unknown name \"type\" at 'contents[0].parts[0]': Cannot find field.",
    ),
    one(
      "part-has-data",
      [user({ text: "" })],
      "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one initialized field\n",
    ),
    one(
      "part-has-one-datum",
      [hi, model({ text: "x", ...signed }), user(response("bash"))],
      "Invalid value at 'contents[1].parts[0]' (oneof), oneof field 'data' is already set. Cannot set 'functionCall'",
    ),
    one(
      "inline-data",
      [user({ inlineData: { mimeType: "image/png", data: "data:image/png;base64,AA==" } })],
      "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed for \"data:image/png;base64,AA==\"",
    ),
    one(
      "function-call-name",
      [hi, model(call("")), user(response("bash"))],
      "* GenerateContentRequest.contents[1].parts[0].function_call.name: Name cannot be empty.\n",
    ),
    one(
      "function-args-are-struct",
      [hi, model({ functionCall: { name: "bash", args: "{}" } }), user(response("bash"))],
      `Invalid value at 'contents[1].parts[0].function_call.args' ${struct}, "{}"`,
    ),
    one(
      "function-response-is-struct",
      [hi, model(signed), user({ functionResponse: { name: "bash", response: "done" } })],
      `Invalid value at 'contents[2].parts[0].function_response.response' ${struct}, "done"`,
    ),
    one(
      "function-call-after-user",
      [hi, model({ text: "x" }), model(signed), user(response("bash"))],
      "Please ensure that function call turn comes immediately after a user turn or after a function response turn.",
    ),
    one(
      "function-response-after-call",
      [hi, model({ text: "x" }), user(response("bash"))],
      "Please ensure that function response turn comes immediately after a function call turn.",
    ),
    one(
      "as-many-responses-as-calls",
      [hi, model(signed, call("read")), user(response("bash"))],
      "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
    ),
    one(
      "response-names-match-calls",
      [hi, model(signed), user(response("read"))],
      "Please ensure that the function response name matches the function call name.",
    ),
    one(
      "thought-signature-present",
      [hi, model(call("bash")), user(response("bash"))],
      "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:bash` , position 2. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
    ),
    {
      ...one(
        "thought-signature-own",
        [hi, model(call("bash", "Rm9yZWlnbg==")), user(response("bash"))],
        "Corrupted thought signature.",
      ),
    },
    {
      ...one(
        "thought-signature-own",
        [hi, model(call("bash", mint.thoughtSignature("read"))), user(response("bash"))],
        "Corrupted thought signature.",
      ),
      what: "made for another call",
    },
    {
      ...one(
        "thought-signature-own",
        [hi, model(call("bash", "not base64!")), user(response("bash"))],
        "Invalid value at 'contents[1].parts[0].thought_signature' (TYPE_BYTES), Base64 decoding failed for \"not base64!\"",
      ),
      what: "no base64",
    },
    {
      rule: "declared-function-names",
      body: { ...ask(hi), tools: [{ functionDeclarations: [{ name: "1 bash" }] }] },
      answer: refusal(
        "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.\n",
      ),
    },
  ];
}

testRules("gemini", {
  path,
  rules: geminiRules,
  cases,
  good: (mint) => [
    { what: "a bare prompt", body: ask({ parts: [{ text: "hi" }] }) },
    {
      what: "a whole conversation",
      body: ask(
        user({ text: "look" }, { inline_data: { mime_type: "image/png", data: PNG } }),
        // A turn that is over needs no signatures.
        model({ text: "hm", thought: true }, call("bash"), call("read")),
        user(response("read"), response("bash")),
        model({ text: "done" }),
        hi,
        model(call("bash", mint.thoughtSignature("bash")), call("read")),
        user(response("bash"), response("read")),
        model(call("read", "skip_thought_signature_validator")),
        user(response("read")),
      ),
    },
    {
      what: "calls without signatures on older models",
      path: "/v1beta/models/gemini-2.5-pro:generateContent",
      body: ask(hi, model(call("bash")), user(response("bash"))),
    },
    {
      what: "a request in Code Assist's wrapper",
      path: "/v1internal:generateContent",
      body: { model: "gemini-3-pro", request: ask(hi) },
    },
  ],
});

const tools = [
  {
    functionDeclarations: [
      { name: "bash", parametersJsonSchema: { properties: { command: { type: "string" } } } },
    ],
  },
];
const step = {
  thinking: "I think so. 🎉",
  text: "Here it is: ünïcødé",
  tools: [
    { kind: "bash" as const, command: "ls" },
    { kind: "bash" as const, command: "pwd" },
  ],
};

test("gemini: the stream holds the parts of the answer, and they are taken back", async () => {
  const server = await new ModelServer({ steps: [step, { text: "end" }] }).start();
  try {
    const streaming = path.replace("generateContent", "streamGenerateContent?alt=sse");
    const events = eventsOf(await post(server, streaming, { ...ask(hi), tools }));
    const candidates = events.map(({ data }) => objs(obj(data).candidates)[0] ?? {});
    assert.deepEqual(
      candidates.map((one) => one.finishReason),
      [undefined, undefined, undefined, "STOP"],
    );
    const parts = candidates.flatMap((one) => objs(obj(one.content).parts));
    assert.deepEqual(parts[0], { text: step.thinking, thought: true });
    assert.deepEqual(parts[1], { text: step.text });
    assert.deepEqual(parts[3], { functionCall: { name: "bash", args: { command: "pwd" } } });
    assert.ok(parts[2]?.thoughtSignature);

    const history = ask(hi, model(...parts), user(response("bash"), response("bash")));
    const answer = await post(server, path, { ...history, tools });
    assert.deepEqual(server.refusals, []);
    const candidate = objs(answer.body.candidates)[0];
    assert.deepEqual(objs(obj(candidate?.content).parts), [{ text: "end" }]);
  } finally {
    await server.close();
  }
});
