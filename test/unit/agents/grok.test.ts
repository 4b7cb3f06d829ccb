import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { database } from "../../../src/agents/grok/database.ts";
import { grok } from "../../../src/agents/grok/index.ts";
import { groupName } from "../../../src/agents/grok/place.ts";
import { store } from "../../../src/agents/grok/store.ts";
import { fromNative } from "../../../src/agents/grok/tools.ts";
import { inOrder } from "../../../src/agents/grok/turns.ts";
import type { Entry, Json, JsonObject, Message } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/grok");
const folder = temporaryFolder();
let folders = 0;

/** A recorded store, to be written to. */
function storeOf(variant: string): { root: string; place: string; id: string; lines: string[] } {
  const home = join(folder, String(++folders));
  cpSync(join(FIXTURES, variant), home, { recursive: true });
  const root = join(home, ".grok/sessions");
  const [group = ""] = readdirSync(root);
  const [id = ""] = readdirSync(join(root, group));
  return { root, place: join(root, group, id), id, lines: known(database.read(root, id)) };
}

function filesIn(place: string): { [name: string]: string } {
  const names = ["chat_history.jsonl", "updates.jsonl", "summary.json"];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(place, name), "utf8")]));
}

function entriesOf(records: readonly Json[]): Entry[] {
  const reader = grok.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function messagesOf(records: readonly Json[]): Message[] {
  return entriesOf(records).filter((entry) => entry.kind === "message");
}

function parsed(lines: readonly string[]): Json[] {
  return lines.map((line): Json => JSON.parse(line));
}

function user(text: string, more: JsonObject = {}): JsonObject {
  return { type: "user", content: [{ type: "text", text }], ...more };
}

function told(update: JsonObject): JsonObject {
  return { timestamp: 1, method: "session/update", params: { sessionId: "s", update } };
}

function prompt(text: string, promptIndex: number): JsonObject {
  const content = { type: "text", text };
  return told({ sessionUpdate: "user_message_chunk", content, _meta: { promptIndex } });
}

function said(text: string): JsonObject {
  return told({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } });
}

