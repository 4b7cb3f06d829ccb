/**
 * What a model is given in a request, leaf by leaf. Every string below the conversation counts as
 * content unless it stands under a key that is named here as an envelope: a kind of block that
 * nobody thought of is content, not silence.
 */
import { createHash } from "node:crypto";
import { arr, isObj, type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import type { ProtocolId, RecordedRequest } from "../model-server/server.ts";

export type Kind = "text" | "argument" | "result" | "blob" | "sealed";

export interface Atom {
  kind: Kind;
  /** The text; of a blob its digest; of what is sealed its length and digest. */
  text: string;
  /** Where it stands in the request: `messages.3.content.0.text`. */
  place: string;
  /** The block that it is part of, or its message: what a loss report counts. */
  block: string;
  /** What kind of block that is, as the vendor calls it. */
  type: string;
  role: string;
  /** The bytes of a blob. */
  bytes?: Buffer;
}

export type Request = Pick<RecordedRequest, "protocol" | "body">;

export function atomsOf(request: Request): Atom[] {
  if (request.protocol === null) throw new Error("this request speaks no protocol with a history");
  const body = obj(request.body);
  const form = FORMS[request.protocol];
  const atoms: Atom[] = [];
  for (const [name, value] of form.conversation(body)) {
    const isEnvelope = (key: string, owner: Obj): boolean => form.envelope(key, owner);
    walk(value, { place: name, block: name, type: "message", role: "", kind: "text" }, isEnvelope);
  }
  return atoms;

  function walk(value: unknown, at: Spot, isEnvelope: Form["envelope"]): void {
    const done = at.kind === "result" ? (operationsIn(value) ?? fileIn(value)) : null;
    if (done) {
      walk(done, at, isEnvelope);
      return;
    }
    if (typeof value === "string") leaf(value, at);
    for (const [index, item] of arr(value).entries()) {
      if (isRepeated(item, arr(value).slice(0, index))) continue;
      const place = `${at.place}.${index}`;
      // Blocks of a message, and blocks in a result, are counted one by one.
      walk(item, { ...at, place, block: isObj(item) ? place : at.block }, isEnvelope);
    }
    if (!isObj(value)) return;
    const type = str(value.type) ?? at.type;
    const role = str(value.role) ?? at.role;
    for (const [key, inner] of thoughtFirst(Object.entries(value))) {
      if (isEnvelope(key, value)) continue;
      const kind = kindOf(key, value, at.kind);
      const spot = { place: `${at.place}.${key}`, block: at.block, type, role, kind };
      walk(isJsonText(key) ? unpacked(inner) : inner, spot, isEnvelope);
    }
  }

  function leaf(text: string, at: Spot): void {
    if (text.trim() === "" || PLACEHOLDER.test(text)) return;
    if (at.kind === "sealed") {
      atoms.push({ ...at, text: `${text.length} characters, ${digestOf(Buffer.from(text))}` });
      return;
    }
    const bytes = at.kind === "blob" ? bytesOf(text) : dataUrl(text);
    if (bytes) atoms.push({ ...at, kind: "blob", text: digestOf(bytes), bytes });
    else atoms.push({ ...at, kind: at.kind === "blob" ? "text" : at.kind, text });
  }
}

/**
 * Cline sends what its tools did as JSON text, one or a list of `{query, result, error?, success}`: the
 * query is an argument of the call, and of a command that failed both result and error say so.
 */
function operationsIn(value: unknown): unknown {
  const all = typeof value === "string" ? parseJson(value) : null;
  const list = Array.isArray(all) ? all : [all];
  const done = list.filter((one) => isObj(one) && "query" in one && "success" in one);
  if (done.length === 0 || done.length < list.length) return null;
  return objs(done).map(({ result, error }) => {
    const failed = /^Command exited with code \d+$/.test(str(error) ?? "");
    const text =
      typeof result === "string" ? result.replace(/^\[Command exited.*\]\n/, "") : result;
    return failed ? [text] : [text, error];
  });
}

/** Hermes sends a file that was read as JSON text, with a number before each line and counts beside it. */
function fileIn(value: unknown): unknown {
  const file = typeof value === "string" ? obj(parseJson(value)) : {};
  const content = str(file.content);
  if (content === undefined || !("total_lines" in file) || "error" in file) return null;
  return content.replace(/^\d+\|/gm, "");
}

/** Gemini CLI sends a result twice, under one id, where a session was resumed before. */
function isRepeated(item: unknown, before: readonly unknown[]): boolean {
  if (!isObj(item) || !isObj(item.functionResponse) || !item.functionResponse.id) return false;
  const said = JSON.stringify(item);
  return before.some((other) => JSON.stringify(other) === said);
}

/** Qwen Code puts what was thought last into a message, though it comes first. */
function thoughtFirst(entries: [string, unknown][]): [string, unknown][] {
  return entries.sort(([a], [b]) => Number(isThought(b)) - Number(isThought(a)));
}

function isThought(key: string): boolean {
  return key === "reasoning_content";
}

/** What Qwen Code sends in place of a document that its model does not take: the document is not sent. */
const PLACEHOLDER = /^\[(?:document|image|audio|video): [\w.+-]+\/[\w.+-]+\]$/;

interface Spot {
  place: string;
  block: string;
  type: string;
  role: string;
  kind: Kind;
}

interface Form {
  /** The parts of the body that hold the conversation; the system prompt is the CLI's own. */
  conversation(body: Obj): [name: string, value: unknown][];
  /** Is what stands under this key no content: ids, types, settings, seals of what is readable beside them? */
  envelope(key: string, owner: Obj): boolean;
}

const ENVELOPE = new Set([
  "type",
  "role",
  "id",
  "tool_use_id",
  "call_id",
  "tool_call_id",
  // Grok Build says of each answer which model gave it.
  "model_id",
  "cache_control",
  "media_type",
  "mime_type",
  "mimeType",
  "status",
  "detail",
  "thoughtSignature",
  "thought_signature",
  "internal_chat_message_metadata_passthrough",
]);

/** Names of tools are not compared: Segue puts a call in terms of the target's own tools. */
const CALLS =
  /^(tool_use|server_tool_use|mcp_tool_use|function_call|custom_tool_call|mcp_call|function|tool_reference)$/;

function envelope(key: string, owner: Obj): boolean {
  if (ENVELOPE.has(key)) return true;
  const type = str(owner.type) ?? "";
  if (key === "signature") return type === "thinking";
  if (key === "name") return isOfTool(type, owner);
  if (key === "server_name" || key === "server_label") return /^mcp_/.test(type);
  // Qwen Code sends its reasoning under two names.
  if (key === "reasoning") return owner.reasoning_content === owner.reasoning;
  // What a command or a subagent is for, beside it: a note for the person who watches.
  if (key === "description") return "command" in owner || "cmd" in owner || "prompt" in owner;
  if (key === "namespace" || key === "caller" || key === "execution") return true;
  if (key === "phase") return type === "message";
  if (key === "format") return "data" in owner;
  if (key === "output_config") return owner.role === "system";
  if (key === "language") return "code" in owner;
  if (key === "outcome") return "output" in owner;
  // Codex says the first of several queries twice.
  if (key === "query") return arr(owner.queries).includes(owner.query);
  return key === "logprobs";
}

/** Mistral Vibe names the tool beside its result, too. */
function isOfTool(type: string, owner: Obj): boolean {
  return CALLS.test(type) || "arguments" in owner || isGeminiCall(owner) || owner.role === "tool";
}

/** `functionCall` and `functionResponse` are told by what they hold. */
function isGeminiCall(owner: Obj): boolean {
  return "args" in owner || "response" in owner;
}

const FORMS: Record<ProtocolId, Form> = {
  anthropic: { conversation: (body) => [["messages", body.messages]], envelope },
  // Grok Build puts its instructions first, as with Chat Completions.
  "openai-responses": {
    conversation: (body) => {
      const items = arr(body.input);
      const first = items.findIndex((item) => obj(item).role !== "system");
      return [["input", items.slice(Math.max(first, 0))]];
    },
    envelope,
  },
  // The first messages of role system or developer are the CLI's own instructions.
  "openai-chat": {
    conversation: (body) => {
      const messages = objs(body.messages);
      const first = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
      return [["messages", messages.slice(Math.max(first, 0))]];
    },
    envelope,
  },
  gemini: {
    conversation: (body) => [["contents", obj(body.request).contents ?? body.contents]],
    envelope,
  },
  augment: {
    conversation: (body) => [
      ["chat_history", body.chat_history],
      ["nodes", body.nodes],
    ],
    envelope: augmentEnvelope,
  },
};

/** The state of the editor, ids, and what a model thought where that stands beside it in other words. */
const OF_AUGMENT = new Set([
  "request_id",
  "ide_state_node",
  "token_usage",
  "tool_name",
  "mcp_server_name",
  "mcp_tool_name",
  "metadata",
  "file_name",
  "session_file_path",
]);

function augmentEnvelope(key: string, owner: Obj): boolean {
  if (OF_AUGMENT.has(key) || envelope(key, owner)) return true;
  if (key === "summary") return Boolean(owner.content);
  // The seal of what is readable beside it.
  if (key === "encrypted_content") return Boolean(owner.content || owner.summary);
  // The nodes of a result say the same again.
  return key === "content" && arr(owner.content_nodes).length > 0;
}

const SEALED = new Set(["encrypted_content", "encrypted_index", "encrypted_stdout"]);
const BLOBS = new Set(["data", "file_data", "image_data", "image_url", "url", "b64_json"]);

function kindOf(key: string, owner: Obj, kind: Kind): Kind {
  const type = str(owner.type) ?? "";
  if (SEALED.has(key)) return "sealed";
  if (key === "data" && type === "redacted_thinking") return "sealed";
  if (key === "data" && type === "text") return kind;
  if (key === "result" && type === "image_generation_call") return "blob";
  if (/^(?:data|file_data|image_data|b64_json)$/.test(key)) return "blob";
  if (BLOBS.has(key)) return kind;
  if (CALLS.test(type) && (key === "input" || key === "arguments")) return "argument";
  if (key === "tool_result_node") return "result";
  if (key === "input_json") return "argument";
  if (key === "args" || key === "action" || key === "arguments") return "argument";
  const answers = type === "tool_result" || /_tool_result$/.test(type) || /_output$/.test(type);
  if (answers || key === "response" || owner.role === "tool") return "result";
  return kind;
}

function isJsonText(key: string): boolean {
  return key === "arguments" || key === "input_json";
}

function unpacked(value: unknown): unknown {
  return typeof value === "string" ? (parseJson(value) ?? value) : value;
}

function bytesOf(text: string): Buffer | null {
  return (
    dataUrl(text) ?? (/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(text) ? Buffer.from(text, "base64") : null)
  );
}

function dataUrl(text: string): Buffer | null {
  const found = /^data:[^,]{0,100};base64,/.exec(text);
  return found ? Buffer.from(text.slice(found[0].length), "base64") : null;
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
