import { anthropicRules } from "./anthropic-rules.ts";
import { isObj, type Obj, obj, objs, str } from "./json.ts";
import { freshId, type Mint } from "./mint.ts";
import { type Asked, type Protocol, pieces, type Reply, type Violation } from "./protocol.ts";
import { callFor, type DeclaredTool, type Step } from "./script.ts";

/** Anthropic Messages: POST /v1/messages, streaming and not. */
export const anthropic: Protocol = {
  id: "anthropic",
  handles: (method, path) => method === "POST" && /\/v1\/messages$/.test(path),
  tools: declaredTools,
  rules: anthropicRules,
  refusal,
  answer,
};

function declaredTools(asked: Asked): DeclaredTool[] {
  return objs(asked.body.tools).map((tool) => ({
    name: str(tool.name) ?? "",
    kind: "function",
    schema: obj(tool.input_schema),
  }));
}

function refusal(violation: Violation): Reply {
  const requestId = freshId("req_011");
  const status = violation.status ?? 400;
  const type = status === 404 ? "not_found_error" : "invalid_request_error";
  return {
    kind: "json",
    status,
    headers: { "request-id": requestId },
    body: { type: "error", error: { type, message: violation.message }, request_id: requestId },
  };
}

function answer(step: Step, asked: Asked, minted: Mint): Reply {
  const content = contentFor(step, declaredTools(asked), minted);
  const usesTools = content.some((block) => block.type === "tool_use");
  const message = {
    id: freshId("msg_01", 22),
    type: "message",
    role: "assistant",
    model: asked.body.model,
    content,
    stop_reason: usesTools ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: 1200,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 300,
      output_tokens: 80,
    },
  };
  if (asked.body.stream !== true) return { kind: "json", status: 200, body: message };
  return { kind: "events", events: stream(message) };
}

function contentFor(step: Step, tools: DeclaredTool[], minted: Mint): Obj[] {
  const content: Obj[] = [];
  if (step.thinking !== undefined) {
    const signature = minted.thinkingSignature(step.thinking);
    content.push({ type: "thinking", thinking: step.thinking, signature });
  }
  if (step.redacted !== undefined) {
    content.push({ type: "redacted_thinking", data: minted.redactedThinking(step.redacted) });
  }
  if (step.text !== undefined) content.push({ type: "text", text: step.text });
  for (const spec of step.tools ?? []) {
    const call = callFor(spec, tools);
    const id = freshId("toolu_01", 22);
    content.push({ type: "tool_use", id, name: call.name, input: call.input });
  }
  return content;
}

interface Message extends Obj {
  content: Obj[];
}

function stream(message: Message): { event: string; data: Obj }[] {
  const events: { event: string; data: Obj }[] = [];
  const emit = (type: string, rest: Obj): void => {
    events.push({ event: type, data: { type, ...rest } });
  };
  const start = { ...message, content: [], stop_reason: null };
  emit("message_start", { message: start });
  emit("ping", {});
  message.content.forEach((block, index) => {
    const { empty, deltas } = cutBlock(block);
    emit("content_block_start", { index, content_block: empty });
    for (const delta of deltas) emit("content_block_delta", { index, delta });
    emit("content_block_stop", { index });
  });
  const { stop_reason, stop_sequence, usage } = message;
  emit("message_delta", {
    delta: { stop_reason, stop_sequence },
    usage: isObj(usage) ? usage : {},
  });
  emit("message_stop", {});
  return events;
}

/** A content block as it starts in a stream, and the deltas that fill it. */
function cutBlock(block: Obj): { empty: Obj; deltas: Obj[] } {
  switch (block.type) {
    case "thinking": {
      const deltas: Obj[] = pieces(str(block.thinking) ?? "").map((thinking) => ({
        type: "thinking_delta",
        thinking,
      }));
      deltas.push({ type: "signature_delta", signature: block.signature });
      return { empty: { type: "thinking", thinking: "", signature: "" }, deltas };
    }
    case "text":
      return {
        empty: { type: "text", text: "" },
        deltas: pieces(str(block.text) ?? "").map((text) => ({ type: "text_delta", text })),
      };
    case "tool_use":
      return {
        empty: { ...block, input: {} },
        deltas: pieces(JSON.stringify(block.input)).map((partial_json) => ({
          type: "input_json_delta",
          partial_json,
        })),
      };
    default:
      return { empty: block, deltas: [] };
  }
}
