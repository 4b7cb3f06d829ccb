import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { codex } from "../../../src/agents/codex/index.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import type { Writer } from "../../../src/session/codec.ts";
import { member } from "../../../src/session/json.ts";
import { reasoningAsText } from "../../../src/session/text.ts";
import type {
  Entry,
  Header,
  Json,
  Message,
  Part,
  ToolResultPart,
  ToolUse,
} from "../../../src/session/types.ts";

const TIME = "2026-11-21T03:38:05.809Z";

const HEADER: Header = {
  agent: "claude-code",
  id: "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee",
  title: null,
  cwd: "/home/dev/shop",
  gitBranch: "main",
  gitCommit: null,
  model: null,
  version: null,
  createdAt: TIME,
  updatedAt: TIME,
  parent: null,
};

const START: Entry = {
  kind: "event",
  id: "s",
  parentId: null,
  time: TIME,
  event: "start",
  header: HEADER,
};

function say(role: Message["role"], ...parts: Part[]): Entry {
  return { kind: "message", id: "x", parentId: null, time: TIME, role, parts };
}

const text = (words: string): Part => ({ kind: "text", text: words });

function call(callId: string, use: ToolUse): Part {
  const native = codex.tools.toNative(use);
  assert.ok(native);
  return { kind: "tool-call", callId, name: native.name, input: native.input, use };
}

function result(callId: string, words: string, more: Partial<ToolResultPart> = {}): Entry {
  const content = [{ kind: "text" as const, text: words }];
  return say("tool", { kind: "tool-result", callId, isError: false, content, ...more });
}

const SESSION: Entry[] = [
  START,
  say("user", text("hello"), { kind: "image", mediaType: "image/png", data: "AAAA" }),
  say(
    "assistant",
    text(reasoningAsText("hm")),
    text("listing"),
    call("c1", { tool: "execute", command: "ls" }),
  ),
  result("c1", "a\n", { exitCode: 0 }),
  say("assistant", call("c2", { tool: "write", path: "b.txt", content: "new\n" })),
  result("c2", "written"),
  say(
    "assistant",
    call("c3", { tool: "mcp", server: "demo", name: "lookup", input: { key: "k" } }),
  ),
  result("c3", "found"),
  say("assistant", text("done")),
  say("user", text("more")),
  say("assistant", text("bye")),
];

function write(entries: Entry[], cliVersion: string | null): { lines: Json[]; writer: Writer } {
  const writer = codex.writer({ seed: "seed", cliVersion });
  const lines: Json[] = [];
  const put = (records: Json[]) => {
    for (const record of records) {
      writer.commit(record);
      lines.push(record);
    }
  };
  for (const entry of entries) put(writer.predict(entry));
  put(writer.end());
  return { lines, writer };
}

function kinds(lines: Json[]): string[] {
  const { writer } = write([], null);
  return lines.map((line) => writer.kind(line));
}

test("a paginated file: numbered lines, items for the screen, framed turns", () => {
  const { lines } = write(SESSION, "0.169.0");
  assert.deepEqual(kinds(lines), [
    "session_meta/",
    "event_msg/task_started",
    "response_item/message/user",
    "event_msg/item_completed/UserMessage",
    "event_msg/item_completed/Reasoning",
    "response_item/message/assistant",
    "event_msg/item_completed/AgentMessage",
    "response_item/message/assistant",
    "response_item/function_call",
    "event_msg/item_completed/CommandExecution",
    "response_item/function_call_output",
    "response_item/custom_tool_call",
    "event_msg/item_completed/FileChange",
    "response_item/custom_tool_call_output",
    "response_item/function_call",
    "event_msg/item_completed/McpToolCall",
    "response_item/function_call_output",
    "event_msg/item_completed/AgentMessage",
    "response_item/message/assistant",
    "event_msg/task_complete",
    "event_msg/task_started",
    "response_item/message/user",
    "event_msg/item_completed/UserMessage",
    "event_msg/item_completed/AgentMessage",
    "response_item/message/assistant",
    "event_msg/task_complete",
  ]);
  assert.deepEqual(
    lines.map((line) => member(line, "ordinal")),
    lines.map((_, i) => i),
  );
  const items = lines.map((line) => member(member(member(line, "payload"), "item"), "id"));
  const ids = items.filter((id) => id !== undefined);
  assert.equal(new Set(ids).size, ids.length);
});

