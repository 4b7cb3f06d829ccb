import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { claudeCode } from "../../../src/agents/claude-code/index.ts";
import { qwen } from "../../../src/agents/qwen/index.ts";
import { folderName } from "../../../src/agents/qwen/store.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/qwen/tools.ts";
import { array, member, string } from "../../../src/session/json.ts";
import { Survey } from "../../../src/session/survey.ts";
import type {
  Entry,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolResultPart,
  ToolUse,
} from "../../../src/session/types.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/qwen");

/** The records of a fixture's session file; `what` is part of its path. */
function fixture(name: string, what = "chats"): Json[] {
  const names = readdirSync(join(FIXTURES, name), { recursive: true, encoding: "utf8" });
  const [path] = names.filter((file) => file.endsWith(".jsonl") && file.includes(what));
  assert.ok(path, name);
  const lines = readFileSync(join(FIXTURES, name, path), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

function read(records: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = qwen.reader();
  const entries = records.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

/** What the model sees next. */
function live(records: readonly Json[]): Message[] {
  const { entries, header } = read(records);
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(header);
  return entries.filter(
    (entry, n): entry is Message => entry.kind === "message" && plan.visibility(n) === "live",
  );
}

function brief({ role, parts, scaffold, told, sidechain }: Message): string {
  const marks = `${scaffold ? " (scaffold)" : ""}${told ? " (told)" : ""}${sidechain ? " (aside)" : ""}`;
  return `${role}${marks}: ${parts.map(briefPart).join(" | ")}`;
}

function briefPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text.trim().slice(0, 40);
    case "reasoning":
      return `<${part.text.slice(0, 40)}>`;
    case "tool-call":
      return `${part.name}(${part.use?.tool})`;
    case "tool-result":
      return `${part.isError ? "!" : ""}${part.exitCode ?? ""}=${part.content.map(briefPart).join("+")}`;
    case "image":
      return part.mediaType;
    case "file":
      return part.name ?? "file";
    case "other":
      return part.text;
    case "unread":
      return part.reason;
  }
}

function events(entries: readonly Entry[]): JsonObject[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== "event" || entry.event === "opaque") return [];
    const { id: _, parentId: _p, time: _t, kind: _k, ...body } = JSON.parse(JSON.stringify(entry));
    return [body];
  });
}

const FRAME = { sessionId: "s", cwd: "/home/dev/shop", version: "0.24.4" };

function said(uuid: string, parentUuid: string | null, text: string): JsonObject {
  const message = { role: "user", parts: [{ text }] };
  return { uuid, parentUuid, ...FRAME, type: "user", message };
}

function system(
  uuid: string,
  parentUuid: string | null,
  subtype: string,
  systemPayload: Json,
): JsonObject {
  return { uuid, parentUuid, ...FRAME, type: "system", subtype, systemPayload };
}

