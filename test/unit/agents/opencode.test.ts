/** OpenCode's codec: what its messages say, and what is written for another's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { kilo } from "../../../src/agents/kilo/index.ts";
import { opencode } from "../../../src/agents/opencode/index.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import type { Agent } from "../../../src/agents/types.ts";
import type { WriterOptions } from "../../../src/session/codec.ts";
import { isObject, member } from "../../../src/session/json.ts";
import type { Entry, Header, Json, Message, Part } from "../../../src/session/types.ts";
import { readRecords, see, textsOf } from "../../support/conversion.ts";
import { fixture } from "../../support/fixtures.ts";

const OPTIONS: WriterOptions = { seed: "s", cliVersion: "1.18.33", model: "lab/gpt-lab" };
const HEADER: Header = {
  agent: "opencode",
  id: "ses_1",
  title: "A title",
  cwd: "/home/dev/shop/sub",
  gitBranch: null,
  gitCommit: null,
  model: null,
  version: null,
  createdAt: "2026-11-21T08:00:00.000Z",
  updatedAt: "2026-11-21T09:00:00.000Z",
  parent: null,
};

function entriesOf(name: string, agent: Agent = opencode): { entries: Entry[]; header: Header } {
  const reader = agent.reader();
  const entries = readRecords(fixture(name).path).flatMap((record, at) =>
    record === undefined ? [] : reader.read(record, at),
  );
  return { entries, header: reader.header() };
}

function say(role: Message["role"], parts: Part[], more: Partial<Message> = {}): Message {
  const place = { kind: "message", id: `${role}-1`, parentId: null } as const;
  return { ...place, time: "2026-11-21T08:10:00.000Z", role, parts, ...more };
}

function text(words: string): Part {
  return { kind: "text", text: words };
}

/** The records of a session with these entries. */
function written(entries: readonly Entry[], options: Partial<WriterOptions> = {}): Json[] {
  const writer = opencode.writer({ ...OPTIONS, ...options });
  const start = { kind: "event", id: "start", parentId: null, time: null } as const;
  const out: Json[] = [];
  for (const group of [[{ ...start, event: "start" as const, header: HEADER }], entries]) {
    writer.expect?.(group, false);
    for (const entry of group) {
      for (const record of writer.predict(entry)) {
        writer.commit(record);
        out.push(record);
      }
    }
  }
  return out;
}

function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, key) =>
      typeof key === "number"
        ? Array.isArray(found)
          ? found[key]
          : undefined
        : member(found, key),
    value,
  );
}

const CALL: Part = {
  kind: "tool-call",
  callId: "c1",
  name: "bash",
  input: { command: "ls" },
  use: { tool: "execute", command: "ls" },
};

