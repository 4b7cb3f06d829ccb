import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { continueCli } from "../../../src/agents/continue/index.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/continue/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { linesOf } from "../../../src/convert/read/open.ts";
import { refusePrompt } from "../../../src/core/start.ts";
import { Input } from "../../../src/io/input.ts";
import { isFrame } from "../../../src/lossless/document.ts";
import { isObject } from "../../../src/session/json.ts";
import type { Entry, Header, Json, Part, ToolUse } from "../../../src/session/types.ts";
import { HEADER } from "../../support/entries.ts";
import { fixture, fixtures } from "../../support/fixtures.ts";

function recordsIn(path: string): Json[] {
  const input = new Input(path);
  const lines = linesOf(input)?.toString("utf8") ?? readFileSync(path, "utf8");
  input.close();
  return lines
    .trimEnd()
    .split("\n")
    .map((line): Json => JSON.parse(line))
    .filter((record) => !isFrame(record));
}

function records(variant: string): Json[] {
  return recordsIn(fixture(`continue/${variant}`).path);
}

function read(all: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = continueCli.reader();
  const entries = all.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.told ? `(${part.text})` : part.text;
    case "reasoning":
      return `~${part.text}`;
    case "tool-call":
      return `${part.name}:${part.use?.tool ?? "?"}`;
    case "tool-result": {
      const code = part.exitCode === undefined ? "" : `[${part.exitCode}]`;
      return `${part.isError ? "!" : ""}${code}=${part.content.map(brief).join()}`;
    }
    case "image":
      return part.mediaType;
    case "file":
      return part.name ?? "file";
    case "other":
      return part.text;
    case "unread":
      return `-${part.reason}`;
  }
}

function conversation(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "message") return [`${entry.role}: ${entry.parts.map(brief).join(" | ")}`];
    return entry.event === "compaction" ? [`compaction: ${entry.summary}`] : [];
  });
}

/** Written anew from its entries, as the target's records. */
function written(entries: readonly Entry[]): Json[] {
  const writer = continueCli.writer({ seed: "test", cliVersion: null });
  writer.expect?.(entries, false);
  return entries.flatMap((entry) => {
    const predicted = writer.predict(entry);
    for (const record of predicted) writer.commit(record);
    return predicted;
  });
}

