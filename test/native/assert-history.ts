import assert from "node:assert/strict";
import { arr, isObj, type Obj, obj, objs, parseJson, str } from "./model-server/json.ts";
import type { ProtocolId, RecordedRequest } from "./model-server/server.ts";

export type Role = "user" | "assistant" | "reasoning" | "tool-call" | "tool-result";

/** One piece of the conversation that a request carries, whatever its protocol. */
export interface HistoryItem {
  role: Role;
  kind: "text" | "image" | "call" | "result";
  /** The tool of a call. */
  name?: string;
  /** The id that ties a result to its call. */
  callId?: string;
  /** The text; of a call its arguments, of an image its media type. */
  text: string;
}

/** What has to be in a request: a marker, in a native role. */
export interface Expected {
  role: Role;
  marker: string;
  /** Further text that has to stand in the same item, to the letter. */
  text?: string;
  /** The tool's name, for a tool call; a pattern or the exact name. */
  name?: string | RegExp;
  /** Neighbours of one group may come in any order (parallel calls). */
  group?: string;
}

/** The conversation in a recorded request: system and developer scaffolding and injected reminders are left out. */
export function historyOf(request: Pick<RecordedRequest, "protocol" | "body">): HistoryItem[] {
  if (request.protocol === null) throw new Error("this request speaks no protocol with a history");
  return READERS[request.protocol](obj(request.body)).filter((item) => item.text !== "");
}

/** Asserts that every marker appears, in this order and each in its native role. An empty list or history fails. */
export function assertHistory(
  request: Pick<RecordedRequest, "protocol" | "body">,
  expected: Expected[],
): HistoryItem[] {
  assert.ok(expected.length > 0, "no markers were expected: such a test proves nothing");
  const history = historyOf(request);
  assert.ok(history.length > 0, "the request carries no history at all");
  let from = 0;
  for (const group of grouped(expected)) {
    const places = group.map((one) => {
      const at = history.findIndex((item, index) => index >= from && fits(item, one));
      if (at < 0) assert.fail(explain(one, history, from));
      return at;
    });
    from = Math.max(...places);
  }
  return history;
}

export function countImages(history: HistoryItem[]): number {
  return history.filter((item) => item.kind === "image").length;
}

/** The history as a short listing, for people. */
export function showHistory(history: HistoryItem[]): string {
  return history
    .map((item, at) => {
      const name = item.name === undefined ? "" : ` ${item.name}`;
      return `${String(at).padStart(3)} ${item.role}/${item.kind}${name}: ${JSON.stringify(item.text.slice(0, 160))}`;
    })
    .join("\n");
}

