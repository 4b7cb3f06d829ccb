import { type Obj, obj, objs, str } from "./json.ts";
import { freshId } from "./mint.ts";
import { chatRules } from "./openai-chat-rules.ts";
import { openaiRefusal } from "./openai-refusal.ts";
import { type Asked, type Protocol, pieces, type Reply } from "./protocol.ts";
import { callFor, type DeclaredTool, type Step } from "./script.ts";

/** OpenAI Chat Completions: POST …/chat/completions, streaming and not. */
export const openaiChat: Protocol = {
  id: "openai-chat",
  handles: (method, path) => method === "POST" && /\/chat\/completions$/.test(path),
  tools: declaredTools,
  rules: chatRules,
  refusal: openaiRefusal,
  answer,
};

function declaredTools(asked: Asked): DeclaredTool[] {
  return objs(asked.body.tools).map((tool) => {
    const custom = tool.type === "custom";
    const definition = obj(custom ? tool.custom : tool.function);
    return {
      name: str(definition.name) ?? "",
      kind: custom ? "custom" : "function",
      schema: obj(definition.parameters),
    };
  });
}

function answer(step: Step, asked: Asked): Reply {
  const tools = declaredTools(asked);
  const calls = (step.tools ?? []).map((spec) => {
    const { name, kind, input, text } = callFor(spec, tools);
    const id = freshId("call_");
    return kind === "custom"
      ? { id, type: kind, custom: { name, input: text } }
      : { id, type: kind, function: { name, arguments: JSON.stringify(input) } };
  });
  const head = {
    id: freshId("chatcmpl-"),
    created: Math.floor(Date.now() / 1000),
    model: asked.body.model,
  };
  // A client that compacts asks whether it became less.
  const prompt = 1200 + Math.ceil(JSON.stringify(asked.body.messages ?? []).length / 4);
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: 80,
    total_tokens: prompt + 80,
    prompt_tokens_details: { cached_tokens: 300 },
  };
  const finish_reason = calls.length > 0 ? "tool_calls" : "stop";

  if (asked.body.stream !== true) {
    const message: Obj = { role: "assistant", content: step.text ?? null, refusal: null };
    if (step.thinking !== undefined) message.reasoning_content = step.thinking;
    if (calls.length > 0) message.tool_calls = calls;
    const body = {
      ...head,
      object: "chat.completion",
      choices: [{ index: 0, message, finish_reason, logprobs: null }],
      usage,
    };
    return { kind: "json", status: 200, body };
  }

  const events: { data: unknown }[] = [];
  const emit = (choices: Obj[], rest: Obj = {}): void => {
    events.push({ data: { ...head, object: "chat.completion.chunk", choices, ...rest } });
  };
  const delta = (part: Obj, finish: string | null = null): void =>
    emit([{ index: 0, delta: part, finish_reason: finish, logprobs: null }]);
  delta({ role: "assistant", content: "" });
  for (const reasoning_content of pieces(step.thinking ?? "")) delta({ reasoning_content });
  for (const content of pieces(step.text ?? "")) delta({ content });
  calls.forEach((call, index) => {
    if (call.custom) {
      const { name, input } = call.custom;
      delta({ tool_calls: [{ index, ...call, custom: { name, input: "" } }] });
      for (const piece of pieces(input))
        delta({ tool_calls: [{ index, custom: { input: piece } }] });
      return;
    }
    const { name, arguments: text } = call.function;
    delta({ tool_calls: [{ index, ...call, function: { name, arguments: "" } }] });
    for (const piece of pieces(text)) {
      delta({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  });
  delta({}, finish_reason);
  emit([], { usage });
  events.push({ data: "[DONE]" });
  return { kind: "events", events };
}