describe("continue", () => {
  it("reads calls with their results, which stand in one item", () => {
    const { entries, header } = read(records("tools"));
    assert.deepEqual(conversation(entries).slice(0, 7), [
      "user: MARK-U1 Try your tools, please.",
      "assistant: MARK-A1 First a plan. | Checklist:todo",
      "tool: =Task list status:\n- [x] MARK-TODO-1 look around\n- [ ] MARK-TODO-2 change a line",
      "assistant: MARK-A2 Two at once. | List:list | Search:search",
      "tool: =Files in /home/dev/shop:\n.git (directory)\nhello.txt (file, 20 bytes) | !=Tool Search not found",
      "assistant: MARK-A3 | Read:read",
      "tool: =Hello from the lab.\n",
    ]);
    assert.ok(
      conversation(entries).some((line) => line.startsWith("tool: ![4]=MARK-ERR\n | =MARK-QUIET")),
    );
    const { id, title, cwd, model } = header;
    assert.equal(id, "412f06f0-cf72-45c2-ae48-7b289da56e63");
    assert.deepEqual([title, cwd, model], [null, "/home/dev/shop", "chat-lab"]);
  });

  it("reads what the CLI sends of a call that was broken off, denied, or never answered", () => {
    const toolLines = (variant: string) =>
      conversation(read(records(variant)).entries).filter((line) => line.startsWith("tool:"));
    assert.deepEqual(toolLines("interrupted"), ["tool: !=MARK-OUT\n"]);
    assert.deepEqual(toolLines("denied"), ["tool: !=Permission denied by user"]);
    assert.ok(toolLines("editor").includes("tool: !=Tool cancelled"));
  });

  it("reads a command that the user typed as theirs", () => {
    const { entries } = read(records("shell"));
    assert.deepEqual(conversation(entries).slice(0, 3), [
      "user: !echo MARK-SHELL-OUT",
      "assistant: Bash:execute",
      "tool: =MARK-SHELL-OUT\n",
    ]);
    assert.equal(entries.length, read(written(entries)).entries.length);
  });

  it("reads files that a message mentions as told, not as said", () => {
    assert.deepEqual(conversation(read(records("context")).entries).slice(0, 1), [
      'user: (<context name="hello.txt">\nHello from the lab.\n\n</context>) | MARK-U1 What is in @hello.txt  please?',
    ]);
  });

  it("names what is mentioned beside an answer or a result, which the CLI does not send", () => {
    const beside = (message: Json): Json => ({
      message,
      contextItems: [{ name: "n", content: "c" }],
    });
    const all = [
      beside({ role: "assistant", content: "a" }),
      beside({ role: "tool", content: "b", toolCallId: "c1" }),
      beside({ role: "thinking", content: "t" }),
    ];
    assert.deepEqual(conversation(read(all).entries), [
      "assistant: a | -unsent",
      "tool: =b,-unsent",
      "assistant: ~t | -unsent",
    ]);
    const summary = { message: { role: "assistant", content: "s" }, conversationSummary: "s" };
    const entries = read([{ ...summary, contextItems: [{ name: "n" }] }]).entries;
    assert.deepEqual(
      entries.map((entry) => entry.kind === "event" && entry.event),
      ["compaction", "unread"],
    );
  });

  it("reads a summary as a compaction, wherever it stands", () => {
    assert.deepEqual(conversation(read(records("compact")).entries), [
      "compaction: MOCK-DONE: nothing more is scripted.",
      "user: MARK-AFTER-COMPACT",
      "assistant: MARK-RESUMED-OK",
    ]);
    // The extensions for editors put it beside an answer.
    const item = (role: string, content: string, more = {}): Json => ({
      message: { role, content },
      contextItems: [],
      ...more,
    });
    const beside = [
      item("user", "a"),
      item("assistant", "b", { conversationSummary: "a, b" }),
      item("user", "c"),
    ];
    const said = ["user: a", "assistant: b", "compaction: a, b", "user: c"];
    assert.deepEqual(conversation(read(beside).entries), said);
  });

  it("reads sessions of the extensions for editors", () => {
    const { entries, header } = read(records("editor"));
    const said = conversation(entries);
    assert.equal(header.cwd, "/home/dev/my shop");
    assert.equal(header.title, "MARK-TITLE of an editor's session");
    // Beside an image the CLI sends no context.
    assert.ok(said.includes("user: -unsent | MARK-U1 What is this? | image/png"), said.join("\n"));
    assert.ok(said.includes("assistant: ~MARK-R1 I wonder."));
    assert.ok(
      said.includes(
        "assistant: ~MARK-R2 Reasoning beside it. | MARK-A1 I read it. | read_file:read | run_terminal_command:execute",
      ),
    );
    assert.ok(said.includes("tool: =MARK-O1 const a = 1; | =MARK-O2 ok\nMARK-O3 and more"));
  });

  it("writes what it reads", () => {
    for (const variant of ["basic", "tools", "anthropic", "mcp", "context", "denied", "compact"]) {
      const { entries } = read(records(variant));
      assert.deepEqual(
        conversation(read(written(entries)).entries),
        conversation(entries),
        variant,
      );
    }
  });

  it("writes an item with all keys that the CLI gives it", () => {
    const own = records("tools");
    const again = written(read(own).entries);
    const keysOf = (record: Json | undefined) => (isObject(record) ? Object.keys(record) : []);
    assert.deepEqual(again.map(keysOf), own.map(keysOf));
  });

  it("knows all that its CLI wrote", () => {
    for (const { path, name } of fixtures) {
      if (!name.startsWith("continue/") || name.startsWith("continue/drift/")) continue;
      for (const record of recordsIn(path)) {
        assert.ok(continueCli.recognises(record), name);
        assert.deepEqual(unknowns(record, continueCli.known ?? true), [], name);
      }
    }
  });

  it("has its tools in both directions", () => {
    const uses: ToolUse[] = [
      { tool: "execute", command: "ls", timeoutMs: 20_000 },
      { tool: "read", path: "/a" },
      { tool: "write", path: "/a", content: "x" },
      { tool: "edit", path: "/a", edits: [{ old: "a", new: "b", all: true }] },
      {
        tool: "edit",
        path: "/a",
        edits: [
          { old: "a", new: "b" },
          { old: "c", new: "d" },
        ],
      },
      { tool: "search", pattern: "a", path: "/b", glob: "*.ts" },
      { tool: "list", path: "/a" },
      { tool: "fetch", url: "https://example.com" },
      { tool: "todo", items: [{ text: "one", status: "completed" }] },
      { tool: "subagent", prompt: "p", description: "d", type: "helper" },
    ];
    for (const use of uses) {
      const native = continueCli.tools.toNative(use);
      assert.ok(native?.exact, use.tool);
      assert.deepEqual(fromNative(native.name, native.input), use);
    }
    // Read takes whole files only.
    const part = continueCli.tools.toNative({ tool: "read", path: "/a b", offset: 3, limit: 4 });
    assert.deepEqual(part, {
      name: "Bash",
      input: { command: "sed -n 3,6p '/a b'" },
      exact: false,
    });
  });

  it("takes the words of its tools off a result, and puts them back", () => {
    const text = (words: string) => [{ kind: "text" as const, text: words }];
    const cases: [ToolUse, string, boolean][] = [
      [{ tool: "read", path: "/a" }, "Content of /a:\nx", false],
      [
        { tool: "execute", command: "x" },
        "Error executing tool Bash: Error (exit code 3): no",
        true,
      ],
    ];
    for (const [use, words, isError] of cases) {
      const result = { kind: "tool-result" as const, callId: "c", isError, content: text(words) };
      const parsed = parseResult(use, result);
      assert.notDeepEqual(parsed.content, result.content);
      assert.deepEqual(printResult(use, parsed).content, result.content);
    }
  });

  it("keeps pieces of a carry in the item before them", () => {
    const [form] = continueCli.documents ?? [];
    const own = records("basic");
    const piece = (part: number): Json => ({ segueCarry: { part, parts: 2, data: "AAAA" } });
    const all = [...own, piece(0), piece(1)];
    const document = form?.document(all) ?? null;
    assert.ok(isObject(document) && Array.isArray(document.history));
    assert.equal(document.history.length, own.length - 1);
    assert.deepEqual(form?.records(document), all);
    assert.deepEqual(form?.records(form.document(own)), own);
  });
});

