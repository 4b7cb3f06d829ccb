/** The tasks of Cline's extension before 4.1, and of CLI 2; what they share with Roo Code's is in roo.test.ts. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { cline } from "../../../src/agents/cline/index.ts";
import { fromNative } from "../../../src/agents/shared/tasks/tools.ts";
import { hostOf } from "../../../src/io/host.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import { array, member } from "../../../src/session/json.ts";
import type { Entry, JsonObject, Message } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/cline");
const folder = temporaryFolder();
const database = known(cline.store.database);
const EXTENSION = ".config/Code/User/globalStorage/saoudrizwan.claude-dev";
const ID = "1795947783303";
let folders = 0;

/** A home folder with the extension's tasks, to be written to. */
function storeOf() {
  const home = join(folder, String(++folders));
  cpSync(join(FIXTURES, "task-store"), home, { recursive: true });
  const root = join(home, EXTENSION, "tasks");
  const list = join(home, EXTENSION, "state/taskHistory.json");
  const rootsOf = () => cline.store.roots({ HOME: home }, hostOf({ HOME: home }, "linux"));
  return { home, root, list, rootsOf, lines: known(database.read(root, ID)) };
}

function filesIn(root: string): { [path: string]: string } {
  const names = readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(path, "utf8")]));
}

function entriesIn(path: string): Entry[] {
  const reader = cline.reader();
  const lines = readFileSync(join(FIXTURES, path, "session.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  return lines.flatMap((line, at) => reader.read(parseValue(line) ?? null, at));
}

function messagesIn(path: string): Message[] {
  return entriesIn(path).filter((entry) => entry.kind === "message");
}

function line(message: JsonObject): string {
  return JSON.stringify({ cline: message });
}

describe("cline: tasks, as they are read", () => {
  const messages = messagesIn("task-rows");
  const parts = messages.flatMap((one) => one.parts);

  it("title, folder, model and tokens", () => {
    const [start] = entriesIn("task-rows");
    const header = start?.kind === "event" && start.event === "start" ? start.header : null;
    assert.equal(header?.title, "Why is the total of the cart wrong? ünïcødé 日本語 🎉");
    assert.equal(header.cwd, "/home/dev/shop");
    const answer = known(messages.find(({ role }) => role === "assistant"));
    assert.equal(answer.model, "claude-opus-5-5");
    assert.deepEqual(answer.usage, { input: 2110, output: 202, cacheRead: 1100, cacheWrite: 0 });
  });

  it("calls, results, images, and reasoning, also where it is beside a block", () => {
    const calls = parts.filter((part) => part.kind === "tool-call");
    assert.deepEqual(
      calls.map(({ use }) => use?.tool ?? null),
      ["read", "execute", "edit", "search", "mcp", null, "ask", "write"],
    );
    const reasoning = parts.flatMap((part) => (part.kind === "reasoning" ? [part.text] : []));
    assert.deepEqual(reasoning, [
      "I look at the cart first.",
      "It counts the items.",
      "Nothing about a discount.",
    ]);
    assert.equal(parts.filter(({ kind }) => kind === "image").length, 1);
  });

  it("what was typed: first, after a completion, and to resume", () => {
    const typed = messages
      .filter(({ role, scaffold }) => role === "user" && scaffold !== true)
      .flatMap((one) => one.parts)
      .flatMap((part) => (part.kind === "text" && part.told !== true ? [part.text] : []));
    assert.deepEqual(typed, [
      "Why is the total of the cart wrong? ünïcødé 日本語 🎉",
      "And the discount?",
      "Make it ten percent.",
    ]);
  });

  it("what the extension says beside the first words is not the user's", () => {
    const reader = cline.reader();
    const own = "\n# task_progress RECOMMENDED\n\nWhen starting a new task";
    const content = ["<task>\nHi\n</task>", own].map((text) => ({ type: "text", text }));
    const [message] = reader.read({ cline: { role: "user", content } }, 0);
    assert.deepEqual(message?.kind === "message" && message.parts, [
      { kind: "text", text: "Hi" },
      { kind: "text", text: own, told: true },
    ]);
  });

  it("as CLI 2.18.0 wrote them", () => {
    const all = messagesIn("task-cli-2");
    const typed = all
      .filter(({ role, scaffold }) => role === "user" && scaffold !== true)
      .flatMap((one) => one.parts)
      .flatMap((part) => (part.kind === "text" && part.told !== true ? [part.text] : []));
    assert.deepEqual(typed, ["Read notes.txt MARK-FIRST please"]);
    const calls = all.flatMap((one) => one.parts).filter((part) => part.kind === "tool-call");
    assert.deepEqual(
      calls.map(({ name, use }) => [name, use?.tool]),
      [
        ["read_file", "read"],
        ["attempt_completion", undefined],
      ],
    );
    assert.ok(all.some(({ model, usage }) => model === "gpt-5" && usage?.cacheRead === 300));
  });

  it("messages that were taken out of what is sent are hidden; calls in XML are the text that they are", () => {
    const hidden = entriesIn("task-cut").filter(
      (one) => one.kind === "event" && one.event === "hide",
    );
    assert.equal(hidden.length, 2);
    const [, , answer] = messagesIn("task-tags");
    assert.match(JSON.stringify(answer?.parts), /<list_files>/);
  });

  it("its tools", () => {
    const arguments_ = '{"url":"http://x"}';
    const mcp = { server_name: "web", tool_name: "get", arguments: arguments_ };
    assert.deepEqual(fromNative("use_mcp_tool", mcp), {
      tool: "mcp",
      server: "web",
      name: "get",
      input: { url: "http://x" },
    });
    assert.equal(fromNative("use_mcp_tool", { ...mcp, arguments: "not JSON" }), null);
    assert.deepEqual(fromNative("read_file", { path: "a", start_line: 3, end_line: 5 }), {
      tool: "read",
      path: "a",
      offset: 3,
      limit: 3,
    });
  });
});

describe("cline: the store of tasks", () => {
  it("comes after that of sessions, unless nothing newer has run", async () => {
    const { home, root, rootsOf } = storeOf();
    const own = join(home, ".cline/data/sessions");
    assert.deepEqual(rootsOf(), [root, own]);
    mkdirSync(own, { recursive: true });
    assert.deepEqual(rootsOf(), [own, root]);
    const [found] = await cline.store.find(root);
    assert.equal(found?.summary?.model, "claude-opus-5-5");
    assert.equal(found.agent, "cline");
    const path = join(root, ID, "api_conversation_history.json");
    assert.equal(cline.store.whole?.(path), `${root}#${ID}`);
    const hindrance = cline.launch.hindrance?.({ id: ID, path: `${root}#${ID}` });
    assert.match(hindrance?.how ?? "", /history in the editor/);
  });

  it("is also in other editors, on other systems, and where CLI 2 has it", async () => {
    const { home, root, rootsOf } = storeOf();
    const cursor = join(home, ".config/Cursor/User/globalStorage/saoudrizwan.claude-dev");
    const remote = join(home, ".vscode-server/data/User/globalStorage/saoudrizwan.claude-dev");
    const data = join(home, ".cline/data");
    for (const to of [cursor, remote, data]) cpSync(dirname(root), to, { recursive: true });
    const all = [root, join(cursor, "tasks"), join(remote, "tasks"), join(data, "tasks")];
    assert.deepEqual(new Set(rootsOf()), new Set([...all, join(data, "sessions")]));
    for (const one of all) assert.ok(database.holds(one), one);
    // What 4.1 has continued is a session.
    const moved = join(data, "sessions", ID);
    mkdirSync(moved, { recursive: true });
    writeFileSync(join(moved, `${ID}.messages.json`), "{}");
    assert.deepEqual(await cline.store.find(join(data, "tasks")), []);
    assert.equal((await cline.store.find(root)).length, 1);
    const windows = { USERPROFILE: "C:\\Users\\dev" };
    const [first = ""] = cline.store.roots(windows, hostOf(windows, "win32"));
    assert.match(first, /sessions$/);
  });

  it("CLI 2 opens those in its own folder, as long as CLI 3 has not run", () => {
    const { home, root } = storeOf();
    const data = join(home, ".cline/data");
    cpSync(dirname(root), data, { recursive: true });
    const path = `${join(data, "tasks")}#${ID}`;
    assert.equal(cline.launch.hindrance?.({ id: ID, path }), null);
    const request = { id: ID, path, cwd: null, prompt: null, args: ["-y"] };
    assert.deepEqual(cline.launch.resumeArgs(request), ["-T", ID, "-y"]);
    mkdirSync(join(data, "settings"), { recursive: true });
    writeFileSync(join(data, "settings/providers.json"), "{}");
    assert.match(cline.launch.hindrance?.({ id: ID, path })?.how ?? "", /another agent/);
  });

  it("what is shown has a time of its own each, as Cline's screen needs it", () => {
    const { root, list, lines } = storeOf();
    const ts = 1795947900000;
    const call = (id: string) => ({
      type: "tool_use",
      id,
      name: "list_files",
      input: { path: id },
    });
    const answer = line({ role: "assistant", content: [call("a"), call("b"), call("c")], ts });
    const now = [...database.renamed(lines, "new"), answer, answer];
    database.replace(root, "new", null, now);
    const timesIn = () => {
      const screen = array(parseValue(readFileSync(join(root, "new/ui_messages.json"), "utf8")));
      return screen.map((one) => Number(member(one, "ts")));
    };
    assert.ok(timesIn().every((time, at, all) => at === 0 || time > (all[at - 1] ?? 0)));
    database.replace(root, "new", now, [...now, answer]);
    assert.ok(timesIn().every((time, at, all) => at === 0 || time > (all[at - 1] ?? 0)));
    database.replace(root, "new", [...now, answer], now);
    assert.deepEqual(database.read(root, "new"), now);
    assert.ok(existsSync(list));
  });

  it("a task is found by each of its files", () => {
    const { root } = storeOf();
    for (const name of ["api_conversation_history.json", "ui_messages.json"]) {
      assert.equal(cline.store.whole?.(join(root, ID, name)), `${root}#${ID}`);
    }
    assert.equal(cline.store.whole?.(join(root, ID, "task_metadata.json")), null);
  });

  it("turns are added, and taken back to the byte", () => {
    const { home, root, lines } = storeOf();
    const before = filesIn(home);
    const said = {
      role: "user",
      content: [{ type: "text", text: "<feedback>\nMore?\n</feedback>" }],
    };
    const after = [...lines, line({ ...said, ts: 1795947900000 })];
    database.replace(root, ID, lines, after);
    assert.deepEqual(database.read(root, ID), after);
    database.replace(root, ID, after, lines);
    assert.deepEqual(filesIn(home), before);
  });

  it("a new task is in the list, with what it must have, and is gone without a trace", () => {
    const { home, root, list, lines } = storeOf();
    const before = filesIn(home);
    const now = database.renamed(lines, "1795947999999");
    database.replace(root, "1795947999999", null, now);
    assert.deepEqual(database.read(root, "1795947999999"), now);
    const item = array(parseValue(readFileSync(list, "utf8"))).at(-1);
    assert.equal(member(item, "id"), "1795947999999");
    // The extension's own list leaves out what has no time or no name.
    assert.ok(member(item, "ts") && member(item, "task"));
    assert.equal(member(item, "ulid"), undefined);
    assert.equal(existsSync(join(root, "1795947999999/history_item.json")), false);
    database.replace(root, "1795947999999", now, null);
    assert.deepEqual(filesIn(home), before);
  });

  it("without a list, there is no new task", () => {
    const { root, list, lines } = storeOf();
    rmSync(list);
    const now = database.renamed(lines, "new");
    assert.throws(() => database.replace(root, "new", null, now), /no list of its tasks/);
    assert.deepEqual(readdirSync(root), [ID]);
    writeFileSync(list, "[{");
    assert.throws(() => database.replace(root, "new", null, now));
    assert.deepEqual(readdirSync(root), [ID]);
  });
});

describe("cline: tasks, as they are written", () => {
  it("with the extension's tools, and thinking that is left out where it must be", () => {
    const writer = cline.writer({ seed: "s", cliVersion: null, facts: { form: "task" } });
    const place = { id: "a", parentId: null, time: null };
    const use = { tool: "execute", command: "ls" } as const;
    const input = { commands: ["ls"] };
    const call = { kind: "tool-call", callId: "c", name: "run_commands", input, use } as const;
    const reasoning = { kind: "reasoning", text: "Look." } as const;
    const said = { kind: "text", text: "Hi" } as const;
    const user: Entry = { kind: "message", ...place, role: "user", parts: [said] };
    assert.deepEqual(writer.predict(user), [
      { cline: { role: "user", content: [{ type: "text", text: "<task>\nHi\n</task>" }], ts: 0 } },
    ]);
    const answer: Entry = {
      kind: "message",
      ...place,
      role: "assistant",
      parts: [reasoning, call],
    };
    const [record] = writer.predict(answer);
    assert.deepEqual(member(member(record, "cline"), "content"), [
      { type: "thinking", thinking: "Look.", signature: "" },
      {
        type: "tool_use",
        id: "c",
        name: "execute_command",
        input: { command: "ls", requires_approval: false },
      },
    ]);
  });
});