describe("what is read of Grok Build's items", () => {
  it("takes off what the CLI puts around a user's words, and marks what it says itself", () => {
    const text =
      "<image_files>\n1. /a.png\n</image_files>\n\n<user_query>\nlook\nhere\n</user_query>\n\n<system-reminder>\nsmall\n</system-reminder>";
    const [message] = messagesOf([user(text, { prompt_index: 0 })]);
    assert.deepEqual(message?.parts, [
      { kind: "text", text: "<image_files>\n1. /a.png\n</image_files>", told: true },
      { kind: "text", text: "look\nhere" },
      { kind: "text", text: "<system-reminder>\nsmall\n</system-reminder>", told: true },
    ]);
    assert.equal(message?.told, undefined);
  });

  it("takes the context before a prompt for scaffolding, and the prompt for the user's", () => {
    const texts: [text: string, context: string, prompt: string][] = [
      [
        "<user_info>\nOS: linux\n</user_info>\n\n<user_query>\ngo\n</user_query>",
        "<user_info>\nOS: linux\n</user_info>",
        "go",
      ],
      [
        "<system-reminder>\nPlan mode.\n</system-reminder>\n<user_query>\nplan\n</user_query>",
        "<system-reminder>\nPlan mode.\n</system-reminder>",
        "plan",
      ],
      [
        "<rules><rule><user_query>no</user_query></rule></rules>\n<user_query>yes</user_query>",
        "<rules><rule><user_query>no</user_query></rule></rules>",
        "yes",
      ],
      ["<user_info>OS</user_info>\n\nplain words", "<user_info>OS</user_info>", "plain words"],
    ];
    for (const [whole, context, typed] of texts) {
      const messages = messagesOf([user(whole, { prompt_index: 0 })]);
      assert.deepEqual(
        messages.map(({ parts, scaffold, told: isTold }) => ({ parts, scaffold, isTold })),
        [
          { parts: [{ kind: "text", text: context }], scaffold: true, isTold: undefined },
          { parts: [{ kind: "text", text: typed }], scaffold: undefined, isTold: undefined },
        ],
      );
    }
    const blocks = "<a></a>".repeat(20_000);
    assert.equal(messagesOf([user(blocks, { prompt_index: 0 })]).length, 1);
  });

  it("takes what a task came to for content, and what the CLI says of itself for scaffolding", () => {
    const reminder = (text: string, reason: string, more: JsonObject = {}): JsonObject =>
      user(`<system-reminder>\n${text}\n</system-reminder>`, { synthetic_reason: reason, ...more });
    const shown = { type: "image", url: "data:image/png;base64,AAAA" };
    const image: JsonObject = {
      type: "user",
      content: [{ type: "text", text: "[Image extracted from tool result above]" }, shown],
      synthetic_reason: "system_reminder",
    };
    const messages = messagesOf([
      reminder("The following skills are available for use", "system_reminder"),
      reminder("You are a reviewer.", "system_reminder"),
      user("<user_query>\ngo\n</user_query>", { prompt_index: 0 }),
      reminder("MCP server connected:\n- shop (4 tools)", "system_reminder"),
      reminder('Background task "t" completed (exit code: 0).', "task_completed", {
        prompt_index: 1,
      }),
      reminder("While you were idle, 1 background subagent completed", "system_reminder"),
      image,
    ]);
    assert.deepEqual(
      messages.map(({ scaffold, told: isTold }) => [scaffold, isTold]),
      [
        [true, undefined],
        [true, undefined],
        [undefined, undefined],
        [true, undefined],
        [undefined, true],
        [undefined, true],
        [undefined, true],
      ],
    );
    const text = "While you were idle, 1 background subagent completed";
    assert.deepEqual(messages.at(-2)?.parts, [{ kind: "text", text, told: true }]);
    assert.deepEqual(
      messages.at(-1)?.parts.map(({ kind }) => kind),
      ["text", "image"],
    );
  });

  it("takes what a subagent is given of the conversation that it comes from for content", () => {
    const past = "<background_context>\nUser: count the files\n</background_context>";
    const messages = messagesOf([
      user("<user_info>\nOS\n</user_info>"),
      user(past),
      user(`<fork-context>before</fork-context>\n<user_query>\ngo\n</user_query>`, {
        prompt_index: 0,
      }),
    ]);
    assert.deepEqual(
      messages.map(({ parts, scaffold, told: isTold }) => ({ parts, scaffold, isTold })),
      [
        {
          parts: [{ kind: "text", text: "<user_info>\nOS\n</user_info>" }],
          scaffold: true,
          isTold: undefined,
        },
        { parts: [{ kind: "text", text: past, told: true }], scaffold: undefined, isTold: true },
        {
          parts: [
            { kind: "text", text: "<fork-context>before</fork-context>", told: true },
            { kind: "text", text: "go" },
          ],
          scaffold: undefined,
          isTold: undefined,
        },
      ],
    );
  });

  it("keeps what is said of a prompt among the user's words", () => {
    const typed = "<system-reminder>\nA scheduled task.\n</system-reminder>\n\nprint";
    const [message, ...more] = messagesOf([
      user(`<user_query>\n${typed}\n</user_query>`, { prompt_index: 0 }),
    ]);
    assert.deepEqual([message?.parts, more], [[{ kind: "text", text: typed }], []]);
  });

  it("reads lines of the first form, which are messages, among items", () => {
    const call = { id: "c", type: "function", function: { name: "grep", arguments: "{}" } };
    const image = { type: "image_url", image_url: { url: "https://x/a.png" } };
    const messages = messagesOf([
      { role: "system", content: "You are Grok" },
      { role: "user", content: "hello" },
      { role: "assistant", content: "hm", reasoning_content: "think", tool_calls: [call] },
      { role: "tool", content: "found", tool_call_id: "c" },
      { role: "user", content: [{ type: "text", text: "see" }, image] },
      user("<user_query>\nnew\n</user_query>", { prompt_index: 0 }),
    ]);
    assert.deepEqual(
      messages.map(({ role, parts }) => [role, ...parts.map(({ kind }) => kind)].join(" ")),
      [
        "system text",
        "user text",
        "assistant reasoning text tool-call",
        "tool tool-result",
        "user text image",
        "user text",
      ],
    );
    assert.equal(messages[0]?.scaffold, true);
    assert.ok(messages.slice(1).every((one) => one.told === undefined));
    // Kimi CLI's lines look the same: by itself, such a line is not Grok Build's.
    assert.equal(grok.recognises({ role: "user", content: "hello" }), false);
  });

  it("reads what older answers hold besides, once", () => {
    const search = { type: "web_search_call", id: "w", action: { query: "which" } };
    const sealed = { type: "reasoning", id: "r", summary: [], encrypted_content: "SEAL" };
    const other = { ...search, id: "v" };
    const [server, first, second] = messagesOf([
      { type: "backend_tool_call", kind: { tool_type: "web_search", ...search } },
      {
        ...{ type: "assistant", content: "one", reasoning: { text: "not again" } },
        raw_output: [sealed, search, other, { type: "message", content: [] }, { type: "new" }],
      },
      { type: "assistant", content: "two", reasoning: { encrypted: "SEAL", id: "x" } },
    ]);
    assert.equal(server?.parts.length, 1);
    assert.deepEqual(first?.parts, [
      { kind: "reasoning", text: "", seal: { id: "r", encrypted_content: "SEAL" } },
      { kind: "other", type: "backend_tool_call", text: JSON.stringify(other) },
      { kind: "unread", type: "new", reason: "unsent" },
      { kind: "text", text: "one" },
    ]);
    const seal = { id: "x", encrypted_content: "SEAL" };
    assert.deepEqual(second?.parts[0], { kind: "reasoning", text: "", seal });
  });

  it("reads the summary of reasoning, and what stands beside it", () => {
    const [message] = messagesOf([
      {
        ...{ type: "reasoning", id: "r" },
        summary: [{ type: "summary_text", text: "in short" }],
        content: [{ type: "reasoning_text", text: "at length" }],
      },
    ]);
    assert.deepEqual(message?.parts, [{ kind: "reasoning", text: "in short\nat length" }]);
  });

  it("tells the environment and what happened apart from the user", () => {
    const messages = messagesOf([
      user("<user_info>\nOS: linux\n</user_info>"),
      user("<user_query>\ngo\n</user_query>", { prompt_index: 0 }),
      user("a task has ended", { synthetic_reason: "task_completed", prompt_index: 1 }),
      user("rules", { synthetic_reason: "project_instructions" }),
    ]);
    const marks = messages.map(({ scaffold = false, told = false }) => ({ scaffold, told }));
    assert.deepEqual(marks, [
      { scaffold: true, told: false },
      { scaffold: false, told: false },
      { scaffold: false, told: true },
      { scaffold: true, told: false },
    ]);
  });

  it("reads how a command ended, and that another tool failed", () => {
    const call = (id: string, name: string, args: Json): JsonObject => ({
      id,
      name,
      arguments: JSON.stringify(args),
    });
    const result = (id: string, content: string): JsonObject => ({
      type: "tool_result",
      tool_call_id: id,
      content,
    });
    const calls = [
      call("a", "run_terminal_command", { command: "x" }),
      call("b", "search_replace", { file_path: "f", old_string: "a", new_string: "b" }),
      call("c", "read_file", { target_file: "f" }),
    ];
    const results = messagesOf([
      { type: "assistant", content: "", tool_calls: calls },
      result("a", "exit: 3\nout\n"),
      result("b", "The string to replace was not found in the file, use the read_file tool."),
      result("c", "exit: 3\nis in the file"),
    ]).flatMap(({ parts }) => parts.filter((part) => part.kind === "tool-result"));
    assert.deepEqual(
      results.map(({ isError, exitCode }) => ({ isError, exitCode })),
      [
        { isError: true, exitCode: 3 },
        { isError: true, exitCode: undefined },
        { isError: false, exitCode: undefined },
      ],
    );
    assert.deepEqual(results[0]?.content, [{ kind: "text", text: "out\n" }]);
  });

  it("takes the words of the conversation once, whichever file is there", () => {
    const { lines } = storeOf("store");
    const texts = (records: readonly Json[]) =>
      messagesOf(records)
        .filter(({ scaffold }) => scaffold !== true)
        .flatMap(({ parts }) => parts)
        .flatMap((part) => (part.kind === "text" ? [part.text] : []));
    const all = texts(parsed(lines));
    assert.equal(all.filter((text) => text.startsWith("MARK-USER-1")).length, 1);
    const notices = parsed(lines).filter((line) => JSON.stringify(line).includes('"method"'));
    assert.deepEqual(texts(notices), all);
  });

  it("reads what came before a compaction, and what the model is sent in its place", () => {
    const entries = entriesOf(parsed(storeOf("compacted").lines));
    const at = entries.findIndex((entry) => entry.kind === "event" && entry.event === "compaction");
    const compaction = entries[at];
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.match(compaction.summary, /^MARK-SUMMARY-1/);
    const kept = known(compaction.kept).flatMap(({ parts }) => parts);
    assert.ok(kept.some((part) => part.kind === "text" && part.text.startsWith("MARK-USER-1")));
    const before = JSON.stringify(entries.slice(0, at));
    assert.match(before, /MARK-ASSISTANT-6/);
    assert.doesNotMatch(JSON.stringify(entries.slice(at)), /MARK-ASSISTANT-6/);
  });

  it("knows a limit", () => {
    const entries = entriesOf(parsed(storeOf("limit-429").lines));
    assert.ok(entries.some((entry) => entry.kind === "event" && entry.event === "limit"));
  });
});

