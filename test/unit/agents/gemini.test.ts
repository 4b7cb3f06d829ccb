import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { isIgnored, thoughtOf, thoughtText } from "../../../src/agents/gemini/content.ts";
import { gemini } from "../../../src/agents/gemini/index.ts";
import { nameOf, slugFor } from "../../../src/agents/gemini/store.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/gemini/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { joinDocument, mayBeDocument, splitDocument } from "../../../src/lossless/document.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { array, member, string } from "../../../src/session/json.ts";
import { Survey } from "../../../src/session/survey.ts";
import type {
  Entry,
  Header,
  Json,
  Message,
  Part,
  ToolResultPart,
  ToolUse,
} from "../../../src/session/types.ts";
import { readRecords, turn } from "../../support/conversion.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/gemini");
const TIME = "2026-11-21T09:00:00.000Z";

function fixture(name: string, pattern = "session-*"): Json[] {
  const [path] = globSync(`${name}/.gemini/tmp/*/chats/**/${pattern}`, { cwd: FIXTURES });
  assert.ok(path !== undefined, name);
  return readRecords(join(FIXTURES, path)).filter((record) => record !== undefined);
}

function read(records: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = gemini.reader();
  const entries = records.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function messages(entries: readonly Entry[]): Message[] {
  return entries.filter((entry) => entry.kind === "message");
}

const ABOUT: Json = { sessionId: "s", projectHash: "h", startTime: TIME, kind: "main" };

function user(id: string, content: Json): Json {
  return { id, timestamp: TIME, type: "user", content };
}

function brief({ role, parts, scaffold }: Message): string {
  return `${role}${scaffold ? " (scaffold)" : ""}: ${parts.map(briefPart).join(" | ")}`;
}

function briefPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "reasoning":
      return `<${part.text}>`;
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

function conversation(records: readonly Json[]): string[] {
  return conversationOf(read(records).entries);
}

function conversationOf(entries: readonly Entry[]): string[] {
  return messages(entries)
    .filter(({ scaffold }) => !scaffold)
    .map(brief);
}

const BASIC = [
  "user: MARK-USER-1 please list files — ünïcode 你好",
  "assistant: <**Planning listing** MARK-THINK-1 the user wants the listing> | MARK-ASSISTANT-1 I will list the files. Привет 你好 🎉",
  "assistant: run_shell_command(execute)",
  "tool: =MARK-TOOLOUT-1\nhello.txt",
  "assistant: MARK-ASSISTANT-2 Now reading a file.",
  "assistant: read_file(read)",
  "tool: =MARK-FILE-1 hello\n",
  "assistant: MARK-ASSISTANT-3 Now writing a file.",
  "assistant: write_file(write)",
  "tool: =Successfully created and wrote to new file: /home/dev/shop/out.txt. Here is the updated code:\nMARK-WRITTEN-1 ünïcode 你好\n",
  "assistant: MARK-ASSISTANT-4 editing",
  "assistant: replace(edit)",
  "tool: =Successfully modified file: /home/dev/shop/out.txt (1 replacements). Here is the updated code:\nMARK-EDITED-1 ünïcode 你好\n",
  "assistant: MARK-ASSISTANT-5 failing",
  "assistant: run_shell_command(execute) | read_file(read)",
  "tool: !3=MARK-FAIL-1 | !=File not found: /home/dev/shop/nonexistent.txt",
  "assistant: MARK-ASSISTANT-6 All done.",
];

describe("gemini: reading real sessions", () => {
  it("reads messages, calls and results, each once", () => {
    assert.deepEqual(conversation(fixture("basic")), BASIC);
  });

  it("takes nothing of a checkpoint for new, though it spells all of it otherwise", () => {
    assert.deepEqual(conversation(fixture("basic-resumed")), [
      ...BASIC,
      "user: MARK-USER-R second prompt",
      "assistant: <MARK-THINK-R> | MARK-RESUMED-OK",
    ]);
  });

  it("keeps one line of conversation through a resume", () => {
    const said = messages(read(fixture("basic-resumed")).entries);
    said.slice(1).forEach((message, n) => {
      assert.equal(message.parentId, said[n]?.id);
    });
  });

  it("reads the header", () => {
    assert.deepEqual(read(fixture("basic")).header, {
      ...emptyHeader("gemini"),
      id: "495b576e-b2e5-44bb-b709-b2da9fc6079e",
      model: "gemini-3.1-pro-preview",
      createdAt: "2026-11-21T03:21:34.466Z",
      updatedAt: "2026-11-21T03:21:35.048Z",
    });
  });

  it("reads tokens as others count them: without what the cache gave", () => {
    const [usage] = messages(read(fixture("basic")).entries).flatMap(({ usage }) => usage ?? []);
    assert.deepEqual(usage, { input: 900, output: 90, cacheRead: 300, cacheWrite: 0 });
  });

  it("reads images", () => {
    const [prompt] = conversation(fixture("image"));
    assert.match(prompt ?? "", /image\/png/);
  });

  it("reads a compressed chat as a compaction that keeps what is said again", () => {
    const { entries } = read(fixture("compact"));
    const compaction = entries.find(
      (entry) => entry.kind === "event" && entry.event === "compaction",
    );
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.equal(compaction.summary, "Side reply");
    const kept = entries.find(({ id }) => id === compaction.keepFrom);
    assert.ok(kept?.kind === "message");
    assert.equal(brief(kept), "user: MARK-S-USER-2 second prompt");
    const said = conversation(fixture("compact"));
    assert.equal(said.filter((line) => line.includes("MARK-S-USER-2")).length, 1);
  });

  it("reads a rewind into what a compaction kept", () => {
    const { entries, header } = read(fixture("rewind"));
    const survey = new Survey();
    for (const entry of entries) survey.add(entry);
    const plan = survey.finish(header);
    const live = entries.filter((_, n) => plan.visibility(n) === "live");
    assert.deepEqual(conversationOf(live), [
      "user: MARK-S-USER-2 second prompt",
      "assistant: MARK-S-ASSIST-4 second answer",
    ]);
    assert.equal(plan.compaction?.summary, "Side reply");
  });

  it("reads a subagent's transcript, and finds it from its parent's", async () => {
    const [parent = ""] = globSync("subagent/.gemini/tmp/*/chats/session-*", { cwd: FIXTURES });
    const children = (await gemini.store.children?.(join(FIXTURES, parent))) ?? [];
    assert.deepEqual(
      children.map((path) => basename(path)),
      ["bb4067d7-f182-442c-b31d-849b5193dea1.jsonl"],
    );
    const said = conversation(fixture("subagent", "bb4067d7*"));
    assert.equal(said[0], "user: MARK-SUBPROMPT do it");
    assert.ok(said.includes("tool: =MARK-SUB-OUT"));
  });

  it("reads a limit, and does not take the CLI's own nudge for the user's words", () => {
    const { entries } = read(fixture("limit-429"));
    const limits = entries.filter((entry) => entry.kind === "event" && entry.event === "limit");
    assert.equal(limits.length, 1);
    const nudges = messages(entries).filter((entry) => brief(entry).includes("[System:"));
    assert.ok(nudges.length > 0 && nudges.every(({ told }) => told));
  });

  it("reads every kind of part that the API has", () => {
    assert.deepEqual(conversation(fixture("parts")), [
      "user: GP-U1 read these | file | file | file",
      "assistant: GP-A1 I compute | ```PYTHON\nprint('GP-CODE')\n``` | [code execution: OUTCOME_OK]\nGP-CODE\n | GP-A2 computed",
      "user: GP-U2 search",
      'assistant: {"id":"s1","toolType":"GOOGLE_SEARCH_WEB","args":{"queries":["GP-QUERY"]}} | ' +
        '{"id":"s1","toolType":"GOOGLE_SEARCH_WEB","response":{"results":["GP-FOUND"]}} | GP-A3 found',
      "user: GP-U3 use the tools",
      "assistant: GP-A4 calling | mcp_my.server_get(mcp) | read_file(read) | ns:tool.name(undefined) | glob(glob)",
      'tool: =GP-O1+{"meta":{"source":"GP-META"}} | =GP-O2 binary+file | ={"rows":["GP-ROW"]}+image/png | =GP-O4 as a text',
      "assistant: GP-A5 done",
      "user: I ran the following shell command:\n```sh\necho GP-SHELL\n```\n\nThis produced the following result:\n```\nGP-SHELL-OUT\n```",
      "user: GP-U5 a newer part",
    ]);
  });

  it("a part that nobody has heard of is content", () => {
    const part = { hologram: { words: "unheard-of" } };
    const records = [ABOUT, user("u1", [part, { text: "one", echo: { words: "beside" } }])];
    assert.deepEqual(messages(read(records).entries)[0]?.parts, [
      {
        kind: "other",
        type: "hologram",
        text: '{"hologram":{"words":"unheard-of"}}',
        unknown: true,
      },
      { kind: "text", text: "one" },
      { kind: "other", type: "echo", text: "beside", unknown: true },
    ]);
  });

  it("results without a functionResponse, and those of other calls, are read", () => {
    const other = { functionResponse: { id: "c9", name: "glob", response: { output: "nine" } } };
    const more = { functionResponse: { id: "c8", name: "glob", response: { output: "eight" } } };
    const toolCalls = [
      { id: "c1", name: "glob", args: { pattern: "*" }, result: [{ text: "bare" }] },
      { id: "c2", name: "glob", args: { pattern: "*" }, result: [other, more] },
    ];
    const answer = { id: "a1", timestamp: TIME, type: "gemini", content: "", toolCalls };
    assert.deepEqual(conversation([ABOUT, answer]), [
      "assistant: glob(glob) | glob(glob)",
      "tool: =bare | =nine | =eight",
    ]);
  });

  it("names a result that is told again in other words, and messages that are not sent", () => {
    const result = (output: string) => [
      { functionResponse: { id: "c1", name: "glob", response: { output } } },
    ];
    const call = { functionCall: { id: "c1", name: "glob", args: { pattern: "*" } } };
    const answer = { id: "a1", timestamp: TIME, type: "gemini", content: [call] };
    const records = [
      ABOUT,
      answer,
      user("r1", result("long and whole")),
      { $set: { messages: [answer, user("r1", result("cut")), { id: "x", type: "hologram" }] } },
    ];
    const { entries } = read(records);
    const told = entries.flatMap((entry) =>
      entry.kind === "event" && entry.event !== "start" ? [entry.event, entry.id] : [],
    );
    assert.deepEqual(told, ["opaque", "#3", "unread", "#3~3"]);
    assert.equal(messages(entries).length, 2);
  });

  it("a signal, an error and processes in the background stay in a shell's result", () => {
    for (const tail of ["Signal: SIGTERM", "Error: spawn ENOENT", "Background PIDs: 12"]) {
      const text = `<untrusted_context>\nOutput: x\n${tail}\nProcess Group PGID: 7\n</untrusted_context>`;
      const native: ToolResultPart = {
        kind: "tool-result",
        callId: "c",
        isError: false,
        content: [{ kind: "text", text }],
      };
      assert.deepEqual(parseResult({ tool: "execute", command: "x" }, native), native);
    }
  });

  it("reads the older JSON documents", () => {
    const said = conversation(fixture("json-0.38"));
    assert.deepEqual(said.slice(0, 4), [
      "user: MARK-L-U1 go 你好",
      "assistant: <MARK-L-R1 I look> | MARK-L-A1 I list | run_shell_command(execute)",
      "tool: =MARK-L-O1 ünï",
      "assistant: MARK-L-A2 failing | run_shell_command(execute)",
    ]);
  });

  it("reads a history that stands alone, whatever the roles in it", () => {
    const history = ["user", "model", "function", "system"].map((role) => ({
      role,
      parts: [{ text: `by ${role}` }],
    }));
    const bytes = Buffer.from(`${JSON.stringify(history, null, 2)}\n`);
    assert.ok(mayBeDocument(bytes, bytes.length));
    const lines = splitDocument(bytes, gemini.documents ?? []);
    assert.ok(lines);
    assert.ok(joinDocument(lines, gemini.documents ?? [])?.equals(bytes));
    assert.deepEqual(conversation(history), [
      "user: by user",
      "assistant: by model",
      "user: by function",
      "user: by system",
    ]);
  });

  it("says what of a newer CLI's records it does not know, and knows all of today's", () => {
    const unknown = (name: string) =>
      fixture(name).flatMap((record) => (gemini.known ? unknowns(record, gemini.known) : []));
    assert.deepEqual(unknown("drift").length > 5, true);
    for (const name of ["basic", "basic-resumed", "compact", "rewind", "image", "subagent"]) {
      assert.deepEqual(unknown(name), [], name);
    }
  });
});

const USER = (id: string, text: string): Json => ({
  id,
  timestamp: TIME,
  type: "user",
  content: [{ text }],
});
const MODEL = (id: string, text: string): Json => ({
  id,
  timestamp: TIME,
  type: "gemini",
  content: text,
});
const START: Json = {
  sessionId: "s",
  projectHash: "p",
  startTime: TIME,
  lastUpdated: TIME,
  kind: "main",
};

describe("gemini: what later lines make of earlier ones", () => {
  const talk = [
    START,
    USER("u1", "one"),
    MODEL("a1", "first"),
    USER("u2", "two"),
    MODEL("a2", "second"),
  ];

  it("$rewindTo goes back to before the message", () => {
    const { entries } = read([...talk, { $rewindTo: "u2" }, USER("u3", "three")]);
    const back = entries.at(-2);
    assert.ok(back?.kind === "event" && back.event === "rollback" && back.turns === 1);
    assert.equal(back.parentId, "a1");
    assert.equal(entries.at(-1)?.parentId, back.id);
  });

  it("a shorter checkpoint is a rewind, a known message by its content is no new one", () => {
    const stated = [
      USER("u1", "one"),
      { ...Object(MODEL("a1", "")), content: [{ text: "first" }] },
    ];
    const { entries } = read([...talk, { $set: { messages: stated } }]);
    const last = entries.at(-1);
    assert.ok(last?.kind === "event" && last.event === "rollback" && last.parentId === "a1");
    assert.equal(messages(entries).length, 4);
  });

  it("what a checkpoint has beyond that is new", () => {
    const stated = [...talk.slice(1), USER("u3", "three")];
    const { entries } = read([...talk, { $set: { messages: stated } }]);
    assert.equal(messages(entries).length, 5);
    assert.equal(entries.at(-1)?.parentId, "a2");
  });

  it("a message that is written again gives only what it adds", () => {
    const call = { id: "c1", name: "run_shell_command", args: { command: "ls" } };
    const result = [
      { functionResponse: { id: "c1", name: "run_shell_command", response: { output: "x" } } },
    ];
    const again = { ...Object(MODEL("a2", "second")), toolCalls: [{ ...call, result }] };
    const { entries } = read([...talk, again, { ...Object(USER("r", "")), content: result }]);
    const added = messages(entries).slice(4);
    assert.deepEqual(added.map(brief), ["assistant: run_shell_command(execute)", "tool: =x"]);
    assert.equal(added[0]?.group, "a2");
  });

  it("of the results that a checkpoint gives to every call, each takes its own", () => {
    const response = (id: string) => ({
      functionResponse: { id, name: "glob", response: { output: `of ${id}` } },
    });
    const both = [response("c1"), response("c2")];
    const call = (id: string) => ({ id, name: "glob", args: { pattern: "*" }, result: both });
    const record = { ...Object(MODEL("a9", "")), toolCalls: [call("c1"), call("c2")] };
    assert.deepEqual(conversation([START, record]), [
      "assistant: glob(glob) | glob(glob)",
      "tool: =of c1 | =of c2",
    ]);
  });
});

function written(entries: readonly Entry[], facts: Json = null): Json[] {
  const writer = gemini.writer({ seed: "seed", cliVersion: null, facts });
  const records: Json[] = [];
  const header: Header = {
    ...emptyHeader("gemini"),
    id: "abcdef01-2",
    cwd: "/home/dev/shop",
    createdAt: TIME,
  };
  const start: Entry = {
    kind: "event",
    id: "s",
    parentId: null,
    time: TIME,
    event: "start",
    header,
  };
  const all = [start, ...entries];
  writer.expect?.(all, false);
  for (const entry of all) {
    for (const record of writer.predict(entry)) {
      writer.commit(record);
      records.push(record);
    }
  }
  return [...records, ...writer.end()];
}

describe("gemini: writing", () => {
  const user = (text: string): Message => ({
    kind: "message",
    id: "x",
    parentId: null,
    time: TIME,
    role: "user",
    parts: [{ kind: "text", text }],
  });

  it("gives every result once: calls among the parts, results in one message of their own", () => {
    const records = written(turn(gemini, "m"));
    const texts = JSON.stringify(records);
    assert.equal(texts.split('"functionResponse":').length - 1, 1);
    for (const record of records) {
      for (const call of array(member(record, "toolCalls"))) {
        assert.equal(member(call, "result"), undefined);
        assert.notEqual(member(call, "id"), "call_m");
      }
    }
    assert.deepEqual(conversation(records), messages(turn(gemini, "m")).map(brief));
  });

  it("guards what the user says against being taken for a command", () => {
    for (const text of ["/home/x is broken", "?", "  /x", "<session_context> is what?"]) {
      const records = written([user(text)]);
      const said = records.find((record) => member(record, "type") === "user");
      const parts = array(member(said, "content")).map(
        (part) => string(member(part, "text")) ?? "",
      );
      assert.ok(!isIgnored(parts.join("")), text);
      assert.equal(parts.at(-1), text);
    }
  });

  it("a document goes without its name, which stands before it", () => {
    const file: Part = { kind: "file", name: "a.pdf", mediaType: "application/pdf", data: "JVBE" };
    const sent = { inlineData: { data: "JVBE", mimeType: "application/pdf" } };
    const contentOf = (message: Message) =>
      array(
        member(
          written([message]).find((record) => member(record, "type") === "user"),
          "content",
        ),
      );
    const content = [{ text: "see" }, { text: "[attached file: a.pdf]" }, sent];
    assert.deepEqual(
      contentOf({ ...user("see"), parts: [{ kind: "text", text: "see" }, file] }),
      content,
    );
    const result: ToolResultPart = {
      kind: "tool-result",
      callId: "call_m",
      isError: false,
      content: [{ kind: "text", text: "read" }, file],
    };
    const told: Message = { ...user(""), role: "tool", parts: [result] };
    const response = contentOf(told);
    assert.deepEqual(member(member(response[0], "functionResponse"), "response"), {
      output: "read\n[attached file: a.pdf]",
    });
    assert.deepEqual(response.slice(1), [sent]);
  });

  it("a session that goes into a store is as of now, as the CLI deletes old ones", () => {
    const now = "2030-01-01T00:00:00.000Z";
    assert.deepEqual(written([user("hi")], { now }).at(-1), { $set: { lastUpdated: now } });
    assert.deepEqual(written([user("hi")]).at(-1), { $set: { lastUpdated: TIME } });
  });

  it("goes back by naming the first message that is taken back", () => {
    const writer = gemini.writer({ seed: "x", cliVersion: null });
    for (const record of [START, USER("u1", "one"), MODEL("a1", "first")]) writer.commit(record);
    const mark = writer.mark();
    for (const record of [USER("u2", "two"), MODEL("a2", "second")]) writer.commit(record);
    assert.deepEqual(writer.rewind(mark, 1), [{ $rewindTo: "u2" }]);
    assert.deepEqual(writer.rewind("", 2), [{ $rewindTo: "u1" }]);
  });
});

describe("gemini: tools", () => {
  const uses: ToolUse[] = [
    { tool: "execute", command: "ls" },
    { tool: "execute", command: "ls", cwd: "/tmp" },
    { tool: "read", path: "/a" },
    { tool: "read", path: "/a", offset: 5, limit: 10 },
    { tool: "write", path: "/a", content: "x" },
    { tool: "edit", path: "/a", edits: [{ old: "a", new: "b" }] },
    { tool: "edit", path: "/a", edits: [{ old: "a", new: "b", all: true }] },
    { tool: "search", pattern: "x", path: "/a", glob: "*.ts" },
    { tool: "glob", pattern: "*.ts" },
    { tool: "list", path: "/a" },
    { tool: "web-search", query: "x" },
    { tool: "fetch", url: "https://example.com/" },
    { tool: "todo", items: [{ text: "a", status: "pending" }] },
    { tool: "subagent", prompt: "do", type: "generalist" },
    { tool: "mcp", server: "files", name: "read_it", input: { a: 1 } },
  ];
  for (const use of uses) {
    it(`${use.tool}: there and back`, () => {
      const native = gemini.tools.toNative(use);
      assert.ok(native?.exact);
      assert.deepEqual(fromNative(native.name, native.input), use);
    });
  }

  it("has no word for several edits in one", () => {
    const edits = [
      { old: "a", new: "b" },
      { old: "c", new: "d" },
    ];
    assert.equal(gemini.tools.toNative({ tool: "edit", path: "/a", edits }), null);
  });

  it("takes the shell tool's words off its output, and puts them back", () => {
    const use: ToolUse = { tool: "execute", command: "x" };
    const result = (text: string, more: Partial<ToolResultPart> = {}): ToolResultPart => ({
      kind: "tool-result",
      callId: "c",
      isError: false,
      content: text === "" ? [] : [{ kind: "text", text }],
      ...more,
    });
    const plain = parseResult(
      use,
      result(
        "<untrusted_context>\nOutput: a\nExit Code: b\nExit Code: 3\nProcess Group PGID: 7\n</untrusted_context>",
      ),
    );
    assert.deepEqual(plain, result("a\nExit Code: b", { exitCode: 3, isError: true }));
    for (const one of [result("out"), result(""), result("x", { exitCode: 2, isError: true })]) {
      assert.deepEqual(parseResult(use, printResult(use, one)), one);
    }
  });

  it("tells a thought's subject from the rest", () => {
    for (const text of ["plain", "**Plan** then", "**a** **b** c"]) {
      assert.equal(thoughtText({ ...thoughtOf(text) }), text);
    }
  });
});

describe("gemini: the store", () => {
  async function home(use: (root: string, base: string) => Promise<void>): Promise<void> {
    const base = await mkdtemp(join(tmpdir(), "segue-gemini-"));
    try {
      await mkdir(join(base, "tmp"), { recursive: true });
      await use(join(base, "tmp"), base);
    } finally {
      await rm(base, { recursive: true });
    }
  }

  it("lies where GEMINI_CLI_HOME says, else at home", () => {
    assert.deepEqual(gemini.store.roots({ HOME: "/h" }), ["/h/.gemini/tmp"]);
    assert.deepEqual(gemini.store.roots({ HOME: "/h", GEMINI_CLI_HOME: "/g" }), ["/g/.gemini/tmp"]);
  });

  it("names a file so that the CLI's clean-up does not take it for its own leftovers", () => {
    const name = nameOf("01a1fd64-3b70-73fa-a8c1-44c9071a2e2e");
    assert.match(name, /^01a1fd64-[0-9a-z]{8}$/);
    assert.doesNotMatch(name, /-01a1fd64$/);
  });

  it("finds a project's folder as the CLI does", () =>
    home(async (root, base) => {
      assert.equal(slugFor(root, "/home/dev/My  Shop!"), "my-shop");
      await writeFile(
        join(base, "projects.json"),
        JSON.stringify({ projects: { "/a/shop": "sold" } }),
      );
      assert.equal(slugFor(root, "/a/shop"), "sold");
      await mkdir(join(root, "shop"));
      await writeFile(join(root, "shop", ".project_root"), "/b/shop");
      assert.equal(slugFor(root, "/b/shop"), "shop");
      assert.equal(slugFor(root, "/c/shop"), "shop-1");
      await mkdir(join(root, "sold"));
      await writeFile(join(root, "sold", ".project_root"), "/elsewhere");
      assert.equal(slugFor(root, "/a/shop"), "shop-1");
      await writeFile(join(base, "projects.json"), "not JSON");
      assert.equal(slugFor(root, "/"), "project");
    }));

  it("a name in projects.json that is no plain name is not followed", () =>
    home(async (root, base) => {
      await writeFile(
        join(base, "projects.json"),
        JSON.stringify({ projects: { "/a/x": "../../etc" } }),
      );
      assert.equal(slugFor(root, "/a/x"), "x");
    }));

  it("marks the folder as the project's", () =>
    home(async (root, base) => {
      const header = { ...emptyHeader("gemini"), id: "i-1", cwd: "/a/shop", createdAt: TIME };
      const path = gemini.store.pathFor(root, header, {});
      assert.equal(dirname(path), join(root, "shop", "chats"));
      assert.match(basename(path), /^session-2026-11-21T09-00-i-1-[0-9a-f]{8}\.jsonl$/);
      assert.deepEqual(gemini.store.companions?.(root, path, header), [
        { path: join(root, "shop", ".project_root"), text: "/a/shop" },
        { path: join(base, "history", "shop", ".project_root"), text: "/a/shop" },
      ]);
    }));

  it("lists sessions by their id, with their folder, and passes over what was only opened", () =>
    home(async (root) => {
      const chats = join(root, "shop", "chats");
      await mkdir(chats, { recursive: true });
      await writeFile(join(root, "shop", ".project_root"), "/a/shop");
      const line = (record: Json) => `${JSON.stringify(record)}\n`;
      const context = { $set: { messages: [USER("d0", "<session_context>\n</session_context>")] } };
      await writeFile(
        join(chats, "session-2026-11-21T09-00-s.jsonl"),
        line(START) + line(USER("u", "hi")),
      );
      await writeFile(join(chats, "session-2026-11-21T09-05-s.jsonl"), line(START) + line(context));
      await writeFile(join(chats, "other.jsonl"), line(START) + line(USER("u", "hi")));
      const found = await gemini.store.find(root);
      assert.deepEqual(
        found.map(({ id, path, summary }) => [id, basename(path), summary?.cwd]),
        [["s", "session-2026-11-21T09-00-s.jsonl", "/a/shop"]],
      );
    }));
});

describe("gemini: launching", () => {
  const resume = (prompt: string | null) =>
    gemini.launch.resumeArgs({ id: "i", path: "/p", prompt, args: ["-m", "x"] });
  it("resumes by id, and opens with a prompt whatever it begins with", () => {
    assert.deepEqual(resume(null), ["--resume", "i", "-m", "x"]);
    assert.deepEqual(resume("-p"), ["--resume", "i", "-m", "x", "--prompt-interactive=-p"]);
  });
});