describe("qwen reader", () => {
  it("reads texts, reasoning, calls and results", () => {
    assert.deepEqual(live(fixture("basic-resumed")).map(brief), [
      "user: MARK-USER-1 please list files — ünïcode ",
      "assistant: <**Planning listing** MARK-THINK-1 the us> | MARK-ASSISTANT-1 I will list the files.  | run_shell_command(execute)",
      "tool: =MARK-TOOLOUT-1\nhello.txt",
      "assistant: MARK-ASSISTANT-2 Now reading a file. | read_file(read)",
      "tool: =MARK-FILE-1 hello",
      "assistant: MARK-ASSISTANT-3 Now writing a file. | write_file(write)",
      "tool: =Successfully created and wrote to new fi",
      "assistant: MARK-ASSISTANT-4 editing | edit(edit)",
      "tool: =The file: /home/dev/shop/out.txt has bee",
      "assistant: MARK-ASSISTANT-5 failing | run_shell_command(execute) | read_file(read)",
      "tool: !3=",
      "tool: !=File not found: /home/dev/shop/nonexiste",
      "assistant: MARK-ASSISTANT-6 All done.",
      "user: MARK-USER-R second prompt",
      "assistant: <MARK-THINK-R> | MARK-RESUMED-OK",
    ]);
  });

  it("tells of the session, and of each answer", () => {
    const { header, entries } = read(fixture("rewind"));
    assert.equal(header.cwd, "/home/dev/shop");
    assert.equal(header.gitBranch, "main");
    assert.equal(header.model, "qwen3-vl-plus");
    assert.equal(header.version, "0.24.4");
    assert.equal(header.title, "A title of its own");
    assert.equal(header.parent, null);
    const answer = entries.find((entry) => entry.kind === "message" && entry.role === "assistant");
    assert.ok(answer?.kind === "message" && answer.usage);
    assert.equal(answer.usage.cacheRead, 300);
    assert.ok(answer.usage.input > 300);
    assert.equal(answer.usage.output, 80);
  });

  it("a fork names the session that it came from", () => {
    const origin = read(fixture("rewind")).header.id;
    const { header } = read(fixture("fork"));
    assert.equal(header.parent, origin);
    assert.notEqual(header.id, origin);
  });

  it("leaves out what the user went back behind", () => {
    const texts = live(fixture("rewind")).map(brief).join("\n");
    assert.match(texts, /MARK-D0 first\nassistant: MARK-D1 answer\nuser: MARK-E0 another second/);
    assert.doesNotMatch(texts, /MARK-D2|MARK-D3/);
  });

  it("reads the pictures of users and of tools", () => {
    const first = live(fixture("rich"))[0];
    assert.ok(first?.parts.some((part) => part.kind === "image"));
    const results = live(fixture("rewind")).flatMap(({ role, parts }) =>
      role === "tool" ? parts : [],
    );
    const [result] = results;
    assert.ok(result?.kind === "tool-result");
    assert.deepEqual(
      result.content.map(({ kind }) => kind),
      ["text", "image"],
    );
  });

  it("continues from the compressed history", () => {
    const { entries } = read(fixture("compressed"));
    const [compaction] = events(entries).filter(({ event }) => event === "compaction");
    assert.match(String(compaction?.summary), /^Side reply/);
    assert.equal(compaction?.tokens, 1200);
    assert.deepEqual(live(fixture("compressed")).map(brief), [
      "user: Recently accessed file (full current con | Recently accessed file (full current con",
      "user: MARK-AFTER-COMP",
      "assistant: <MARK-THINK-R> | MARK-RESUMED-OK",
    ]);
  });

  it("keeps calls and results of a compressed history", () => {
    const call = { functionCall: { id: "c1", name: "glob", args: { pattern: "*" } } };
    const response = { id: "c1", name: "glob", response: { output: "a.txt" } };
    const compressedHistory = [
      { role: "user", parts: [{ text: "the summary" }] },
      { role: "model", parts: [{ text: "Got it. Thanks for the additional context!" }, call] },
      { role: "user", parts: [{ functionResponse: response }] },
    ];
    const records = [
      said("u1", null, "before"),
      system("s1", "u1", "chat_compression", { info: {}, compressedHistory }),
      said("u2", "s1", "after"),
    ];
    assert.deepEqual(live(records).map(brief), [
      "assistant: glob(glob)",
      "tool: =a.txt",
      "user: after",
    ]);
  });

  it("a limit is one by its code, whatever the words", () => {
    assert.deepEqual(events(read(fixture("ratelimit-429-final")).entries), [
      {
        event: "limit",
        text: "429 You exceeded your current quota, please check your plan and billing details.",
        fault: {
          kind: "quota",
          scope: "credits",
          status: 429,
          retryable: false,
          source: "record",
        },
      },
    ]);
    const uiEvent = {
      "event.name": "qwen-code.api_error",
      error_message: "It is broken",
      error_type: "APIError",
      status_code: 500,
    };
    const { entries } = read([system("s1", null, "ui_telemetry", { uiEvent })]);
    assert.deepEqual(events(entries), [{ event: "error", text: "It is broken" }]);
  });

  it("a notification is told, and nobody's request; a subagent's file is an aside", () => {
    const texts = live(fixture("subagent")).map(brief);
    assert.ok(texts.some((text) => text.startsWith("user (told): <task-notification>")));
    const aside = read(fixture("subagent", "subagents/")).entries;
    assert.deepEqual(
      aside.map((entry) => entry.kind === "message" && brief(entry)),
      ["user: MARK-SUBPROMPT do it", "assistant: MARK-SUB-TEXT-2 result"],
    );
  });

  it("puts fragments of one uuid in a row", () => {
    const records = [said("u1", null, "one"), said("u1", null, "two"), said("u2", "u1", "three")];
    assert.deepEqual(live(records).map(brief), ["user: one", "user: two", "user: three"]);
  });

  it("what is not of the chain does not end it", () => {
    const records = [
      said("u1", null, "one"),
      system("a1", "u1", "session_artifact_event", {}),
      { ...said("x1", "u1", "of a kind to come"), type: "hologram" },
      said("u2", "a1", "two"),
      system("a2", "u2", "session_artifact_event", {}),
    ];
    assert.deepEqual(live(records).map(brief), ["user: one", "user: two"]);
  });

  it("a command that the CLI answered by itself is not sent", () => {
    const items = [{ type: "assistant", text: "here" }];
    const payload = { phase: "result", rawCommand: "/where", outputHistoryItems: items };
    const records = [
      said("u1", null, "one"),
      said("u2", "u1", "/where"),
      system("s1", "u2", "slash_command", payload),
      said("u3", "s1", "two"),
    ];
    assert.deepEqual(live(records).map(brief), ["user: one", "user: two"]);
  });

  it("reads every kind of part, and what is told in between", () => {
    assert.deepEqual(live(fixture("parts")).map(brief), [
      "user: QP-U1 read these | QP-DOC.pdf | image/png | file",
      "assistant: <QP-THINK> | QP-A1 I call | mcp__my.server__get(mcp) | read_file(read)",
      'tool: ={"rows":["QP-ROW"]}',
      "tool: =QP-O2+QP.pdf+QP-PART",
      "user: QP-MID in between",
      "assistant: QP-A2 done",
      "user (told): <task-notification>\nQP-NOTE\n</task-notif",
      "assistant: QP-A3 noted",
      "user: QP-U2 go",
      "user (told): <qwen:user-prompt-submit-context>\nQP-HOO",
      "assistant: QP-A4 gone",
    ]);
  });

  it("follows the chain through a record of a newer type, and reads an answer that is a text", () => {
    assert.deepEqual(live(fixture("drift-chain")).map(brief), [
      "user: QN-U1",
      "assistant: QN-A1",
      "user: QN-U2",
      "assistant: QN-A2 a text",
      "user: QN-U3",
      "assistant: QN-A3 a part that is a text",
    ]);
  });

  it("what is said in between is sent as the user's record alone", () => {
    const records = [
      said("u1", null, "one"),
      system("s1", "u1", "mid_turn_user_message", { message: "unsent" }),
      { ...said("u2", "s1", "two"), subtype: "mid_turn_user_message" },
    ];
    assert.deepEqual(live(records).map(brief), ["user: one", "user: two"]);
    assert.deepEqual(events(read(records).entries), [
      { event: "unread", type: "system/mid_turn_user_message", reason: "unsent" },
    ]);
  });

  it("what a hook adds to a message is told, as it is sent again", () => {
    const context =
      "<qwen:user-prompt-submit-context>\nmind the gap\n</qwen:user-prompt-submit-context>";
    const record = said("u1", null, "one");
    const message = { role: "user", parts: [{ text: "one" }, { text: context }] };
    const texts = live([{ ...record, message }, said("u2", "u1", "two")]).map(brief);
    assert.deepEqual(
      texts.map((text) => text.slice(0, 20)),
      ["user: one", "user (told): <qwen:u", "user: two"],
    );
  });

  it("takes a newer version's session for what it can be", () => {
    assert.deepEqual(live(fixture("drift")).map(brief), [
      "user: MARK-D-U1 from a newer version | MARK-D-U2",
      "assistant: <MARK-D-R1> | ```PYTHON\nprint(1)\n``` | MARK-D-A1 | run_shell_command(execute)",
      'tool: =MARK-D-O1+{"structured":{"a":1}}',
      "assistant: MARK-D-A2 done",
    ]);
  });

  it("reads a message that has both of the keys in which content is", () => {
    const message = { role: "user", parts: [{ text: "one" }], content: "two" };
    const [entry] = read([
      { ...Object(fixture("basic-resumed")[0]), type: "user", message },
    ]).entries;
    assert.ok(entry?.kind === "message");
    assert.deepEqual(
      entry.parts.map((part) => part.kind === "text" && part.text),
      ["one", "two"],
    );
  });

  it("never throws", () => {
    const odd: Json[] = [
      null,
      1,
      "x",
      [],
      {},
      { uuid: 1 },
      { uuid: "a", type: "user", message: 3 },
    ];
    odd.push({ uuid: "b", type: "assistant", message: { parts: [null, 1, { functionCall: 1 }] } });
    odd.push({ uuid: "c", type: "system", subtype: "chat_compression", systemPayload: [] });
    odd.push({ uuid: "c", type: "tool_result", message: { parts: [{ functionResponse: {} }] } });
    assert.doesNotThrow(() => read(odd));
  });
});

