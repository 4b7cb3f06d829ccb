/** A conversation as Codex 0.169 writes it: numbered lines, model items beside screen items. */
import type { Json, JsonObject } from "../src/session/types.ts";
import { type Call, type Conversation, CWD, type Reply, type Turn } from "./conversation.ts";

export function* codex(talk: Conversation): Generator<JsonObject> {
  yield* new Lines(talk).all();
}

type Tokens = { [kind: string]: number };

const MODE = {
  mode: "default",
  settings: { model: "gpt-5.5", reasoning_effort: null, developer_instructions: null },
};

class Lines {
  readonly #talk: Conversation;
  readonly #threadId: string;
  #ordinal = 0;
  #turnId = "";
  #sequence = 0;
  #sampled = 0;
  #order = 0;
  #turnTokens: Tokens = {};
  #allTokens: Tokens = {};

  constructor(talk: Conversation) {
    this.#talk = talk;
    this.#threadId = talk.random.uuid7(talk.now);
  }

  *all(): Generator<JsonObject> {
    const { prose } = this.#talk;
    yield this.#line("session_meta", {
      account_scoped: true,
      session_id: this.#threadId,
      id: this.#threadId,
      timestamp: this.#time(),
      cwd: CWD,
      runtime_workspace_roots: [CWD],
      originator: "codex_cli_rs",
      cli_version: "0.169.0",
      source: "cli",
      thread_source: "user",
      model_provider: "openai",
      base_instructions: { text: prose.sentences(12_000) },
      history_mode: "paginated",
      git: { commit_hash: this.#talk.random.hex(40), branch: "main" },
    });
    for (;;) yield* this.#turn(this.#talk.turn());
  }

  *#turn(turn: Turn): Generator<JsonObject> {
    const talk = this.#talk;
    talk.tick(600_000);
    const id = talk.random.uuid7(talk.now);
    const started = Math.floor(talk.now / 1000);
    this.#turnId = id;
    this.#turnTokens = {};
    yield this.#event({
      type: "task_started",
      turn_attribution: {
        turn_id: id,
        turn_trigger: "user",
        parent_turn_id: null,
        initiating_agent_path: null,
        root_turn_id: id,
      },
      turn_id: id,
      root_turn_id: id,
      started_at: started,
      model_context_window: 258400,
      collaboration_mode_kind: "default",
    });
    yield this.#context();
    yield* this.#prompt(turn);
    let said = "";
    for (const reply of turn.replies) {
      yield* this.#reply(reply);
      said = reply.text ?? said;
    }
    yield this.#event({
      type: "task_complete",
      root_turn_id: id,
      turn_id: id,
      last_agent_message: said,
      started_at: started,
      completed_at: Math.floor(talk.now / 1000),
      duration_ms: talk.now - started * 1000,
      time_to_first_token_ms: talk.random.int(200, 4000),
    });
  }

  #context(): JsonObject {
    return this.#line("turn_context", {
      turn_id: this.#turnId,
      root_turn_id: this.#turnId,
      disabled_plugin_ids: [],
      cwd: CWD,
      approval_policy: "never",
      approvals_reviewer: "user",
      permission_profile: { type: "disabled" },
      model: "gpt-5.5",
      comp_hash: "2911",
      collaboration_mode: MODE,
      multi_agent_version: "v1",
      realtime_active: false,
      summary: "none",
      sandbox_policy: { type: "danger-full-access" },
    });
  }

  *#prompt({ prompt, picture }: Turn): Generator<JsonObject> {
    const id = `msg_${this.#talk.random.uuid7(this.#talk.now)}`;
    const url = `data:image/png;base64,${picture ?? ""}`;
    const pictures = picture === null ? [] : [{ type: "input_image", image_url: url }];
    const shown = picture === null ? [] : [{ type: "image", image_url: url }];
    const content = [...pictures, { type: "input_text", text: prompt }];
    yield this.#item(
      { type: "message", id, role: "user", content },
      {
        create_time: this.#talk.now / 1000,
        content_item_kinds: content.map(() => "user.text"),
        content_item_metadata: content.map(() => ({ provenance: { type: "user" } })),
      },
      { ...this.#retained(id, "user"), mcp_attribution: { status: "none" } },
    );
    yield this.#completed({
      type: "UserMessage",
      id: this.#talk.random.uuid7(this.#talk.now),
      content: [...shown, { type: "text", text: prompt, text_elements: [] }],
    });
  }

  *#reply(reply: Reply): Generator<JsonObject> {
    this.#sampled = this.#sequence;
    if (reply.thinking !== null) yield* this.#reasoning(reply.thinking);
    if (reply.text !== null) yield* this.#words(reply.text);
    const calls = reply.calls.map((call) => ({
      call,
      id: `call_${this.#talk.random.letters(24)}`,
    }));
    for (const { call, id } of calls) yield this.#call(call, id);
    yield this.#usage(reply);
    for (const { call, id } of calls) yield* this.#result(call, id);
    yield this.#count(reply);
  }

  *#reasoning(text: string): Generator<JsonObject> {
    const { random } = this.#talk;
    const id = `rs_${random.letters(24)}`;
    yield this.#completed({ type: "Reasoning", id, summary_text: [text], raw_content: [] });
    yield this.#item({
      type: "reasoning",
      id,
      summary: [{ type: "summary_text", text }],
      content: null,
      encrypted_content: `gAAAAAB${random.base64(random.int(500, 1800))}`,
    });
  }

  *#words(text: string): Generator<JsonObject> {
    const id = `msg_${this.#talk.random.letters(24)}`;
    yield this.#completed({ type: "AgentMessage", id, content: [{ type: "Text", text }] });
    const content = [{ type: "output_text", text, annotations: [] }];
    yield this.#item(
      { type: "message", status: "completed", id, role: "assistant", content },
      { content_item_kinds: ["unknown"] },
      this.#retained(id, "assistant"),
    );
  }

  #call(call: Call, callId: string): JsonObject {
    const id = this.#talk.random.letters(24);
    const order = { user_input_order: this.#order++ };
    if (call.kind === "edit" || call.kind === "write") {
      const item = { type: "custom_tool_call", id: `ctc_${id}`, status: "completed" };
      return this.#item({ ...item, call_id: callId, name: "apply_patch", input: patch(call) });
    }
    const [name, input] =
      call.kind === "picture"
        ? ["view_image", { path: call.path }]
        : ["exec_command", { cmd: commandOf(call), workdir: CWD }];
    const item = { type: "function_call", status: "completed", id: `fc_${id}`, name };
    return this.#item({ ...item, arguments: JSON.stringify(input), call_id: callId }, {}, order);
  }

  *#result(call: Call, callId: string): Generator<JsonObject> {
    const { random } = this.#talk;
    this.#talk.tick(call.ms);
    yield this.#completed(screenItem(call, callId, String(random.int(1000, 99999))));
    const custom = call.kind === "edit" || call.kind === "write";
    const prefix = custom ? "ctco" : "fco";
    const seconds = (call.ms / 1000).toFixed(4);
    const output = modelOutput(call, random.hex(6), seconds);
    yield this.#item(
      {
        type: custom ? "custom_tool_call_output" : "function_call_output",
        id: `${prefix}_${random.uuid7(this.#talk.now)}`,
        call_id: callId,
        output,
      },
      { create_time: this.#talk.now / 1000 },
      { fallback_token_limit_override: 12000 },
    );
  }

  #usage(reply: Reply): JsonObject {
    const usage = tokens(reply);
    this.#turnTokens = sum(this.#turnTokens, usage);
    this.#allTokens = sum(this.#allTokens, usage);
    return this.#line("token_usage_record", {
      thread_id: this.#threadId,
      turn_id: this.#turnId,
      session_id: this.#threadId,
      root_turn_id: this.#turnId,
      response_id: `resp_${this.#talk.random.letters(24)}`,
      usage,
      turn_token_usage: this.#turnTokens,
      thread_token_usage: this.#allTokens,
    });
  }

  #count(reply: Reply): JsonObject {
    return this.#event({
      type: "token_count",
      info: {
        total_token_usage: this.#allTokens,
        last_token_usage: tokens(reply),
        last_usage_includes_reasoning: false,
        model_context_window: 258400,
      },
      rate_limits: {
        limit_id: "codex",
        limit_name: null,
        primary: null,
        secondary: null,
        credits: null,
        individual_limit: null,
        spend_control_reached: null,
        plan_type: null,
        rate_limit_reached_type: null,
      },
    });
  }

  #retained(id: string, role: string): JsonObject {
    return {
      retained_source: {
        id: { message_id: id, turn_id: this.#turnId, role },
        revision: `retained_${this.#talk.random.uuid7(this.#talk.now)}`,
        complete: true,
      },
      user_input_order: this.#order++,
    };
  }

  #item(payload: JsonObject, passthrough: JsonObject = {}, extra: JsonObject = {}): JsonObject {
    const named = { turn_id: this.#turnId, ...passthrough };
    const metadata = {
      history_sequence: ++this.#sequence,
      sampled_through_sequence: this.#sampled,
      client_authored: false,
      ...extra,
    };
    const whole = { ...payload, internal_chat_message_metadata_passthrough: named };
    return { ...this.#line("response_item", whole), metadata };
  }

  #completed(item: JsonObject): JsonObject {
    const ms = this.#talk.tick(400);
    const ids = { thread_id: this.#threadId, turn_id: this.#turnId };
    const times = { started_at_ms: ms, completed_at_ms: ms };
    return this.#event({ type: "item_completed", ...ids, item, ...times });
  }

  #event(payload: JsonObject): JsonObject {
    return this.#line("event_msg", payload);
  }

  #line(type: string, payload: JsonObject): JsonObject {
    return { timestamp: this.#time(), ordinal: this.#ordinal++, type, payload };
  }

  #time(): string {
    return new Date(this.#talk.tick(300)).toISOString();
  }
}