test("a legacy file: the same items, events of the old style", () => {
  const { lines } = write(SESSION, null);
  assert.ok(lines.every((line) => member(line, "ordinal") === undefined));
  const legacy = kinds(lines).filter((kind) => kind.startsWith("event_msg"));
  assert.deepEqual(legacy, [
    "event_msg/task_started",
    "event_msg/user_message",
    "event_msg/agent_reasoning",
    "event_msg/agent_message",
    "event_msg/patch_apply_end",
    "event_msg/mcp_tool_call_end",
    "event_msg/agent_message",
    "event_msg/task_complete",
    "event_msg/task_started",
    "event_msg/user_message",
    "event_msg/agent_message",
    "event_msg/task_complete",
  ]);
  const items = (version: string | null) =>
    write(SESSION, version)
      .lines.filter((line) => member(line, "type") === "response_item")
      .map((line) => member(line, "payload"));
  assert.deepEqual(items(null), items("0.169.0"));
});

test("what Codex insists on, and what it must not find", () => {
  const meta = member(write(SESSION, "0.169.0").lines[0], "payload");
  for (const key of ["id", "timestamp", "cwd", "originator", "cli_version"]) {
    assert.equal(typeof member(meta, key), "string", key);
  }
  assert.equal(member(meta, "source"), "cli");
  assert.equal(member(meta, "model_provider"), undefined);
  assert.equal(member(meta, "base_instructions"), undefined);
});

test("what is written is read again", () => {
  for (const version of [null, "0.169.0"]) {
    const reader = codex.reader();
    const entries = write(SESSION, version).lines.flatMap((line, at) => reader.read(line, at));
    const parts = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    const expected = SESSION.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    assert.deepEqual(
      parts,
      expected.map((part) =>
        part.kind === "text" && part.text.startsWith("[Reasoning before this answer")
          ? { kind: "reasoning", text: "hm" }
          : part,
      ),
    );
    assert.equal(reader.header().id, HEADER.id);
  }
});

test("the same input gives the same bytes, and predicting changes nothing", () => {
  const once = JSON.stringify(write(SESSION, "0.169.0").lines);
  assert.equal(JSON.stringify(write(SESSION, "0.169.0").lines), once);
  const writer = codex.writer({ seed: "seed", cliVersion: null });
  const [, user] = SESSION;
  assert.ok(user);
  assert.deepEqual(writer.predict(user), writer.predict(user));
});

test("a compaction is one that Codex resumes from", () => {
  const event: Entry = {
    kind: "event",
    id: "c",
    parentId: null,
    time: TIME,
    event: "compaction",
    summary: "so far",
  };
  const { lines } = write([START, event, say("user", text("go on"))], "0.169.0");
  const compacted = lines.find((line) => member(line, "type") === "compacted");
  assert.deepEqual(member(compacted, "payload"), {
    message: "so far",
    replacement_history: [
      { type: "message", role: "user", content: [{ type: "input_text", text: "so far" }] },
    ],
  });
  const shown = lines.find((line) => JSON.stringify(line).includes("ContextCompaction"));
  assert.notEqual(member(member(shown, "payload"), "turn_id"), "");
});

test("going back to a mark rolls the user's turns back", () => {
  const writer = codex.writer({ seed: "seed", cliVersion: null });
  const put = (records: Json[]) => {
    for (const record of records) writer.commit(record);
    return records;
  };
  const turn = (words: string) => {
    put(writer.predict(say("user", text(words))));
    put(writer.predict(say("assistant", text("ok"))));
  };
  put(writer.predict(START));
  turn("one");
  const mark = writer.mark();
  assert.deepEqual(writer.rewind(mark, 0), []);
  turn("two");
  turn("three");
  const records = put(writer.rewind(mark, 2));
  assert.deepEqual(kinds(records), ["event_msg/task_complete", "event_msg/thread_rolled_back"]);
  assert.equal(member(member(records[1], "payload"), "num_turns"), 2);
});

test("a file of Codex's own is continued as it is", () => {
  const [path] = globSync("test/fixtures/codex/basic/.codex/sessions/**/*.jsonl");
  assert.ok(path);
  const writer = codex.writer({ seed: "seed", cliVersion: null });
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  for (const line of lines) writer.commit(parseValue(line) ?? null);
  const records = writer.predict(say("user", text("and now?")));
  assert.deepEqual(kinds(records), [
    "event_msg/task_started",
    "response_item/message/user",
    "event_msg/item_completed/UserMessage",
  ]);
  assert.deepEqual(
    records.map((record) => member(record, "ordinal")),
    [75, 76, 77],
  );
  assert.equal(
    member(member(records[2], "payload"), "thread_id"),
    "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee",
  );
  assert.equal(member(member(records[1], "metadata"), "history_sequence"), 30);
});