describe("reading", () => {
  it("gives what the session's row and its messages say", () => {
    const { entries, header } = entriesOf("opencode/rows");
    assert.equal(header.title, "Side reply");
    assert.equal(header.cwd, "/home/dev/shop");
    assert.equal(header.model, "claude-lab");
    assert.equal(header.version, "1.18.33");
    const messages = entries.filter((entry) => entry.kind === "message");
    assert.deepEqual(
      messages[0]?.parts.map(({ kind }) => kind),
      ["text", "text", "image", "text"],
    );
    const [, answer, results] = messages;
    assert.deepEqual(
      answer?.parts.map(({ kind }) => kind),
      ["reasoning", "text", "tool-call"],
    );
    assert.deepEqual(answer?.usage, { input: 1200, output: 80, cacheRead: 300, cacheWrite: 0 });
    assert.equal(answer?.stop, "tool");
    assert.deepEqual(results?.parts[0]?.kind, "tool-result");
    const failed = messages
      .flatMap(({ parts }) => parts)
      .find((part) => part.kind === "tool-result" && part.exitCode === 3);
    assert.ok(failed?.kind === "tool-result" && failed.isError);
  });

  it("says the same of an export as of rows", () => {
    const lines = readRecords(fixture("opencode/rows").path).flatMap((line) => line ?? []);
    const [form] = opencode.documents ?? [];
    const exported = JSON.parse(readFileSync(fixture("opencode/export").path, "utf8"));
    const records = form?.records(exported) ?? [];
    assert.deepEqual(form?.document(records), exported);
    assert.equal(records.length - 1, exported.messages.length);
    assert.ok(records.every((record) => opencode.recognises(record)));
    assert.ok(lines.every((record) => opencode.recognises(record) && !kilo.recognises(record)));
    assert.equal(form?.records({ info: { id: "x" }, messages: [] }), null);
  });

  it("hides what was taken back", async () => {
    const { live, plan, entries } = await see(fixture("opencode/reverted"));
    assert.deepEqual(live.flatMap(textsOf).slice(-1), ["second answer"]);
    const hidden = entries.filter((_, n) => plan.visibility(n) === "hidden");
    assert.equal(hidden.length, 2);
  });

  it("reads a row's JSON however it is spelled", () => {
    const read = (value: (json: Json) => Json): Entry[] => {
      const reader = opencode.reader();
      return readRecords(fixture("opencode/reverted").path).flatMap((record, at) => {
        const session = member(record, "session");
        if (!isObject(session)) return reader.read(record ?? null, at);
        const { revert = null, model = null } = session;
        const row = { ...session, revert: value(revert), model: value(model) };
        return [...reader.read({ session: row }, at)];
      });
    };
    assert.deepEqual(
      read((json) => JSON.stringify(json, null, 1)),
      read((json) => json),
    );
  });

  it("sees a compaction's summary in place of what came before", async () => {
    const { live, plan } = await see(fixture("opencode/compacted"));
    assert.equal(plan.compaction?.summary, "Side reply");
    assert.ok(!live.flatMap(textsOf).includes("second answer"));
    assert.ok(live.flatMap(textsOf).includes("after the compaction"));
    const older = await see(fixture("opencode/synth-compacted"));
    assert.deepEqual(older.live.flatMap(textsOf), ["MARK-C-NEW-USER", "MARK-C-NEW-A"]);
  });

  it("tells a limit, and leaves the failed answer out", () => {
    const { entries } = entriesOf("opencode/limit-429");
    const limit = entries.find((entry) => entry.kind === "event" && entry.event === "limit");
    assert.ok(limit?.kind === "event" && limit.event === "limit");
    assert.match(limit.text, /^429 This request would exceed your limit/);
    const answer = entries.find((entry) => entry.kind === "message" && entry.role === "assistant");
    assert.ok(answer?.kind === "message" && answer.stop === "error");
  });

  it("knows a subagent's call", () => {
    const { entries } = entriesOf("opencode/subagent");
    const calls = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    const call = calls.find((part) => part.kind === "tool-call");
    assert.deepEqual(call?.kind === "tool-call" && call.use, {
      tool: "subagent",
      prompt: "count the files",
      description: "count",
      type: "general",
    });
  });

  it("keeps what a newer version writes, and lists it as unknown", () => {
    const { known } = opencode;
    assert.ok(known);
    const all = (name: string) =>
      readRecords(fixture(name).path).flatMap((record) => unknowns(record ?? null, known));
    for (const name of ["rows", "compacted", "reverted", "subagent", "limit-429"]) {
      assert.deepEqual(all(`opencode/${name}`), [], name);
    }
    const drift = all("opencode/drift").join("\n");
    assert.match(drift, /hologram/);
    assert.match(drift, /mood/);
    assert.match(drift, /realm/);
    assert.match(drift, /session_thing/);
    assert.match(drift, /narrator/);
  });

  for (const agent of [opencode, kilo]) {
    it(`${agent.id}: gives every kind of part that reaches the model, and names what does not`, async () => {
      const { live, entries } = await see(fixture(`${agent.id}/kinds`));
      const said = live.flatMap(textsOf).join("\n");
      for (const words of [
        ...["TEXT", "FILE-TEXT", "FOLDER", "RESOURCE-TEXT", "PDF-OUTPUT", "MCP-OUTPUT"],
        ...["INTERRUPTED", "FAILED", "SUBTASK", "SUBTASK-RESULT"],
      ]) {
        assert.ok(said.includes(`KIND-${words}`), words);
      }
      assert.ok(said.includes("[Old tool result content cleared]"));
      for (const words of ["IGNORED", "CLEARED", "ERROR"]) {
        assert.ok(!said.includes(`KIND-${words}`), words);
      }
      const parts = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
      const all = parts.flatMap((part): Part[] =>
        part.kind === "tool-result" ? part.content : [part],
      );
      const files = all.flatMap((part) =>
        part.kind === "file" && part.data !== null ? [part.name] : [],
      );
      assert.deepEqual(files, ["spec.pdf", "result.pdf"]);
      assert.equal(all.filter(({ kind }) => kind === "image").length, 2);
      const unsent = all.flatMap((part) => (part.kind === "unread" ? [part.type] : []));
      assert.deepEqual(unsent, ["file", "file", "agent", "output", "error"]);
    });
  }

  it("leaves a note out of Kilo's answer, as Kilo does", () => {
    const note = {
      type: "text",
      text: "resumable",
      metadata: { "kilocode.lifecycle": "transient" },
    };
    const record = { message: { id: "m", data: { role: "assistant" } }, parts: [{ data: note }] };
    const read = (agent: Agent) =>
      agent
        .reader()
        .read(record, 0)
        .flatMap((entry) => (entry.kind === "message" ? textsOf(entry) : []));
    assert.deepEqual(read(kilo), []);
    assert.deepEqual(read(opencode), ["resumable"]);
  });

  it("takes a summary that was broken off for an answer", () => {
    const parts = [{ data: { type: "text", text: "half a summ" } }];
    const row = { id: "m", data: { role: "assistant", summary: true } };
    const [entry] = opencode.reader().read({ message: row, parts }, 0);
    assert.ok(entry?.kind === "message");
    assert.deepEqual(textsOf(entry), ["half a summ"]);
  });

  it("reads every kind of message of the experimental store", () => {
    const row = (type: string, data: Json): Json => ({ session_message: { id: type, type, data } });
    const uri = "data:application/pdf;base64,AAAA";
    const state = {
      status: "completed",
      input: {},
      content: [
        { type: "text", text: "out" },
        { type: "file", uri, mime: "application/pdf" },
      ],
    };
    const reader = opencode.reader();
    const entries = [
      row("user", { text: "ask", files: [{ uri, mime: "application/pdf", name: "a.pdf" }] }),
      row("synthetic", { text: "told" }),
      row("shell", { command: "ls", output: "a.txt" }),
      row("assistant", { content: [{ type: "tool", id: "t", name: "x", state }] }),
      row("compaction", { summary: "in short", recent: "lately" }),
    ].flatMap((record, n) => reader.read(record, n));
    const pdf = { kind: "file", mediaType: "application/pdf", data: "AAAA" };
    const told = entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    assert.deepEqual(told, [
      { kind: "text", text: "ask" },
      { ...pdf, name: "a.pdf" },
      { kind: "text", text: "told", told: true },
      { kind: "text", text: "Shell command: ls\n\na.txt", told: true },
      { kind: "tool-call", callId: "t", name: "x", input: {}, use: null },
      {
        kind: "tool-result",
        callId: "t",
        isError: false,
        content: [
          { kind: "text", text: "out" },
          { ...pdf, name: "file" },
        ],
      },
    ]);
    const last = entries.at(-1);
    assert.ok(last?.kind === "event" && last.event === "compaction");
    assert.equal(last.summary, "in short\n\nlately");
  });

  it("never throws, whatever a message is", () => {
    const odd: Json[] = [
      { session: { id: "ses_1", revert: 3, time_created: 1e300 } },
      { message: { id: "m", data: "no json" }, parts: 3 },
      { message: { id: "m", data: '{"role":"user"}' }, parts: [null, { data: { type: "text" } }] },
      { info: { id: "m", role: "assistant", time: { created: "x" } }, parts: [{ type: "tool" }] },
      { session_message: { type: "assistant", data: { content: [{ type: "tool" }] } } },
      { removed: { after: "nowhere" } },
      { removed: 1 },
      {},
    ];
    const reader = opencode.reader();
    for (const record of odd) reader.read(record, 0);
    assert.equal(reader.header().id, "ses_1");
  });
});