describe("the order of Grok Build's two files", () => {
  const text = (value: Json): string => JSON.stringify(value);
  const items = [
    user("<user_info>x</user_info>"),
    user("<user_query>\none\n</user_query>", { prompt_index: 0 }),
    { type: "assistant", content: "1" },
  ].map(text);
  const notices = [prompt("one", 0), said("1")].map(text);
  const more = {
    items: [user("<user_query>\ntwo\n</user_query>", { prompt_index: 1 })].map(text),
    notices: [prompt("two", 1), said("2")].map(text),
  };

  it("puts a new turn after all that was there", () => {
    const before = inOrder(items, notices);
    const after = inOrder([...items, ...more.items], [...notices, ...more.notices]);
    assert.deepEqual(after.slice(0, before.length), before);
    assert.equal(after.length, before.length + 3);
  });

  it("keeps what was taken back with the turn before it", () => {
    const marker = text(told({ sessionUpdate: "rewind_marker", target_prompt_index: 1 }));
    const again = [prompt("another", 1), said("3")].map(text);
    const item = text(user("<user_query>\nanother\n</user_query>", { prompt_index: 1 }));
    const lines = inOrder([...items, item], [...notices, ...more.notices, marker, ...again]);
    assert.deepEqual(lines.slice(-3), [again[0], item, again[1]]);
    const words = messagesOf(parsed(lines)).flatMap(({ parts }) => parts);
    assert.doesNotMatch(JSON.stringify(words), /"two"/);
  });
});

