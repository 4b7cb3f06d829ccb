import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { printAnswer, readAnswer } from "../../../src/agents/gptme/answer.ts";
import { escaped, unescaped } from "../../../src/agents/gptme/escape.ts";
import { gptme } from "../../../src/agents/gptme/index.ts";
import { launch } from "../../../src/agents/gptme/launch.ts";
import { configText, readChat } from "../../../src/agents/gptme/place.ts";
import { store } from "../../../src/agents/gptme/store.ts";
import { fromNative, tools } from "../../../src/agents/gptme/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { Accountant } from "../../../src/convert/read/account.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import type {
  Entry,
  Json,
  JsonObject,
  Message,
  Part,
  ToolUse,
} from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/gptme");
const LOGS = ".local/share/gptme/logs";
const root = temporaryFolder();

const LOG: { readonly [variant: string]: string } = {
  basic: "2026-11-29-show-me-the-shop",
  compacted: "2026-11-29-compacted",
  drift: "2027-03-01-drift",
  image: "2026-11-29-a-picture",
  "limit-429": "2026-11-29-limit",
  interrupted: "2026-11-30-stopped-twice",
  markdown: "2026-11-29-markdown-calls",
  quota: "2026-11-29-quota",
  rewound: "2026-11-30-which-colour",
  tools: "2026-11-29-all-tools",
};

function pathOf(variant: string): string {
  return join(FIXTURES, variant, LOGS, known(LOG[variant]), "conversation.jsonl");
}

