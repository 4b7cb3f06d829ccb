import assert from "node:assert/strict";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { claudeCode } from "../../../src/agents/claude-code/index.ts";
import { kimi } from "../../../src/agents/kimi/index.ts";
import { kimiCli } from "../../../src/agents/kimi-cli/index.ts";
import { launch } from "../../../src/agents/kimi-cli/launch.ts";
import { folderName } from "../../../src/agents/kimi-cli/place.ts";
import { store } from "../../../src/agents/kimi-cli/store.ts";
import { fromNative, parseResult, printResult, tools } from "../../../src/agents/kimi-cli/tools.ts";
import { addEntry, noteEntry, removeEntry } from "../../../src/io/index-entry.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { reasoningAsText } from "../../../src/session/text.ts";
import type {
  Entry,
  Header,
  Json,
  Message,
  Part,
  TextPart,
  ToolResultPart,
} from "../../../src/session/types.ts";
import { convertFile } from "../../support/conversion.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const root = temporaryFolder();

it("returns a session whose last line has a record before Kimi CLI's own first one", async () => {
  const folder = mkdtempSync(join(root, "joined-"));
  const [path, there, back] = ["a", "b", "c"].map((name) => join(folder, `${name}.jsonl`));
  assert.ok(path && there && back);
  const said = '{"role":"assistant","content":"hello"}';
  const preface = '{"role": "_system_prompt", "content": "You are Kimi Code CLI."}';
  writeFileSync(path, `{"role":"_usage","token_count":5450}\n${said}${preface}\n`);
  await convertFile({ agent: kimiCli, path }, { agent: claudeCode, path: there });
  await convertFile({ agent: claudeCode, path: there }, { agent: kimiCli, path: back });
  assert.ok(readFileSync(back).equals(readFileSync(path)));
});