describe("turns that come home to Grok Build", () => {
  const old = [
    user("<user_query>\none\n</user_query>", { prompt_index: 0 }),
    { type: "assistant", content: "1" },
    user("<user_query>\ntwo\n</user_query>", { prompt_index: 1 }),
    { type: "assistant", content: "2" },
  ];
  const stores: { [about: string]: JsonObject[] } = {
    "of the first turn": [prompt("one", 0), said("1")],
    "of nothing": [],
    "of turns without a number": [said("1"), said("2")],
    "of both turns": [prompt("one", 0), said("1"), prompt("two", 1), said("2")],
  };
  const asking: Message = {
    ...{ kind: "message", id: "u", parentId: null, time: null, role: "user" },
    parts: [{ kind: "text", text: "three" }],
  };
  const answering: Message = { ...asking, role: "assistant", parts: [{ kind: "text", text: "3" }] };

  /** The lines of a session that notifies `notices`, and what is written after them. */
  function grown(
    notices: readonly JsonObject[] | null,
    added: readonly Message[],
  ): { before: string[]; after: string[] } {
    const { root, place, id } = storeOf("store");
    const text = (all: readonly Json[]) => all.map((one) => `${JSON.stringify(one)}\n`).join("");
    writeFileSync(join(place, "chat_history.jsonl"), text(old));
    if (notices === null) rmSync(join(place, "updates.jsonl"));
    else writeFileSync(join(place, "updates.jsonl"), text(notices));
    const files = snapshot(place);
    const before = known(database.read(root, id));
    const writer = grok.writer({ seed: "s", cliVersion: null });
    writer.expect?.([], true);
    for (const record of parsed(before)) writer.commit(record);
    const written: Json[] = [];
    const add = (records: Json[]): void => {
      for (const record of records) writer.commit(record);
      written.push(...records);
    };
    for (const entry of added) {
      writer.expect?.([entry], false);
      add(writer.predict(entry));
    }
    add(writer.end());
    const after = [...before, ...written.map((record) => JSON.stringify(record))];
    database.replace(root, id, before, after);
    assert.deepEqual(database.read(root, id), after, "read again");
    database.replace(root, id, after, before);
    assert.deepEqual(snapshot(place), files, "taken back");
    return { before, after };
  }

  function snapshot(place: string): { [name: string]: string } {
    const names = readdirSync(place).filter((name) => /^(?:chat|upd|summ).*\.jsonl?$/.test(name));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(place, name), "utf8")]));
  }

  for (const [about, notices] of Object.entries(stores)) {
    it(`are notified alone, and taken back exactly, where there are notifications ${about}`, () => {
      const { before, after } = grown(notices, [asking, answering]);
      const added = parsed(after.slice(before.length));
      assert.deepEqual(
        added.map((line) => (JSON.stringify(line).includes('"method"') ? "notice" : "item")),
        ["notice", "item", "item", "notice"],
      );
      assert.equal(messagesOf(parsed(before)).length, 4);
    });

    it(`continue the last turn, after its notifications, where there are some ${about}`, () => {
      const { after } = grown(notices, [answering, asking, answering]);
      const texts = messagesOf(parsed(after)).map(({ parts }) => JSON.stringify(parts));
      assert.equal(texts.length, 7);
    });
  }

  it("are not notified where there is no file for it, and none is made", () => {
    const { before, after } = grown(null, [answering, asking, answering]);
    assert.equal(after.length - before.length, 3);
    assert.doesNotMatch(after.join(""), /"method"/);
  });

  it("are refused where the chat history is missing, which the CLI would not rebuild then", () => {
    const { root, place, id } = storeOf("store");
    rmSync(join(place, "chat_history.jsonl"));
    const lines = known(database.read(root, id));
    const more = [...lines, JSON.stringify(user("x", { prompt_index: 9 }))];
    assert.throws(() => database.replace(root, id, lines, more), /is missing or empty/);
  });
});

