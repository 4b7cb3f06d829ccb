import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { kimiCli } from "../../../src/agents/kimi-cli/index.ts";
import { session } from "../../../src/agents/nanocoder/document.ts";
import { nanocoder } from "../../../src/agents/nanocoder/index.ts";
import { launch } from "../../../src/agents/nanocoder/launch.ts";
import { dataFolder, settingsFolders } from "../../../src/agents/nanocoder/place.ts";
import { store } from "../../../src/agents/nanocoder/store.ts";
import {
  fromNative,
  parseResult,
  printResult,
  tools,
} from "../../../src/agents/nanocoder/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import type { Entry, Json, Message, Part, ToolResultPart } from "../../../src/session/types.ts";
import { convertFile } from "../../support/conversion.ts";
import { HEADER } from "../../support/entries.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const root = temporaryFolder();

function document(variant: string): Json {
  const pattern = `nanocoder/${variant}/.local/share/nanocoder/sessions/*-*.json`;
  const [path = ""] = globSync(pattern, { cwd: FIXTURES });
  return JSON.parse(readFileSync(join(FIXTURES, path), "utf8"));
}

function records(variant: string): Json[] {
  return known(session.records(document(variant)) ?? undefined);
}

function read(all: readonly Json[]): Entry[] {
  const reader = nanocoder.reader();
  return all.flatMap((record, at) => reader.read(record, at));
}

function messages(all: readonly Json[]): Message[] {
  return read(all).filter((entry): entry is Message => entry.kind === "message");
}

function parts(all: readonly Json[]): Part[] {
  return messages(all).flatMap((message) => message.parts);
}

/** What the writer puts into a new session. */
function written(entries: readonly Entry[], facts: Json = null): Json[] {
  const writer = nanocoder.writer({ seed: "s", cliVersion: null, facts });
  return entries.flatMap((entry) => {
    const predicted = writer.predict(entry);
    for (const record of predicted) writer.commit(record);
    return predicted;
  });
}

function say(role: Message["role"], ...said: Part[]): Message {
  return { kind: "message", id: "", parentId: null, time: null, role, parts: said };
}

function result(text: string, more: Partial<ToolResultPart> = {}): ToolResultPart {
  const content: ToolResultPart["content"] = text === "" ? [] : [{ kind: "text", text }];
  return { kind: "tool-result", callId: "c", isError: false, content, ...more };
}

describe("Nanocoder's documents", () => {
  it("counts the messages of a session that grows, and keeps any other count", () => {
    const [head, ...rest] = records("screen");
    assert.equal(Object(head).messageCount, null);
    const grown = session.document([head ?? null, ...rest, { role: "user", content: "more" }]);
    assert.equal(Object(grown).messageCount, rest.length + 1);
    // An editor's agent leaves out results.
    assert.equal(Object(records("tools")[0]).messageCount, 9);
    for (const count of [null, "nine", { is: null }, { is: { is: 1 } }, 3, 4]) {
      const odd = {
        id: "x",
        messageCount: count,
        workingDirectory: "/",
        messages: [{ role: "user" }],
      };
      assert.deepEqual(session.document(session.records(odd) ?? []), odd);
    }
  });

  it("does not take another agent's document for its own", () => {
    assert.equal(session.records({ sessionId: "x", history: [] }), null);
    assert.equal(session.records({ id: "x", messages: [] }), null);
  });

  it("knows every key that the CLI wrote", () => {
    for (const variant of ["basic", "tools", "screen", "compact", "limit-429", "mcp"]) {
      for (const record of records(variant))
        assert.deepEqual(unknowns(record, nanocoder.known ?? true), []);
    }
  });
});

describe("Nanocoder's reader", () => {
  it("reads header, reasoning, images, calls and results", () => {
    const reader = nanocoder.reader();
    const all = records("basic").flatMap((record, at) => reader.read(record, at));
    const { cwd, model, title } = reader.header();
    assert.deepEqual([cwd, model], ["/home/dev/shop", "chat-lab"]);
    assert.match(title ?? "", /^MARK-S-U01/);
    const kinds = all.flatMap((entry) =>
      entry.kind === "message" ? [entry.parts.map(({ kind }) => kind).join(" ")] : [],
    );
    assert.deepEqual(kinds.slice(0, 3), ["text image", "reasoning text tool-call", "tool-result"]);
  });

  it("knows how a command ended, and which calls failed or were not executed", () => {
    const failed = parts(records("tools")).filter((part) => part.kind === "tool-result");
    assert.deepEqual(
      failed.filter(({ isError }) => isError).map(({ exitCode }) => exitCode ?? null),
      [null, null, 4],
    );
    const [denied] = parts(records("screen"))
      .filter((part) => part.kind === "tool-result")
      .slice(-1);
    assert.equal(denied?.isError, true);
  });

  it("tells a summary, and what the user did not type", () => {
    const [summary] = read(records("compact"))
      .filter(({ kind }) => kind === "event")
      .slice(1);
    assert.equal(Object(summary).summary, "Side reply");
    const told = messages(records("screen")).filter((message) => message.told);
    assert.equal(told.length, 1);
    assert.match(JSON.stringify(told[0]?.parts), /MARK-N-bang/);
  });

  it("finds a limit in an editor's session, and keeps the answer that the model is sent", () => {
    for (const [variant, event] of [
      ["limit-429", /Rate limit exceeded/],
      ["quota-402", /402/],
    ] as const) {
      const all = read(records(variant));
      const limit = all.find((entry) => entry.kind === "event" && entry.event === "limit");
      assert.match(String(Object(limit).text), event);
      assert.match(JSON.stringify(all.at(-2)), event);
    }
  });

  it("reads what the CLI sends: structured content in place of the text, any role as the user's", () => {
    const all = messages(records("drift"));
    const shown = JSON.stringify(all);
    assert.match(shown, /\{\\"found\\":\[\\"MARK-D-O1\\"\],\\"n\\":1\}/);
    assert.doesNotMatch(shown, /MARK-D-O1 as text/);
    const roles = all.map(({ role, parts: [first] }) => `${role} ${Object(first).text ?? ""}`);
    assert.ok(roles.includes("user MARK-D-DEV another role"));
  });
});

