import { augmentRules } from "./augment-rules.ts";
import { type Obj, obj, objs, parseJson, str } from "./json.ts";
import { freshId, type Mint } from "./mint.ts";
import type { Asked, Protocol, Reply, Violation } from "./protocol.ts";
import { callFor, type DeclaredTool, type Step } from "./script.ts";

/** Augment's own API, which only its CLI speaks: POST /chat-stream, answered by a JSON document a line. */
export const augment: Protocol = {
  id: "augment",
  handles: (method, path) => method === "POST" && path === "/chat-stream",
  tools: declaredTools,
  rules: augmentRules,
  refusal,
  answer,
};

/** A summary of the conversation is asked for in silence, with all tools declared, and none is called. */
function declaredTools(asked: Asked): DeclaredTool[] {
  if (asked.body.silent === true) return [];
  return objs(asked.body.tool_definitions).map((tool) => ({
    name: str(tool.name) ?? "",
    kind: "function",
    schema: obj(parseJson(str(tool.input_schema_json) ?? "")),
  }));
}

function refusal(violation: Violation): Reply {
  const status = violation.status ?? 400;
  return { kind: "json", status, body: { error: violation.message } };
}

/** Of a tool of an MCP server, the declaration says which, and the call says so again. */
function serverOf(name: string, { body }: Asked): Obj {
  const declared = objs(body.tool_definitions).find((tool) => tool.name === name);
  const { mcp_server_name, mcp_tool_name } = declared ?? {};
  return str(mcp_server_name) ? { mcp_server_name, mcp_tool_name } : {};
}

/** Reasons why a model stops: at the end of its turn, and for a call. */
const STOP = { end: 1, tool: 3 } as const;

function answer(step: Step, asked: Asked, minted: Mint): Reply {
  const lines: Obj[] = [];
  let id = 0;
  const emit = (text: string, nodes: Obj[], more: Obj = {}): void => {
    const numbered = nodes.map(({ type, ...node }) => ({ id: ++id, type, content: "", ...node }));
    const beside = {
      unknown_blob_names: [],
      checkpoint_not_found: false,
      workspace_file_chunks: [],
    };
    lines.push({ text, ...beside, nodes: numbered, ...more });
  };
  if (step.thinking !== undefined) {
    const sealed = minted.encryptedContent(freshId("rs_"));
    emit("", [
      {
        type: 8,
        thinking: { summary: step.thinking, content: step.thinking, encrypted_content: sealed },
      },
    ]);
  }
  if (step.text !== undefined) emit(step.text, [{ type: 0, content: step.text }]);
  const calls = (step.tools ?? []).map((spec) => {
    const { name, input } = callFor(spec, declaredTools(asked));
    return {
      type: 5,
      tool_use: {
        tool_use_id: freshId("toolu_01"),
        tool_name: name,
        input_json: JSON.stringify(input),
        ...serverOf(name, asked),
      },
    };
  });
  for (const call of calls) emit("", [call]);
  // A client that compacts asks whether it became less.
  const input = 1200 + Math.ceil(JSON.stringify(asked.body.chat_history ?? []).length / 4);
  const usage = { input_tokens: input, output_tokens: 80, cache_read_input_tokens: 300 };
  emit("", [{ type: 10, token_usage: usage }]);
  emit("", [], { stop_reason: calls.length > 0 ? STOP.tool : STOP.end });
  return { kind: "lines", lines };
}
