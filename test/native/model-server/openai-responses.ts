import { arr, type Obj, obj, objs, str } from "./json.ts";
import { freshId, type Mint } from "./mint.ts";
import { openaiRefusal } from "./openai-refusal.ts";
import { responsesRules } from "./openai-responses-rules.ts";
import { type Asked, type Protocol, pieces, type Reply } from "./protocol.ts";
import { callFor, type DeclaredTool, type Step } from "./script.ts";

/** OpenAI Responses: POST …/responses, streaming and not. */
export const openaiResponses: Protocol = {
  id: "openai-responses",
  handles: (method, path) => method === "POST" && /\/responses$/.test(path),
  tools: declaredTools,
  rules: responsesRules,
  refusal: openaiRefusal,
  answer,
};

/** Tools stand in `tools`, or (GPT-6, "responses lite") in an input item of type additional_tools. */
function declaredTools(asked: Asked): DeclaredTool[] {
  const input = objs(asked.body.input).filter((item) => item.type === "additional_tools");
  return [...arr(asked.body.tools), ...input.flatMap((item) => arr(item.tools))].flatMap((tool) =>
    flatten(obj(tool)),
  );
}

function flatten(tool: Obj, namespace?: string): DeclaredTool[] {
  const name = str(tool.name) ?? str(tool.type) ?? "";
  if (tool.type === "namespace") return objs(tool.tools).flatMap((inner) => flatten(inner, name));
  const declared: DeclaredTool = {
    name,
    kind: tool.type === "custom" ? "custom" : "function",
    schema: obj(tool.parameters),
  };
  if (namespace !== undefined) declared.namespace = namespace;
  return [declared];
}

function answer(step: Step, asked: Asked, minted: Mint): Reply {
  const output = outputFor(step, declaredTools(asked), minted);
  const response: Obj = {
    id: freshId("resp_", 32),
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    status: "completed",
    model: asked.body.model,
    output,
    parallel_tool_calls: true,
    store: asked.body.store ?? true,
    usage: {
      input_tokens: 1200,
      input_tokens_details: { cached_tokens: 300 },
      output_tokens: 80,
      output_tokens_details: { reasoning_tokens: 10 },
      total_tokens: 1280,
    },
  };
  if (asked.body.stream !== true) return { kind: "json", status: 200, body: response };
  return { kind: "events", events: stream(response, output) };
}

function outputFor(step: Step, tools: DeclaredTool[], minted: Mint): Obj[] {
  const output: Obj[] = [];
  if (step.thinking !== undefined) {
    const id = minted.reasoningId();
    output.push({
      type: "reasoning",
      id,
      summary: [{ type: "summary_text", text: step.thinking }],
      encrypted_content: minted.encryptedContent(id),
    });
  }
  if (step.text !== undefined) {
    output.push({
      type: "message",
      id: freshId("msg_", 48),
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: step.text, annotations: [] }],
    });
  }
  for (const spec of step.tools ?? []) {
    const call = callFor(spec, tools);
    const custom = call.kind === "custom";
    const item: Obj = {
      type: custom ? "custom_tool_call" : "function_call",
      id: freshId(custom ? "ctc_" : "fc_", 48),
      call_id: freshId("call_"),
      name: call.name,
      status: "completed",
    };
    if (call.namespace !== undefined) item.namespace = call.namespace;
    if (custom) item.input = call.text;
    else item.arguments = JSON.stringify(call.input);
    output.push(item);
  }
  return output;
}

function stream(response: Obj, output: Obj[]): { event: string; data: Obj }[] {
  const events: { event: string; data: Obj }[] = [];
  const emit = (type: string, rest: Obj): void => {
    events.push({ event: type, data: { type, sequence_number: events.length, ...rest } });
  };
  const open = { ...response, status: "in_progress", output: [], usage: null };
  emit("response.created", { response: open });
  emit("response.in_progress", { response: open });
  output.forEach((item, output_index) => {
    const at = { item_id: item.id, output_index };
    emit("response.output_item.added", { output_index, item: opened(item) });
    if (item.type === "message") streamText(item, at, emit);
    else if (item.type === "reasoning") streamSummary(item, at, emit);
    else streamCall(item, at, emit);
    emit("response.output_item.done", { output_index, item });
  });
  emit("response.completed", { response });
  return events;
}

function opened(item: Obj): Obj {
  const status = "in_progress";
  if (item.type === "message") return { ...item, status, content: [] };
  if (item.type === "reasoning") return { ...item, summary: [], encrypted_content: "" };
  return item.type === "custom_tool_call"
    ? { ...item, status, input: "" }
    : { ...item, status, arguments: "" };
}

type Emit = (type: string, rest: Obj) => void;

function streamText(item: Obj, at: Obj, emit: Emit): void {
  const part = obj(arr(item.content)[0]);
  const text = str(part.text) ?? "";
  const place = { ...at, content_index: 0 };
  emit("response.content_part.added", { ...place, part: { ...part, text: "" } });
  for (const delta of pieces(text)) emit("response.output_text.delta", { ...place, delta });
  emit("response.output_text.done", { ...place, text });
  emit("response.content_part.done", { ...place, part });
}

function streamSummary(item: Obj, at: Obj, emit: Emit): void {
  const part = obj(arr(item.summary)[0]);
  const text = str(part.text) ?? "";
  const place = { ...at, summary_index: 0 };
  emit("response.reasoning_summary_part.added", { ...place, part: { ...part, text: "" } });
  for (const delta of pieces(text)) {
    emit("response.reasoning_summary_text.delta", { ...place, delta });
  }
  emit("response.reasoning_summary_text.done", { ...place, text });
  emit("response.reasoning_summary_part.done", { ...place, part });
}

function streamCall(item: Obj, at: Obj, emit: Emit): void {
  const custom = item.type === "custom_tool_call";
  const name = custom ? "response.custom_tool_call_input" : "response.function_call_arguments";
  const text = str(custom ? item.input : item.arguments) ?? "";
  for (const delta of pieces(text)) emit(`${name}.delta`, { ...at, delta });
  emit(`${name}.done`, { ...at, [custom ? "input" : "arguments"]: text });
}