describe("Nanocoder's writer", () => {
  it("predicts all that the CLI wrote on its screen", () => {
    for (const variant of ["screen", "compact"]) {
      const [head, ...rest] = records(variant);
      const facts = { provider: "chat-lab", model: "chat-lab" };
      const [first, ...more] = written(read([head ?? null, ...rest]), facts);
      assert.deepEqual(
        more,
        rest.filter((record) => Object(record).role !== undefined),
        variant,
      );
      assert.deepEqual({ ...Object(first), messageCount: 0 }, { ...Object(head), messageCount: 0 });
    }
  });

  it("predicts the results of an editor's session by the one before", () => {
    const writer = nanocoder.writer({ seed: "s", cliVersion: null });
    const reader = nanocoder.reader();
    let results = 0;
    for (const [at, record] of records("tools").entries()) {
      const predicted = reader.read(record, at).flatMap((entry) => writer.predict(entry));
      if (Object(record).role === "tool" && results++ > 0) {
        assert.equal(JSON.stringify(predicted), JSON.stringify([record]));
      }
      writer.commit(record);
    }
  });

  it("names the provider and model of this machine", () => {
    const start: Entry = {
      kind: "event",
      id: "",
      parentId: null,
      time: null,
      event: "start",
      header: HEADER,
    };
    const [head] = written([start], { provider: "ollama", model: "qwen" });
    const { provider, model, messages: none } = Object(head);
    assert.deepEqual([provider, model, none], ["ollama", "qwen", []]);
  });

  it("says of a failure that the text does not tell", () => {
    const [, told] = written([
      say("assistant", { kind: "tool-call", callId: "c", name: "lookup", input: {}, use: null }),
      say("tool", result("nothing there", { isError: true })),
    ]);
    assert.deepEqual(told, {
      role: "tool",
      content: "nothing there",
      tool_call_id: "c",
      name: "lookup",
      isError: true,
    });
  });
});

describe("what Nanocoder's CLI leaves out", () => {
  /** A session of so many messages, with a result of so many characters, as it is converted. */
  async function losses(count: number, chars: number): Promise<string[]> {
    const folder = mkdtempSync(join(root, "long-"));
    const call = { id: "c", type: "function", function: { name: "Shell", arguments: "{}" } };
    const said = Array.from({ length: count - 2 }, (_, n) => ({
      role: n % 2 === 0 ? "user" : "assistant",
      content: `message ${n}`,
    }));
    const all = [
      { role: "_system_prompt", content: "" },
      ...said,
      { role: "assistant", content: "", tool_calls: [call] },
      { role: "tool", content: "x".repeat(chars), tool_call_id: "c" },
    ];
    const path = join(folder, "context.jsonl");
    writeFileSync(path, all.map((record) => `${JSON.stringify(record)}\n`).join(""));
    const to = { agent: nanocoder, path: join(folder, "there.json") };
    const done = await convertFile({ agent: kimiCli, path }, to);
    return done.losses
      .filter(({ code }) => code.endsWith("-cut-by-target"))
      .map(({ code, count: cut }) => `${code} ${cut}`);
  }

  it("is counted: the oldest of more than 1,000 messages, and the middle of a long result", async () => {
    assert.deepEqual(await losses(1000, 19_000), []);
    assert.deepEqual(await losses(1010, 19_000), ["history-cut-by-target 10"]);
    assert.deepEqual(await losses(10, 20_001), ["result-cut-by-target 1"]);
  });
});