function commandOf(call: Call): string {
  if (call.kind === "run") return call.command;
  return `sed -n '1,400p' ${call.kind === "read" ? call.path : ""}`;
}

function outputOf(call: Call): string {
  if (call.kind === "run") return call.output;
  return call.kind === "read" ? call.text : "";
}

function patch(call: Extract<Call, { kind: "edit" | "write" }>): string {
  const path = call.path.replace(`${CWD}/`, "");
  const lines = (text: string, sign: string) => text.split("\n").map((line) => `${sign}${line}\n`);
  const body =
    call.kind === "write"
      ? [`*** Add File: ${path}\n`, ...lines(call.content, "+")]
      : [`*** Update File: ${path}\n@@\n`, ...lines(call.old, "-"), ...lines(call.now, "+")];
  return `*** Begin Patch\n${body.join("")}*** End Patch\n`;
}

function screenItem(call: Call, id: string, processId: string): JsonObject {
  switch (call.kind) {
    case "picture":
      return { type: "ImageView", id, path: `file://${call.path}` };
    case "edit":
    case "write": {
      const verb = call.kind === "edit" ? "M" : "A";
      const stdout = `Success. Updated the following files:\n${verb} ${call.path}\n`;
      const changes = { [call.path]: change(call) };
      return { type: "FileChange", id, changes, status: "completed", stdout, stderr: "" };
    }
    default: {
      const cmd = commandOf(call);
      const exit = call.kind === "run" ? call.exit : 0;
      return {
        type: "CommandExecution",
        id,
        process_id: processId,
        command: ["/bin/bash", "-lc", cmd],
        cwd: `file://${CWD}`,
        parsed_cmd: [{ type: "unknown", cmd }],
        source: "unified_exec_startup",
        status: exit === 0 ? "completed" : "failed",
        aggregated_output: outputOf(call),
        exit_code: exit,
        duration: { secs: Math.floor(call.ms / 1000), nanos: (call.ms % 1000) * 1_000_000 },
      };
    }
  }
}

