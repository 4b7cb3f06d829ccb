import assert from "node:assert/strict";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { kimi } from "../../../src/agents/kimi/index.ts";
import { readFailure, readRetry } from "../../../src/agents/kimi/limits.ts";
import { folderName } from "../../../src/agents/kimi/place.ts";
import { store } from "../../../src/agents/kimi/store.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/kimi/tools.ts";
import { feedOf } from "../../../src/convert/read/folder.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { Survey } from "../../../src/session/survey.ts";
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
import { temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/kimi");
const root = temporaryFolder();

/** The place of a fixture's session, or of a subagent's in it. */
function placeOf(name: string, agent = "main"): string {
  const [path] = globSync(`.kimi-code/sessions/*/*/agents/${agent}/wire.jsonl`, {
    cwd: join(FIXTURES, name),
  });
  assert.ok(path, name);
  return join(FIXTURES, name, path);
}

function recordsOf(path: string): Json[] {
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function read(records: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = kimi.reader();
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

function textsOf(messages: readonly Message[]): string[] {
  return messages
    .filter(({ scaffold }) => !scaffold)
    .flatMap(({ parts }) => parts.flatMap((part) => ("text" in part ? (part.text ?? "") : [])));
}

type Place = "id" | "parentId" | "time";
/** An entry that gets its place when it is written. */
type Bare = Omit<Message, Place> | Omit<Extract<Entry, { event: "start" }>, Place>;

/** What the writer puts into a new file. */
function written(entries: readonly Bare[]): Json[] {
  const writer = kimi.writer({ seed: "s", cliVersion: null });
  const time = "2026-11-22T10:00:00.000Z";
  return entries.flatMap((entry, n) => {
    const one: Entry = { id: `e${n}`, parentId: null, time, ...entry };
    writer.expect?.([one], false);
    return writer.predict(one).map((record) => {
      writer.commit(record);
      return record;
    });
  });
}

function say(role: Message["role"], ...parts: Part[]): Bare {
  return { kind: "message", role, parts };
}

const text = (words: string): TextPart => ({ kind: "text", text: words });

function typesOf(records: readonly Json[]): string[] {
  return records.map((record) => kimi.writer({ seed: "", cliVersion: null }).kind(record));
}

describe("reading", () => {
  it("gives the parts of an answer one group, and its tokens and model", () => {
    const { entries } = read(recordsOf(placeOf("image")));
    const answers = entries.filter((entry): entry is Message => {
      return entry.kind === "message" && entry.role === "assistant";
    });
    const [first, second, third] = answers;
    assert.equal(first?.group, second?.group);
    assert.equal(first?.parts[0]?.kind, "reasoning");
    assert.equal(third?.parts[0]?.kind, "tool-call");
    assert.equal(first?.model, "kimi-k2-lab");
    assert.equal(first?.usage?.output, 80);
    assert.equal(second?.usage, undefined);
  });

  it("takes reminders for scaffolding, and what a `!` command printed for told", () => {
    const messages = live(recordsOf(placeOf("interrupted")));
    const reminder = messages.find(({ parts }) =>
      JSON.stringify(parts).includes("Auto permission"),
    );
    assert.equal(reminder?.scaffold, true);
    const shell = messages.find(({ parts }) => JSON.stringify(parts).includes("bash-stdout"));
    assert.equal(shell?.told, true);
  });

  it("goes back where a branch begins", () => {
    assert.deepEqual(textsOf(live(recordsOf(placeOf("undo")))), [
      "MARK-U1 first",
      "MARK-A1 one",
      "MARK-U4 fourth",
      "MARK-A4 four",
    ]);
  });

  it("goes back as older versions do, which have no branches", () => {
    const records = recordsOf(placeOf("undo")).filter((record) => {
      return !JSON.stringify(record).startsWith('{"type":"agent.switched"');
    });
    const texts = textsOf(live(records));
    assert.deepEqual(texts, ["MARK-U1 first", "MARK-A1 one", "MARK-U4 fourth", "MARK-A4 four"]);
  });

  it("forgets what came before the context was cleared", () => {
    const records = recordsOf(placeOf("undo"));
    const clear: Json = { type: "context.clear", agentId: "main", time: 1 };
    assert.deepEqual(textsOf(live([...records, clear])), []);
    const [, , , ...more] = written([say("user", text("anew")), say("user", text("and on"))]);
    assert.deepEqual(textsOf(live([...records, clear, ...more])), ["and on"]);
  });

  it("gives a compaction the summary that is sent, and the user's messages that are kept", () => {
    const { entries } = read(recordsOf(placeOf("compact")));
    const compaction = entries.find((entry) => {
      return entry.kind === "event" && entry.event === "compaction";
    });
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.match(compaction.summary, /^The conversation so far has been compacted/);
    assert.match(compaction.summary, /MARK-SUMMARY what was done/);
    assert.deepEqual(textsOf(compaction.kept ?? []), ["MARK-U1 first", "MARK-U2 second"]);
  });

  it("keeps what was typed into a running turn through a compaction, and takes it back with its turn", () => {
    const typed = (words: string, more: { [key: string]: Json } = {}): Json => ({
      type: "context.append_message",
      message: {
        ...{ role: "user", content: [{ type: "text", text: words }], toolCalls: [] },
        origin: { kind: "user", ...more },
      },
    });
    const said = [typed("one"), typed("two"), typed("and this", { inTurn: true })];
    const compaction: Json = {
      ...{ type: "context.apply_compaction", contextSummary: "SUMMARY", compactedCount: 3 },
      keptUserMessageCount: 3,
    };
    const { entries } = read([...said, compaction]);
    const found = entries.at(-1);
    assert.ok(found?.kind === "event" && found.event === "compaction");
    assert.deepEqual(textsOf(found.kept ?? []), ["one", "two", "and this"]);
    assert.deepEqual(textsOf(live([...said, { type: "context.undo", count: 1 }])), ["one"]);
  });

  it("keeps what an older compaction kept: all from a message on", () => {
    const records = written([
      { kind: "event", event: "start", header: { ...emptyHeader("kimi"), id: "s" } },
      say("user", text("one")),
      say("assistant", text("two")),
      say("user", text("three")),
    ]);
    const compaction: Json = {
      ...{ type: "context.apply_compaction", agentId: "main", time: 1 },
      ...{ summary: "SUMMARY", compactedCount: 2 },
    };
    assert.deepEqual(textsOf(live([...records, compaction])), ["three"]);
  });

  it("reads calls as version 1.0 of the form has them, in messages", () => {
    const message: Json = {
      role: "assistant",
      content: [{ type: "text", text: "I look" }],
      toolCalls: [
        { type: "function", id: "c1", function: { name: "Bash", arguments: '{"command":"ls"}' } },
      ],
    };
    const result: Json = {
      ...{ role: "tool", toolCallId: "c1", toolCalls: [], isError: true },
      content: [{ type: "text", text: "gone\nCommand failed with exit code: 2." }],
    };
    const [said, answered] = live(
      [message, result].map((one) => ({ type: "context.append_message", message: one })),
    );
    const use = { tool: "execute", command: "ls" };
    const call = { kind: "tool-call", callId: "c1", name: "Bash", input: { command: "ls" }, use };
    assert.deepEqual(said?.parts[1], call);
    const [part] = answered?.parts ?? [];
    assert.ok(part?.kind === "tool-result");
    assert.equal(part.exitCode, 2);
    assert.deepEqual(part.content, [text("gone")]);
  });

  it("reads images from the files beside the session; without them it says what is missing", () => {
    const path = placeOf("blob");
    const images = (place: string | null): string[] => {
      const feed = feedOf(kimi, place);
      return recordsOf(path)
        .flatMap((record, at) => feed.reader.read(record, at))
        .flatMap((entry) => (entry.kind === "message" ? entry.parts : []))
        .flatMap((part): Part[] => (part.kind === "tool-result" ? part.content : [part]))
        .flatMap((part) => {
          if (part.kind === "unread") return `${part.type} ${part.reason}`;
          return part.kind === "image" ? `${part.mediaType} ${part.data?.slice(0, 8)}` : [];
        });
    };
    assert.deepEqual(images(path), ["image/png iVBORw0K", "image/png iVBORw0K"]);
    assert.deepEqual(images(null), ["image_url missing", "image_url missing"]);
    assert.equal(store.beside?.(path, "../../../state.json"), null);
  });
});

describe("limits", () => {
  const limits = (name: string) =>
    read(recordsOf(placeOf(name))).entries.flatMap((entry) =>
      entry.kind === "event" && (entry.event === "limit" || entry.event === "error") ? entry : [],
    );

  it("are requests that are tried again, with the time of the next try", () => {
    const [limit, ...more] = limits("limit-429");
    assert.equal(more.length, 2);
    assert.ok(limit?.event === "limit");
    assert.match(limit.text, /MARK-LIMIT/);
    const waited = Date.parse(limit.resetsAt ?? "") - Date.parse(limit.time ?? "");
    assert.equal(waited, 2000);
  });

  it("are turns that end because nothing is left", () => {
    const [limit] = limits("quota");
    assert.equal(limit?.event, "limit");
    assert.match(limit?.text ?? "", /MARK-QUOTA/);
  });

  it("are no other errors", () => {
    assert.equal(readRetry({ statusCode: 500, errorMessage: "x", delayMs: 1 }, 1), null);
    assert.equal(readFailure({ code: "provider.auth_error", message: "x" }, 1).event, "error");
  });
});

describe("writing", () => {
  it("writes what the CLI writes for a turn", () => {
    const input = { command: "ls" };
    const use = { tool: "execute", command: "ls" } as const;
    const records = written([
      say("user", text("look")),
      say(
        "assistant",
        { kind: "reasoning", text: "hm" },
        { kind: "tool-call", callId: "c1", name: "Bash", input, use },
        { kind: "tool-call", callId: "c2", name: "Bash", input, use },
      ),
      say("tool", { kind: "tool-result", callId: "c2", isError: false, content: [] }),
      say("tool", { kind: "tool-result", callId: "c1", isError: true, exitCode: 3, content: [] }),
      say("assistant", text("done")),
    ]);
    const loop = (kind: string) => `context.append_loop_event/${kind}`;
    assert.deepEqual(typesOf(records), [
      "turn.prompt",
      "context.append_message/user/user/",
      loop("step.begin"),
      loop("content.part/think"),
      loop("tool.call/Bash"),
      loop("tool.call/Bash"),
      loop("tool.result"),
      loop("tool.result"),
      loop("step.end"),
      loop("step.begin"),
      loop("content.part/text"),
      loop("step.end"),
      "turn.ended",
    ]);
    assert.match(JSON.stringify(records[6]), /"output":"Command executed successfully\."/);
    assert.match(JSON.stringify(records[7]), /"output":"Command failed with exit code: 3\."/);
    const ids = new Set(JSON.stringify(records).match(/"uuid":"[^"]+"/g));
    assert.equal(ids.size, 6);
  });

  it("joins reasoning that is a text to the answer after it, and reads both again", () => {
    const records = written([say("assistant", text(reasoningAsText("hm")), text("done"))]);
    const [answer] = live(records);
    assert.deepEqual(answer?.parts, [{ kind: "reasoning", text: "hm" }, text("done")]);
    assert.equal(typesOf(records).filter((type) => type.includes("content.part")).length, 1);
  });

  it("goes back to a line of the branch that it is of", () => {
    const path = placeOf("undo");
    const writer = kimi.writer({ seed: "s", cliVersion: null });
    for (const record of recordsOf(path)) writer.commit(record);
    const mark = writer.mark();
    const last = recordsOf(path).length;
    for (const record of written([say("user", text("x"))])) writer.commit(record);
    const [switched] = writer.rewind(mark, 1);
    assert.deepEqual(switched && { ...Object(switched), time: 0 }, {
      ...{ type: "agent.switched", agentId: "main", branch: "b2", reason: "undo" },
      base: { branch: "b1", line: last },
      ...{ turns: 1, legacyUndoLine: last + 4, time: 0 },
    });
  });
});

describe("the store", () => {
  it("names folders as 2.1.0 does", () => {
    // What the CLI made of these.
    assert.equal(folderName("/home/dev/shop"), "wd_shop_e828acfc792e");
    assert.equal(folderName("/home/dev/My Shop!/"), folderName("/home/dev/My Shop!"));
    assert.match(folderName("/home/dev/My Shop!"), /^wd_my-shop_[0-9a-f]{12}$/);
    assert.match(folderName("/"), /^wd_workspace_[0-9a-f]{12}$/);
  });

  it("tells which session, and which folder, by the place and state.json", async () => {
    const [found, ...more] = await store.find(join(FIXTURES, "fork/.kimi-code/sessions"));
    assert.equal(more.length, 1);
    const sessions = [found, ...more].map((one) => one?.summary?.parent ?? null);
    assert.equal(sessions.filter((parent) => parent !== null).length, 1);
    const main = placeOf("subagent");
    const sub = placeOf("subagent", "agent-0");
    const id = "session_4e49a1ed-d908-4937-93dc-fbc051aaf2b9";
    assert.deepEqual(store.identity?.(main), { id, parent: null });
    assert.deepEqual(store.identity?.(sub), { id: `${id}.agent-0`, parent: id });
    assert.deepEqual(await store.children?.(main), [sub]);
    assert.deepEqual(await store.children?.(sub), []);
    assert.equal(store.folder?.(main, { cwd: null, cwds: [], worktree: null }), "/home/dev/shop");
    assert.equal(store.identity?.("/tmp/loose.jsonl"), null);
  });

  it("reads what was pasted from media/, whatever its ending, and says where that is gone", () => {
    const session = join(mkdtempSync(join(root, "media-")), "session_x");
    const wire = join(session, "agents/main/wire.jsonl");
    mkdirSync(dirname(wire), { recursive: true });
    mkdirSync(join(session, "media"));
    const png = Buffer.from("\x89PNG\r\n\x1a\nIMAGE", "latin1");
    const film = Buffer.from("\0\0\0\x18ftypisom", "latin1");
    writeFileSync(join(session, "media/f_A.tmp.1"), "half");
    writeFileSync(join(session, "media/f_A.bin"), png);
    writeFileSync(join(session, "media/f_B"), film);
    const image = (url: string): Json => ({ type: "image_url", imageUrl: { url } });
    const content = [
      image("kimi-file://f_A?path=x"),
      { type: "video_url", videoUrl: { url: "kimi-file://f_B" } },
      image("kimi-file://f_gone"),
      image("kimi-file://../../../f_A"),
    ];
    const message: Json = { role: "user", content, toolCalls: [], origin: { kind: "user" } };
    const record: Json = { type: "context.append_message", message };
    const [entry] = feedOf(kimi, wire).reader.read(record, 0);
    const data = png.toString("base64");
    const parts = entry?.kind === "message" ? entry.parts : [];
    assert.deepEqual(parts, [
      { kind: "image", mediaType: "image/png", data },
      { kind: "file", name: null, mediaType: "video/mp4", data: film.toString("base64") },
      { kind: "unread", type: "image_url", reason: "missing" },
      { kind: "unread", type: "image_url", reason: "missing" },
    ]);
    const copied = store.detached?.(wire, JSON.stringify(record)) ?? "";
    assert.ok(copied.includes(`"imageUrl":{"url":"data:image/png;base64,${data}"}`));
    assert.ok(copied.includes('"kimi-file://f_gone"'));
  });

  it("takes a title that only repeats the first prompt for none", () => {
    const folder = mkdtempSync(join(root, "title-"));
    cpSync(join(FIXTURES, "image/.kimi-code"), folder, { recursive: true });
    const [wire = ""] = globSync("sessions/*/*/agents/main/wire.jsonl", { cwd: folder });
    const path = join(folder, wire);
    assert.equal(store.title?.(path), null);
    const state = join(dirname(dirname(dirname(path))), "state.json");
    const now: object = JSON.parse(readFileSync(state, "utf8"));
    writeFileSync(state, JSON.stringify({ ...now, title: "Mine", titleKind: "custom" }));
    assert.equal(store.title?.(path), "Mine");
  });

  it("finds the model that the user chose", () => {
    const folder = mkdtempSync(join(root, "config-"));
    const sessions = join(folder, "sessions");
    mkdirSync(sessions);
    const config = join(folder, "config.toml");
    assert.equal(store.model?.(sessions, {}), null);
    writeFileSync(config, '# mine\ndefault_model = "kimi/k2"\n[models.x]\nmodel = "y"\n');
    assert.equal(store.model?.(sessions, {}), "kimi/k2");
    writeFileSync(config, '[x]\ndefault_model = "not this"\n');
    assert.equal(store.model?.(sessions, {}), null);
  });
});

describe("tools", () => {
  const same = (name: string, input: Json): void => {
    const use = fromNative(name, input);
    assert.ok(use, name);
    assert.deepEqual(kimi.tools.toNative(use), { name, input, exact: true });
  };

  it("mean the same both ways", () => {
    same("Bash", { command: "ls", cwd: "/x", timeout: 20 });
    same("Read", { path: "/x", line_offset: 3, n_lines: 4 });
    same("Write", { path: "/x", content: "y" });
    same("Edit", { path: "/x", old_string: "a", new_string: "b", replace_all: true });
    same("Grep", { pattern: "a", path: "/x", glob: "*.ts" });
    same("Glob", { pattern: "*.ts", path: "/x" });
    same("FetchURL", { url: "https://example.com" });
    same("ReadMediaFile", { path: "/x.png" });
    same("TodoList", {
      todos: [
        { title: "a", status: "done" },
        { title: "b", status: "in_progress" },
      ],
    });
    same("Agent", { prompt: "p", description: "d", subagent_type: "explore" });
    same("mcp__lab__echo", { text: "x" });
  });

  it("stay the agent's own where an option says more", () => {
    for (const [name, input] of [
      ["Bash", { command: "ls", run_in_background: true }],
      ["Read", { path: "/x", line_offset: -10 }],
      ["Write", { path: "/x", content: "y", mode: "append" }],
      ["Grep", { pattern: "a", "-i": true }],
      ["TodoList", {}],
      ["Agent", { prompt: "p", description: "d", resume: "agent-0" }],
    ] as const) {
      assert.equal(fromNative(name, input), null, name);
    }
  });

  it("take a command's exit code off its output, and put it there again", () => {
    const use = { tool: "execute", command: "x" } as const;
    const native: ToolResultPart = {
      kind: "tool-result",
      callId: "c",
      isError: true,
      content: [{ kind: "text", text: "out\nCommand failed with exit code: 3." }],
    };
    const parsed = parseResult(use, native);
    assert.equal(parsed.exitCode, 3);
    assert.deepEqual(parsed.content, [text("out")]);
    const { exitCode: _, ...printed } = printResult(use, parsed);
    assert.deepEqual(printed, native);
    const killed: ToolResultPart = {
      ...native,
      content: [{ kind: "text", text: "Command killed by timeout (60s)" }],
    };
    assert.deepEqual(printResult(use, parseResult(use, killed)), killed);
  });
});

it("is started on a session, with its first prompt without the screen", () => {
  const args = (prompt: string | null) =>
    kimi.launch.resumeArgs({ id: "session_x", path: "/p", prompt, args: ["--model", "k"] });
  assert.deepEqual(args(null), ["--session=session_x", "--model", "k"]);
  assert.deepEqual(args("-x"), ["--session=session_x", "--model", "k", "--prompt=-x"]);
});
