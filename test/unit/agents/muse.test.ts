import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { muse } from "../../../src/agents/muse/index.ts";
import { launch } from "../../../src/agents/muse/launch.ts";
import { store } from "../../../src/agents/muse/store.ts";
import { fromNative, tools } from "../../../src/agents/muse/tools.ts";
import { hostOf } from "../../../src/io/host.ts";
import type { Entry, Json, Message } from "../../../src/session/types.ts";
import { readRecords } from "../../support/conversion.ts";
import { fixtures } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

function pathOf(variant: string): string {
  return known(fixtures.find(({ name }) => name.startsWith(`muse/${variant}/`))).path;
}

function read(path: string): {
  entries: Entry[];
  header: ReturnType<ReturnType<typeof muse.reader>["header"]>;
} {
  const reader = muse.reader();
  const records = readRecords(path).map((record): Json => record ?? "not JSON");
  const entries = records.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function messages(variant: string): Message[] {
  return read(pathOf(variant)).entries.filter((entry) => entry.kind === "message");
}

function parts(variant: string) {
  return messages(variant).flatMap((message) => message.parts);
}

/** The records of these entries, as they would be written to an empty log. */
function written(entries: readonly Entry[]): Json[] {
  const writer = muse.writer({ seed: "s", cliVersion: null });
  const records: Json[] = [];
  const commit = (one: Json) => {
    records.push(one);
    writer.commit(one);
  };
  for (const entry of entries) {
    writer.expect?.([entry], false);
    for (const record of writer.predict(entry)) commit(record);
  }
  for (const record of writer.end()) commit(record);
  return records;
}

describe("Muse Code's reader", () => {
  it("reads folder, title, branch, model and version", () => {
    const { header } = read(pathOf("basic"));
    assert.equal(header.id, "01a0f000-0000-7000-8000-000000000001");
    assert.equal(header.cwd, "/home/dev/shop");
    assert.equal(header.title, "Fix the failing test");
    assert.equal(header.gitBranch, "main");
    assert.equal(header.model, "muse-spark-1.3-contributor");
    assert.equal(header.version, "1.4.2");
    assert.equal(header.createdAt?.slice(0, 10), "2026-09-30");
  });

  it("reads a prompt once, though two events have it", () => {
    const asked = messages("basic").filter(({ role }) => role === "user");
    assert.deepEqual(
      asked.map((message) => message.parts),
      [
        [{ kind: "text", text: "Fix the failing test in the shop." }],
        [{ kind: "text", text: "Thanks. Is there a README?" }],
      ],
    );
  });

  it("reads calls and results: how a command ended, and what failed", () => {
    const all = parts("basic");
    const calls = all.filter((part) => part.kind === "tool-call");
    assert.deepEqual(calls[0]?.use, { tool: "execute", command: "npm test" });
    const results = all.filter((part) => part.kind === "tool-result");
    assert.deepEqual(results[0], {
      kind: "tool-result",
      callId: "call_01",
      isError: true,
      exitCode: 1,
      content: [{ kind: "text", text: "1 failing: total of an empty cart is NaN" }],
    });
    assert.equal(results.at(-1)?.isError, true);
    assert.deepEqual(results.at(-1)?.content, [
      { kind: "text", text: "no such file: /home/dev/shop/README.md" },
    ]);
  });

  it("reads reasoning and its seal, in one answer with its calls", () => {
    const answers = messages("basic").filter(({ role }) => role === "assistant");
    const [readable, sealed, call] = answers;
    const seal = { encrypted_content: "Q-AAAA", provider_item_id: "rs_resp_01" };
    assert.deepEqual(readable?.parts, [
      {
        kind: "reasoning",
        text: "Running the tests first.",
        seal: { ...seal, encrypted_content: "Q-BBBB" },
      },
    ]);
    assert.deepEqual(sealed?.parts, [{ kind: "reasoning", text: "", seal }]);
    assert.equal(known(readable).group, call?.group);
    assert.equal(call?.model, "muse-spark-1.3-contributor");
  });

  it("reads what a request took, without counting the cache twice", () => {
    const spent = readRecords(pathOf("basic")).flatMap(
      (record) => muse.spent?.(record ?? null) ?? [],
    );
    assert.deepEqual(spent[1]?.usage, { input: 300, output: 60, cacheRead: 900, cacheWrite: 0 });
  });

  it("reads prompts alone as what the user asked", () => {
    const asked = messages("kinds").filter(({ role }) => role === "user");
    assert.deepEqual(
      asked.map(({ parts: [part] }) => (part?.kind === "text" ? part.text : "")),
      ["Plan the work on the cart.", "Go on with the second step.", "Once more."],
    );
  });

  it("reads how runs end: interrupted, and refused", () => {
    const events = read(pathOf("kinds")).entries.flatMap((entry) =>
      entry.kind === "event" && ["interruption", "limit"].includes(entry.event) ? [entry] : [],
    );
    assert.equal(events[0]?.event, "interruption");
    const refused = events[1];
    assert.equal(refused?.event === "limit" && refused.fault?.kind, "quota");
  });

  it("reads a summary as Segue writes it, and the run that repeats it as nothing more", () => {
    const { entries } = read(pathOf("compacted"));
    const at = entries.findIndex((entry) => entry.kind === "event" && entry.event === "compaction");
    const compaction = known(entries[at]);
    assert.ok(compaction.kind === "event" && compaction.event === "compaction");
    assert.match(compaction.summary, /^The user asked .* plates and cups/);
    const after = entries.slice(at).filter((entry) => entry.kind === "message");
    assert.deepEqual(
      after.map(({ parts: [part] }) => (part?.kind === "text" ? part.text : "")),
      ["And the warehouse?", "The warehouse holds the plates."],
    );
  });

  it("reads a task's events among the session's own as the subagent's", () => {
    const path = known(
      fixtures.find(({ name }) => /muse\/subagent\/(?!.*subagent\/).*jsonl$/.test(name)),
    ).path;
    const aside = read(path).entries.filter((entry) => entry.kind === "message" && entry.sidechain);
    assert.equal(aside.length, 2);
  });

  it("names what is new, and keeps what it says", () => {
    const others = parts("drift").flatMap((part) =>
      part.kind === "tool-result" ? part.content : [part],
    );
    const unknown = others.filter((part) => part.kind === "other");
    assert.deepEqual(
      unknown.map(({ type }) => type),
      ["postcard", "hologram", "sculpture"],
    );
    assert.ok(unknown.every((part) => part.unknown === true));
    const opaque = read(pathOf("drift")).entries.flatMap((entry) =>
      entry.kind === "event" && entry.event === "opaque" ? [entry.type] : [],
    );
    for (const type of [
      "session.weather.observed",
      "run/assistant_poem_committed",
      "run/tool_painting_committed",
      "dream/dreamt",
    ]) {
      assert.ok(opaque.includes(type), type);
    }
  });
});

/** The parts that these events of a run are read as. */
function partsOf(...events: Json[]): Message["parts"] {
  const reader = muse.reader();
  return events.flatMap((event, at) =>
    reader
      .read(
        {
          ...{ id: `e${at}`, stream: { kind: "session", id: "s" }, recorded_at: 1 },
          ...{ payload_type: "runtime.session", payload: { kind: "run", run_id: "r", event } },
        },
        at,
      )
      .flatMap((entry) => (entry.kind === "message" ? entry.parts : [])),
  );
}

const bash = { call_id: "c", name: "bash", args: '{"command": "exit 5"}' };
const called: Json = { kind: "assistant_tool_calls_committed", tool_calls: [bash] };

function answered(result: Json): string {
  const [, part] = partsOf(called, { kind: "tool_result_batch_committed", results: [result] });
  assert.ok(part?.kind === "tool-result");
  return part.content.flatMap((one) => (one.kind === "text" ? [one.text] : [])).join("|");
}

describe("Muse Code's results", () => {
  it("are all that any of their names says, once", () => {
    assert.equal(answered({ tool_call_id: "c", text: null, output: "A" }), "A");
    assert.equal(answered({ tool_call_id: "c", text: "", content: "B" }), "B");
    assert.equal(answered({ tool_call_id: "c", text: "C", output: "C", content: "D" }), "C|D");
    assert.equal(answered("E"), "E");
  });

  it("say how a command failed", () => {
    const ended = { command: "exit 5", exit_code: 5, terminal_status: "failed", output: "boom" };
    const reason = "process exited with status exit status: 5";
    const results = [
      { tool_call_id: "c", text: JSON.stringify({ ...ended, terminal_reason: reason }) },
    ];
    const [, part] = partsOf(called, { kind: "tool_result_batch_committed", results });
    assert.ok(part?.kind === "tool-result" && part.isError && part.exitCode === 5);
    assert.deepEqual(part.content, [{ kind: "text", text: "boom" }]);
    const other = JSON.stringify({ ...ended, terminal_reason: "killed: out of memory" });
    assert.match(answered({ tool_call_id: "c", text: other }), /out of memory/);
  });

  it("may be one in the place of a list, and so may calls and messages", () => {
    const one = { tool_call_id: "c", text: "one" };
    const read = partsOf(
      { kind: "assistant_tool_calls_committed", tool_calls: bash },
      { kind: "tool_result_batch_committed", results: one },
    );
    assert.deepEqual(
      read.map(({ kind }) => kind),
      ["tool-call", "tool-result"],
    );
  });
});

describe("Muse Code's writer", () => {
  const own = written(
    read(pathOf("basic")).entries.filter(
      (entry) => entry.kind !== "event" || entry.event !== "opaque",
    ),
  );
  const field = (record: Json | undefined, ...path: string[]): Json =>
    path.reduce<Json>((value, key) => {
      const inner: Json | undefined =
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? value[key]
          : undefined;
      return inner ?? null;
    }, record ?? null);

  it("counts without gaps, and forwards in time", () => {
    assert.deepEqual(
      own.map((record) => field(record, "sequence")),
      own.map((_, n) => n + 1),
    );
    const times = own.map((record) => Number(field(record, "recorded_at")));
    assert.ok(times.every((time, n) => n === 0 || time > (times[n - 1] ?? 0)));
  });

  it("begins with what the session is, and ends each run", () => {
    const types = own.map((record) => muse.writer({ seed: "", cliVersion: null }).kind(record));
    assert.deepEqual(types.slice(0, 5), [
      "runtime.session.metadata",
      "session.opened.observed",
      "runtime.user_intent.accepted",
      "run/started",
      "runtime.user_intent.materialized",
    ]);
    assert.deepEqual(types.slice(-2), ["run/terminal", "session.end"]);
    const count = (type: string) => types.filter((one) => one === type).length;
    assert.equal(count("run/started"), count("run/terminal"));
  });

  it("links a prompt to its run", () => {
    const [accepted, started, materialized] = own.slice(2, 5);
    assert.equal(field(materialized, "payload", "envelope_record_id"), field(accepted, "id"));
    assert.equal(field(materialized, "payload", "envelope_sequence"), field(accepted, "sequence"));
    const outcome = field(materialized, "payload", "outcome");
    assert.equal(field(outcome, "run_id"), field(started, "payload", "run_id"));
    assert.equal(field(outcome, "run_started_session_record_id"), field(started, "id"));
    assert.equal(
      field(outcome, "run_started_source_record_id"),
      field(started, "payload", "source_run_record_id"),
    );
  });

  it("begins a run without a prompt for an answer that has none", () => {
    const answer: Entry = {
      kind: "message",
      id: "a",
      parentId: null,
      time: null,
      role: "assistant",
      parts: [{ kind: "text", text: "Hello" }],
    };
    const reader = muse.reader();
    const back = written([answer]).flatMap((record, at) => reader.read(record, at));
    const said = back.filter((entry) => entry.kind === "message");
    assert.deepEqual(
      said.map(({ role }) => role),
      ["assistant"],
    );
  });
});

describe("Muse Code's tools", () => {
  it("are read and written", () => {
    const uses = [
      fromNative("bash", { command: "ls", workdir: "/w" }),
      fromNative("edit_file", { path: "/a", find: "x", replace: "y" }),
      fromNative("search", { pattern: "x", paths: ["/src"] }),
      fromNative("write_todos", { todos: [{ text: "a", status: "pending" }] }),
    ];
    for (const use of uses) {
      assert.ok(use !== null);
      const call = known(tools.toNative(use));
      assert.deepEqual(fromNative(call.name, call.input), use);
    }
    assert.equal(fromNative("bash", { command: "top", tty: true }), null);
    assert.equal(fromNative("search", { pattern: "x", mode: "files" }), null);
  });
});

describe("Muse Code's store", () => {
  it("is in the data folder of each system, or where the variable says", () => {
    const at = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform) =>
      store.roots(env, hostOf(env, platform))[0];
    assert.equal(at({ HOME: "/h" }, "linux"), "/h/.local/share/muse/sessions");
    assert.equal(at({ HOME: "/h" }, "darwin"), "/h/.local/share/muse/sessions");
    assert.match(known(at({ USERPROFILE: "C:\\u" }, "win32")), /^C:\\u\\\.local\\share[\\/]muse/);
    assert.equal(at({ HOME: "/h", XDG_DATA_HOME: "/d" }, "linux"), "/d/muse/sessions");
    assert.equal(at({ HOME: "/h", XDG_DATA_HOME: "d" }, "linux"), "/h/.local/share/muse/sessions");
  });

  it("has sessions by day, and those of subagents below them", async () => {
    const home = mkdtempSync(join(root, "home-"));
    cpSync(join(import.meta.dirname, "../../fixtures/muse/subagent"), home, { recursive: true });
    const [sessions = ""] = store.roots({ HOME: home });
    const found = await store.find(sessions);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["01a0f000-0000-7000-8000-000000000004"],
    );
    const [child, ...more] = (await store.children?.(known(found[0]).path)) ?? [];
    assert.equal(more.length, 0);
    assert.equal(store.isSubagent?.(known(child)), true);
    assert.deepEqual(store.identity?.(known(child)), {
      id: "0f3c2b1a-5d6e-4f70-8a9b-0c1d2e3f4a5b",
      parent: "01a0f000-0000-7000-8000-000000000004",
    });
    // It does not say where it works; its session does.
    const { header } = read(known(child));
    assert.equal(header.cwd, null);
    assert.equal(
      store.folder?.(known(child), { cwd: null, cwds: [], worktree: null }),
      "/home/dev/shop",
    );
  });

  it("finds a subagent's folder in its parent's log, in a frame or after a damaged line", () => {
    const parent = mkdtempSync(join(root, "parent-"));
    const id = "01a0f000-0000-7000-8000-000000000004";
    const place = join(parent, id, "session.jsonl");
    const inner = {
      ...{ id: "e", stream: { kind: "session", id }, payload_type: "runtime.session.metadata" },
      payload: { kind: "metadata", record: { workspace_root: "/w" } },
    };
    mkdirSync(join(parent, id));
    const frame = { retained_frame: "f", children: [{ record_json: JSON.stringify(inner) }] };
    writeFileSync(place, `{"workspace_root":"/home/\\x"}\n${JSON.stringify(frame)}\n`);
    const child = "0f3c2b1a-5d6e-4f70-8a9b-0c1d2e3f4a5b";
    const path = join(parent, id, "subagent", child, "session.jsonl");
    assert.equal(store.folder?.(path, { cwd: null, cwds: [], worktree: null }), "/w");
  });

  it("puts a new session where Muse Code looks", () => {
    const header = { ...read(pathOf("basic")).header, createdAt: "2026-09-30T12:00:00.000Z" };
    assert.equal(
      store.pathFor("/r", header, {}),
      join("/r/2026/09/30", header.id, "session.jsonl"),
    );
  });
});

describe("Muse Code's damaged logs", () => {
  it("lose no line that can be read", () => {
    const lines = readFileSync(pathOf("basic"), "utf8").split("\n");
    const reader = muse.reader();
    const values: Json[] = [null, 7, "text", [], { stream: { id: "x" }, payload_type: "y" }];
    const odd = values.flatMap((value, at) => reader.read(value, at));
    assert.ok(odd.every((entry) => entry.kind === "event"));
    const rest = lines.slice(1, -1).flatMap((line, at) => reader.read(JSON.parse(line), at + 5));
    assert.ok(rest.filter((entry) => entry.kind === "message").length > 5);
  });
});

describe("starting Muse Code", () => {
  it("resumes by id", () => {
    const session = { id: "i", path: "p", prompt: null, args: ["--yolo"] };
    assert.deepEqual(launch.resumeArgs(session), ["resume", "i", "--yolo"]);
    assert.equal(launch.headless, undefined);
  });
});
