import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { claudeCode } from "../../../src/agents/claude-code/index.ts";
import { droid } from "../../../src/agents/droid/index.ts";
import { parseResult, printResult } from "../../../src/agents/droid/results.ts";
import { folderName } from "../../../src/agents/droid/store.ts";
import { fromNative } from "../../../src/agents/droid/tools.ts";
import { refusePrompt } from "../../../src/core/start.ts";
import type {
  Entry,
  Json,
  Message,
  Part,
  ToolResultPart,
  ToolUse,
} from "../../../src/session/types.ts";
import { HEADER } from "../../support/entries.ts";
import { fixtures } from "../../support/fixtures.ts";

const OPTIONS = { seed: "test", cliVersion: null };

/** Of several files the last one. */
function records(variant: string): Json[] {
  const path = fixtures.findLast(({ name }) => name.startsWith(`droid/${variant}/`))?.path;
  assert.ok(path, variant);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function read(all: readonly Json[]): Entry[] {
  const reader = droid.reader();
  return all.flatMap((record, at) => reader.read(record, at));
}

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text.split("\n")[0] ?? "";
    case "reasoning":
      return `(${part.text}${part.seal === undefined ? "" : " sealed"})`;
    case "tool-call":
      return `${part.name}:${part.use?.tool}`;
    case "tool-result":
      return `${part.isError ? "!" : ""}=${part.content.map(brief).join()}`;
    case "image":
      return part.mediaType;
    case "file":
      return `[${part.name}]`;
    case "other":
      return part.text;
    case "unread":
      return `-${part.type}`;
  }
}

function told(entry: Entry): string {
  if (entry.kind === "event") return `# ${entry.event}`;
  const marks = `${entry.scaffold ? " (scaffold)" : ""}${entry.told ? " (told)" : ""}`;
  return `${entry.role}${marks}: ${entry.parts.map(brief).join(" | ")}`;
}

function messages(entries: readonly Entry[]): Message[] {
  return entries.filter((entry) => entry.kind === "message");
}

function message(
  id: string,
  role: string,
  content: Json,
  more: { [key: string]: Json } = {},
): Json {
  const timestamp = "2026-11-29T10:00:00.000Z";
  return { type: "message", id, timestamp, message: { role, content, ...more } };
}

const EXECUTE: ToolUse = { tool: "execute", command: "ls" };
const EDIT: ToolUse = { tool: "edit", path: "/a", edits: [{ old: "x", new: "y" }] };
const WRITE: ToolUse = { tool: "write", path: "/a", content: "x" };

function result(text: string, more: Partial<ToolResultPart> = {}): ToolResultPart {
  return {
    kind: "tool-result",
    callId: "c",
    isError: false,
    content: text === "" ? [] : [{ kind: "text", text }],
    ...more,
  };
}

