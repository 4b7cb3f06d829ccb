import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { database } from "../../../src/agents/vibe/database.ts";
import { canonical, itemsIn } from "../../../src/agents/vibe/files.ts";
import { digestOf } from "../../../src/agents/vibe/generation.ts";
import { vibe } from "../../../src/agents/vibe/index.ts";
import { store } from "../../../src/agents/vibe/store.ts";
import { fromNative, printResult, tools } from "../../../src/agents/vibe/tools.ts";
import { Accountant } from "../../../src/convert/read/account.ts";
import { member } from "../../../src/session/json.ts";
import type { Entry, Json, JsonObject, Message, Part } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/vibe");
const folder = temporaryFolder();
let folders = 0;

function empty(): string {
  const root = join(folder, String(++folders), ".vibe/logs/session");
  mkdirSync(root, { recursive: true });
  return root;
}

/** A recorded store, to be written to. */
async function storeOf(variant: string) {
  const root = empty();
  cpSync(join(FIXTURES, variant, ".vibe/logs/session"), root, { recursive: true });
  const [found] = await store.find(root);
  const { id } = known(found);
  return { root, id, lines: known(database.read(root, id)), place: join(root, "unified", id) };
}

/** Every file of a folder, with its content. */
function snapshot(root: string): { [name: string]: string } {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(root, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), "utf8")]));
}

function parsed(lines: readonly string[]): Json[] {
  return lines.map((line): Json => JSON.parse(line));
}