/** The records of every session of an agent's fixtures, by path. */
function recordsOf(pattern: string): Json[][] {
  return globSync(pattern, { cwd: FIXTURES }).map((path) =>
    readFileSync(join(FIXTURES, path), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
}

function context(variant: string): Json[] {
  return known(recordsOf(`kimi-cli/${variant}/.kimi/sessions/*/*/context.jsonl`)[0]);
}

function read(records: readonly Json[]): Entry[] {
  const reader = kimiCli.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function messages(records: readonly Json[]): Message[] {
  return read(records).filter((entry): entry is Message => entry.kind === "message");
}

const text = (words: string): TextPart => ({ kind: "text", text: words });

function say(role: Message["role"], ...parts: Part[]): Message {
  return { kind: "message", id: "", parentId: null, time: null, role, parts };
}

/** What the writer puts into a new file. */
function written(entries: readonly Entry[]): Json[] {
  const writer = kimiCli.writer({ seed: "s", cliVersion: null });
  return entries.flatMap((entry) => {
    writer.expect?.([entry], false);
    const records = writer.predict(entry);
    for (const record of records) writer.commit(record);
    return records;
  });
}

describe("reading", () => {
  it("gives prompts, reasoning, calls and results, and keeps the CLI's own prompt aside", () => {
    const all = messages(context("basic"));
    assert.equal(all[0]?.role, "system");
    assert.equal(all[0]?.scaffold, true);
    const said = all.filter(({ scaffold }) => !scaffold);
    assert.deepEqual(said[0]?.parts, [text("Show me the shop, please: Größe, 価格 🍐")]);
    const kinds = said[1]?.parts.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["reasoning", "text", "tool-call"]);
  });

  it("takes the words by which a result says that its tool failed for that alone", () => {
    const results = messages(context("basic")).flatMap(({ parts }) =>
      parts.filter((part) => part.kind === "tool-result"),
    );
    const failed = results.filter(({ isError }) => isError);
    assert.deepEqual(
      failed.map(({ exitCode, content }) => [exitCode, content]),
      [
        [3, [text("oops\n")]],
        [undefined, [text("`missing.txt` does not exist.")]],
        [undefined, [text("Tool `no_such_tool` not found")]],
      ],
    );
  });

  it("gives a compaction the summary, and what follows it stays", () => {
    const entries = read(context("compacted"));
    const at = entries.findIndex((one) => one.kind === "event" && one.event === "compaction");
    assert.ok(at >= 0);
    const rest = entries.slice(at + 1).filter((one) => one.kind === "message");
    assert.ok(rest.length > 0);
  });

  it("tells what the CLI says in the user's role from what the user says", () => {
    const user = (content: Json): Json => ({ role: "user", content });
    const [checkpoint, reminder, notification, own] = messages([
      user("<system>CHECKPOINT 3</system>"),
      user("<system-reminder>\nPlan mode is active. You\n</system-reminder>"),
      user('<notification id="1" category="task">\nDone\n</notification>'),
      user("What does <system>x</system> mean?"),
    ]);
    assert.equal(checkpoint?.scaffold, true);
    assert.equal(reminder?.scaffold, true);
    assert.equal(notification?.told, true);
    assert.equal(own?.told, undefined);
  });

  it("reads what tasks in the background came to, without the tags of a reminder", () => {
    const words =
      "Background tasks exceeded the 60s wait limit; stop was requested where possible:\n  - b1: MARK-TASK (kill requested)";
    const content = `<system-reminder>\n${words}\n</system-reminder>`;
    const [news] = messages([{ role: "user", content }]);
    assert.deepEqual([news?.scaffold, news?.told], [undefined, true]);
    assert.equal(news?.parts[0]?.kind === "text" && news.parts[0].text, words);
  });

  it("knows the tokens of the context", () => {
    assert.equal(kimiCli.contextTokens?.({ role: "_usage", token_count: 1280 }), 1280);
    assert.equal(kimiCli.contextTokens?.({ role: "user", content: "x" }), undefined);
  });
});

describe("Kimi Code and Kimi CLI", () => {
  it("do not claim each other's sessions", () => {
    const old = recordsOf("kimi-cli/*/.kimi/sessions/*/*/context.jsonl").flat();
    const now = recordsOf("kimi/*/.kimi-code/sessions/*/*/agents/*/wire.jsonl").flat();
    assert.ok(old.length > 50 && now.length > 50);
    assert.deepEqual(old.filter(kimi.recognises), []);
    assert.deepEqual(now.filter(kimiCli.recognises), []);
  });
});

describe("writing", () => {
  it("leaves out the system prompt, which the CLI adds, and puts a checkpoint before each step", () => {
    const records = written([
      say("system", text("the source's own prompt")),
      say("user", text("Hello")),
      say("assistant", text("Hi")),
    ]);
    assert.deepEqual(records, [
      { role: "_checkpoint", id: 0 },
      { role: "user", content: "Hello" },
      { role: "_checkpoint", id: 1 },
      { role: "assistant", content: "Hi" },
    ]);
  });

  it("joins reasoning that is text to the answer after it, and reads it as reasoning again", () => {
    const thought = reasoningAsText("Let me see");
    const records = written([say("assistant", text(thought), text("Here"))]);
    const answer = messages(records).find(({ role }) => role === "assistant");
    assert.deepEqual(answer?.parts, [{ kind: "reasoning", text: "Let me see" }, text("Here")]);
  });

  it("names the session in a file that is in no store", () => {
    const writer = kimiCli.writer({ seed: "s", cliVersion: null, form: "file" });
    const header = { ...emptyHeader("kimi-cli"), id: "one", cwd: "/home/dev/shop" };
    const place = { kind: "event", id: "", parentId: null, time: null } as const;
    const records = writer.predict({ ...place, event: "start", header });
    const reader = kimiCli.reader();
    for (const record of records) reader.read(record, 0);
    assert.equal(reader.header().id, "one");
    assert.equal(reader.header().cwd, "/home/dev/shop");
    assert.ok(records.every((record) => kimiCli.recognises(record)));
  });
});

describe("tools", () => {
  it("say the same there and back", () => {
    const calls: [string, Json][] = [
      ["Shell", { command: "ls", timeout: 5 }],
      ["ReadFile", { path: "a", line_offset: 3, n_lines: 4 }],
      ["WriteFile", { path: "a", content: "b" }],
      ["StrReplaceFile", { path: "a", edit: { old: "b", new: "c", replace_all: true } }],
      [
        "StrReplaceFile",
        {
          path: "a",
          edit: [
            { old: "b", new: "c" },
            { old: "d", new: "e" },
          ],
        },
      ],
      ["Glob", { pattern: "*.ts", directory: "src" }],
      ["Grep", { pattern: "x", path: "src", glob: "*.ts" }],
      ["SetTodoList", { todos: [{ title: "a", status: "done" }] }],
      ["Agent", { description: "d", prompt: "p", subagent_type: "coder" }],
      ["FetchURL", { url: "https://example.com" }],
      ["SearchWeb", { query: "x" }],
      ["ReadMediaFile", { path: "a.png" }],
    ];
    for (const [name, input] of calls) {
      const use = fromNative(name, input);
      assert.ok(use, name);
      assert.deepEqual(tools.toNative(use), { name, input, exact: true });
    }
  });

  it("stay the agent's own where an option says more", () => {
    assert.equal(fromNative("Shell", { command: "x", run_in_background: true }), null);
    assert.equal(fromNative("ReadFile", { path: "a", line_offset: -5 }), null);
    assert.equal(fromNative("WriteFile", { path: "a", content: "b", mode: "append" }), null);
    assert.equal(fromNative("Grep", { pattern: "x", output_mode: "content" }), null);
  });

  it("word results as the CLI does, and read them again", () => {
    const execute = fromNative("Shell", { command: "ls" });
    const result = (more: Partial<ToolResultPart>, ...content: TextPart[]): ToolResultPart => ({
      kind: "tool-result",
      callId: "c",
      isError: false,
      content,
      ...more,
    });
    const worded: [ToolResultPart, string[]][] = [
      [result({}, text("out")), ["<system>Command executed successfully.</system>", "out"]],
      [result({}), ["<system>Command executed successfully.</system>"]],
      [
        result({ isError: true, exitCode: 3 }, text("oops")),
        ["<system>ERROR: Command failed with exit code: 3.</system>", "oops"],
      ],
      [result({ isError: true }, text("killed")), ["<system>ERROR: killed</system>"]],
    ];
    // Without content, OpenAI's API refuses the message.
    const nothing = printResult(null, result({}));
    assert.deepEqual(nothing.content, [text("<system>Tool output is empty.</system>")]);
    assert.deepEqual(parseResult(null, nothing), result({}));
    assert.deepEqual(printResult(null, result({}, text(" "))).content, nothing.content);
    for (const [shared, texts] of worded) {
      const printed = printResult(execute, shared);
      assert.deepEqual(printed.content, texts.map(text));
      const { content } = printed;
      const again = { kind: "tool-result", callId: "c", isError: false, content } as const;
      assert.deepEqual(parseResult(execute, again), shared);
    }
  });
});

describe("the store", () => {
  const header = (id: string, more: Partial<Header> = {}): Header => ({
    ...emptyHeader("kimi-cli"),
    id,
    cwd: "/home/dev/shop",
    ...more,
  });

  /** A copy of a fixture's ~/.kimi. */
  function home(variant: string): string {
    const folder = mkdtempSync(join(root, "kimi-"));
    cpSync(join(FIXTURES, "kimi-cli", variant, ".kimi"), folder, { recursive: true });
    return folder;
  }

  it("has the sessions of each project, with the folder that kimi.json names", async () => {
    const sessions = join(home("basic"), "sessions");
    const [one, ...more] = await store.find(sessions);
    assert.ok(one && more.length === 0);
    assert.equal(one.id, "4573828c-b51d-49bd-9de7-16e139dc0db7");
    assert.equal(one.summary?.cwd, "/home/dev/shop");
    const told = { cwd: null, cwds: [], worktree: null };
    assert.equal(store.folder?.(one.path, told), "/home/dev/shop");
    assert.equal(store.pathFor(sessions, header(one.id), {}), one.path);
    // What the CLI made of the first prompt is no title.
    assert.equal(store.title?.(one.path), null);
  });

  it("also has those of versions that had no folder for each", async () => {
    const sessions = join(home("basic"), "sessions");
    const bucket = join(sessions, folderName("/home/dev/shop"));
    writeFileSync(join(bucket, "old-one.jsonl"), '{"role":"user","content":"x"}\n');
    const ids = (await store.find(sessions)).map(({ id }) => id);
    assert.ok(ids.includes("old-one"), String(ids));
  });

  it("follows the variable that moves it", () => {
    assert.deepEqual(store.roots({ HOME: "/h" }), ["/h/.kimi/sessions"]);
    assert.deepEqual(store.roots({ HOME: "/h", KIMI_SHARE_DIR: "/k" }), ["/k/sessions"]);
  });

  it("lists a project in kimi.json, once, and no longer when its last session is gone", () => {
    const folder = mkdtempSync(join(root, "kimi-"));
    const sessions = join(folder, "sessions");
    const index = join(folder, "kimi.json");
    const before = `{\n  "work_dirs": [\n    {\n      "path": "/other",\n      "kaos": "local",\n      "last_session_id": null\n    }\n  ]\n}`;
    writeFileSync(index, before);
    const path = store.pathFor(sessions, header("one"), {});
    const [entry, ...more] = store.entries?.(sessions, path, header("one")) ?? [];
    assert.ok(entry && more.length === 0);
    const noted = noteEntry(entry);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{"role":"user","content":"x"}\n');
    assert.ok(launch.hindrance?.({ id: "one", path }));
    addEntry(noted);
    assert.equal(launch.hindrance?.({ id: "one", path }), null);
    assert.deepEqual(store.entries?.(sessions, path, header("two")), []);
    // While the project has sessions, the CLI needs the entry.
    removeEntry(noted);
    assert.equal(launch.hindrance?.({ id: "one", path }), null);
    const elsewhere = { ...noted, neededBy: join(sessions, "gone") };
    removeEntry(elsewhere);
    assert.equal(readFileSync(index, "utf8"), before);
  });

  it("gives a session its title, and none to one that has none", () => {
    const path = "/k/sessions/x/one/context.jsonl";
    assert.deepEqual(store.companions?.("/k/sessions", path, header("one")), []);
    const [state] = store.companions?.("/k/sessions", path, header("one", { title: "Mine" })) ?? [];
    assert.equal(state?.path, "/k/sessions/x/one/state.json");
    assert.equal(JSON.parse(state?.text ?? "").custom_title, "Mine");
  });

  it("knows a subagent by its place", () => {
    const path = "/k/sessions/x/one/subagents/a147e86d3/context.jsonl";
    assert.deepEqual(store.identity?.(path), { id: "one.a147e86d3", parent: "one" });
    assert.equal(store.folder?.(path, { cwd: null, cwds: [], worktree: null }), null);
  });
});