function change(call: Extract<Call, { kind: "edit" | "write" }>): JsonObject {
  if (call.kind === "write") return { type: "add", content: `${call.content}\n` };
  const old = call.old.split("\n");
  const now = call.now.split("\n");
  const head = `@@ -${call.line},${old.length} +${call.line},${now.length} @@`;
  const lines = [head, ...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  return { type: "update", unified_diff: `${lines.join("\n")}\n`, move_path: null };
}

function modelOutput(call: Call, chunk: string, seconds: string): Json {
  switch (call.kind) {
    case "picture":
      return [{ type: "input_image", image_url: `data:image/png;base64,${call.data}` }];
    case "edit":
    case "write":
      return `Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nM ${call.path}\n`;
    default: {
      const exit = call.kind === "run" ? call.exit : 0;
      const output = outputOf(call);
      const count = Math.ceil(output.length / 4);
      return `Chunk ID: ${chunk}\nWall time: ${seconds} seconds\nProcess exited with code ${exit}\nOriginal token count: ${count}\nOutput:\n${output}`;
    }
  }
}

function tokens(reply: Reply): Tokens {
  return {
    input_tokens: reply.cached + reply.input,
    cached_input_tokens: reply.cached,
    cache_write_input_tokens: 0,
    output_tokens: reply.output,
    reasoning_output_tokens: reply.output >> 2,
    total_tokens: reply.cached + reply.input + reply.output,
  };
}

function sum(a: Tokens, b: Tokens): Tokens {
  const out: Tokens = {};
  for (const [kind, count] of Object.entries(b)) out[kind] = (a[kind] ?? 0) + count;
  return out;
}
