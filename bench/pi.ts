/** A conversation as Pi 1.5 writes it: one record per message, with usage and its cost. */
import type { JsonObject } from "../src/session/types.ts";
import { type Call, type Conversation, CWD, type Reply } from "./conversation.ts";

export function* pi(talk: Conversation): Generator<JsonObject> {
  const { random } = talk;
  let parentId: string | null = null;
  const line = (record: JsonObject): JsonObject => {
    const { type, ...rest } = record;
    const id = random.hex(8);
    const timestamp = new Date(talk.now).toISOString();
    const whole = { type: type ?? "message", id, parentId, timestamp, ...rest };
    parentId = id;
    return whole;
  };
  const id = random.uuid7(talk.now);
  yield { type: "session", version: 3, id, timestamp: new Date(talk.now).toISOString(), cwd: CWD };
  yield line({ type: "model_change", provider: "anthropic", modelId: "claude-opus-4-8" });
  yield line({ type: "thinking_level_change", thinkingLevel: "medium" });
  for (;;) {
    const { prompt, picture, replies } = talk.turn();
    const timestamp = talk.tick(600_000);
    const content: JsonObject[] = [{ type: "text", text: prompt }];
    if (picture !== null) content.push(image(picture));
    yield line({ message: { role: "user", content, timestamp } });
    for (const reply of replies) {
      const calls = reply.calls.map((call) => ({ call, id: `toolu_01${random.letters(22)}` }));
      yield line({ message: assistant(talk, reply, calls) });
      for (const { call, id } of calls) yield line({ message: result(talk, call, id) });
    }
  }
}

function image(data: string): JsonObject {
  return { type: "image", data, mimeType: "image/png" };
}

function assistant(
  talk: Conversation,
  reply: Reply,
  calls: readonly { call: Call; id: string }[],
): JsonObject {
  const { random } = talk;
  const content: JsonObject[] = [];
  if (reply.thinking !== null) {
    const thinkingSignature = random.base64(random.int(200, 900));
    content.push({ type: "thinking", thinking: reply.thinking, thinkingSignature });
  }
  if (reply.text !== null) content.push({ type: "text", text: reply.text });
  for (const { call, id } of calls) content.push({ type: "toolCall", id, ...use(call) });
  const timestamp = talk.now;
  const durationMs = talk.tick(9000) - timestamp;
  const [stopReason, rawStopReason] =
    calls.length > 0 ? ["toolUse", "tool_use"] : ["stop", "end_turn"];
  return {
    role: "assistant",
    content,
    api: "anthropic-messages",
    provider: "anthropic",
    model: "claude-opus-4-8",
    usage: usage(reply),
    stopReason,
    timestamp,
    responseId: `msg_01${random.letters(22)}`,
    rawStopReason,
    durationMs,
    thinkingLevel: "medium",
  };
}

function usage({ input, output, cached }: Reply): JsonObject {
  const cost = {
    input: (3 / 1e6) * input,
    output: (15 / 1e6) * output,
    cacheRead: (0.3 / 1e6) * cached,
    cacheWrite: 0,
  };
  const total = cost.input + cost.output + cost.cacheRead;
  return {
    input,
    output,
    cacheRead: cached,
    cacheWrite: 0,
    totalTokens: input + output + cached,
    cost: { ...cost, total, totalFromProvider: false },
    cacheWrite1h: 0,
  };
}

function use(call: Call): JsonObject {
  const path = call.kind === "run" ? "" : call.path.replace(`${CWD}/`, "");
  switch (call.kind) {
    case "run":
      return { name: "bash", arguments: { command: call.command } };
    case "read": {
      const limits = call.offset === 1 ? {} : { offset: call.offset, limit: 200 };
      return { name: "read", arguments: { path, ...limits } };
    }
    case "write":
      return { name: "write", arguments: { path, content: call.content } };
    case "edit":
      return {
        name: "edit",
        arguments: { path, edits: [{ oldText: call.old, newText: call.now }] },
      };
    case "picture":
      return { name: "read", arguments: { path } };
  }
}

const TOOL_NAMES = { run: "bash", read: "read", write: "write", edit: "edit", picture: "read" };

function result(talk: Conversation, call: Call, toolCallId: string): JsonObject {
  const timestamp = talk.tick(call.ms);
  const failed = call.kind === "run" && call.exit !== 0;
  return {
    role: "toolResult",
    toolCallId,
    toolName: TOOL_NAMES[call.kind],
    content: resultContent(call),
    ...(call.kind === "edit" ? { details: details(call) } : {}),
    isError: failed,
    durationMs: call.ms,
    timestamp,
  };
}

function resultContent(call: Call): JsonObject[] {
  const text = (value: string) => [{ type: "text", text: value }];
  switch (call.kind) {
    case "run":
      return text(
        call.exit === 0 ? call.output : `${call.output}\n\nCommand exited with code ${call.exit}`,
      );
    case "read":
      return text(call.text);
    case "write":
      return text(`Successfully wrote to ${call.path}`);
    case "edit":
      return text(`Successfully replaced 1 block(s) in ${call.path}.`);
    case "picture":
      return [...text("Read image file [image/png]"), image(call.data)];
  }
}

function details(call: Extract<Call, { kind: "edit" }>): JsonObject {
  const path = call.path.replace(`${CWD}/`, "");
  const old = call.old.split("\n");
  const now = call.now.split("\n");
  const shown = [
    ...old.map((text, i) => `-${call.line + i} ${text}`),
    ...now.map((text, i) => `+${call.line + i} ${text}`),
  ];
  const patch = [
    `--- ${path}\n+++ ${path}`,
    `@@ -${call.line},${old.length} +${call.line},${now.length} @@`,
    ...old.map((text) => `-${text}`),
    ...now.map((text) => `+${text}`),
  ];
  return { diff: shown.join("\n"), patch: `${patch.join("\n")}\n`, firstChangedLine: call.line };
}
