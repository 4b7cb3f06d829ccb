import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { database } from "../../../src/agents/cline/database.ts";
import { cline } from "../../../src/agents/cline/index.ts";
import { store } from "../../../src/agents/cline/store.ts";
import { fromNative } from "../../../src/agents/cline/tools.ts";
import type { Entry, Json, JsonObject, Message, Part } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/cline");
const folder = temporaryFolder();
let folders = 0;

/** A recorded store, to be written to. */
function storeOf(variant: string): { root: string; id: string; lines: string[] } {
  const home = join(folder, String(++folders));
  cpSync(join(FIXTURES, variant), home, { recursive: true });
  const root = join(home, ".cline/data/sessions");
  const [id = ""] = readdirSync(root);
  return { root, id, lines: known(database.read(root, id)) };
}

/** Every file below a folder, by its path. */
function filesIn(root: string): { [path: string]: string } {
  const names = readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(files.sort().map((path) => [path, readFileSync(path, "utf8")]));
}

function entriesOf(records: readonly Json[]): Entry[] {
  const reader = cline.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function messagesOf(records: readonly Json[]): Message[] {
  return entriesOf(records).filter((entry) => entry.kind === "message");
}

function partsOf(record: Json): Part[] {
  return messagesOf([record]).flatMap(({ parts }) => parts);
}

function said(text: string, more: JsonObject = {}): JsonObject {
  return { id: "m", role: "user", content: [{ type: "text", text }], ts: 1, ...more };
}

function result(content: Json, more: JsonObject = {}): JsonObject {
  const block = { type: "tool_result", tool_use_id: "c", name: "run_commands", content, ...more };
  return { id: "m", role: "user", content: [block], ts: 1 };
}

describe("what is read of Cline's records", () => {
  it("takes off what the CLI puts around a user's words", () => {
    assert.deepEqual(partsOf(said('<user_input mode="act">a < b\n</user_input>')), [
      { kind: "text", text: "a < b\n" },
    ]);
    assert.deepEqual(partsOf(said(" typed by an older version ")), [
      { kind: "text", text: " typed by an older version " },
    ]);
  });

  it("reads messages without an id and a time, in a transcript and from a compaction", () => {
    const bare = (role: string, content: Json): JsonObject => ({ role, content });
    const messages = [bare("user", "one"), bare("assistant", "two"), bare("user", "three")];
    const summary = { ...bare("user", "SUM"), metadata: { kind: "compaction_summary" } };
    const records: Json[] = [
      ...messages,
      { compaction: { messages: [summary, messages[2] ?? null] } },
    ];
    assert.deepEqual(
      messagesOf(records).map(({ id, role }) => `${id} ${role}`),
      ["#0 user", "#1 assistant", "#2 user"],
    );
    const compaction = entriesOf(records).at(-1);
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.equal(compaction.keepFrom, "#2");
    // By itself, such a message could be any agent's.
    assert.equal(cline.recognises(bare("user", "one")), false);
  });

  it("tells a change of mode apart from what was typed", () => {
    const notice = "<mode_notice>The user switched to act mode.</mode_notice>";
    assert.deepEqual(partsOf(said(`${notice}\n<user_input mode="act">go</user_input>`)), [
      { kind: "text", text: notice, told: true },
      { kind: "text", text: "go" },
    ]);
  });

  it("reads what a command gave, and how it ended", () => {
    const [failed] = partsOf(
      result([
        {
          query: "x",
          result: "[Command exited with code 3]\nout\n",
          error: "Command exited with code 3",
          success: false,
        },
      ]),
    );
    assert.deepEqual(failed, {
      kind: "tool-result",
      callId: "c",
      isError: true,
      exitCode: 3,
      content: [{ kind: "text", text: "out\n" }],
    });
  });

  it("reads a result that stands as JSON text, and leaves other texts as they are", () => {
    const told = '{"query":"edit:/a","result":"File created","success":true}';
    const texts = (part: Part | undefined) => (part?.kind === "tool-result" ? part.content : []);
    assert.deepEqual(texts(partsOf(result(told))[0]), [{ kind: "text", text: "File created" }]);
    const other = '{"query":"a search","hits":[]}';
    assert.deepEqual(texts(partsOf(result(other))[0]), [{ kind: "text", text: other }]);
  });

  it("names what each of several commands was", () => {
    const [part] = partsOf(
      result([
        { query: "one", result: "1", success: true },
        { query: "two", result: "2", success: true },
      ]),
    );
    const content = part?.kind === "tool-result" ? part.content : [];
    const texts = content.map((item) => (item.kind === "text" ? item.text : ""));
    assert.deepEqual(texts, ["one:", "1", "two:", "2"]);
  });

  it("keeps messages for the screen out of the conversation, and knows a limit", () => {
    const metadata = { displayOnly: true, displayRole: "error" };
    const shown = (text: string) =>
      entriesOf([{ ...said(text), role: "assistant", metadata }]).map((entry) =>
        entry.kind === "event" ? entry.event : entry.role,
      );
    assert.deepEqual(shown("This request would exceed your account's rate limit."), ["limit"]);
    assert.deepEqual(shown("Your credit balance is too low to access the API."), ["limit"]);
    assert.deepEqual(shown("The model does not exist."), ["error"]);
  });

  it("tells whose a subagent's transcript is", () => {
    const origin = { source: "cli", mode: "subagent", parentThreadId: "1_a" };
    const reader = cline.reader();
    reader.read({ version: 1, agent: "subagent", sessionId: "1_a__b", origin, messages: [] }, 0);
    const { id, parent } = reader.header();
    assert.deepEqual({ id, parent }, { id: "1_a__b", parent: "1_a" });
  });
});

describe("Cline's tools", () => {
  it("are told apart by what they do", () => {
    const tool = (name: string, input: Json) => fromNative(name, input)?.tool ?? null;
    assert.equal(tool("editor", { path: "/a", new_text: "x" }), "write");
    assert.equal(tool("editor", { path: "/a", old_text: "y", new_text: "x" }), "edit");
    assert.equal(tool("editor", { path: "/a", new_text: "x", insert_line: 3 }), null);
    assert.equal(tool("run_commands", { commands: ["ls", "pwd"] }), null);
    assert.equal(tool("github__get_issue", { n: 1 }), "mcp");
  });

  it("tell a subagent what it is, in the place of a description, and take it so", () => {
    const input = { systemPrompt: "You never delete files.", task: "look" };
    const use = known(fromNative("spawn_agent", input));
    const description = "You never delete files.";
    assert.deepEqual(use, { tool: "subagent", prompt: "look", description });
    assert.deepEqual(known(cline.tools.toNative(use)).input, input);
  });

  it("take several edits as a patch, where a patch says the same", () => {
    const edits = [
      { old: "a\n", new: "b\n" },
      { old: "c\n", new: "d\n" },
    ];
    const call = cline.tools.toNative({ tool: "edit", path: "/a", edits });
    assert.equal(call?.name, "apply_patch");
    const inner = [{ old: "a", new: "b" }, ...edits];
    assert.equal(cline.tools.toNative({ tool: "edit", path: "/a", edits: inner }), null);
  });
});

describe("Cline's store", () => {
  it("lists sessions by their manifests, and not the transcripts of subagents", async () => {
    const { root, id } = storeOf("subagent");
    const found = await store.find(root);
    assert.deepEqual(
      found.map((one) => [one.id, one.summary?.cwd, one.summary?.title]),
      [[id, "/home/dev/shop", "MARK-U1 ask a subagent"]],
    );
    assert.equal((await known(store.children)(`${root}#${id}`)).length, 1);
  });

  it("knows the session that a transcript in it is of", () => {
    const { root, id } = storeOf("compact");
    const path = join(root, id, `${id}.messages.json`);
    assert.equal(known(store.whole)(path), `${root}#${id}`);
    rmSync(join(root, id, `${id}.json`));
    assert.equal(known(store.whole)(path), null);
  });

  it("says which process has a session open, as long as it is open", () => {
    const { root, id } = storeOf("interrupted");
    assert.deepEqual(known(store.opened)(root, id), [{ pid: 2658 }]);
    const other = storeOf("rich");
    const manifest = join(other.root, other.id, `${other.id}.json`);
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace(/"status": "\w+"/, '"status": "completed"'));
    assert.deepEqual(known(store.opened)(other.root, other.id), []);
  });

  it("is where the environment puts it", () => {
    const roots = (env: { [name: string]: string }) => store.roots({ HOME: "/h", ...env });
    assert.deepEqual(roots({}), ["/h/.cline/data/sessions"]);
    assert.deepEqual(roots({ CLINE_DIR: "/c" }), ["/c/data/sessions"]);
    assert.deepEqual(roots({ CLINE_DATA_DIR: "/d" }), ["/d/sessions"]);
    assert.deepEqual(roots({ CLINE_SESSION_DATA_DIR: "/s" }), ["/s"]);
  });
});