test("each item of Codex's files is predicted from its own entry", () => {
  for (const path of globSync("test/fixtures/codex/*/.codex/**/rollout-*.jsonl")) {
    const reader = codex.reader();
    const writer = codex.writer({ seed: "seed", cliVersion: null });
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    lines.forEach((line, at) => {
      const record = parseValue(line) ?? null;
      const kind = writer.kind(record);
      const predicted = reader.read(record, at).flatMap((entry) => writer.predict(entry));
      const told = /response_item\/(message|reasoning|function|custom|web)|session_meta|^compacted/;
      if (told.test(kind) && kind !== "bare/session_meta/" && !line.includes("<turn_aborted>")) {
        assert.ok(kinds(predicted).includes(kind), `${path}:${at + 1} ${kind}`);
      }
      writer.commit(record);
    });
  }
});

test("a stray line does not change the form of what follows it", () => {
  const writer = codex.writer({ seed: "seed", cliVersion: null });
  for (const record of writer.predict(START)) writer.commit(record);
  for (const stray of [null, [1, 2], { type: "mystery" }, { type: "message", role: "user" }]) {
    writer.commit(stray);
    for (const record of writer.predict(say("user", text("go")))) {
      assert.ok(codex.recognises(record));
      assert.notEqual(member(record, "payload"), undefined);
    }
  }
});

test("a file without envelopes is continued with items, and with nothing else", () => {
  const [path] = globSync("test/fixtures/codex/old-0.20.0/.codex/sessions/**/*.jsonl");
  assert.ok(path);
  const writer = codex.writer({ seed: "seed", cliVersion: null });
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  for (const line of lines) writer.commit(parseValue(line) ?? null);
  const patch = call("call_1", { tool: "write", path: "/p/a", content: "x\n" });
  const compaction = { kind: "event", id: "c", parentId: null, time: TIME } as const;
  const records = [
    say("user", text("and now?")),
    say("assistant", text("this"), patch),
    result("call_1", "Success."),
    { ...compaction, event: "compaction", summary: "in short" } as const,
  ].flatMap((entry) => {
    const predicted = writer.predict(entry);
    for (const record of predicted) writer.commit(record);
    return predicted;
  });
  assert.deepEqual(kinds(records), [
    "bare/response_item/message/user",
    "bare/response_item/message/assistant",
    "bare/response_item/function_call",
    "bare/response_item/function_call_output",
    "bare/response_item/message/user",
  ]);
  assert.ok(records.every((record) => codex.recognises(record)));
  assert.deepEqual(writer.rewind("", 1), []);
  const [entry] = codex.reader().read(records[2] ?? null, 0);
  assert.ok(entry?.kind === "message" && entry.parts[0]?.kind === "tool-call");
  assert.deepEqual(entry.parts[0].use, { tool: "write", path: "/p/a", content: "x\n" });
});

test("under one stamp an entry is predicted alike, but for running numbers", () => {
  let kept = 0;
  for (const path of globSync("test/fixtures/codex/*/.codex/**/rollout-*.jsonl")) {
    const reader = codex.reader();
    const writer = codex.writer({ seed: "s", cliVersion: null });
    let open: { entry: Entry; stamp: number | undefined; records: Json[] }[] = [];
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line, at) => {
        const record = parseValue(line);
        if (record === undefined) return;
        const entries = reader.read(record, at);
        writer.expect?.(entries, false);
        const more = entries.map((entry) => ({
          entry,
          stamp: writer.stamp?.(entry),
          records: writer.predict(entry),
        }));
        open = [...open, ...more].slice(-8);
        writer.commit(record);
        for (const { entry, stamp, records } of open) {
          if (writer.stamp?.(entry) !== stamp) continue;
          kept++;
          const next = (list: Json[]) => list.map((item) => writer.next?.(item));
          assert.deepEqual(next(records), next(writer.predict(entry)), `${path}:${at + 1}`);
        }
      });
  }
  assert.ok(kept > 100, `${kept} kept`);
});