describe("writing", () => {
  it("opens a session as a row of this machine's", () => {
    const facts = { projectId: "p1", worktree: "/home/dev/shop", columns: null };
    const session = member(written([], { facts })[0], "session");
    assert.equal(member(session, "project_id"), "p1");
    assert.equal(member(session, "path"), "sub");
    assert.equal(member(session, "title"), "A title");
    assert.deepEqual(member(session, "model"), {
      id: "gpt-lab",
      providerID: "lab",
      variant: "default",
    });
  });

  it("writes one message a step, with the results in their calls", () => {
    const result: Part = {
      kind: "tool-result",
      callId: "c1",
      isError: true,
      exitCode: 2,
      content: [{ kind: "text", text: "no such file" }],
    };
    const [, user, answer, ...more] = written([
      say("user", [text("look")]),
      say("assistant", [text("I look"), CALL], { stop: "tool", model: "claude" }),
      say("tool", [result]),
    ]);
    assert.equal(more.length, 0);
    const parts = at(answer, "parts");
    assert.ok(Array.isArray(parts));
    assert.deepEqual(
      parts.map((part) => at(part, "data", "type")),
      ["step-start", "text", "tool", "step-finish"],
    );
    const state = at(parts[2], "data", "state");
    assert.equal(at(state, "status"), "completed");
    assert.equal(at(state, "output"), "no such file");
    assert.equal(at(state, "metadata", "exit"), 2);
    const data = at(answer, "message", "data");
    assert.equal(at(data, "parentID"), at(user, "message", "id"));
    assert.equal(at(data, "providerID"), "segue");
    assert.equal(at(data, "modelID"), "claude");
    assert.equal(at(data, "finish"), "tool-calls");
  });

  it("has times and ids that rise, whatever the source's times", () => {
    const entries = [
      "2026-11-21T08:10:00.000Z",
      "2026-11-21T08:10:00.000Z",
      null,
      "1999-01-01",
    ].map((time, n) => say("user", [text(`${n}`)], { time }));
    const rows = written(entries).slice(1);
    const times = rows.map((row) => Number(at(row, "message", "time_created")));
    const ids = rows.map((row) => String(at(row, "message", "id")));
    assert.deepEqual(
      times,
      [...new Set(times)].sort((a, b) => a - b),
    );
    assert.deepEqual(ids, [...new Set(ids)].sort());
  });

  it("writes an export where a file is asked for", () => {
    const [frame, head, user] = written([say("user", [text("hi")])], { form: "file" });
    assert.equal(at(frame, "segue.document", "form"), "opencode-export");
    assert.equal(at(head, "info", "projectID"), "global");
    assert.deepEqual(at(head, "messages"), []);
    assert.equal(at(user, "info", "sessionID"), "ses_1");
    assert.equal(at(user, "parts", 0, "messageID"), at(user, "info", "id"));
  });

  it("asks for a compaction, and gives its summary", () => {
    const place = { kind: "event", id: "c", parentId: null, time: null } as const;
    const [, asks, answer] = written([{ ...place, event: "compaction", summary: "in short" }]);
    assert.equal(at(asks, "parts", 0, "data", "type"), "compaction");
    assert.equal(at(answer, "message", "data", "summary"), true);
    assert.equal(at(answer, "message", "data", "parentID"), at(asks, "message", "id"));
    assert.equal(at(answer, "parts", 1, "data", "text"), "in short");
  });

  it("ends reasoning from elsewhere with a line end, which reading takes off", () => {
    const [, answer] = written([say("assistant", [{ kind: "reasoning", text: "hm" }])]);
    assert.equal(at(answer, "parts", 1, "data", "text"), "hm\n");
    const [entry] = opencode.reader().read(answer ?? null, 0);
    assert.deepEqual(entry?.kind === "message" && entry.parts, [{ kind: "reasoning", text: "hm" }]);
  });

  it("sends images of users and of results along", () => {
    const image: Part = { kind: "image", mediaType: "image/png", data: "AAAA" };
    const result: Part = { kind: "tool-result", callId: "c1", isError: false, content: [image] };
    const [, user, answer] = written([
      say("user", [image]),
      say("assistant", [CALL]),
      say("tool", [result]),
    ]);
    assert.equal(at(user, "parts", 0, "data", "url"), "data:image/png;base64,AAAA");
    const attachment = at(answer, "parts", 1, "data", "state", "attachments", 0);
    assert.equal(at(attachment, "url"), "data:image/png;base64,AAAA");
    assert.equal(at(attachment, "messageID"), at(answer, "message", "id"));
  });

  it("sends documents of users and of results along", () => {
    const pdf = {
      kind: "file",
      name: "a.pdf",
      mediaType: "application/pdf",
      data: "AAAA",
    } as const;
    const result: Part = { kind: "tool-result", callId: "c1", isError: false, content: [pdf] };
    const [, user, answer] = written([
      say("user", [pdf]),
      say("assistant", [CALL]),
      say("tool", [result]),
    ]);
    for (const file of [
      at(user, "parts", 0, "data"),
      at(answer, "parts", 1, "data", "state", "attachments", 0),
    ]) {
      assert.equal(at(file, "mime"), "application/pdf");
      assert.equal(at(file, "filename"), "a.pdf");
      assert.equal(at(file, "url"), "data:application/pdf;base64,AAAA");
    }
  });

  it("takes away what was reverted before it adds to a session", () => {
    const records = readRecords(fixture("opencode/reverted").path);
    const writer = opencode.writer(OPTIONS);
    for (const record of records) if (record !== undefined) writer.commit(record);
    const [removed, added] = writer.predict(say("user", [text("new")]));
    const from = at(records[0], "session", "revert", "messageID");
    assert.deepEqual(removed, { removed: { from } });
    assert.ok(isObject(added));
  });

  it("says of a kept result that is missing that the call still runs", () => {
    const [, answer] = written([say("assistant", [CALL])]);
    assert.equal(at(answer, "parts", 1, "data", "state", "status"), "running");
  });
});

