/**
 * A conversation as Claude Code 2.1 writes it: one line per block, results with their structured
 * copies.
 */
import type { Json, JsonObject } from "../src/session/types.ts";
import { type Call, type Conversation, CWD, type Reply, type Turn } from "./conversation.ts";

export function* claudeCode(talk: Conversation): Generator<JsonObject> {
  yield* new Lines(talk).all();
}

class Lines {
  readonly #talk: Conversation;
  readonly #sessionId: string;
  #tail: string | null = null;
  #promptId = "";

  constructor(talk: Conversation) {
    this.#talk = talk;
    this.#sessionId = talk.random.uuid4();
  }

  *all(): Generator<JsonObject> {
    for (;;) yield* this.#turn(this.#talk.turn());
  }

  *#turn(turn: Turn): Generator<JsonObject> {
    const { random } = this.#talk;
    const sessionId = this.#sessionId;
    this.#promptId = random.uuid4();
    this.#talk.tick(600_000);
    const queue = { type: "queue-operation" };
    yield { ...queue, operation: "enqueue", timestamp: this.#time(), sessionId };
    yield { ...queue, operation: "dequeue", timestamp: this.#time(), sessionId };
    const text = { type: "text", text: turn.prompt };
    const content = turn.picture === null ? turn.prompt : [text, image(turn.picture)];
    yield this.#chain({
      promptId: this.#promptId,
      type: "user",
      message: { role: "user", content },
      ...this.#stamp(),
      permissionMode: "acceptEdits",
      promptSource: "typed",
    });
    for (const reply of turn.replies) {
      yield* this.#reply(reply);
      if (random.chance(0.02)) {
        const attachment = { type: "task_reminder", content: [], itemCount: 0 };
        yield this.#chain({ attachment, type: "attachment", ...this.#stamp() });
      }
    }
    yield { type: "last-prompt", lastPrompt: turn.prompt, leafUuid: this.#tail, sessionId };
  }

  *#reply(reply: Reply): Generator<JsonObject> {
    const { random } = this.#talk;
    const id = `msg_01${random.letters(22)}`;
    const requestId = `req_01${random.letters(22)}`;
    const frame = { id, type: "message", role: "assistant", model: "claude-opus-4-8" };
    const line = (block: JsonObject) =>
      this.#chain({
        message: { ...frame, content: [block], ...this.#ending(reply) },
        requestId,
        type: "assistant",
        ...this.#stamp(),
      });
    if (reply.thinking !== null) {
      const signature = random.base64(random.int(200, 900));
      yield line({ type: "thinking", thinking: reply.thinking, signature });
    }
    if (reply.text !== null) yield line({ type: "text", text: reply.text });
    const calls: { call: Call; id: string; uuid: string | null }[] = [];
    for (const call of reply.calls) {
      const callId = `toolu_01${random.letters(22)}`;
      yield line({ type: "tool_use", id: callId, ...use(call) });
      calls.push({ call, id: callId, uuid: this.#tail });
    }
    for (const { call, id: callId, uuid } of calls) yield this.#result(call, callId, uuid);
  }

  /** Parallel calls fork the chain: the parent of each result is its own call. */
  #result(call: Call, id: string, uuid: string | null): JsonObject {
    this.#talk.tick(call.ms);
    this.#tail = uuid;
    const { content, twin, error } = outcome(call);
    const block = { tool_use_id: id, type: "tool_result", content, ...error };
    return this.#chain({
      promptId: this.#promptId,
      type: "user",
      message: { role: "user", content: [block] },
      ...this.#stamp(),
      toolUseResult: twin,
      sourceToolAssistantUUID: uuid,
    });
  }

  #ending(reply: Reply): JsonObject {
    return {
      stop_reason: reply.calls.length > 0 ? "tool_use" : "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: reply.input,
        cache_creation_input_tokens: reply.output * 2,
        cache_read_input_tokens: reply.cached,
        output_tokens: reply.output,
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
        service_tier: "standard",
        cache_creation: {
          ephemeral_1h_input_tokens: 0,
          ephemeral_5m_input_tokens: reply.output * 2,
        },
        inference_geo: "",
        iterations: [],
        speed: "standard",
      },
      stop_details: null,
    };
  }

  #stamp(): JsonObject {
    return { uuid: this.#talk.random.uuid4(), timestamp: this.#time() };
  }

  #time(): string {
    return new Date(this.#talk.tick(900)).toISOString();
  }

  #chain(record: JsonObject): JsonObject {
    const line = {
      parentUuid: this.#tail,
      isSidechain: false,
      ...record,
      userType: "external",
      entrypoint: "cli",
      cwd: CWD,
      sessionId: this.#sessionId,
      version: "2.1.197",
      gitBranch: "main",
    };
    this.#tail = typeof record.uuid === "string" ? record.uuid : this.#tail;
    return line;
  }
}

function image(data: string): JsonObject {
  return { type: "image", source: { type: "base64", media_type: "image/png", data } };
}

function use(call: Call): JsonObject {
  switch (call.kind) {
    case "run":
      return { name: "Bash", input: { command: call.command, description: call.about } };
    case "read": {
      const limits = call.offset === 1 ? {} : { offset: call.offset, limit: 200 };
      return { name: "Read", input: { file_path: call.path, ...limits } };
    }
    case "write":
      return { name: "Write", input: { file_path: call.path, content: call.content } };
    case "edit": {
      const input = { file_path: call.path, old_string: call.old, new_string: call.now };
      return { name: "Edit", input: { replace_all: false, ...input } };
    }
    case "picture":
      return { name: "Read", input: { file_path: call.path } };
  }
}

function outcome(call: Call): { content: Json; twin: Json; error: JsonObject } {
  switch (call.kind) {
    case "run": {
      if (call.exit !== 0) {
        const content = `Exit code ${call.exit}\n${call.output}`;
        return { content, twin: `Error: ${content}`, error: { is_error: true } };
      }
      const flags = { interrupted: false, isImage: false, noOutputExpected: false };
      const twin = { stdout: call.output, stderr: "", ...flags };
      return { content: call.output, twin, error: { is_error: false } };
    }
    case "read": {
      const lines = call.text.split("\n");
      const content = lines.map((line, i) => `${call.offset + i}\t${line}`).join("\n");
      const file = {
        filePath: call.path,
        content: call.text,
        numLines: lines.length,
        startLine: call.offset,
        totalLines: call.total,
      };
      return { content, twin: { type: "text", file }, error: {} };
    }
    case "write": {
      const content = `File created successfully at: ${call.path}`;
      const twin = { type: "create", filePath: call.path, content: call.content };
      const rest = { structuredPatch: [], originalFile: null, userModified: false };
      return { content, twin: { ...twin, ...rest }, error: {} };
    }
    case "edit":
      return edited(call);
    case "picture": {
      const file = { base64: call.data, type: "image/png", originalSize: call.data.length };
      return { content: [image(call.data)], twin: { type: "image", file }, error: {} };
    }
  }
}

function edited(call: Extract<Call, { kind: "edit" }>): {
  content: Json;
  twin: Json;
  error: JsonObject;
} {
  const old = call.old.split("\n");
  const now = call.now.split("\n");
  const hunk = {
    oldStart: call.line,
    oldLines: old.length,
    newStart: call.line,
    newLines: now.length,
    lines: [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)],
  };
  const twin = {
    filePath: call.path,
    oldString: call.old,
    newString: call.now,
    originalFile: call.before,
    structuredPatch: [hunk],
    userModified: false,
    replaceAll: false,
  };
  const content = `The file ${call.path} has been updated successfully.`;
  return { content, twin, error: {} };
}