function records(variant: string): Json[] {
  const lines = readFileSync(pathOf(variant), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function read(all: readonly Json[], path?: string): Entry[] {
  const { beside } = store;
  const reader = gptme.reader(path && beside ? (name) => beside(path, name) : undefined);
  return all.flatMap((record, at) => reader.read(record, at));
}

function messages(all: readonly Json[], path?: string): Message[] {
  return read(all, path).filter((entry): entry is Message => entry.kind === "message");
}

const said = (content: string, more: JsonObject = {}): JsonObject => ({
  role: "user",
  content,
  timestamp: "2026-11-29T20:00:00.000500",
  ...more,
});

describe("reading", () => {
  it("begins a compacted log with gptme's words for it, which no API takes for an answer", () => {
    const [first] = messages(records("compacted")).filter(({ scaffold }) => scaffold !== true);
    assert.equal(first?.role, "user");
    assert.equal(first?.told, true);
    assert.match(JSON.stringify(first?.parts), /Previous conversation resumed from/);
  });

  it("tells reasoning, text and calls of an answer apart, and keeps the prompt aside", () => {
    const all = messages(records("basic"));
    assert.deepEqual(
      all.filter(({ scaffold }) => scaffold).map(({ role }) => role),
      ["system", "system"],
    );
    const [prompt, answer] = all.filter(({ scaffold }) => !scaffold);
    assert.equal(prompt?.role, "user");
    assert.deepEqual(
      answer?.parts.map(({ kind }) => kind),
      ["reasoning", "text", "tool-call"],
    );
    const [thought] = answer?.parts ?? [];
    assert.ok(thought?.kind === "reasoning" && thought.seal !== undefined);
    assert.equal(thought.text, "They want to see the shop.");
  });

  it("takes exit codes and failures from the words of results", () => {
    const results = messages(records("basic")).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "tool-result" ? [part] : [])),
    );
    assert.deepEqual(
      results.map(({ isError, exitCode }) => [isError, exitCode]),
      [
        [false, undefined],
        [true, 3],
        [true, 1],
        [false, undefined],
        [false, undefined],
        [false, undefined],
      ],
    );
    const patched = messages(records("tools")).flatMap(({ parts }) => parts);
    const failed = patched.filter((part) => part.kind === "tool-result" && part.isError);
    assert.equal(failed.length, 1);
  });

  it("takes calls in code blocks for text, and their results for what the CLI says", () => {
    const all = messages(records("markdown"));
    assert.ok(all.every(({ parts }) => parts.every(({ kind }) => kind === "text")));
    const told = all.filter(({ told }) => told === true);
    assert.equal(told.length, 2);
    assert.ok(told.every(({ role }) => role === "user"));
  });

  it("keeps what is hidden from the screen and yet of the conversation", () => {
    const told = messages(records("rewound")).filter((one) => one.told === true);
    assert.match(JSON.stringify(told), /Backtracked 2 message.*MARK-REASON stay on the road/);
    const hidden = (content: string): Json => ({ ...said(content), role: "system", hide: true });
    const hints = [
      "<system_info>Working directory changed to: /home/dev</system_info>",
      '<agent-instructions source="AGENTS.md">\nBe brief.\n</agent-instructions>',
      "# Relevant Lessons\n\n## Tests",
    ];
    const all = messages([
      said("Hello"),
      ...hints.map(hidden),
      hidden("Secret value provided by user: s3"),
    ]);
    assert.deepEqual(
      all.map(({ scaffold }) => scaffold === true),
      [false, true, true, true, false],
    );
  });

  it("pairs an interrupted call with the words that gptme puts in the place of its result", () => {
    const parts = messages(records("interrupted")).flatMap((one) => one.parts);
    const call = known(parts.find((part) => part.kind === "tool-call"));
    const result = known(parts.find((part) => part.kind === "tool-result"));
    assert.ok(call.kind === "tool-call" && result.kind === "tool-result");
    assert.equal(call.callId, result.callId);
    assert.match(JSON.stringify(parts), /Command interrupted: /);
  });

  it("reads limits, which are messages of the system's role", () => {
    for (const variant of ["limit-429", "quota"]) {
      const [said, last] = read(records(variant))
        .slice(-2)
        .map((one) => known(one));
      assert.ok(last?.kind === "event" && last.event === "limit", variant);
      // gptme sends them to its model.
      assert.ok(said?.kind === "message" && said.told === true, variant);
      assert.deepEqual(
        said.parts.map((part) => (part.kind === "text" ? part.text : part.kind)),
        [last.text],
      );
    }
  });

  it("reads other errors as the messages that they are to gptme's model", () => {
    const [, said] = read([
      { role: "user", content: "Begin.", timestamp: "2026-11-29T20:51:55.301576" },
      { role: "system", content: "LLM request failed: no route", timestamp: "2026-11-29T20:51:56" },
    ]).map((one) => known(one));
    assert.ok(said?.kind === "message" && said.role === "user" && said.told === true);
  });

  it("takes no limit from what a tool printed", () => {
    const words = "LLM request failed: Error code: 429";
    const call = "I look.\n\n```shell\ncat limits.log\n```\n";
    const at = (role: string, content: string): Json => ({
      role,
      content,
      timestamp: "2026-11-29T20:51:56",
    });
    const talk = [at("user", "Begin."), at("assistant", call), at("system", words)];
    const limits = (all: Json[]): number =>
      read(all).filter((one) => one.kind === "event" && one.event === "limit").length;
    assert.equal(limits(talk), 0);
    assert.equal(limits([...talk, at("system", words)]), 1);
  });

  it("reads the images that are beside the log", () => {
    const parts = messages(records("image"), pathOf("image")).flatMap((one) => one.parts);
    const image = known(parts.find((part) => part.kind === "image"));
    assert.ok(image.kind === "image" && image.data !== null);
    assert.equal(image.mediaType, "image/png");
  });

  it("leaves out what the CLI leaves out, and says so", () => {
    const entries = read([said("x", { ui_only: true }), said("y", { content: 7 })]);
    assert.deepEqual(
      entries.map((entry) => entry.kind === "event" && entry.event),
      ["unread", "unread"],
    );
  });

  it("sees what a compaction left in place of the log, and what was said since", () => {
    const folder = mkdtempSync(join(root, "view-"));
    const log = join(folder, "conversation.jsonl");
    const line = (record: Json): string => `${JSON.stringify(record)}\n`;
    const since = line(said("Since then"));
    writeFileSync(log, line(said("Long ago")) + since);
    mkdirSync(join(folder, "views"));
    writeFileSync(join(folder, "views/compacted-001.jsonl"), line(said("In short")) + since);
    writeFileSync(join(folder, "views/.current"), "compacted-001\n");
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    const entries = read(
      lines.map((one) => JSON.parse(one)),
      log,
    );
    const [, compaction, last] = entries;
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.deepEqual(compaction.kept?.[0]?.parts, [{ kind: "text", text: "In short" }]);
    assert.equal(last?.kind, "message");
    assert.equal(launch.hindrance?.({ id: "x", path: log }), null);
    writeFileSync(log, line(said("Long ago")) + since + line(said("From elsewhere")));
    assert.match(launch.hindrance?.({ id: "x", path: log })?.why ?? "", /was compacted/);
  });

  it("knows all records of the fixtures but those of a newer version", () => {
    for (const variant of Object.keys(LOG)) {
      const found = records(variant).flatMap((record) => unknowns(record, gptme.known ?? true));
      assert.equal(found.length > 0, variant === "drift", `${variant}: ${found}`);
    }
  });
});