function writer() {
  return qwen.writer({ seed: "test", cliVersion: null });
}

function message(role: Message["role"], parts: Part[]): Message {
  return {
    kind: "message",
    id: "m",
    parentId: null,
    time: "2026-11-21T10:00:00.000Z",
    role,
    parts,
  };
}

/** Writes entries one after another. */
function written(entries: readonly Entry[]): Json[] {
  const made = writer();
  const records: Json[] = [];
  for (const entry of entries) {
    for (const record of made.predict(entry)) {
      made.commit(record);
      records.push(record);
    }
  }
  return records;
}

describe("qwen writer", () => {
  it("foretells what the CLI itself wrote, but for ids and times", () => {
    const records = fixture("rich");
    const reader = qwen.reader();
    const made = writer();
    const ours = (record: Json, key: string) => member(record, key) ?? null;
    for (const [at, record] of records.entries()) {
      const [entry] = reader.read(record, at);
      const predicted = entry?.kind === "message" ? made.predict(entry) : [];
      for (const guess of predicted.slice(0, 1)) {
        for (const key of ["parentUuid", "type", "provenance"]) {
          assert.deepEqual(ours(guess, key), ours(record, key), `${at}: ${key}`);
        }
        if (member(record, "type") !== "user") {
          assert.deepEqual(ours(guess, "message"), ours(record, "message"), `${at}`);
        }
        if (string(member(member(record, "toolCallResult"), "resultDisplay")) !== undefined) {
          assert.deepEqual(ours(guess, "toolCallResult"), ours(record, "toolCallResult"), `${at}`);
        }
      }
      made.commit(record);
    }
  });

  it("chains its records, and never writes an empty part", () => {
    const call: Part = { kind: "tool-call", callId: "c1", name: "glob", input: {}, use: null };
    const result: ToolResultPart = {
      kind: "tool-result",
      callId: "c1",
      isError: false,
      content: [],
    };
    const records = written([
      message("user", [{ kind: "text", text: "one" }]),
      message("assistant", [{ kind: "text", text: "" }, call]),
      message("tool", [result]),
      message("assistant", [{ kind: "text", text: "" }]),
      message("assistant", [{ kind: "text", text: "two" }]),
    ]);
    assert.equal(records.length, 4);
    let parent: Json = null;
    for (const record of records) {
      assert.equal(member(record, "parentUuid"), parent);
      parent = member(record, "uuid") ?? null;
      const parts = array(member(member(record, "message"), "parts"));
      assert.ok(parts.length > 0 && parts.every((part) => member(part, "text") !== ""));
    }
    assert.equal(member(records[0], "cwd"), "/");
  });

  it("writes a record for each result", () => {
    const result = (callId: string): Part => ({
      kind: "tool-result",
      callId,
      isError: false,
      content: [{ kind: "text", text: callId }],
    });
    const records = written([message("tool", [result("a"), result("b")])]);
    assert.deepEqual(
      records.map((record) => writer().key(record)),
      ["a", "b"],
    );
  });

  it("titles, compactions and the carry come back as they were", () => {
    const place = { kind: "event", id: "e", parentId: null, time: null } as const;
    const given: Entry[] = [
      { ...place, event: "title", title: "A title" },
      { ...place, event: "compaction", summary: "what was", tokens: 12 },
      { ...place, event: "carry", part: 0, parts: 1, data: "AAAA" },
      {
        ...place,
        event: "limit",
        text: "429 too many",
        fault: { kind: "rate", status: 429, retryable: true, source: "record" },
      },
      { ...place, event: "error", text: "500" },
    ];
    const { entries } = read(written(given));
    assert.deepEqual(events(entries), events(given));
  });

  it("going back is a record of its own at the place", () => {
    const made = writer();
    const [one] = made.predict(message("user", [{ kind: "text", text: "one" }]));
    assert.ok(one !== undefined);
    made.commit(one);
    const mark = made.mark();
    const [two] = made.predict(message("user", [{ kind: "text", text: "two" }]));
    assert.ok(two !== undefined);
    made.commit(two);
    const [back] = made.rewind(mark, 1);
    assert.equal(member(back, "subtype"), "rewind");
    assert.equal(member(back, "parentUuid"), mark);
  });

  it("knows its own records from Claude Code's, and those know theirs", () => {
    for (const record of fixture("rich")) {
      assert.ok(qwen.recognises(record));
      assert.ok(!claudeCode.recognises(record));
    }
    assert.ok(
      !qwen.recognises({ uuid: "a", sessionId: "s", type: "user", message: { content: "" } }),
    );
  });
});