describe("droid reader", () => {
  it("reads every kind of message as the model is given it", () => {
    assert.deepEqual(read(records("kinds")).slice(0, 15).map(told), [
      "# start",
      "user (scaffold): <system-reminder>",
      "user (scaffold): <system-reminder>",
      "user: [note.txt] | MARK-U1 see",
      "assistant: (MARK-R1 without a seal) | MARK-A1 | shop___price:mcp | Edit:edit",
      "tool: =MARK-O1,image/png | =The file /home/dev/shop/a.txt has been updated successfully.",
      "user (told): MARK-HOOK what a hook said",
      "user (scaffold): <system-reminder>",
      "user (scaffold): MARK-ONLY for the user's eyes",
      "assistant: MARK-A2 a string",
      "# opaque",
      "user: MARK-U2 a string",
      "assistant: MARK-A3 done",
      `user (scaffold): ${Array(5).fill("<system-reminder>").join(" | ")}`,
      "user: MARK-U9 go on",
    ]);
  });

  it("reads a file that the user mentioned as sent, not as typed; of itself the harness only reminds", () => {
    const tagged = "<system-reminder>\nContents of /a (lines 1–1 of 1):\nMARK\n</system-reminder>";
    const today = "<system-reminder>Current date: 2026-11-29.</system-reminder>";
    const blocks = [tagged, today, "look"].map((text) => ({ type: "text", text }));
    const [context, said, ...more] = messages(read([message("u1", "user", blocks)]));
    assert.deepEqual(context?.parts, [{ kind: "text", text: today }]);
    assert.ok(context.scaffold);
    assert.deepEqual(said?.parts, [
      { kind: "text", text: tagged, told: true },
      { kind: "text", text: "look" },
    ]);
    assert.equal(more.length, 0);
  });

  it("reads what a task in the background came to as not typed", () => {
    const text = "Background task completed.\noutput: MARK";
    const [said] = messages(
      read([message("t1", "user", [{ type: "text", text }], { visibility: "llm_only" })]),
    );
    assert.equal(said?.told, true);
    const done = messages(read(records("subagents"))).filter((one) => one.told);
    assert.deepEqual(done.map(told), ["user (told): Background task completed."]);
  });

  it("reads the messages themselves where they were made one text for a model of another vendor", () => {
    const entries = read(records("switched"));
    const said = messages(entries).filter((one) => !one.scaffold);
    assert.ok(!entries.some((one) => one.kind === "event" && one.event === "compaction"));
    assert.deepEqual(
      said.filter(({ role }) => role === "user").map(told),
      [1, 3, 5, 6, 7].map((n) => {
        const words = ["list the files", "with another model", "again", "back", "more"];
        return `user: MARK-U${n} ${words[[1, 3, 5, 6, 7].indexOf(n)]}`;
      }),
    );
  });

  it("goes by the older name of the title, where it is a text that is not blank", () => {
    const titleOf = (own: Json) => {
      const reader = droid.reader();
      const start = { type: "session_start", id: "s", title: "new", owner: "u", sessionTitle: own };
      reader.read(start, 0);
      return reader.header().title;
    };
    assert.equal(titleOf("Fix the login test"), "Fix the login test");
    assert.deepEqual([titleOf(" "), titleOf(""), titleOf(7)], ["new", "new", "new"]);
  });

  it("reads the header", () => {
    const reader = droid.reader();
    records("basic").forEach((record, at) => {
      reader.read(record, at);
    });
    const { id, title, cwd, model, createdAt, updatedAt, parent } = reader.header();
    assert.equal(id, "41c28b49-d49f-41c4-ab7b-15de689cf30d");
    assert.deepEqual(
      [title, cwd, model],
      ["MARK-USER-1 do it ünï", "/home/dev/shop", "custom:mock-0"],
    );
    assert.deepEqual(
      [createdAt, updatedAt],
      ["2026-11-21T03:38:35.524Z", "2026-11-21T03:38:35.852Z"],
    );
    assert.equal(parent, null);
  });

  it("goes by the order of the file, whatever parents the messages name", () => {
    const entries = read([
      message("u1", "user", "one"),
      message("a1", "assistant", "two"),
      { type: "message", id: "u2", parentId: "u1", message: { role: "user", content: "three" } },
    ]);
    assert.deepEqual(
      entries.map(({ id, parentId }) => [id, parentId]),
      [
        ["u1", null],
        ["a1", "u1"],
        ["u2", "a1"],
      ],
    );
  });

  it("reads messages of one id as so many messages", () => {
    const entries = read([message("same", "user", "one"), message("same", "user", "two")]);
    assert.deepEqual(entries.map(told), ["user: one", "user: two"]);
    assert.equal(new Set(entries.map(({ id }) => id)).size, 2);
  });

  it("keeps what comes after a compaction's anchor, but no result first", () => {
    const entries = read(records("compact-anchor"));
    const compaction = entries.find(
      (entry) => entry.kind === "event" && entry.event === "compaction",
    );
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.equal(compaction.keepFrom, "a2");
    assert.match(compaction.summary, /^MARK-SUMMARY/);
  });

  it("keeps everything after a compaction without an anchor", () => {
    const lines = [message("u1", "user", "one"), { type: "compaction_state", summaryText: "S" }];
    const [, compaction] = read(lines);
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.equal(compaction.keepFrom, "u1");
  });

  it("knows a limit by the reason for which the turn ended", () => {
    for (const [variant, words] of [
      ["limit-429", "BYOK Error: 429"],
      ["quota", "BYOK Error: 402"],
    ] as const) {
      const limits = read(records(variant)).filter(
        (entry) => entry.kind === "event" && entry.event === "limit",
      );
      const [limit, ...more] = limits;
      assert.ok(limit?.kind === "event" && limit.event === "limit", variant);
      assert.ok(limit.text.startsWith(words), limit.text);
      assert.equal(more.length, 0);
    }
    const said = [message("u1", "user", "I was told 429 rate_limit_error")];
    assert.deepEqual(read(said).map(told), ["user: I was told 429 rate_limit_error"]);
  });

  it("reads an interruption, and the parent of a fork", () => {
    assert.ok(read(records("interrupted")).some((entry) => told(entry) === "# interruption"));
    const start = read(records("fork"))[0];
    assert.ok(start?.kind === "event" && start.event === "start");
    assert.equal(start.header.parent, "c7dc8a79-7be3-4f97-827b-b2ca8307e9a3");
  });

  it("reads the reasoning that older versions have beside the content", () => {
    const beside = { openaiReasoningSummary: "I think", openaiEncryptedContent: "gAAA" };
    const [answer] = messages(read([message("a1", "assistant", [], beside)]));
    assert.deepEqual(answer?.parts, [
      { kind: "reasoning", text: "I think", seal: { openaiEncryptedContent: "gAAA" } },
    ]);
  });

  it("recognises its own lines only", () => {
    assert.ok(records("basic").every((record) => droid.recognises(record)));
    assert.ok(!droid.recognises({ type: "message", id: "1", message: { role: "user" } }));
    const pi = { role: "user", content: "x", timestamp: 1 };
    assert.ok(!droid.recognises({ type: "message", id: "1", parentId: null, message: pi }));
  });
});