describe("Grok Build's store", () => {
  it("adds a turn to both files, and takes it away to the byte", () => {
    const { root, place, id, lines } = storeOf("store");
    const before = filesIn(place);
    const item = JSON.stringify(user("<user_query>\nmore\n</user_query>", { prompt_index: 1 }));
    const longer = [...lines, JSON.stringify(prompt("more", 1)), item];
    database.replace(root, id, lines, longer);
    const after = filesIn(place);
    assert.ok(after["chat_history.jsonl"]?.startsWith(before["chat_history.jsonl"] ?? "-"));
    assert.ok(after["updates.jsonl"]?.startsWith(before["updates.jsonl"] ?? "-"));
    const count = (files: { [name: string]: string }): Json =>
      JSON.parse(files["summary.json"] ?? "").num_chat_messages;
    assert.equal(count(after), Number(count(before)) + 1);
    assert.deepEqual(database.read(root, id), longer);
    database.replace(root, id, longer, lines);
    assert.deepEqual(filesIn(place), before);
  });

  it("writes a session without a system prompt, which would be sent in the place of the CLI's own", () => {
    const { root, lines } = storeOf("store");
    const newId = "0195d1f0-0000-7000-8000-000000000001";
    database.replace(root, newId, null, database.renamed(lines, newId));
    const [group = ""] = readdirSync(root);
    const files = filesIn(join(root, group, newId));
    assert.doesNotMatch(files["chat_history.jsonl"] ?? "", /"type":"system"/);
    assert.match(files["updates.jsonl"] ?? "", new RegExp(`"eventId":"${newId}-2"`));
    assert.deepEqual(database.read(root, newId), database.renamed(lines, newId));
  });

  it("is the same session after the CLI has put its system prompt into it", () => {
    const { root, place, id, lines } = storeOf("store");
    const chat = join(place, "chat_history.jsonl");
    const [, ...rest] = readFileSync(chat, "utf8").split("\n");
    writeFileSync(chat, rest.join("\n"));
    assert.deepEqual(database.read(root, id), lines);
  });

  it("keeps a damaged line, and adds nothing after one that is torn", () => {
    const { root, place, id } = storeOf("store");
    appendFileSync(join(place, "chat_history.jsonl"), 'no JSON\n{"type":"user","con');
    const lines = known(database.read(root, id));
    const damaged = lines.map((line): Json => JSON.parse(line));
    assert.match(JSON.stringify(damaged), /no JSON/);
    const added = [...lines, JSON.stringify(user("x", { prompt_index: 9 }))];
    assert.throws(() => database.replace(root, id, lines, added), /is not complete/);
  });

  it("refuses to change a session that has moved on", () => {
    const { root, place, id, lines } = storeOf("store");
    appendFileSync(join(place, "chat_history.jsonl"), `${JSON.stringify(user("new"))}\n`);
    assert.throws(() => database.replace(root, id, lines, null), /has changed in the meantime/);
  });

  it("finds subagents' sessions, and those that are open", async () => {
    const { root } = storeOf("subagent");
    const found = await store.find(root);
    const child = known(found.find(({ summary }) => summary?.parent !== null));
    const parent = known(child.summary?.parent);
    assert.deepEqual(await store.children?.(`${root}#${parent}`), [`${root}#${child.id}`]);
    assert.equal(store.isSubagent?.(`${root}#${child.id}`), true);
    const active = [{ session_id: parent, pid: 4711, cwd: "/", opened_at: "" }];
    writeFileSync(join(root, "../active_sessions.json"), JSON.stringify(active));
    assert.deepEqual(store.opened?.(root, parent), [{ pid: 4711 }]);
    assert.deepEqual(store.opened?.(root, child.id), []);
  });

  it("takes the user's model, and names folders as the CLI does", () => {
    const root = join(folder, "settings/.grok/sessions");
    mkdirSync(root, { recursive: true });
    const config =
      '[cli]\ndefault = "no"\n[models]\n# mine\ndefault = "my-model"\n[model.my-model]\n';
    writeFileSync(join(root, "../config.toml"), config);
    assert.equal(store.model?.(root, {}), "my-model");
    assert.equal(groupName("/home/dev/a b(1)"), "%2Fhome%2Fdev%2Fa%20b%281%29");
    assert.throws(() => groupName(`/${"ü".repeat(100)}`), /too long for Grok Build/);
  });
});

describe("Grok Build's tools", () => {
  it("says what runs on, is merged, or counts from the end in its own words", () => {
    const own: [string, Json][] = [
      ["run_terminal_command", { command: "x", background: true }],
      ["todo_write", { merge: true, todos: [] }],
      ["read_file", { target_file: "a", offset: -5 }],
      ["grep", { pattern: "a", "-i": true }],
    ];
    for (const [name, input] of own) assert.equal(fromNative(name, input), null, name);
  });

  it("calls tools of MCP servers through use_tool", () => {
    const use = fromNative("use_tool", { tool_name: "srv__look_up", tool_input: { a: 1 } });
    assert.deepEqual(use, { tool: "mcp", server: "srv", name: "look_up", input: { a: 1 } });
    assert.deepEqual(known(grok.tools.toNative(known(use))), {
      name: "use_tool",
      input: { tool_name: "srv__look_up", tool_input: { a: 1 } },
      exact: true,
    });
  });
});