function entriesOf(records: readonly Json[]): Entry[] {
  const reader = vibe.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function messagesOf(records: readonly Json[]): Message[] {
  return entriesOf(records).filter((entry) => entry.kind === "message");
}

function textsOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

function item(role: string, content: Json[], more: JsonObject = {}): JsonObject {
  return { message: { content, role, ...more }, source: "history", turn_index: 1 };
}

function text(words: string): JsonObject {
  return { text: words, type: "text" };
}

/** What both versions keep of an old session. */
const ROWS = readFileSync(join(FIXTURES, "rows/session.jsonl"), "utf8").split("\n").slice(0, -1);
const ID = "06b1c71a-e50a-b27f-92b6-08e0e09d4b07";

describe("what is read of Mistral Vibe's records", () => {
  it("reads an answer of 3.x and of 2.x alike", async () => {
    const { lines } = await storeOf("rich");
    const of3 = messagesOf(parsed(lines));
    const of2 = messagesOf(parsed(ROWS));
    const kinds = ({ parts }: Message) => parts.map(({ kind }) => kind);
    assert.deepEqual(kinds(known(of3[1])), ["reasoning", "text", "tool-call"]);
    assert.deepEqual(kinds(known(of2[1])), ["reasoning", "text", "tool-call"]);
    const uses = (messages: readonly Message[]) =>
      messages
        .flatMap(({ parts }) => parts)
        .flatMap((part) => (part.kind === "tool-call" ? [part.use?.tool ?? part.name] : []));
    const first = ["todo", "execute", "execute", "read", "write", "edit", "edit", "no_such_tool"];
    assert.deepEqual(uses(of3).slice(0, 8), first);
    assert.deepEqual(uses(of2).slice(0, 8), first);
  });

  it("reads how commands ended, in both versions", async () => {
    const codes = (records: readonly Json[]) =>
      messagesOf(records)
        .flatMap(({ parts }) => parts)
        .flatMap((part) => (part.kind === "tool-result" ? [[part.isError, part.exitCode]] : []))
        .filter(([isError]) => isError === true);
    const failed = [true, undefined];
    // 2.x keeps parallel results in the order in which they came.
    assert.deepEqual(codes(parsed(ROWS)), [failed, [true, 3], failed, failed]);
    const { lines } = await storeOf("rich");
    assert.deepEqual(codes(parsed(lines)), [[true, 3], failed, failed, failed]);
  });

  it("reads what came before a compaction, and what the model is sent in its place", async () => {
    const entries = entriesOf(parsed((await storeOf("compacted")).lines));
    const at = entries.findIndex((entry) => entry.kind === "event" && entry.event === "compaction");
    const compaction = entries[at];
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.equal(compaction.summary, "SUMMARY: one and two are done.");
    assert.deepEqual(textsOf(compaction.kept ?? []), ["Do one.", "Do two."]);
    const before = entries.slice(0, at).filter((entry) => entry.kind === "message");
    assert.deepEqual(textsOf(before).slice(0, 3), ["Do one.", "One.", "One is done."]);
    const after = entries.slice(at).filter((entry) => entry.kind === "message");
    assert.deepEqual(textsOf(after), ["Do three.", "Three is done."]);
  });

  const OPENING = `You are continuing a trajectory after a context compaction.

Here are some of the most recent previous user messages, preserved verbatim where possible. Treat them as prior context, not as new requests.

<previous_user_messages>`;
  const SUMMARY =
    "Here is a summary of what has happened so far:\n\n<compaction_summary>\nSUM <b>\nMED</b>\n</compaction_summary>";

  function restated(...messages: string[]): string {
    return `${[OPENING, ...messages].join("\n")}\n</previous_user_messages>\n\n${SUMMARY}`;
  }

  function compactionIn(record: JsonObject) {
    const found = entriesOf([record]).find(({ kind }) => kind === "event");
    return found?.kind === "event" && found.event === "compaction" ? found : null;
  }

  it("reads a compaction of 2.x, which is one message", () => {
    const lines = restated(
      "<previous_user_message>\nport the app\n\nall of it\n</previous_user_message>",
      "<previous_user_message>\nkeep &lt;previous_user_message&gt;\n</previous_user_message>",
    );
    const numbered = restated(
      "<previous_user_message_0>port the app\n\nall of it</previous_user_message_0>",
      "<previous_user_message_1>keep &lt;previous_user_message&gt;</previous_user_message_1>",
    );
    for (const content of [lines, numbered]) {
      const record = { role: "user", content, injected: true, message_id: "a" };
      const compaction = known(compactionIn(record) ?? undefined);
      assert.equal(compaction.summary, "SUM <b>\nMED</b>");
      assert.deepEqual(textsOf(compaction.kept ?? []), [
        "port the app\n\nall of it",
        "keep &lt;previous_user_message&gt;",
      ]);
      const entries = entriesOf([record]);
      assert.deepEqual(new Accountant(vibe).unaccounted(record, entries), {
        content: [],
        keys: [],
      });
    }
    const bare = compactionIn({ role: "user", content: restated(), injected: true });
    assert.deepEqual([bare?.summary, bare?.kept], ["SUM <b>\nMED</b>", undefined]);
    // 3.x forgets the mark when it imports the session.
    assert.equal(compactionIn(item("user", [text(lines)]))?.summary, "SUM <b>\nMED</b>");
    const marked = { role: "user", content: "What was done.", context_boundary: "compaction" };
    assert.equal(compactionIn(marked)?.summary, "What was done.");
  });

  it("takes nothing that the user typed for a compaction", () => {
    const typed = [OPENING, SUMMARY, restated(), `${OPENING} what is this?`];
    for (const content of typed) {
      const of2 = (words: string) => ({ role: "user", content: words, injected: false });
      const of3 = (words: string) => item("user", [text(words)]);
      for (const record of [of2, of3]) {
        const said = textsOf(messagesOf([record("before"), record(content)]));
        assert.deepEqual(said, ["before", content]);
      }
    }
    const more = { ...item("user", [text(`${OPENING} what is this?`)]), source: "injection" };
    assert.deepEqual(textsOf(messagesOf([more])), [`${OPENING} what is this?`]);
    const almost = { role: "user", content: `${OPENING}\nwords\n${restated()}`, injected: true };
    assert.deepEqual(textsOf(messagesOf([almost])), [almost.content]);
  });

  it("counts sealed reasoning in both versions", () => {
    const payload = { type: "reasoning", id: "rs", encrypted_content: "SEALED" };
    const of2 = { role: "assistant", content: "a", reasoning_payloads: [payload] };
    const thought = { type: "reasoning", content: [{ type: "redacted", data: "SEALED" }] };
    const of3 = item("assistant", [thought, text("a")]);
    for (const record of [of2, of3]) {
      const [message] = messagesOf([record]);
      assert.deepEqual(message?.parts, [
        { kind: "reasoning", text: "" },
        { kind: "text", text: "a" },
      ]);
    }
  });

  it("reads images in each of their forms", async () => {
    const data = Buffer.from("a picture").toString("base64");
    const image: Part = { kind: "image", mediaType: "image/webp", data };
    const inline = { kind: "inline", data };
    const of2: JsonObject[] = [
      { alias: "a.webp", mime_type: "image/webp", source: inline },
      { alias: "a.webp", mime_type: "image/webp", data },
    ];
    for (const one of of2) {
      const [message] = messagesOf([{ role: "user", content: "", images: [one] }]);
      assert.deepEqual(message?.parts, [image]);
    }
    const attachment = { alias: "a.webp", mimeType: "image/webp", source: inline };
    const [message] = messagesOf([item("user", [{ type: "image", attachment }])]);
    assert.deepEqual(message?.parts, [image]);
  });

  it("reads images that are in the session's folder, and no other files", async () => {
    const { root, id } = await storeOf("old");
    const [name = ""] = readdirSync(root);
    const data = Buffer.from("a picture");
    mkdirSync(join(root, name, "attachments"));
    writeFileSync(join(root, name, "attachments/ab.png"), data);
    writeFileSync(join(root, "other.png"), data);
    symlinkSync(join(root, "other.png"), join(root, name, "attachments/link.png"));
    const reader = vibe.reader((file) => store.beside?.(`${root}#${id}`, file) ?? null);
    const read = (path: string, more: JsonObject = {}) => {
      const images = [{ alias: "a.png", mime_type: "image/png", ...more, path }];
      const [entry] = reader.read({ role: "user", content: "", images }, 0);
      return entry?.kind === "message" ? entry.parts : [];
    };
    const image: Part = { kind: "image", mediaType: "image/png", data: data.toString("base64") };
    const missing: Part = { kind: "file", name: "a.png", mediaType: "image/png", data: null };
    assert.deepEqual(read("/moved/since/attachments/ab.png"), [image]);
    assert.deepEqual(read("", { source: { kind: "file", path: "attachments/ab.png" } }), [image]);
    for (const path of ["link.png", "/etc/passwd", "..", "../messages.jsonl", "attachments/"]) {
      assert.deepEqual(read(path), [missing], path);
    }
  });

  it("reads a turn that did not end from the journal", async () => {
    const messages = messagesOf(parsed((await storeOf("killed")).lines));
    assert.deepEqual(textsOf(messages), [
      "Get ready.",
      "Ready.",
      "Run the slow thing.",
      "I run something slow.",
    ]);
    const [call, result] = messages
      .slice(-2)
      .flatMap(({ parts }) => parts.filter(({ kind }) => kind.startsWith("tool-")));
    assert.ok(call?.kind === "tool-call" && result?.kind === "tool-result");
    assert.equal(result.callId, call.callId);
    assert.ok(result.isError);
  });

  it("reads what the model is yet to be told of a subagent, in the CLI's words", async () => {
    const { root, id, lines } = await storeOf("subagent");
    const last = known(messagesOf(parsed(lines)).at(-1));
    assert.equal(last.told, true);
    const [notice = "", answer] = textsOf([last]);
    assert.match(
      notice,
      /^Runtime notification:\n\{"id":"subagent:child-\w+:reader:1:completed","source":\{"type":"subagent","agent_name":"reader","status":"completed"\},"level":"info","message":"Subagent reader completed turn 1."\}$/,
    );
    assert.equal(answer, "It says hello (4).");
    const child = known((await store.find(root)).find((found) => found.id.startsWith("child-")));
    assert.equal(child.summary?.parent, id);
    assert.equal(child.summary?.cwd, "/home/dev/shop");
    const [start] = entriesOf(parsed(known(database.read(root, child.id))));
    assert.ok(start?.kind === "event" && start.event === "start");
    assert.equal(start.header.parent, id);
  });

  it("reads pictures that tools of MCP servers show to a program", async () => {
    const parts = messagesOf(parsed((await storeOf("mcp")).lines)).flatMap((one) => one.parts);
    const shown = parts.flatMap((part) => (part.kind === "tool-result" ? part.content : []));
    assert.ok(shown.some((part) => part.kind === "image" && part.data !== null));
    assert.ok(shown.some((part) => part.kind === "file" && part.text === "An embedded note."));
  });

  it("knows a limit, and an interruption", async () => {
    const ends = async (variant: string) =>
      entriesOf(parsed((await storeOf(variant)).lines)).flatMap((entry) =>
        entry.kind === "event" && entry.event !== "start" ? [entry.event] : [],
      );
    assert.deepEqual(await ends("quota-402"), ["limit"]);
    assert.deepEqual(await ends("interrupted"), ["interruption"]);
  });

  it("reads images and attached files", async () => {
    const [first] = messagesOf(parsed((await storeOf("image")).lines));
    const kinds = first?.parts.map((part) => [part.kind, "mediaType" in part && part.mediaType]);
    assert.deepEqual(kinds, [
      ["text", false],
      ["image", "image/png"],
      ["file", "text/plain"],
    ]);
  });
});

describe("Mistral Vibe's tools", () => {
  it("count lines from 0, where others count from 1", () => {
    const use = fromNative("read_file", { path: "/a", offset: 1, limit: 5 });
    assert.deepEqual(use, { tool: "read", path: "/a", offset: 2, limit: 5 });
    const back = tools.toNative({ tool: "read", path: "/a", offset: 2, limit: 5 });
    assert.deepEqual(back, {
      name: "read_file",
      input: { path: "/a", offset: 1, limit: 5 },
      exact: true,
    });
  });

  it("say with tags that they failed", () => {
    const failed = { kind: "tool-result", callId: "a", isError: true, exitCode: 3 } as const;
    const printed = printResult(
      { tool: "execute", command: "x" },
      { ...failed, content: [{ kind: "text", text: "out" }] },
    );
    const words = "<tool_error>Return code: 3\nout</tool_error>";
    assert.deepEqual(printed.content, [{ kind: "text", text: words }]);
  });
});

describe("sessions of 2.x", () => {
  it("are written as the CLI reads them, and undone without a trace", async () => {
    const root = empty();
    database.replace(root, ID, null, ROWS);
    assert.deepEqual(database.read(root, ID), ROWS);
    const [name = ""] = readdirSync(root);
    assert.equal(name, "session_20261129_170731_06b1c71a");
    const meta: Json = JSON.parse(readFileSync(join(root, name, "meta.json"), "utf8"));
    assert.equal(member(meta, "total_messages"), ROWS.length - 1);
    assert.equal(statSync(join(root, name)).mode & 0o777, 0o700);
    database.replace(root, ID, ROWS, null);
    assert.throws(() => readdirSync(root), { code: "ENOENT" });
  });

  it("get new turns at their end, and are counted", async () => {
    const { root, id, lines } = await storeOf("old");
    const before = snapshot(root);
    const more = '{"role":"user","content":"more","injected":false,"message_id":"x"}';
    database.replace(root, id, lines, [...lines, more]);
    assert.deepEqual(database.read(root, id), [...lines, more]);
    database.replace(root, id, [...lines, more], lines);
    assert.deepEqual(snapshot(root), before);
  });

  it("are not changed if they continued", async () => {
    const { root, id, lines } = await storeOf("old");
    const before = snapshot(root);
    assert.throws(() => database.replace(root, id, lines.slice(0, -1), lines), /has changed/);
    assert.throws(() => database.replace(root, id, null, lines), /already exists/);
    assert.deepEqual(snapshot(root), before);
  });
});

describe("sessions of 3.x", () => {
  const MORE = [
    item("user", [text("MARK more")]),
    item("assistant", [
      { content: [text("a thought")], type: "reasoning" },
      text("I run it."),
      {
        arguments: { raw: '{"command":"x"}', type: "json", value: { command: "x" } },
        id: "call_new",
        name: "bash",
        type: "tool_call",
      },
    ]),
    item("tool", [text("done")], { name: "bash", outcome: "success", tool_call_id: "call_new" }),
  ].map(canonical);

  it("get new turns as another generation, whose digests fit", async () => {
    const { root, id, lines, place } = await storeOf("store");
    const after = [...lines, ...MORE];
    database.replace(root, id, lines, after);
    assert.deepEqual(database.read(root, id), after);
    const current: Json = JSON.parse(readFileSync(join(place, "CURRENT"), "utf8"));
    const generation = join(place, "generations", String(member(current, "generation")));
    const manifest = readFileSync(join(generation, "manifest.json"), "utf8");
    assert.equal(member(current, "manifest_sha256"), digestOf(manifest.slice(0, -1)));
    const told: Json = JSON.parse(manifest);
    assert.equal(canonical(told), manifest.slice(0, -1));
    for (const file of ["checkpoint", "projection_state"]) {
      const named = member(told, file);
      const stored = readFileSync(join(generation, String(member(named, "path"))), "utf8");
      assert.equal(member(named, "sha256"), digestOf(stored.slice(0, -1)));
      for (const chunk of [member(named, "chunks") ?? []].flat()) {
        const body = readFileSync(join(place, "chunks", `${chunk}.json`), "utf8");
        assert.equal(digestOf(body.slice(0, -1)), chunk);
        assert.ok(itemsIn(body));
      }
    }
  });

  it("are what they were once the turns are taken away", async () => {
    const { root, id, lines } = await storeOf("store");
    const before = snapshot(root);
    const after = [...lines, ...MORE];
    database.replace(root, id, lines, after);
    assert.notDeepEqual(snapshot(root), before);
    database.replace(root, id, after, lines);
    assert.deepEqual(snapshot(root), before);
  });

  it("are copied as sessions of 2.x, with all that the model would be sent", async () => {
    const newId = "c0b10000-e50a-b27f-92b6-08e0e09d4b07";
    for (const variant of ["rich", "killed", "compacted"]) {
      const { root, lines } = await storeOf(variant);
      const copy = database.renamed(lines, newId);
      database.replace(root, newId, null, copy);
      assert.deepEqual(database.read(root, newId), copy);
      // The summary is in the place of the compaction.
      const ofNew = textsOf(messagesOf(parsed(copy))).filter((one) => !one.includes("SUMMARY: "));
      assert.ok(ofNew.length > 0);
      for (const one of ofNew) assert.ok(textsOf(messagesOf(parsed(lines))).includes(one), one);
      const kinds = messagesOf(parsed(copy)).flatMap(({ parts }) => parts.map(({ kind }) => kind));
      const calls = kinds.filter((kind) => kind === "tool-call");
      assert.equal(calls.length, kinds.filter((kind) => kind === "tool-result").length);
    }
    const { lines } = await storeOf("compacted");
    const [, ...said] = database.renamed(lines, newId);
    const roles = parsed(said).map((record) => String(member(record, "role")));
    assert.deepEqual(roles, ["user", "user", "assistant"]);
    assert.match(said[0] ?? "", /Do one\..*Do two\..*SUMMARY: one and two are done/);
    const [compaction] = entriesOf(parsed(said));
    assert.ok(compaction?.kind === "event" && compaction.event === "compaction");
    assert.deepEqual(textsOf(compaction.kept ?? []), ["Do one.", "Do two."]);
  });

  for (const variant of ["quota-402", "subagent"]) {
    it(`get new turns after one that failed, or left something to say, again and again: ${variant}`, async () => {
      const { root, id, lines, place } = await storeOf(variant);
      const before = snapshot(place);
      const once = [...lines, ...MORE];
      database.replace(root, id, lines, once);
      assert.deepEqual(database.read(root, id), once);
      const again = [...once, ...MORE.map((line) => line.replaceAll("call_new", "call_newer"))];
      database.replace(root, id, once, again);
      assert.deepEqual(database.read(root, id), again);
      database.replace(root, id, again, once);
      database.replace(root, id, once, lines);
      assert.deepEqual(snapshot(place), before);
    });
  }

  it("get new turns also where the journal has something else than a turn", async () => {
    const { root, id, lines, place } = await storeOf("store");
    const [name = ""] = readdirSync(join(place, "generations"));
    const manifest = readFileSync(join(place, "generations", name, "manifest.json"), "utf8");
    const segment = member(JSON.parse(manifest), "recovery_journal_segment");
    const path = join(place, String(member(segment, "path")));
    mkdirSync(join(place, "journal"), { recursive: true });
    const delta = [{ op: "set_envelope", state: {} }];
    const records = [
      { payload: { method: "session/seen" }, record_sha256: "0", type: "command_reserved" },
      { payload: { delta }, record_sha256: "1", type: "projection_delta" },
    ];
    writeFileSync(path, records.map((record) => `${canonical(record)}\n`).join(""));
    assert.deepEqual(database.read(root, id), lines);
    database.replace(root, id, lines, [...lines, ...MORE]);
    assert.deepEqual(database.read(root, id), [...lines, ...MORE]);
  });

  it("are found by any of their files", async () => {
    const { root, id, place } = await storeOf("killed");
    assert.equal(store.whole?.(join(place, "CURRENT")), `${root}#${id}`);
    assert.equal(store.whole?.(join(place, "journal/0000000000000009.jsonl")), `${root}#${id}`);
    assert.equal(store.whole?.(join(place, "meta.json")), null);
    const old = await storeOf("old");
    const [name = ""] = readdirSync(old.root);
    assert.equal(store.whole?.(join(old.root, name, "messages.jsonl")), `${old.root}#${old.id}`);
  });

  it("are not changed in the middle of a turn", async () => {
    const { root, id, lines } = await storeOf("killed");
    const before = snapshot(root);
    assert.throws(
      () => database.replace(root, id, lines, [...lines, ...MORE]),
      /the session has an unfinished turn/,
    );
    assert.deepEqual(snapshot(root), before);
  });

  it("that continue one of 2.x have its id, its beginning and its title", async () => {
    const { root, id: copy, place } = await storeOf("store");
    database.replace(root, ID, null, ROWS);
    const path = join(place, "generations");
    const [name = ""] = readdirSync(path);
    const state: JsonObject = JSON.parse(
      readFileSync(join(path, name, "runtime-state.json"), "utf8"),
    );
    const source = { backend: "legacy", session_id: ID };
    const provenance = { source, imported_at: "2026-11-29T00:00:00Z" };
    writeFileSync(
      join(path, name, "runtime-state.json"),
      JSON.stringify({ ...state, import_provenance: provenance }),
    );
    const found = await store.find(root);
    assert.deepEqual(
      found.map(({ id }) => id),
      [ID],
    );
    const [first = "", ...said] = known(database.read(root, ID));
    const session = member(JSON.parse(first), "session");
    assert.equal(member(session, "session_id"), ID);
    assert.equal(member(session, "start_time"), "2026-11-29T17:07:31.723686+00:00");
    assert.deepEqual(said, known(database.read(root, copy)).slice(1));
    assert.ok(store.hasId?.(root, ID));
  });
});

describe("Mistral Vibe's store", () => {
  it("takes the first eight characters of an id for all of it", () => {
    const root = empty();
    database.replace(root, ID, null, ROWS);
    assert.ok(store.hasId?.(root, `${ID.slice(0, 8)}-0000-4000-8000-000000000000`));
    assert.ok(!store.hasId?.(root, `f${ID.slice(1)}`));
    // Two that were made in the same minute.
    const made = ["01a2284e-0862-7759-ad2e-83921a3f388c", "01a2284e-0999-7759-ad2e-83921a3f388c"];
    const [one, other] = made.map((uuid) => known(vibe.sessionId?.(uuid, null)).slice(0, 8));
    assert.notEqual(one, other);
  });

  it("does not follow links, or ids that are paths", async () => {
    const { root, id, lines, place } = await storeOf("store");
    const aside = join(folder, `aside-${folders}`);
    renameSync(place, aside);
    symlinkSync(aside, place);
    assert.equal(database.read(root, id), null);
    assert.deepEqual(await store.find(root), []);
    assert.equal(database.read(root, `../${id}`), null);
    rmSync(place);
    renameSync(aside, place);
    assert.deepEqual(database.read(root, id), lines);
  });

  it("is moved by the settings, however these are spelled", () => {
    const home = join(folder, `home-${++folders}`);
    const own = join(home, ".vibe/logs/session");
    mkdirSync(join(home, ".vibe"), { recursive: true });
    const settings = [
      'active_model = "x"\n[session_logging]\nsave_dir = "~/elsewhere"\n[other]\n',
      "[session_logging] # where\nsave_dir = '~/elsewhere' # here\n",
      'session_logging.save_dir = "~/elsewhere"\n',
      'session_logging = { enabled = true, save_dir = "~/elsewhere" }\n',
      '[session_logging]\nsave_dir = """~/elsewhere"""\n',
      '[ session_logging ]\n"save_dir" = "~/elsewhere"\n',
    ];
    for (const toml of settings) {
      writeFileSync(join(home, ".vibe/config.toml"), toml);
      assert.deepEqual(store.roots({ HOME: home }), [join(home, "elsewhere"), own], toml);
    }
    for (const toml of ["[session_logging\nsave_dir = 1", "[x]\nsave_dir = '/y'\n", ""]) {
      writeFileSync(join(home, ".vibe/config.toml"), toml);
      assert.deepEqual(store.roots({ HOME: home }), [own], toml);
    }
    const flat = { HOME: home, VIBE_SESSION_LOGGING__SAVE_DIR: "/by/variable" };
    assert.deepEqual(store.roots(flat), ["/by/variable", own]);
    const group = { HOME: home, VIBE_SESSION_LOGGING: '{"save_dir":"~/json"}' };
    assert.deepEqual(store.roots(group), [join(home, "json"), own]);
  });

  it("is moved by a project's settings if the project is trusted", () => {
    const home = join(folder, `home-${++folders}`);
    const project = join(home, "work/shop");
    const cwd = join(project, "src");
    for (const one of [join(home, ".vibe"), join(project, ".vibe"), cwd]) {
      mkdirSync(one, { recursive: true });
    }
    const own = join(home, ".vibe/logs/session");
    writeFileSync(join(project, ".vibe/config.toml"), 'session_logging.save_dir = "kept"\n');
    const roots = () => store.roots({ HOME: home }, undefined, cwd);
    assert.deepEqual(roots(), [own]);
    const lists = (trusted: string[], untrusted: string[]) =>
      `trusted = ${JSON.stringify(trusted)}\nuntrusted = ${JSON.stringify(untrusted)}\n`;
    const file = join(home, ".vibe/trusted_folders.toml");
    writeFileSync(file, lists([join(home, "work")], []));
    assert.deepEqual(roots(), [join(cwd, "kept"), own]);
    assert.deepEqual(store.roots({ HOME: home }), [own]);
    writeFileSync(file, lists([join(home, "work")], [project]));
    assert.deepEqual(roots(), [own]);
  });

  it("splits pieces into items as they are spelled", () => {
    const items = ['{"10":1,"2":"a,]\\"}"}', "[1,[2]]", '"x"', "3"];
    assert.deepEqual(itemsIn(`[${items.join(",")}]\n`), items);
    assert.deepEqual(itemsIn("[]"), []);
    assert.equal(itemsIn("[1"), null);
  });
});

describe("messages.jsonl", () => {
  const ASKED = '{"role":"user","content":"caf\u00e9?","injected":false}';
  const TOLD = '{"role":"assistant","content":"open","injected":false}';
  const IN_WORDS = ["café?", "open"];

  /** A session of 2.x with this file. */
  async function withFile(bytes: Buffer) {
    const { root, id } = await storeOf("old");
    const [name = ""] = readdirSync(root);
    const path = join(root, name, "messages.jsonl");
    writeFileSync(path, bytes);
    return { root, id, path, lines: known(database.read(root, id)) };
  }

  const whole = `${ASKED}\n${TOLD}\n`;
  const cases: { [name: string]: Buffer } = {
    "without the end of its last line": Buffer.from(whole.slice(0, -1)),
    "in Windows-1252": Buffer.from(whole, "latin1"),
    "in UTF-16": Buffer.from(`\ufeff${whole}`, "utf16le"),
    "in UTF-16, and without its end": Buffer.from(`\ufeff${whole.slice(0, -1)}`, "utf16le"),
    "in the other UTF-16": Buffer.from(`\ufeff${whole}`, "utf16le").swap16(),
    "with a mark of UTF-8": Buffer.from(`\ufeff${whole}`),
    "with lines as on Windows": Buffer.from(whole.replaceAll("\n", "\r\n")),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    it(`is read ${name}, and copied as the CLI reads it`, async () => {
      const { root, id, path, lines } = await withFile(bytes);
      assert.deepEqual(textsOf(messagesOf(parsed(lines))), IN_WORDS);
      // Nothing else is written to it.
      database.replace(root, id, lines, lines);
      assert.ok(readFileSync(path).equals(bytes));
      const newId = "c0b10000-e50a-b27f-92b6-08e0e09d4b07";
      const copy = database.renamed(lines, newId);
      database.replace(root, newId, null, copy);
      const [own = ""] = readdirSync(root).filter((one) => one.endsWith("c0b10000"));
      const written = readFileSync(join(root, own, "messages.jsonl"), "utf8");
      const values = written
        .trim()
        .split("\n")
        .map((line): Json => JSON.parse(line));
      assert.deepEqual(
        values.map((value) => member(value, "content")),
        IN_WORDS,
      );
    });
  }

  it("is not added to in another encoding", async () => {
    const utf16 = await withFile(Buffer.from(`\ufeff${whole}`, "utf16le"));
    const more = [...utf16.lines, TOLD];
    assert.throws(() => database.replace(utf16.root, utf16.id, utf16.lines, more), /not in UTF-8/);
    const torn = await withFile(Buffer.from(whole.slice(0, -1)));
    const longer = [...torn.lines, TOLD];
    assert.throws(() => database.replace(torn.root, torn.id, torn.lines, longer), /incomplete/);
  });
});
