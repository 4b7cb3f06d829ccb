import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { database } from "../../../src/agents/openhands/database.ts";
import { placesOf } from "../../../src/agents/openhands/files.ts";
import { openhands } from "../../../src/agents/openhands/index.ts";
import { launch } from "../../../src/agents/openhands/launch.ts";
import { store } from "../../../src/agents/openhands/store.ts";
import { fromNative, tools } from "../../../src/agents/openhands/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { printTime, readTime } from "../../../src/agents/shared/local-time.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { member } from "../../../src/session/json.ts";
import { NO_RESULT } from "../../../src/session/text.ts";
import type {
  Entry,
  Header,
  Json,
  JsonObject,
  Message,
  Part,
  ToolUse,
} from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/openhands");
const ID = "70f24a6debec4e56993aab5e99432e97";
const root = temporaryFolder();

function records(variant: string): Json[] {
  const path = fixture(`openhands/${variant}`).path;
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function read(all: readonly Json[]): Entry[] {
  const reader = openhands.reader();
  return all.flatMap((record, at) => reader.read(record, at));
}

function messages(all: readonly Json[]): Message[] {
  return read(all).filter((entry): entry is Message => entry.kind === "message");
}

const text = (words: string): Part => ({ kind: "text", text: words });

function say(role: Message["role"], ...parts: Part[]): Message {
  return { kind: "message", id: "", parentId: null, time: null, role, parts };
}

function call(callId: string, name: string, input: JsonObject): Part {
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

function answer(callId: string, words: string, more: { isError?: boolean } = {}): Part {
  const content = [{ kind: "text", text: words } as const];
  return { kind: "tool-result", callId, isError: false, content, ...more };
}

function result(callId: string, words: string): Part & { kind: "tool-result" } {
  return { kind: "tool-result", callId, isError: false, content: [{ kind: "text", text: words }] };
}

function event(more: JsonObject): JsonObject {
  return { timestamp: "2026-11-29T10:00:00.000000", source: "user", ...more };
}

function start(id = ID): Entry {
  const header: Header = { ...emptyHeader("openhands"), id, cwd: "/home/dev/shop" };
  return { kind: "event", id: "start", parentId: null, time: null, event: "start", header };
}

/** What the writer adds to a session with these records. */
function written(entries: readonly Entry[], before: readonly Json[] = []): JsonObject[] {
  const writer = openhands.writer({ seed: "s", cliVersion: null });
  for (const record of before) writer.commit(record);
  return entries.flatMap((entry) => {
    writer.expect?.([entry], false);
    const made = writer.predict(entry);
    for (const record of made) writer.commit(record);
    return made.flatMap((record) =>
      typeof record === "object" && record !== null && !Array.isArray(record) ? [record] : [],
    );
  });
}

const kinds = (made: readonly JsonObject[]): Json[] => made.map(({ kind = "head" }) => kind);

describe("reading", () => {
  it("gives reasoning, words, calls and results; the CLI's own prompt is kept aside", () => {
    const all = messages(records("tools"));
    assert.equal(all[0]?.scaffold, true);
    assert.deepEqual(all[1]?.parts, [text("MARK-U1 Fix the cart, please: Größe, 価格 🍐")]);
    assert.deepEqual(
      all[2]?.parts.map(({ kind }) => kind),
      ["reasoning", "text", "tool-call"],
    );
  });

  it("takes how a command ended for its exit code, and what else the model is told for text", () => {
    const results = messages(records("tools")).flatMap(({ parts }) =>
      parts.filter((part) => part.kind === "tool-result"),
    );
    const failed = known(results.find(({ exitCode }) => exitCode === 3));
    const [said] = failed.content;
    assert.equal(
      said?.kind === "text" && said.text,
      "MARK-O2\n[Current working directory: /home/dev/shop]\n[Python interpreter: /root/.pyenv/shims/python]",
    );
  });

  it("joins the calls of one answer", () => {
    const groups = messages(records("tools")).flatMap(({ role, group }) =>
      role === "assistant" && group !== undefined ? [group] : [],
    );
    assert.equal(groups.length - new Set(groups).size, 1);
  });

  it("puts what a condensation keeps of the beginning before its summary", () => {
    const entries = read(records("compact"));
    const at = entries.findIndex((one) => one.kind === "event" && one.event === "compaction");
    const compaction = known(entries[at]);
    assert.ok(compaction.kind === "event" && compaction.event === "compaction");
    assert.deepEqual(
      compaction.kept?.map(({ parts }) => parts),
      [[text("MARK-U1 Seven steps, please.")]],
    );
    const from = entries.findIndex(({ id }) => id === compaction.keepFrom);
    const last = entries[from];
    assert.ok(last?.kind === "message" && last.role === "assistant" && from < at);
  });

  it("hides what a condensation forgets after the first event that it keeps", () => {
    const said = ["a", "b", "c", "d", "e"].map((name): [string, JsonObject] => [
      name,
      { role: "user", content: [{ type: "text", text: name }] },
    ]);
    const events = said.map(([id, llm_message]) =>
      event({ id, llm_message, kind: "MessageEvent" }),
    );
    const forgotten_event_ids = ["a", "c", "d"];
    const more = { forgotten_event_ids, summary: "S", summary_offset: 0, kind: "Condensation" };
    const entries = read([...events, event({ id: "s", ...more })]);
    const told = entries.flatMap((one) => (one.kind === "event" ? [one] : []));
    const hidden = told.flatMap((one) => (one.event === "hide" ? [one.target] : []));
    assert.deepEqual(hidden, ["c", "d"]);
    const kept = told.flatMap((one) => (one.event === "compaction" ? [one.keepFrom] : []));
    assert.deepEqual(kept, ["b"]);
  });

  it("tells a screenshot's type by its data, and where the SDK stored it", () => {
    const about = { kind: "BrowserObservation", content: [], is_error: false };
    const shown = (screenshot_data: string, more: JsonObject = {}): Part[] => {
      const observation = { ...about, screenshot_data, ...more };
      const tool_call = { id: "a", name: "browser_get_state", arguments: "{}" };
      const base = { tool_name: "browser_get_state", tool_call_id: "a" };
      return messages([
        event({ id: "a", ...base, tool_call, kind: "ActionEvent" }),
        event({ id: "b", ...base, observation, kind: "ObservationEvent" }),
      ]).flatMap(({ parts }) =>
        parts.flatMap((part) => (part.kind === "tool-result" ? part.content : [])),
      );
    };
    const image = (mediaType: string, data: string): Part => ({ kind: "image", mediaType, data });
    assert.deepEqual(shown("/9j/AAAA"), [image("image/jpeg", "/9j/AAAA")]);
    assert.deepEqual(shown("UklGRAAA"), [image("image/webp", "UklGRAAA")]);
    assert.deepEqual(shown("iVBORw0KGgoAAAAA"), [image("image/png", "iVBORw0KGgoAAAAA")]);
    assert.deepEqual(shown("AAAA"), [image("image/png", "AAAA")]);
    // As hashlib.sha256 of the base64 gives it.
    assert.deepEqual(shown("/9j/AAAA", { full_output_save_dir: "/home/dev/out/" }), [
      text("Screenshot saved to: /home/dev/out/browser_screenshot_978d81e9.jpg"),
      image("image/jpeg", "/9j/AAAA"),
    ]);
  });

  it("gives neither a second result, nor one without a call, nor what was forgotten", () => {
    const entries = read(records("kinds"));
    const said = JSON.stringify(entries.filter(({ kind }) => kind === "message"));
    assert.doesNotMatch(said, /MARK-K-SECOND|MARK-K-NOCALL/);
    const hidden = entries.filter((one) => one.kind === "event" && one.event === "hide");
    assert.equal(hidden.length, 2);
  });

  it("shows a limit and no other error as one", () => {
    const event = (code: string): Json => ({
      id: "x",
      source: "environment",
      kind: "ConversationErrorEvent",
      code,
      detail: "so it is",
    });
    const [limit, error] = ["LLMRateLimitError", "LLMBadRequestError"].map((code) =>
      read([event(code)]).at(-1),
    );
    assert.ok(limit?.kind === "event" && limit.event === "limit");
    assert.ok(error?.kind === "event" && error.event === "error");
    const recorded = read(records("limit-429")).at(-1);
    assert.ok(recorded?.kind === "event" && recorded.event === "limit");
  });

  it("knows every key of what the CLI wrote", () => {
    for (const variant of ["rows", "tools", "compact", "mcp", "kinds"]) {
      const found = records(variant).flatMap((record) => unknowns(record, known(openhands.known)));
      assert.deepEqual([...new Set(found)], [], variant);
    }
  });
});

describe("writing", () => {
  it("begins with the state and a system prompt: without one the SDK does not open the session", () => {
    const made = written([start(), say("user", text("hello"))]);
    assert.deepEqual(kinds(made), ["head", "SystemPromptEvent", "MessageEvent"]);
    assert.equal(member(made[0]?.base_state, "id"), ID);
  });

  it("writes calls of one answer under one id, with the words in the first alone", () => {
    const two = [call("a", "terminal", { command: "ls" }), call("b", "Unknown", { x: 1 })];
    const made = written([say("assistant", text("I look."), ...two)]);
    const [first, second] = made;
    assert.equal(first?.llm_response_id, second?.llm_response_id);
    assert.deepEqual(second?.thought, []);
    assert.equal(member(first?.action, "kind"), "TerminalAction");
    assert.deepEqual(second?.action, { data: { x: 1 }, kind: "MCPToolAction" });
  });

  it("does not let an answer join the calls of another that stand right before it", () => {
    const made = written([
      say("assistant", call("a", "terminal", { command: "ls" })),
      say("assistant", text("Again."), call("b", "terminal", { command: "ls" })),
    ]);
    const actions = made.filter(({ kind }) => kind === "ActionEvent");
    assert.equal(new Set(actions.map(({ llm_response_id: id }) => id)).size, 2);
  });

  it("gives an action to no call that the SDK would not take: it is not read again otherwise", () => {
    const odd: JsonObject[] = [
      { command: 5 },
      { command: "ls", timeout: -1 },
      { command: "ls", x: 1 },
    ];
    const made = written(odd.map((input, n) => say("assistant", call(`c${n}`, "terminal", input))));
    assert.deepEqual(
      made.flatMap(({ action }) => member(action, "kind") ?? []),
      odd.map(() => "MCPToolAction"),
    );
    let deep: Json = "end";
    for (let n = 0; n < 300; n++) deep = [deep];
    const [one] = written([say("assistant", call("deep", "x", { deep }))]);
    assert.equal(one?.action, undefined);
  });

  it("answers a call that was left without a result before anything else is added: it would be run", () => {
    const before = records("interrupted");
    const made = written([say("user", text("and now?"))], before);
    assert.deepEqual(kinds(made), ["AgentErrorEvent", "MessageEvent"]);
    assert.equal(made[0]?.error, NO_RESULT);
    assert.equal(made[0]?.tool_call_id, member(before.at(-1), "tool_call_id"));
    // To Segue it stays a call without a result.
    assert.deepEqual(
      messages([...before, ...made]).map(({ role }) => role),
      [...messages(before).map(({ role }) => role), "user"],
    );
  });

  it("takes back with a condensation that says nothing of what it forgets", () => {
    const writer = openhands.writer({ seed: "s", cliVersion: null });
    const add = (entry: Entry): void => {
      for (const record of writer.predict(entry)) writer.commit(record);
    };
    add(say("user", text("one")));
    const mark = writer.mark();
    add(say("assistant", text("two")));
    add(say("user", text("three")));
    const [record] = writer.rewind(mark, 1);
    assert.equal(member(record, "kind"), "Condensation");
    assert.equal(member(record, "summary"), undefined);
    const forgotten = member(record, "forgotten_event_ids");
    assert.ok(Array.isArray(forgotten) && forgotten.length === 2);
  });

  it("writes text that the SDK's parser takes", () => {
    const made = written([say("user", text("half \ud83d of a pair"))]);
    assert.ok(JSON.stringify(made).isWellFormed());
    assert.doesNotMatch(JSON.stringify(made), /\\ud83d/);
  });

  it("gives a result with an image, or with several texts, a place where nothing of it is lost", () => {
    const image = { kind: "image", mediaType: "image/png", data: "AAAA" } as const;
    const made = written([
      say("assistant", call("a", "terminal", { command: "ls" })),
      say("tool", {
        kind: "tool-result",
        callId: "a",
        isError: false,
        content: [{ kind: "text", text: "x" }, image],
      }),
      say("assistant", call("b", "terminal", { command: "ls" })),
      say("tool", answer("b", "x")),
    ]);
    const observed = made.flatMap(({ observation }) => member(observation, "kind") ?? []);
    assert.deepEqual(observed, ["MCPToolObservation", "TerminalObservation"]);
  });

  it("gives a result that the SDK would cut several texts, which are one again", () => {
    const long = `${"x".repeat(49_999)}🍐${"y".repeat(60_000)}`;
    const made = written([
      say("assistant", call("a", "terminal", { command: "cat a" })),
      say("tool", { ...result("a", long), exitCode: 3 }),
      say("assistant", call("b", "read_wiki", { page: "b" })),
      say("tool", result("b", long)),
      say("assistant", call("c", "terminal", { command: "cat c" })),
      say("tool", result("c", "z".repeat(29_000))),
      say("assistant", call("d", "terminal", { command: "cat d" })),
      say("tool", result("d", "z".repeat(30_000))),
    ]);
    const observed = made.flatMap(({ observation }) => (observation ? [observation] : []));
    const sizes = observed.map((one) => {
      const content = member(one, "content");
      assert.ok(Array.isArray(content));
      return content.map((item) => String(member(item, "text")).length).join();
    });
    assert.deepEqual(sizes, ["49999,50000,10002,36", "49999,50000,10002", "29000", "30000"]);
    const kinds = observed.map((one) => member(one, "kind"));
    const mcp = "MCPToolObservation";
    assert.deepEqual(kinds, [mcp, mcp, "TerminalObservation", mcp]);
    assert.ok(JSON.stringify(made).isWellFormed());

    const [first, second] = messages(made).flatMap(({ parts }) =>
      parts.filter((part) => part.kind === "tool-result"),
    );
    assert.deepEqual(first, { ...result("a", long), exitCode: 3 });
    assert.deepEqual(second, result("b", long));
  });

  it("leaves texts that only look like pieces of one apart", () => {
    const texts = ["x".repeat(49_998), "y", "z".repeat(49_999), "z"];
    const content = texts.map((words) => ({ kind: "text", text: words }) as const);
    const made = written([
      say("assistant", call("a", "read_wiki", { page: "a" })),
      say("tool", { ...result("a", ""), content }),
    ]);
    const [back] = messages(made).flatMap(({ parts }) =>
      parts.filter((part) => part.kind === "tool-result"),
    );
    assert.deepEqual(back?.content, content);
  });
});

describe("tools", () => {
  const USES: ToolUse[] = [
    { tool: "execute", command: "ls", timeoutMs: 5000 },
    { tool: "read", path: "/a" },
    { tool: "read", path: "/a", offset: 3, limit: 4 },
    { tool: "read", path: "/a", offset: 3 },
    { tool: "write", path: "/a", content: "x" },
    { tool: "edit", path: "/a", edits: [{ old: "x", new: "y" }] },
    { tool: "todo", items: [{ text: "x", status: "completed" }] },
    { tool: "subagent", prompt: "look", description: "a look", type: "general-purpose" },
  ];
  for (const use of USES) {
    it(`maps ${use.tool} there and back`, () => {
      const native = known(tools.toNative(use));
      assert.equal(native.exact, true);
      assert.deepEqual(fromNative(native.name, native.input), use);
    });
  }

  it("leaves what is typed into a running command, and an insertion, their own names", () => {
    assert.equal(fromNative("terminal", { command: "C-c", is_input: true }), null);
    assert.equal(fromNative("file_editor", { command: "insert", path: "/a", new_str: "x" }), null);
  });
});

describe("times", () => {
  it("are the machine's own, as Python prints them", () => {
    const iso = known(readTime("2026-11-28T11:55:59.944623"));
    assert.equal(printTime(iso), "2026-11-28T11:55:59.944000");
    assert.equal(readTime("yesterday"), null);
    assert.equal(printTime(null), null);
  });
});

describe("the store", () => {
  /** A store with the recorded session. */
  const home = (): string => {
    const folder = join(mkdtempSync(join(root, "home-")), ".openhands");
    cpSync(join(FIXTURES, "store/.openhands"), folder, { recursive: true });
    return join(folder, "conversations");
  };
  const lines = (conversations: string): string[] => known(database.read(conversations, ID));
  const event = (n: number): string =>
    JSON.stringify({
      id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
      timestamp: "2026-11-29T10:00:00",
      source: "user",
      llm_message: { role: "user", content: [], thinking_blocks: [] },
      activated_skills: [],
      extended_content: [],
      kind: "MessageEvent",
    });

  it("finds a session with its folder and times, and reads no event but the first", async () => {
    const [found, ...more] = await store.find(home());
    assert.equal(more.length, 0);
    assert.equal(found?.id, ID);
    assert.equal(found?.summary?.cwd, "/home/dev/shop");
    assert.equal(found?.summary?.createdAt, readTime("2026-11-28T11:55:59.944623"));
  });

  it("adds events at the end, each in a file of its own, and takes them out again", () => {
    const at = home();
    const before = lines(at);
    const after = [...before, event(1), event(2)];
    const { events, state } = placesOf(at, ID);
    const was = readdirSync(events);
    const stated = readFileSync(state);
    database.replace(at, ID, before, after);
    assert.deepEqual(lines(at), after);
    assert.ok(
      readdirSync(events).includes("event-00015-00000000-0000-4000-8000-000000000001.json"),
    );
    database.replace(at, ID, after, before);
    assert.deepEqual(readdirSync(events), was);
    assert.deepEqual(readFileSync(state), stated);
  });

  it("sees nothing of events that a process was killed over while it added them", () => {
    const at = home();
    const before = lines(at);
    const { events, stage } = placesOf(at, ID);
    mkdirSync(stage);
    const names = [15, 16].map(
      (n) => `event-000${n}-00000000-0000-4000-8000-00000000000${n - 14}.json`,
    );
    for (const [n, name] of names.entries()) writeFileSync(join(stage, name), event(n + 1));
    renameSync(join(stage, known(names[1])), join(events, known(names[1])));
    assert.deepEqual(lines(at), before);
    const after = [...before, event(7)];
    database.replace(at, ID, before, after);
    assert.deepEqual(lines(at), after);
    assert.ok(!existsSync(stage));
  });

  it("keeps files of other names and spellings, and what lies behind a gap, byte for byte", () => {
    const at = home();
    const { events } = placesOf(at, ID);
    const third = known(readdirSync(events).sort()[2]);
    const pretty = `${JSON.stringify(JSON.parse(readFileSync(join(events, third), "utf8")), null, 2)}\n`;
    writeFileSync(join(events, third), pretty);
    writeFileSync(join(events, "event-00099-00000000-0000-4000-8000-000000000099.json"), event(99));
    const all = lines(at);
    const copied = database.renamed(all, ID.replace("7", "8"));
    const other = join(mkdtempSync(join(root, "other-")), "conversations");
    mkdirSync(other);
    database.replace(other, ID.replace("7", "8"), null, copied);
    const copy = placesOf(other, ID.replace("7", "8"));
    assert.equal(readFileSync(join(copy.events, third), "utf8"), pretty);
    assert.throws(() => database.replace(at, ID, all, [...all, event(1)]), /does not load/);
    const said = messages(all.map((line) => JSON.parse(line)));
    assert.ok(said.every(({ id }) => !id.endsWith("099")));
  });

  it("refuses lines of another session, ids that are none, and events that no file can be named by", () => {
    const at = home();
    const all = lines(at);
    const other = "8".repeat(32);
    assert.throws(() => database.replace(at, other, null, all), /not a session with this id/);
    assert.throws(() => database.replace(at, "../x", null, all), /not a session with this id/);
    const bad = JSON.stringify({ ...JSON.parse(event(1)), id: "../../x" });
    assert.throws(() => database.replace(at, ID, all, [...all, bad]), /not an event/);
    assert.deepEqual(lines(at), all);
  });

  it("takes the system prompt of the CLI's own newest session for a new one", () => {
    const prompt = member(store.facts?.(home(), "/", {}), "prompt");
    assert.match(String(prompt), /^You are OpenHands agent/);
  });

  it("finds the subagents of a session, and follows no link", async () => {
    const at = home();
    const { folder } = placesOf(at, ID);
    const subagents = join(folder, "subagents");
    mkdirSync(subagents);
    const copy = join(mkdtempSync(join(root, "copy-")), ID);
    cpSync(folder, copy, { recursive: true });
    cpSync(copy, join(subagents, "9".repeat(32)), { recursive: true });
    symlinkSync(copy, join(at, "a".repeat(32)));
    assert.deepEqual(await store.children?.(`${at}#${ID}`), [`${subagents}#${"9".repeat(32)}`]);
    assert.equal(known(database.read(subagents, "9".repeat(32))).length, lines(at).length);
    assert.deepEqual(
      (await store.find(at)).map(({ id }) => id),
      [ID],
    );
  });

  it("takes any of a session's files for the session", () => {
    const at = home();
    const { state, events } = placesOf(at, ID);
    const [first] = readdirSync(events).filter((name) => name.endsWith(".json"));
    for (const path of [state, join(events, known(first))]) {
      assert.equal(store.whole?.(path), `${at}#${ID}`);
    }
    assert.equal(store.whole?.(join(at, "x.json")), null);
  });
});

describe("starting", () => {
  it("gives the id and a first prompt that may begin with a dash", () => {
    const session = { id: ID, path: "", prompt: "-x", args: ["--yolo"] };
    assert.deepEqual(launch.resumeArgs(session), ["--resume", ID, "--yolo", "--task=-x"]);
  });
});

it("an answer whose role is damaged keeps its reasoning and its calls", () => {
  const llm_message = {
    role: "assis\ud83dtant",
    content: [{ type: "text", text: "an answer" }],
    thinking_blocks: [{ type: "thinking_summary", text: "a thought" }],
    tool_calls: [{ id: "c", name: "terminal", arguments: '{"command":"ls -la"}' }],
  };
  const event = { id: "e1", source: "agent", kind: "MessageEvent", llm_message };
  const told = JSON.stringify(openhands.reader().read(event, 0));
  for (const words of ["an answer", "a thought", "ls -la"]) assert.ok(told.includes(words), words);
});