describe("Cline's sessions as lines", () => {
  it("are the same after the CLI has noted that it was run", () => {
    const { root, id, lines } = storeOf("rich");
    const path = join(root, id, `${id}.json`);
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    const ended = { pid: 1, status: "failed", exit_code: 1, ended_at: "2026-12-01T00:00:00.000Z" };
    const metadata = { ...manifest.metadata, totalCost: 9, terminal_marker: "x" };
    writeFileSync(path, JSON.stringify({ ...manifest, ...ended, metadata }, null, 2));
    assert.deepEqual(database.read(root, id), lines);
  });

  it("are added to in the transcript alone, and taken back to the byte", () => {
    const { root, id, lines } = storeOf("rich");
    const before = filesIn(root);
    const more = [...lines, JSON.stringify(said("new"))];
    database.replace(root, id, lines, more);
    assert.deepEqual(database.read(root, id), more);
    const changed = Object.entries(filesIn(root)).filter(([path, text]) => before[path] !== text);
    assert.deepEqual(
      changed.map(([path]) => path),
      [join(root, id, `${id}.messages.json`)],
    );
    database.replace(root, id, more, lines);
    assert.deepEqual(filesIn(root), before);
  });

  it("are taken back to the byte however the transcript is indented", () => {
    const { root, id } = storeOf("basic");
    const path = join(root, id, `${id}.messages.json`);
    const document = JSON.parse(readFileSync(path, "utf8"));
    for (const spelled of [JSON.stringify(document), JSON.stringify(document, null, "\t")]) {
      writeFileSync(path, spelled);
      const lines = known(database.read(root, id));
      const more = [...lines, JSON.stringify(said("new"))];
      database.replace(root, id, lines, more);
      assert.deepEqual(database.read(root, id), more);
      database.replace(root, id, more, lines);
      assert.equal(readFileSync(path, "utf8"), spelled);
    }
  });

  it("are not added to where that would change how the rest is formatted", () => {
    const { root, id } = storeOf("basic");
    const path = join(root, id, `${id}.messages.json`);
    const spelled = readFileSync(path, "utf8").replace("{", "{ \t");
    writeFileSync(path, spelled);
    const lines = known(database.read(root, id));
    const more = [...lines, JSON.stringify(said("new"))];
    assert.throws(() => database.replace(root, id, lines, more), /cannot be added to/);
    assert.equal(readFileSync(path, "utf8"), spelled);
    const copy = database.renamed(lines, "1_copy");
    database.replace(root, "1_copy", null, copy);
    assert.deepEqual(database.read(root, "1_copy"), copy);
  });

  it("are not written over what has changed meanwhile, nor over another session", () => {
    const { root, id, lines } = storeOf("basic");
    const before = filesIn(root);
    const more = [...lines, JSON.stringify(said("new"))];
    assert.throws(() => database.replace(root, id, lines.slice(0, -1), more), /has changed/);
    assert.throws(() => database.replace(root, id, null, more), /already exists/);
    assert.throws(() => database.replace(root, "other", null, lines), /those of another session/);
    assert.deepEqual(filesIn(root), before);
  });

  it("become a folder of their own, which goes again whole", () => {
    const { root, id, lines } = storeOf("compact");
    const before = filesIn(root);
    const copy = database.renamed(lines, "1795000000000_abcde");
    database.replace(root, "1795000000000_abcde", null, copy);
    assert.deepEqual(database.read(root, "1795000000000_abcde"), copy);
    const manifest = JSON.parse(
      readFileSync(join(root, "1795000000000_abcde/1795000000000_abcde.json"), "utf8"),
    );
    assert.equal(manifest.status, "completed");
    assert.equal(manifest.session_id, "1795000000000_abcde");
    database.replace(root, "1795000000000_abcde", copy, null);
    assert.deepEqual(filesIn(root), before);
    assert.deepEqual(readdirSync(root), [id]);
  });

  it("have a compaction where it applies, and without it where it does not", () => {
    const { root, id, lines } = storeOf("compact");
    const at = lines.findIndex((line) => line.startsWith('{"compaction"'));
    assert.equal(at, 6);
    const path = join(root, id, `${id}.compaction.json`);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/sha256:\w{4}/, "sha256:0000"));
    assert.deepEqual(
      database.read(root, id),
      lines.filter((_, n) => n !== at),
    );
  });

  it("get a compaction that the CLI takes for one of these messages", () => {
    const { root, id, lines } = storeOf("compact");
    const path = join(root, id, `${id}.compaction.json`);
    const recorded = JSON.parse(readFileSync(path, "utf8"));
    const without = lines.filter((line) => !line.startsWith('{"compaction"'));
    database.replace(root, id, lines, without);
    database.replace(root, id, without, lines);
    const written = JSON.parse(readFileSync(path, "utf8"));
    for (const key of ["source_message_count", "source_prefix_hash", "source_last_message_key"]) {
      assert.equal(written[key], recorded[key], key);
    }
    assert.deepEqual(written.messages, recorded.messages);
  });

  it("are none where there is no transcript", () => {
    const root = join(folder, "empty", "data", "sessions");
    mkdirSync(join(root, "1_a"), { recursive: true });
    writeFileSync(join(root, "1_a/1_a.json"), "{}");
    assert.ok(database.holds(root));
    assert.equal(database.read(root, "1_a"), null);
    writeFileSync(join(root, "1_a/1_a.messages.json"), '{"version":1,"mess');
    assert.throws(() => database.read(root, "1_a"), /damaged/);
  });
});