describe("droid writer", () => {
  const plain = { parentId: null, time: "2026-11-29T10:00:00.000Z" };
  const call = (callId: string): Part => ({
    kind: "tool-call",
    callId,
    name: "Execute",
    input: { summary: "x", command: "ls" },
    use: EXECUTE,
  });
  const answer = (callId: string): Entry => ({
    kind: "message",
    ...plain,
    id: callId,
    role: "tool",
    parts: [{ ...result("out\n", { exitCode: 0 }), callId }],
  });

  function written(entries: readonly Entry[]): Json[] {
    const writer = droid.writer(OPTIONS);
    writer.expect?.(entries, false);
    const lines: Json[] = [];
    for (const entry of entries) {
      for (const record of writer.predict(entry)) {
        writer.commit(record);
        lines.push(record);
      }
    }
    return lines;
  }

  it("begins with what the CLI opens nothing without", () => {
    const [start] = written([{ kind: "event", ...plain, id: "s", event: "start", header: HEADER }]);
    assert.deepEqual(start, {
      type: "session_start",
      id: HEADER.id,
      title: HEADER.title ?? "",
      owner: "unknown",
      version: 2,
      cwd: HEADER.cwd,
      isSessionTitleManuallySet: HEADER.title !== null,
    });
  });

  it("puts all results of an answer's calls into one message", () => {
    const calls: Entry = {
      kind: "message",
      ...plain,
      id: "a",
      role: "assistant",
      parts: [call("c1"), call("c2")],
    };
    const lines = written([calls, answer("c1"), answer("c2")]);
    assert.equal(lines.length, 2);
    assert.deepEqual(read(lines).map(told), [
      "assistant: Execute:execute | Execute:execute",
      "tool: =out | =out",
    ]);
    assert.match(JSON.stringify(lines[1]), /"out\\n\\n\\n\[Process exited with code 0\]"/);
  });

  it("gives reasoning an empty signature where no vendor gave one", () => {
    const [line] = written([
      {
        kind: "message",
        ...plain,
        id: "a",
        role: "assistant",
        parts: [{ kind: "reasoning", text: "I think" }],
      },
    ]);
    assert.match(JSON.stringify(line), /"type":"thinking","signature":""/);
  });

  it("names the message before a compaction as its anchor", () => {
    const said = (id: string): Entry => ({
      kind: "message",
      ...plain,
      id,
      role: "user",
      parts: [{ kind: "text", text: id }],
    });
    const lines = written([
      said("u1"),
      { kind: "event", ...plain, id: "c", event: "compaction", summary: "S", tokens: 3 },
      said("u2"),
    ]);
    assert.ok(
      JSON.stringify(lines[1]).startsWith('{"type":"compaction_state"'),
      "it is looked for so",
    );
    const [compaction] = read(lines).filter(({ kind }) => kind === "event");
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.equal(compaction.keepFrom, undefined);
  });
});