describe("continue's store", () => {
  const home = mkdtempSync(join(tmpdir(), "segue-continue-"));
  after(() => rmSync(home, { recursive: true, force: true }));
  const folder = join(home, ".continue/sessions");
  const { store, launch } = continueCli;

  it("finds sessions by their files, and their times in the index", async () => {
    const { path } = fixture("continue/basic");
    mkdirSync(folder, { recursive: true });
    for (const name of ["d0491e9b-df93-47cc-8640-f46bc2bfd5b1.json", "sessions.json"]) {
      writeFileSync(join(folder, name), readFileSync(join(dirname(path), name)));
    }
    const [root = ""] = store.roots({ HOME: home });
    const found = await store.find(root);
    assert.deepEqual(
      found.map(({ id, path: at, summary }) => [id, at, summary?.createdAt]),
      [["d0491e9b-df93-47cc-8640-f46bc2bfd5b1", folder, "2026-11-21T04:01:07.869Z"]],
    );
    assert.deepEqual(await store.find("/nowhere/at/all"), []);
    assert.deepEqual(store.roots({ HOME: home, CONTINUE_GLOBAL_DIR: "/x" }), ["/x"]);
    assert.equal(store.pathFor(root, { ...HEADER, id: "abc" }, {}), folder);
  });

  it("holds its own folder, and none of another agent's that has an index of this name", () => {
    const { database } = store;
    assert.equal(database?.holds(folder), true);
    const other = join(home, ".other/sessions");
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, "sessions.json"), '{"agent:main:main":{"sessionId":"a"}}');
    assert.equal(database?.holds(other), false);
    writeFileSync(join(other, "sessions.json"), '[\n  {\n    "sessionId": "a"\n  }\n]');
    assert.equal(database?.holds(other), true);
  });

  it("replaces a session only by what follows from it", () => {
    const { database } = store;
    const id = "d0491e9b-df93-47cc-8640-f46bc2bfd5b1";
    const file = join(folder, `${id}.json`);
    const bytes = readFileSync(file);
    const lines = database?.read(folder, id) ?? [];
    const more = [...lines, '{"message":{"role":"user","content":"more"},"contextItems":[]}'];
    chmodSync(file, 0o644);
    database?.replace(folder, id, lines, more);
    assert.deepEqual(database?.read(folder, id), more);
    if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o644);
    assert.throws(() => database?.replace(folder, id, lines, more), /changed in the meantime/);
    database?.replace(folder, id, more, lines);
    assert.deepEqual(readFileSync(file), bytes);
    assert.throws(() => database?.replace(folder, "other", null, lines), /another session/);
    assert.throws(() => database?.replace(folder, id, null, lines), /already exists/);
  });

  it("starts on the session whose file is the newest, and makes it that", () => {
    const id = "d0491e9b-df93-47cc-8640-f46bc2bfd5b1";
    const session = { id, path: `${folder}#${id}` };
    launch.prepare?.(session);
    assert.ok(statSync(join(folder, `${id}.json`)).mtimeMs > Date.now());
    const command = launch.resumeArgs({ ...session, prompt: null, args: ["--auto"] });
    assert.deepEqual(command, ["--resume", "--auto"]);
  });

  it("starts on none with a prompt, which would be saved over it", () => {
    const start = (...args: string[]) =>
      launch.resumeArgs({ id: "a", path: "/a", prompt: null, args });
    assert.throws(() => refusePrompt(continueCli, "hello"), /cannot be given a prompt/);
    for (const args of [
      ["hello"],
      ["--", "x"],
      ["--prompt", "x"],
      ["--agent=x"],
      ["--auto", "x"],
    ]) {
      assert.throws(() => start(...args), /would overwrite/, args.join(" "));
    }
    assert.deepEqual(start("--config", "x.yaml", "-p", "hello").length, 5);
    assert.deepEqual(start("--config", "x.yaml"), ["--resume", "--config", "x.yaml"]);
  });
});
