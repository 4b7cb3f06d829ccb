import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openclaw } from "../../../src/agents/openclaw/index.ts";
import { fromNative, parseResult, printResult } from "../../../src/agents/openclaw/tools.ts";
import { pi } from "../../../src/agents/pi/index.ts";
import { Survey } from "../../../src/session/survey.ts";
import type { Entry, Json, ToolResultPart, ToolUse } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

function records(name: string): Json[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/** The texts that the model sees, oldest first. */
function seen(all: readonly Json[]): string[] {
  const reader = openclaw.reader();
  const entries: Entry[] = all.flatMap((record, at) => reader.read(record, at));
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(reader.header());
  return entries.flatMap((entry, n) => {
    if (entry.kind !== "message" || entry.scaffold || plan.visibility(n) !== "live") return [];
    return entry.parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  });
}

const HEADER = {
  type: "session",
  version: 4,
  id: "5e2f6a10-0000-4000-8000-000000000001",
  timestamp: "2026-11-29T10:00:00.000Z",
  cwd: "/home/dev/shop",
};

function entry(id: string, parentId: string | null, more: { [key: string]: Json }): Json {
  return { id, parentId, timestamp: "2026-11-29T10:00:01.000Z", ...more };
}

function user(id: string, parentId: string | null, content: string, more = {}): Json {
  return entry(id, parentId, { type: "message", message: { role: "user", content, ...more } });
}

describe("openclaw: what its model sees", () => {
  it("knows what a Gateway says in the user's place, and leaves out what ran inside a call", () => {
    const texts = seen(records("openclaw/gateway"));
    assert.ok(texts.some((text) => text.startsWith("MARK-YIELD wait for it")));
    const at = texts.findIndex((text) => text.startsWith("[Subagent Context] Every subagent"));
    assert.match(
      texts[at - 1] ?? "",
      /^\[Inter-session message\] sourceSession=agent:main:subagent:\S+ sourceChannel=internal sourceTool=subagent_settle isUser=false\nThis content was routed/,
    );
    const reader = openclaw.reader();
    const entries = records("openclaw/gateway").flatMap((one, at) => reader.read(one, at));
    const typed = entries.flatMap((one) =>
      one.kind === "message" && one.role === "user" && !one.scaffold
        ? one.parts.filter((part) => part.kind === "text" && !part.told)
        : [],
    );
    assert.deepEqual(
      typed.map((part) => part.kind === "text" && part.text),
      ["MARK-U1 look it up", "MARK-U3 let another do it", "MARK-U5 and now"],
    );
  });

  it("knows a limit, when it ends, and that no money is left", () => {
    const limits = ["limit-429", "quota"].map((variant) => {
      const reader = openclaw.reader();
      const entries = records(`openclaw/${variant}`).flatMap((one, at) => reader.read(one, at));
      return entries.flatMap((one) =>
        one.kind === "event" && one.event === "limit"
          ? [`${one.text.slice(0, 4)} ${one.resetsAt ?? "never said"}`]
          : [],
      );
    });
    assert.deepEqual(limits, [["429: 2026-11-30T00:56:27.821Z"], ["402: never said"]]);
  });

  it("names media that came with a prompt, and that are not sent again", () => {
    const media = [{ path: "/home/dev/.openclaw/media/inbound/a.png", kind: "image" }];
    const picture = { type: "image", data: "AAAA", mimeType: "image/png" };
    const brief = (content: Json): string[] => {
      const message = { role: "user", content, __openclaw: { media } };
      const reader = openclaw.reader();
      const all = [HEADER, entry("a", null, { type: "message", message })];
      return all.flatMap((one, at) =>
        reader
          .read(one, at)
          .flatMap((read) => (read.kind === "message" ? read.parts.map(({ kind }) => kind) : [])),
      );
    };
    assert.deepEqual(brief("see"), ["text", "unread"]);
    assert.deepEqual(brief(""), ["unread"]);
    assert.deepEqual(brief([{ type: "text", text: "see" }, picture]), ["text", "image"]);
  });

  it("knows what a command in the background says in the user's place", () => {
    const reader = openclaw.reader();
    const entries = records("openclaw/compact").flatMap((one, at) => reader.read(one, at));
    const told = entries.flatMap((one) =>
      one.kind === "message" && one.role === "user"
        ? one.parts.filter((part) => part.kind === "text" && part.told)
        : [],
    );
    assert.ok(told[0]?.kind === "text" && told[0].text.startsWith("[OpenClaw exec completion]"));
    assert.equal(told.length, 1);
  });

  it("begins anew after a reset, with what that keeps", () => {
    const all = [HEADER, user("a", null, "one"), user("b", "a", "two")];
    const reset = { type: "reset", reason: "new" };
    assert.deepEqual(seen([...all, entry("r", "b", reset), user("c", "r", "three")]), ["three"]);
    const kept = { ...reset, firstKeptEntryId: "b" };
    assert.deepEqual(seen([...all, entry("r", "b", kept), user("c", "r", "three")]), [
      "two",
      "three",
    ]);
  });

  it("continues from the entry that a leaf record selects", () => {
    const all = [HEADER, user("a", null, "one"), user("b", "a", "two")];
    const leaf = entry("l", "b", { type: "leaf", targetId: "a" });
    assert.deepEqual(seen([...all, leaf]), ["one"]);
    assert.deepEqual(seen([...all, leaf, user("c", "l", "three")]), ["one", "three"]);
    assert.deepEqual(seen([...all, leaf, user("c", "a", "three")]), ["one", "three"]);
  });

  it("leaves out what stands aside, and what is marked as left out", () => {
    const all = [HEADER, user("a", null, "one")];
    const aside = { ...Object(user("s", "a", "aside")), appendMode: "side" };
    const marked = user("b", "a", "not sent", { excludeFromContext: true });
    const note = { type: "custom", customType: "x", appendMode: "side" };
    assert.deepEqual(seen([...all, aside, entry("n", "s", note), user("c", "a", "two")]), [
      "one",
      "two",
    ]);
    assert.deepEqual(seen([...all, marked, user("c", "b", "two")]), ["one", "two"]);
  });

  it("is not what an edit of Pi's hides: it knows none", () => {
    const hide = entry("e", "a", { type: "context_edit", targetId: "a", replacement: null });
    assert.deepEqual(seen([HEADER, user("a", null, "one"), hide]), ["one"]);
  });
});

describe("openclaw: whose a session is", () => {
  it("a record in its form is Pi's only where nothing of OpenClaw's is in it", () => {
    for (const record of records("openclaw/rows")) {
      assert.ok(openclaw.recognises(record));
      assert.ok(!pi.recognises(record));
    }
    for (const record of records("pi/basic")) {
      assert.ok(pi.recognises(record));
    }
  });

  it("an older session, with ids as Pi has them, shows it in single records", () => {
    const own = records("openclaw/legacy").filter((record) => !pi.recognises(record));
    assert.equal(own.length, 1);
  });

  it("ids that are UUIDs do not make other agents' records OpenClaw's", () => {
    const uuid = "5e2f6a10-0000-4000-8000-000000000002";
    assert.ok(!openclaw.recognises({ type: "user", uuid, id: uuid, timestamp: "2026-11-29" }));
    assert.ok(!openclaw.recognises({ type: "reset", id: uuid }));
  });
});

describe("openclaw: tools", () => {
  it("its own, both ways", () => {
    const uses: [name: string, input: { [key: string]: Json }, use: ToolUse][] = [
      [
        "exec",
        { command: "ls", workdir: "/x", timeoutSeconds: 5 },
        { tool: "execute", command: "ls", cwd: "/x", timeoutMs: 5000 },
      ],
      ["view_image", { path: "/x/a.png" }, { tool: "view-image", path: "/x/a.png" }],
      ["ls", { path: "/x" }, { tool: "list", path: "/x" }],
      [
        "edit",
        { path: "/x/a", edits: [{ oldText: "a", newText: "b" }] },
        { tool: "edit", path: "/x/a", edits: [{ old: "a", new: "b" }] },
      ],
    ];
    for (const [name, input, use] of uses) {
      assert.deepEqual(fromNative(name, input), use);
      assert.deepEqual(openclaw.tools.toNative(use), { name, input, exact: true });
    }
    const patch = "*** Begin Patch\n*** Delete File: a\n*** End Patch";
    assert.deepEqual(fromNative("apply_patch", { input: patch }), { tool: "patch", patch });
    assert.equal(openclaw.tools.toNative({ tool: "search", pattern: "x" }), null);
  });

  it("the words that exec adds are taken off, and put back", () => {
    const use: ToolUse = { tool: "execute", command: "make" };
    const result = (text: string): ToolResultPart => ({
      kind: "tool-result",
      callId: "c",
      isError: false,
      content: [{ kind: "text", text }],
    });
    const failed = parseResult(use, result("oops\n\n(Command exited with code 3)"));
    assert.deepEqual(failed, { ...result("oops"), exitCode: 3 });
    const silent = parseResult(use, result("(no output)\n\n(Command exited with code 1)"));
    assert.deepEqual(silent, { ...result(""), content: [], exitCode: 1 });
    for (const text of ["fine", "(no output)", "oops\n\n(Command exited with code 3)"]) {
      assert.deepEqual(printResult(use, parseResult(use, result(text))).content, [
        { kind: "text", text },
      ]);
    }
  });
});

describe("openclaw: sessions in files, before 2026.7.2", () => {
  /** A state folder with the recorded session. */
  function state(): string {
    const folder = mkdtempSync(join(root, "state-"));
    const [from = ""] = fixture("openclaw/legacy").path.split("/agents/");
    cpSync(from, folder, { recursive: true });
    return folder;
  }
  const ID = "1606d262-08ad-479a-ae44-475171a069c3";

  it("are found, but not what is beside them, nor those of subagents", async () => {
    const folder = state();
    const sessions = join(folder, "agents/main/sessions");
    writeFileSync(join(sessions, `${ID}.trajectory.jsonl`), "{}\n");
    writeFileSync(join(sessions, "child.jsonl"), `${JSON.stringify(HEADER)}\n`);
    const index = JSON.parse(readFileSync(join(sessions, "sessions.json"), "utf8"));
    index["agent:main:main"].label = "The shop";
    index["agent:main:subagent:x"] = { sessionId: "child", spawnedBy: "agent:main:main" };
    writeFileSync(join(sessions, "sessions.json"), JSON.stringify(index));
    const found = await openclaw.store.find(folder);
    const path = join(sessions, `${ID}.jsonl`);
    assert.deepEqual(
      found.map((one) => [one.id, one.path]),
      [[ID, path]],
    );
    assert.equal(openclaw.store.title?.(path), "The shop");
    const children = await openclaw.store.children?.(path);
    assert.deepEqual(children, [join(sessions, "child.jsonl")]);
  });

  it("have the labels of topics in a chat, whose files have other names", async () => {
    const folder = state();
    const sessions = join(folder, "agents/main/sessions");
    const index: { [key: string]: Json } = {};
    for (const [n, more] of [{ sessionFile: `/elsewhere/a-topic-1.jsonl` }, {}].entries()) {
      const id = ["a", "b"][n] ?? "";
      writeFileSync(join(sessions, `${id}-topic-${n + 1}.jsonl`), `${JSON.stringify(HEADER)}\n`);
      index[`agent:main:topic:${n + 1}`] = { sessionId: id, label: `Topic ${id}`, ...more };
    }
    writeFileSync(join(sessions, "sessions.json"), JSON.stringify(index));
    const titleOf = (name: string) => openclaw.store.title?.(join(sessions, name));
    assert.equal(titleOf("a-topic-1.jsonl"), "Topic a");
    assert.equal(titleOf("b-topic-2.jsonl"), "Topic b");
    assert.equal(titleOf("c-topic-3.jsonl"), null);
  });

  it("have to be taken into the database before OpenClaw opens them", () => {
    const hindrance = openclaw.launch.hindrance?.({ id: ID, path: `/x/${ID}.jsonl` });
    assert.match(hindrance?.how ?? "", /doctor --fix/);
    assert.equal(openclaw.launch.hindrance?.({ id: ID, path: `/x/a.sqlite#${ID}` }), null);
  });
});

describe("openclaw: the store", () => {
  it("is where its variables say", () => {
    const roots = (env: NodeJS.ProcessEnv) => openclaw.store.roots({ HOME: "/home/dev", ...env });
    assert.deepEqual(roots({}), ["/home/dev/.openclaw", "/home/dev/.clawdbot"]);
    assert.deepEqual(roots({ OPENCLAW_STATE_DIR: "~/claw" }), ["/home/dev/claw"]);
    assert.deepEqual(roots({ OPENCLAW_HOME: "/srv" })[0], "/srv/.openclaw");
    assert.deepEqual(roots({ OPENCLAW_PROFILE: "work" }), ["/home/dev/.openclaw-work"]);
  });

  it("starts a session that is not written yet with the key that it will have", () => {
    const path = "/home/dev/.openclaw/agents/ops/agent/openclaw-agent.sqlite#0A-b";
    const args = openclaw.launch.resumeArgs({
      id: "0A-b",
      path,
      prompt: null,
      args: ["--deliver"],
    });
    assert.deepEqual(args, ["tui", "--local", "--session", "agent:ops:segue-0a-b", "--deliver"]);
  });
});