describe("droid tools", () => {
  it("takes native calls there and back", () => {
    const calls: [name: string, input: { [key: string]: Json }][] = [
      ["Read", { file_path: "/a", offset: 3, limit: 4 }],
      ["Create", { file_path: "/a", content: "x" }],
      ["Edit", { file_path: "/a", old_str: "x", new_str: "y" }],
      ["Edit", { file_path: "/a", old_str: "x", new_str: "y", change_all: true }],
      ["Grep", { pattern: "x", path: "/a", glob_pattern: "*.ts" }],
      ["Glob", { patterns: ["*.ts"], folder: "/a" }],
      ["LS", { directory_path: "/a" }],
      ["FetchUrl", { url: "https://example.com/" }],
      ["WebSearch", { query: "x" }],
      ["TodoWrite", { todos: "1. [completed] One\n2. [pending] Two" }],
      ["Task", { subagent_type: "worker", description: "d", prompt: "p" }],
      ["ApplyPatch", { input: "*** Begin Patch\n*** End Patch" }],
      ["shop___price", { item: "x" }],
    ];
    for (const [name, input] of calls) {
      const use = fromNative(name, input);
      assert.ok(use, name);
      assert.deepEqual(droid.tools.toNative(use), { name, input, exact: true });
    }
  });

  it("knows no use for a command in the background, or for what only the form resembles", () => {
    assert.equal(fromNative("Execute", { command: "x", fireAndForget: true }), null);
    assert.equal(fromNative("Grep", { pattern: "x", context: 3 }), null);
    assert.equal(fromNative("Glob", { patterns: ["a", "b"] }), null);
    assert.equal(fromNative("TodoWrite", { todos: "buy milk" }), null);
  });

  it("counts a command's time in seconds", () => {
    const use = fromNative("Execute", { summary: "s", command: "x", timeout: 2 });
    assert.deepEqual(use, { tool: "execute", command: "x", timeoutMs: 2000 });
  });

  it("has one replacement in an edit", () => {
    const edits = [
      { old: "a", new: "b" },
      { old: "c", new: "d" },
    ];
    assert.equal(droid.tools.toNative({ tool: "edit", path: "/a", edits }), null);
  });
});

describe("droid results", () => {
  it("takes off how a command ended, and puts it back", () => {
    const forms: [text: string, isError: boolean, output: string, exitCode: number][] = [
      ["out\n\n\n[Process exited with code 0]", false, "out\n", 0],
      ["out\n\n[Process exited with code 0]", false, "out", 0],
      ["Command completed successfully\n\n[Process exited with code 0]", false, "", 0],
      [
        "Error: Command failed (exit code: 3)\nout\n\n\n[Process exited with code 3]",
        true,
        "out\n",
        3,
      ],
      ["Error: Command failed (exit code: 1)\n\n[Process exited with code 1]", true, "", 1],
    ];
    for (const [text, isError, output, exitCode] of forms) {
      const read = parseResult(EXECUTE, result(text, { isError }));
      assert.deepEqual(read, result(output, { isError, exitCode }), text);
      assert.deepEqual(printResult(EXECUTE, read).content, [{ kind: "text", text }]);
    }
  });

  it("reads of an edit what the CLI tells its model", () => {
    const stored = '{"success":true,"file_path":"/a","systemReminder":"Mind it."}';
    const said = "The file /a has been updated successfully.\n\nMind it.";
    assert.deepEqual(parseResult(EDIT, result(stored)), result(said));
    assert.deepEqual(printResult(EDIT, result(said)), result(stored));
    const created = "The file /a has been created successfully.";
    assert.deepEqual(parseResult(WRITE, result('{"file_path":"/a"}')), result(created));
  });

  it("keeps the words of another agent's edit, which the CLI would replace by its own", () => {
    const { content } = printResult(EDIT, result("Edited by hand."));
    const [part] = content;
    assert.ok(part?.kind === "text");
    assert.match(
      part.text,
      /^\{"success":true,"file_path":"\/a","systemReminder":"Edited by hand\."\}$/,
    );
    assert.deepEqual(printResult(WRITE, result("Wrote it.")), result("Wrote it."));
  });

  it("reads of a patch what the CLI tells its model: which files it changed, and where it failed", () => {
    const uses = messages(read(records("patched"))).flatMap(({ role, parts }) =>
      role === "tool" ? parts.map(brief) : [],
    );
    assert.equal(uses.length, 4);
    const patch: ToolUse = { tool: "patch", patch: "*** Begin Patch\n*** End Patch" };
    const files = [
      { file_path: "/a", display_operation: "update", diff: "-x", systemReminder: "MARK" },
      { file_path: "/b", display_operation: "update", moved_to: "/c", diff: "-x" },
      { file_path: "/d", display_operation: "create", content: "x" },
      { file_path: "/e", display_operation: "delete", error: "no such file" },
    ];
    const { content } = parseResult(patch, result(JSON.stringify({ success: true, files })));
    const [text, ...more] = content;
    assert.equal(
      text?.kind === "text" && text.text,
      "Success. Applied changes to the following files:\nM /a\nM /b -> /c\nA /d\n" +
        "Failed to apply (fix and resend only these):\n/e: no such file\n\nMARK",
    );
    assert.deepEqual(more.map(brief), ["-tool_result"]);
    assert.deepEqual(parseResult(patch, result("Error: no")).content, result("Error: no").content);
  });

  it("words a failed edit so that the CLI does not tell its model of a success", () => {
    const failed = result("no such text", { isError: true });
    assert.deepEqual(printResult(EDIT, failed).content, [
      { kind: "text", text: "Error: no such text" },
    ]);
  });
});