describe("tools", () => {
  it("are the same there and back", () => {
    const uses = [
      { tool: "execute", command: "ls", timeoutMs: 5, cwd: "/x" },
      { tool: "read", path: "/a", offset: 1, limit: 2 },
      { tool: "write", path: "/a", content: "b" },
      { tool: "edit", path: "/a", edits: [{ old: "x", new: "y", all: true }] },
      { tool: "patch", patch: "*** Begin Patch" },
      { tool: "search", pattern: "x", path: "/a", glob: "*.ts" },
      { tool: "glob", pattern: "*.ts", path: "/a" },
      { tool: "todo", items: [{ text: "a", status: "in_progress" }] },
      { tool: "subagent", prompt: "p", description: "d", type: "general" },
      { tool: "fetch", url: "http://x" },
    ] as const;
    for (const use of uses) {
      const native = opencode.tools.toNative(
        use.tool === "edit"
          ? { ...use, edits: [...use.edits] }
          : use.tool === "todo"
            ? { ...use, items: [...use.items] }
            : use,
      );
      assert.ok(native?.exact, use.tool);
      const callId = "c";
      const call: Part = { kind: "tool-call", callId, ...native, use: null };
      const [, answer] = written([say("assistant", [call])]);
      const [entry] = opencode.reader().read(answer ?? null, 0);
      const [part] = entry?.kind === "message" ? entry.parts : [];
      assert.deepEqual(part?.kind === "tool-call" && part.use, use);
    }
  });

  it("do one replacement a call", () => {
    const edits = [
      { old: "a", new: "b" },
      { old: "c", new: "d" },
    ];
    assert.equal(opencode.tools.toNative({ tool: "edit", path: "/a", edits }), null);
  });
});

describe("launching", () => {
  it("names the session, and passes a prompt that is no option", () => {
    const request = { id: "ses_1", path: "x", prompt: "-rf", args: ["--agent", "plan"] };
    assert.deepEqual(opencode.launch.resumeArgs(request), [
      "--session",
      "ses_1",
      "--agent",
      "plan",
      "--prompt=-rf",
    ]);
    assert.equal(kilo.launch.command, "kilo");
  });

  it("gives new sessions ids of its own form, the newest first", () => {
    const id = (time: string) =>
      opencode.sessionId?.("0b5e3f7a-0000-4000-8000-000000000000", time) ?? "";
    assert.match(id("2026-11-21T08:00:00Z"), /^ses_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
    assert.ok(id("2026-11-21T08:00:01Z") < id("2026-11-21T08:00:00Z"));
  });
});