describe("qwen tools", () => {
  it("go there and back", () => {
    const uses: ToolUse[] = [
      { tool: "execute", command: "ls", cwd: "/tmp", timeoutMs: 1000 },
      { tool: "read", path: "/a", offset: 3, limit: 2 },
      { tool: "write", path: "/a", content: "x" },
      { tool: "edit", path: "/a", edits: [{ old: "a", new: "b", all: true }] },
      { tool: "search", pattern: "a", path: "/x", glob: "*.ts" },
      { tool: "glob", pattern: "*", path: "/x" },
      { tool: "fetch", url: "https://example.com", prompt: "read" },
      { tool: "todo", items: [{ text: "one", status: "pending" }] },
      { tool: "subagent", prompt: "go", description: "d", type: "general-purpose" },
      { tool: "mcp", server: "s", name: "t", input: { a: 1 } },
      { tool: "ask", questions: [] },
    ];
    for (const use of uses) {
      const native = qwen.tools.toNative(use);
      assert.ok(native?.exact, use.tool);
      assert.deepEqual(fromNative(native.name, native.input), use);
    }
  });

  it("what has options of its own stays as it is", () => {
    const background = { command: "sleep 9", is_background: true };
    assert.equal(fromNative("run_shell_command", background), null);
    assert.equal(fromNative("grep_search", { pattern: "a", limit: 3 }), null);
    assert.equal(fromNative("read_file", { file_path: "/a.pdf", pages: "1-2" }), null);
    const two = [
      { old: "a", new: "b" },
      { old: "c", new: "d" },
    ];
    assert.equal(qwen.tools.toNative({ tool: "edit", path: "/a", edits: two }), null);
  });

  it("a tool called by way of another is that tool", () => {
    const input = { name: "web_fetch", arguments: { url: "https://example.com", prompt: "p" } };
    assert.equal(fromNative("tool_call", input)?.tool, "fetch");
  });

  it("a command's report is taken off and put back", () => {
    const use: ToolUse = { tool: "execute", command: "a\nb" };
    const result = (text: string, more: Partial<ToolResultPart> = {}): ToolResultPart => ({
      kind: "tool-result",
      callId: "c",
      isError: false,
      content: text === "" ? [] : [{ kind: "text", text }],
      ...more,
    });
    for (const plain of [
      result("out\nError: (none)"),
      result(""),
      result("out", { isError: true, exitCode: 3 }),
    ]) {
      const native = printResult(use, plain);
      assert.match(
        JSON.stringify(native.content),
        /Command: a\\nb\\nDirectory: \(root\)\\nOutput: /,
      );
      assert.deepEqual(parseResult(use, native), plain);
    }
    const cancelled = result("[Operation Cancelled]", { isError: true });
    assert.deepEqual(printResult(use, cancelled), cancelled);
  });
});