function grouped(expected: Expected[]): Expected[][] {
  const groups: Expected[][] = [];
  for (const one of expected) {
    const last = groups.at(-1);
    if (last && one.group !== undefined && last[0]?.group === one.group) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

function fits(item: HistoryItem, one: Expected): boolean {
  if (item.role !== one.role || !item.text.includes(one.marker)) return false;
  if (one.text !== undefined && !item.text.includes(one.text)) return false;
  if (one.name === undefined) return true;
  const name = item.name ?? "";
  return typeof one.name === "string" ? name === one.name : one.name.test(name);
}

function explain(one: Expected, history: HistoryItem[], from: number): string {
  const elsewhere = history.flatMap((item, at) =>
    item.text.includes(one.marker)
      ? [`${at} (${item.role}${item.name ? ` ${item.name}` : ""})`]
      : [],
  );
  const hint =
    elsewhere.length > 0 ? `it stands at ${elsewhere.join(", ")}` : "it is nowhere in the request";
  return `${one.marker} is missing as ${one.role} at or after ${from}: ${hint}\n${showHistory(history)}`;
}

/** Text that a CLI puts into the user's mouth. */
const SCAFFOLDING = [
  "<system-reminder>",
  "<environment_context>",
  "<session_context>",
  "<user_instructions>",
  "<permissions instructions>",
  "<skills_instructions>",
  "<collaboration_mode>",
  "<model_switch>",
  "<turn_aborted>",
  "# AGENTS.md instructions",
  "<image name=",
  "</image>",
  "[Image: source: ",
];

function userText(text: string): HistoryItem[] {
  const own = text.replace(/<system-reminder>[\s\S]*?<\/system-reminder>/g, "").trim();
  if (own === "" || SCAFFOLDING.some((start) => own.startsWith(start))) return [];
  return [{ role: "user", kind: "text", text: own }];
}

const READERS: Record<ProtocolId, (body: Obj) => HistoryItem[]> = {
  anthropic: (body) => objs(body.messages).flatMap(anthropicMessage),
  "openai-responses": (body) => responsesItems(body.input),
  "openai-chat": (body) => objs(body.messages).flatMap(chatMessage),
  gemini: (body) => objs(obj(body.request).contents ?? body.contents).flatMap(geminiContent),
  augment: (body) => [
    ...objs(body.chat_history).flatMap(augmentExchange),
    ...objs(body.nodes).flatMap(augmentRequest),
  ],
};

function image(mediaType: unknown, role: Role = "user"): HistoryItem {
  return { role, kind: "image", text: str(mediaType) ?? "image" };
}

/** The text of a tool's result, and the images in it. */
function result(callId: unknown, content: unknown): HistoryItem[] {
  const id = str(callId) ?? "";
  if (typeof content === "string") {
    return [{ role: "tool-result", kind: "result", callId: id, text: content }];
  }
  if (isObj(content)) {
    return [{ role: "tool-result", kind: "result", callId: id, text: plainStrings(content) }];
  }
  const texts = objs(content).map((part) => str(part.text) ?? "");
  const images = objs(content).filter((part) => /image/.test(str(part.type) ?? ""));
  return [
    { role: "tool-result", kind: "result", callId: id, text: texts.join("\n") },
    ...images.map(() => image("image", "tool-result")),
  ];
}

/** The strings in a JSON value, unescaped, so that a marker beside a line break is found as it was. */
function plainStrings(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(plainStrings).join("\n");
  if (isObj(value)) return Object.values(value).map(plainStrings).join("\n");
  return value === undefined || value === null ? "" : String(value);
}

function call(name: unknown, callId: unknown, input: unknown): HistoryItem {
  const parsed = typeof input === "string" ? (parseJson(input) ?? input) : input;
  return {
    role: "tool-call",
    kind: "call",
    name: str(name) ?? "",
    callId: str(callId) ?? "",
    text: plainStrings(parsed) || "(no arguments)",
  };
}

function anthropicMessage(message: Obj): HistoryItem[] {
  if (message.role !== "assistant" && message.role !== "user") return [];
  const role = message.role;
  const blocks =
    typeof message.content === "string"
      ? [{ type: "text", text: message.content }]
      : objs(message.content);
  return blocks.flatMap((block: Obj): HistoryItem[] => {
    const text = str(block.text) ?? "";
    switch (block.type) {
      case "text":
        return role === "user" ? userText(text) : [{ role, kind: "text", text }];
      case "thinking":
        return [{ role: "reasoning", kind: "text", text: str(block.thinking) ?? "" }];
      case "image":
        return [image(obj(block.source).media_type, role)];
      case "document": {
        const { type, data } = obj(block.source);
        return type === "text" ? userText(str(data) ?? "") : [];
      }
      case "tool_use":
        return [call(block.name, block.id, block.input)];
      case "tool_result":
        return result(block.tool_use_id, block.content);
      default:
        return [];
    }
  });
}

function responsesItems(input: unknown): HistoryItem[] {
  if (typeof input === "string") return userText(input);
  return objs(input).flatMap((item): HistoryItem[] => {
    switch (item.type ?? "message") {
      case "message":
        return responsesMessage(item);
      case "reasoning": {
        const texts = [...objs(item.summary), ...objs(item.content)].map((part) => str(part.text));
        return [{ role: "reasoning", kind: "text", text: texts.join("\n") }];
      }
      case "function_call":
        return [call(item.name, item.call_id, item.arguments)];
      case "custom_tool_call":
        return [call(item.name, item.call_id, item.input)];
      case "local_shell_call":
        return [call("local_shell", item.call_id, item.action)];
      case "function_call_output":
      case "custom_tool_call_output":
      case "local_shell_call_output":
        return result(item.call_id, item.output);
      default:
        return [];
    }
  });
}

function responsesMessage(item: Obj): HistoryItem[] {
  if (item.role !== "user" && item.role !== "assistant") return [];
  const role = item.role;
  const parts =
    typeof item.content === "string" ? [{ type: "text", text: item.content }] : objs(item.content);
  return parts.flatMap((part: Obj): HistoryItem[] => {
    if (part.type === "input_image") return [image("image", role)];
    const text = str(part.text) ?? "";
    return role === "user" ? userText(text) : [{ role, kind: "text", text }];
  });
}

function chatMessage(message: Obj): HistoryItem[] {
  const texts =
    typeof message.content === "string"
      ? [{ type: "text", text: message.content }]
      : objs(message.content);
  switch (message.role) {
    case "user":
      return texts.flatMap((part: Obj) =>
        part.type === "image_url" ? [image("image")] : userText(str(part.text) ?? ""),
      );
    case "tool":
      return result(message.tool_call_id, message.content);
    case "assistant": {
      const reasoning = str(message.reasoning_content) ?? str(message.reasoning) ?? "";
      const items: HistoryItem[] = [{ role: "reasoning", kind: "text", text: reasoning }];
      for (const part of texts) {
        items.push({ role: "assistant", kind: "text", text: str(part.text) ?? "" });
      }
      for (const made of objs(message.tool_calls)) {
        const target = obj(made.function ?? made.custom);
        items.push(call(target.name, made.id, target.arguments ?? target.input));
      }
      return items;
    }
    default:
      return [];
  }
}

function geminiContent(content: Obj): HistoryItem[] {
  const role = content.role === "model" ? "assistant" : "user";
  return arr(content.parts)
    .map(obj)
    .flatMap((part): HistoryItem[] => {
      if (isObj(part.functionCall)) {
        const made = part.functionCall;
        return [call(made.name, made.id, made.args)];
      }
      if (isObj(part.functionResponse)) {
        const made = part.functionResponse;
        return result(made.id ?? made.name, obj(made.response));
      }
      if (isObj(part.inlineData)) return [image(part.inlineData.mimeType, role)];
      const text = str(part.text) ?? "";
      if (part.thought === true) return [{ role: "reasoning", kind: "text", text }];
      return role === "user" ? userText(text) : [{ role, kind: "text", text }];
    });
}

function augmentExchange({ request_nodes, response_nodes }: Obj): HistoryItem[] {
  return [
    ...objs(request_nodes).flatMap(augmentRequest),
    ...objs(response_nodes).flatMap(augmentAnswer),
  ];
}

function augmentRequest({ text_node, tool_result_node, image_node }: Obj): HistoryItem[] {
  if (isObj(text_node)) return userText(str(text_node.content) ?? "");
  if (isObj(image_node)) return [image("image")];
  if (!isObj(tool_result_node)) return [];
  const { tool_use_id, content, content_nodes } = tool_result_node;
  const images = objs(content_nodes).filter(({ image_content }) => isObj(image_content));
  return [...result(tool_use_id, content), ...images.map(() => image("image", "tool-result"))];
}

function augmentAnswer({ type, content, tool_use, thinking }: Obj): HistoryItem[] {
  if (isObj(tool_use)) return [call(tool_use.tool_name, tool_use.tool_use_id, tool_use.input_json)];
  if (isObj(thinking)) {
    return [{ role: "reasoning", kind: "text", text: str(thinking.content) ?? "" }];
  }
  return type === 0 ? [{ role: "assistant", kind: "text", text: str(content) ?? "" }] : [];
}