describe("droid launch", () => {
  it("is given no prompt with a session: its CLI would not send it", () => {
    const said = { name: "SegueError", kind: "usage" };
    assert.throws(() => refusePrompt(droid, "go on"), said);
    assert.doesNotThrow(() => refusePrompt(droid, null));
    assert.doesNotThrow(() => refusePrompt(claudeCode, "go on"));
  });

  it("begins a new session with words that are never an option", () => {
    const args = droid.launch.start?.args({
      prompt: "--auto high",
      file: null,
      args: ["--use-spec"],
    });
    assert.deepEqual(args, ["--use-spec", "--", "--auto high"]);
  });
});

describe("droid store", () => {
  it("names folders as the CLI does: only slashes change", () => {
    assert.equal(folderName("/home/dev/shop droid.x_y"), "-home-dev-shop droid.x_y");
    assert.equal(folderName("/wörk-日本/"), "-wörk-日本");
    assert.equal(folderName("/"), "-");
  });

  it("puts a session where the folder really is", () => {
    const root = mkdtempSync(join(tmpdir(), "segue-droid-"));
    try {
      mkdirSync(join(root, "real"));
      symlinkSync(join(root, "real"), join(root, "link"));
      const path = droid.store.pathFor("/s", { ...HEADER, cwd: join(root, "link") }, {});
      assert.equal(path, join("/s", folderName(join(root, "real")), `${HEADER.id}.jsonl`));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("finds sessions of folders, without one, and on the side; it tells which are a subagent's", async () => {
    const home = mkdtempSync(join(tmpdir(), "segue-droid-"));
    try {
      const [root = ""] = droid.store.roots({ FACTORY_HOME_OVERRIDE: home });
      const put = (name: string, more = {}): string => {
        const path = join(root, name);
        mkdirSync(join(path, ".."), { recursive: true });
        writeFileSync(path, `${JSON.stringify({ type: "session_start", id: "x", ...more })}\n`);
        return path;
      };
      const own = put("-home-dev-shop/a.jsonl");
      const child = put("-home-dev-shop/b.jsonl", { callingSessionId: "a" });
      put("c.jsonl");
      put("btw/d.jsonl");
      put("elsewhere/e.jsonl");
      put("-home-dev-shop/a.settings.json");
      const found = await droid.store.find(root);
      assert.deepEqual(found.map(({ id }) => id).sort(), ["a", "b", "c", "d"]);
      assert.equal(droid.store.hasId?.(root, "b"), true);
      assert.equal(droid.store.hasId?.(root, "e.settings"), false);
      assert.equal(droid.store.isSubagent?.(own), false);
      assert.equal(droid.store.isSubagent?.(child), true);
      assert.deepEqual(await droid.store.children?.(own), [child]);
      assert.deepEqual(await droid.store.children?.(child), []);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