describe("Nanocoder's tools", () => {
  it("reads and writes the same calls", () => {
    const natives: [string, Json][] = [
      ["execute_bash", { command: "ls" }],
      ["read_file", { path: "a" }],
      ["read_file", { path: "a", start_line: 2, end_line: 3 }],
      ["write_file", { path: "a", content: "" }],
      ["string_replace", { path: "a", old_str: "x", new_str: "" }],
      [
        "diff_edit",
        {
          path: "a",
          diff: "<<<<<<< SEARCH\none\n=======\n1\n>>>>>>> REPLACE\n<<<<<<< SEARCH\ntwo\n\n=======\n\n>>>>>>> REPLACE",
        },
      ],
      ["find_files", { pattern: "*.ts" }],
      ["search_file_contents", { query: "x", include: "*.ts", path: "src", caseSensitive: true }],
      ["list_directory", { path: "src" }],
      ["fetch_url", { url: "https://example.com" }],
      ["web_search", { query: "q" }],
      ["write_tasks", { tasks: [{ title: "a", status: "in_progress" }] }],
      ["agent", { subagent_type: "explore", description: "look" }],
      ["agent", { subagent_type: "explore", description: "look", prompt: "more" }],
      ["ask_user", { question: "which?", options: ["a", "b"], allowFreeform: false }],
    ];
    for (const [name, input] of natives) {
      const use = fromNative(name, input);
      assert.deepEqual(use && tools.toNative(use), { name, input, exact: true }, name);
    }
  });

  it("does not say what a call with other options means", () => {
    assert.equal(fromNative("read_file", { path: "a", metadata_only: true }), null);
    assert.equal(fromNative("list_directory", { path: "a", recursive: true }), null);
    assert.equal(fromNative("diff_edit", { path: "a", diff: "no blocks" }), null);
    assert.equal(fromNative("lookup", { q: "x" }), null);
    // It replaces a text that occurs once.
    const all = { tool: "edit" as const, path: "a", edits: [{ old: "x", new: "y", all: true }] };
    assert.equal(tools.toNative(all), null);
  });

  it("takes what a file or a command says of errors for what it is", () => {
    const use = fromNative("read_file", { path: "log.txt" });
    assert.equal(parseResult(use, result("Error: in the log")).isError, false);
    const run = fromNative("execute_bash", { command: "x" });
    const native = result("EXIT_CODE: 3\nout", {});
    const shared = parseResult(run, native);
    assert.deepEqual([shared.exitCode, shared.isError], [3, true]);
    assert.deepEqual(printResult(run, shared).content, native.content);
  });
});

describe("Nanocoder's store", () => {
  it("is where the CLI looks", () => {
    const env = { HOME: "/home/dev", APPDATA: "/a" };
    assert.equal(dataFolder(env, "linux"), "/home/dev/.local/share/nanocoder");
    assert.equal(dataFolder(env, "darwin"), "/home/dev/Library/Application Support/nanocoder");
    assert.equal(dataFolder(env, "win32"), "/a/nanocoder");
    assert.equal(dataFolder({ ...env, XDG_DATA_HOME: "/x" }, "linux"), "/x/nanocoder");
    assert.equal(dataFolder({ ...env, NANOCODER_DATA_DIR: "/d" }, "linux"), "/d");
    assert.deepEqual(settingsFolders("/p", env, "linux"), ["/p", "/home/dev/.config/nanocoder"]);
    assert.deepEqual(settingsFolders("/p", { NANOCODER_CONFIG_DIR: "/c" }), ["/c"]);
  });

  it("finds sessions by the names that the CLI opens, with and without an index", async () => {
    const home = mkdtempSync(join(root, "data-"));
    const id = "0a000000-0000-4000-8000-000000000001";
    const path = join(home, "sessions", `${id}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "{}");
    writeFileSync(join(home, "sessions", "sessions.json"), "no JSON");
    writeFileSync(join(home, "sessions", "notes.json"), "{}");
    assert.deepEqual(
      (await store.find(home)).map((found) => found.id),
      [id],
    );
  });

  it("writes an entry that the CLI does not remove as too old", () => {
    const [entry] =
      store.entries?.("/d", "/d/sessions", { ...HEADER, updatedAt: "2020-01-01T00:00:00Z" }) ?? [];
    const used = Date.parse(String(entry?.value.lastAccessedAt));
    assert.ok(Date.now() - used < 60_000);
    assert.equal(entry?.path, "/d/sessions/sessions.json");
  });

  it("takes provider and model from the CLI's preferences", () => {
    const env = { NANOCODER_CONFIG_DIR: mkdtempSync(join(root, "config-")) };
    assert.equal(store.facts?.("/d", "/p", env), null);
    const settings = { lastProvider: "ollama", lastModel: "qwen" };
    writeFileSync(
      join(env.NANOCODER_CONFIG_DIR, "nanocoder-preferences.json"),
      JSON.stringify(settings),
    );
    assert.deepEqual(store.facts?.("/d", "/p", env), { provider: "ollama", model: "qwen" });
  });

  it("starts the CLI on a session, without a prompt", () => {
    assert.deepEqual(
      launch.resumeArgs({ id: "ID", path: "", prompt: null, args: ["--mode", "plan"] }),
      ["--resume", "ID", "--mode", "plan"],
    );
    assert.equal(launch.resumesUnprompted, true);
  });
});