describe("answers", () => {
  const call = (callId: string, input: Json): Part => ({
    kind: "tool-call",
    callId,
    name: "shell",
    input,
    use: fromNative("shell", input),
  });
  const text = (words: string): Part => ({ kind: "text", text: words });

  it("are printed as they are read", () => {
    const parts: Part[] = [
      { kind: "reasoning", text: "Hm", seal: { signature: "abc=" } },
      text("I look.\n\n```js\n@shell(x): {}\n```"),
      call("call_1", { command: 'echo \'{"a": "}"}\'' }),
      call("call_2", { command: "<think>no</think>\n```shell" }),
      text("And then"),
    ];
    assert.deepEqual(readAnswer(printAnswer(parts, false)), parts);
  });

  it("from elsewhere contain nothing that gptme would take for a call, or drop", () => {
    const odd = "```shell\nls\n```\nafter\n@shell(a): {}\n<think>x</think>\n```save a.txt\n```";
    const safe = escaped(odd);
    assert.doesNotMatch(safe, /^```(?:shell|save)/m);
    assert.doesNotMatch(safe, /^@shell/m);
    assert.doesNotMatch(safe, /<think>/);
    assert.equal(unescaped(safe), odd);
    assert.deepEqual(readAnswer(printAnswer([text(odd)], true)), [text(odd)]);
    assert.equal(escaped("```python\nx\n```\n@you (see): x"), "```python\nx\n```\n@you (see): x");
  });

  it("from elsewhere have their calls at the end, since gptme sends no text after them", () => {
    const printed = printAnswer([call("a", {}), text("After it")], true);
    assert.equal(printed, "After it\n@shell(a): {}");
  });

  it("are read in time that is linear in their length", () => {
    const long = "@shell(a): {\n```\n".repeat(20_000);
    const start = performance.now();
    readAnswer(long);
    escaped(long);
    assert.ok(performance.now() - start < 5000);
  });
});

describe("the accounting of answers", () => {
  const record = (content: string): JsonObject => ({ ...said(content), role: "assistant" });
  const answer =
    '<think>\nA thought.\n<!-- think-sig: c2ln -->\n</think>\n\nA word.\n@shell(call_1): {"command":"ls\\n -a <think>"}';
  const missing = (entries: readonly Entry[]): string[] =>
    new Accountant(gptme).unaccounted(record(answer), entries).content;

  it("finds all that the reader read", () => {
    assert.deepEqual(missing(read([record(answer)])), []);
  });

  it("finds each part that the reader might leave out", () => {
    const [one] = messages([record(answer)]);
    const all = known(one);
    assert.equal(all.parts.length, 3);
    for (const part of all.parts) {
      const parts = all.parts.filter((other) => other !== part);
      assert.equal(missing([{ ...all, parts }]).length, 1, part.kind);
    }
  });
});

describe("tools", () => {
  it("are the same there and back", () => {
    const uses: ToolUse[] = [
      { tool: "execute", command: "ls" },
      { tool: "read", path: "/a" },
      { tool: "read", path: "/a", offset: 3, limit: 2 },
      { tool: "write", path: "/a", content: "x" },
      { tool: "edit", path: "/a", edits: [{ old: "a", new: "" }] },
      {
        tool: "edit",
        path: "/a",
        edits: [
          { old: "a", new: "b" },
          { old: "c\nd", new: "e" },
        ],
      },
      { tool: "mcp", server: "github", name: "get_issue", input: { n: 1 } },
    ];
    for (const use of uses) {
      const native = known(tools.toNative(use));
      assert.equal(native.exact, true);
      assert.deepEqual(fromNative(native.name, native.input), use);
    }
  });

  it("do not write a patch whose texts look like its marks", () => {
    const edits = [{ old: "a\n=======\nb", new: "c" }];
    assert.equal(tools.toNative({ tool: "edit", path: "/a", edits }), null);
  });
});

describe("the store", () => {
  it("has the title and the folder in config.toml", () => {
    const header = { ...emptyHeader("gptme"), cwd: '/home/dev/a "b"', title: "Ä\u007f\n" };
    const chat = readChat(configText(header));
    assert.equal(chat.workspace, header.cwd);
    assert.equal(chat.name, header.title);
    assert.deepEqual(readChat("[env]\nname = 'x'\n[chat]\nworkspace = 'C:\\dev'\nname = 3"), {
      name: null,
      model: null,
      workspace: "C:\\dev",
    });
  });

  it("shortens the home to a tilde, as gptme does", () => {
    const path = join(root, LOGS, "one", "conversation.jsonl");
    mkdirSync(dirname(path), { recursive: true });
    cpSync(pathOf("basic"), path);
    writeFileSync(join(dirname(path), "config.toml"), '[chat]\nworkspace = "~/shop"\n');
    const told = { cwd: null, cwds: [], worktree: null };
    assert.equal(store.folder?.(path, told), join(root, "shop"));
  });

  it("names prompts that wait beside the log", () => {
    const logs = join(root, "queued");
    const path = join(logs, "one/conversation.jsonl");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(said("Hello"))}\n`);
    const lines = ['{"content":"Then test it.","queued_at":"now"}', '{"content":" "}', "no JSON"];
    writeFileSync(join(dirname(path), "prompt-queue.jsonl"), `${lines.join("\n")}\n`);
    const events = read([said("Hello"), said("Go on")], path).filter(
      ({ kind }) => kind === "event",
    );
    assert.equal(events.length, 1);
    const [queued] = events;
    assert.ok(queued?.kind === "event" && queued.event === "unread" && queued.reason === "queued");
  });

  it("knows the session that started a subagent", async () => {
    const all = await store.find(join(FIXTURES, "subagent", LOGS));
    const parents = all.map(({ id, summary }) => [id, summary?.parent ?? null]);
    const parent = "2026-11-30-a-subagent-reads";
    assert.deepEqual(parents.sort(), [
      [parent, null],
      ["subagent-reader-x8j2", parent],
    ]);
    const path = join(FIXTURES, "subagent", LOGS, "subagent-reader-x8j2/conversation.jsonl");
    assert.equal(store.identity?.(path)?.parent, parent);
    assert.ok(all.every(({ summary }) => summary?.cwd === "/home/dev/shop"));
  });

  it("reads nothing outside of the session's folder", () => {
    for (const name of ["../config.toml", "..", "abc/../../x", "view/x"]) {
      assert.equal(store.beside?.(pathOf("image"), name), null);
    }
  });

  it("moves with gptme's own variable, and with XDG's", () => {
    assert.deepEqual(store.roots({ HOME: "/h" }), [join("/h", LOGS)]);
    assert.deepEqual(store.roots({ XDG_DATA_HOME: "/d" }), ["/d/gptme/logs"]);
    assert.deepEqual(store.roots({ GPTME_LOGS_HOME: "/l", XDG_DATA_HOME: "/d" }), ["/l"]);
  });
});