describe("qwen store", () => {
  it("finds sessions, archived ones too, and their subagents", async () => {
    const root = await mkdtemp(join(tmpdir(), "segue-qwen-"));
    try {
      const id = "12d51483-f17b-4ebb-b0c5-a289df1e5351";
      const files = [
        `p/chats/${id}.jsonl`,
        "p/chats/archive/22d51483-f17b-4ebb-b0c5-a289df1e5351.jsonl",
        `p/chats/${id}.ledger.jsonl`,
        `p/chats/${id}.runtime.json`,
        "p/chats/notes.jsonl",
        `p/subagents/${id}/agent-x-call_1.jsonl`,
        `p/subagents/${id}/agent-x-call_1.meta.json`,
      ];
      for (const file of files) {
        await mkdir(dirname(join(root, file)), { recursive: true });
        await writeFile(join(root, file), "");
      }
      const found = await qwen.store.find(root);
      assert.deepEqual(found.map((one) => one.id).sort(), [id, `2${id.slice(1)}`]);
      const children = await qwen.store.children?.(join(root, `p/chats/${id}.jsonl`));
      assert.deepEqual(children, [join(root, `p/subagents/${id}/agent-x-call_1.jsonl`)]);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("follows the variables that move it", () => {
    const roots = (env: NodeJS.ProcessEnv) => qwen.store.roots(env);
    assert.deepEqual(roots({ HOME: "/h" }), ["/h/.qwen/projects"]);
    assert.deepEqual(roots({ HOME: "/h", QWEN_HOME: "~/q" }), ["/h/q/projects"]);
    const both = { HOME: "/h", QWEN_HOME: "/q", QWEN_RUNTIME_DIR: "/r" };
    assert.deepEqual(roots(both), ["/r/projects"]);
    assert.equal(folderName("/home/dev/my_shop", "linux"), "-home-dev-my-shop");
    assert.equal(folderName("C:\\Dev", "win32"), "c--dev");
  });

  it("new ids are UUIDs of version 4, which --resume takes", () => {
    const uuid = "01a1fd41-df52-7f4d-a258-ba6800c3894a";
    assert.equal(qwen.sessionId?.(uuid, null), "01a1fd41-df52-4f4d-a258-ba6800c3894a");
  });
});

describe("qwen launch", () => {
  it("a prompt is never taken for an option", () => {
    const args = (prompt: string | null) =>
      qwen.launch.resumeArgs({ id: "i", path: "/p", prompt, args: ["--yolo"] });
    assert.deepEqual(args(null), ["--resume", "i", "--yolo"]);
    assert.deepEqual(args("-x"), ["--resume", "i", "--yolo", "--prompt-interactive=-x"]);
  });
});

describe("records whose place in the tree is lost", () => {
  const said = (type: string, text: string, place: JsonObject): Json => ({
    ...place,
    sessionId: "s",
    timestamp: "2026-11-27T09:00:01.000Z",
    type,
    message: { role: type === "user" ? "user" : "model", parts: [{ text }] },
  });

  it("a record that comes again is not the one before", () => {
    const first = said("user", "one", { uuid: "a", parentUuid: null });
    const records = [
      first,
      said("assistant", "two", { uuid: "b", parentUuid: "a" }),
      first,
      said("user", "three", { uuid: "c", parentUuid: "missing" }),
    ];
    assert.deepEqual(live(records).map(brief), ["user: one", "assistant: two", "user: three"]);
  });

  it("records without ids follow one another", () => {
    const records = [
      said("user", "one", {}),
      said("assistant", "two", {}),
      said("user", "three", {}),
    ];
    assert.ok(records.every((record) => qwen.recognises(record)));
    assert.deepEqual(live(records).map(brief), ["user: one", "assistant: two", "user: three"]);
  });
});
