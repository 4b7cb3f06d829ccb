import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { antigravity } from "../../../src/agents/antigravity/index.ts";
import { launch } from "../../../src/agents/antigravity/launch.ts";
import { store } from "../../../src/agents/antigravity/store.ts";
import { fromNative, tools } from "../../../src/agents/antigravity/tools.ts";
import { decoded, encoded } from "../../../src/agents/antigravity/wire.ts";
import { hostOf } from "../../../src/io/host.ts";
import { sqlite } from "../../../src/io/sqlite.ts";
import type { Entry, Json, Message } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const database = known(store.database);
const ID = "33333333-0000-4000-8000-000000000001";

function linesOf(variant: string): string[] {
  return readFileSync(fixture(`antigravity/${variant}`).path, "utf8")
    .split("\n")
    .slice(0, -1);
}

/** A conversation in a store of its own. */
function written(lines = linesOf("rows"), id = ID): { app: string; path: string } {
  const app = join(mkdtempSync(join(root, "home-")), ".gemini/antigravity-cli");
  const path = join(app, "conversations", `${id}.db`);
  database.replace(path, id, null, lines);
  return { app, path };
}

function read(variant: string): Entry[] {
  const reader = antigravity.reader();
  return linesOf(variant).flatMap((line, at) => reader.read(JSON.parse(line), at));
}

function messages(variant: string): Message[] {
  return read(variant).filter((entry) => entry.kind === "message");
}

function results(variant: string) {
  return messages(variant).flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "tool-result" ? [part] : [])),
  );
}

describe("Antigravity's wire format", () => {
  it("comes back byte for byte, whatever it is", () => {
    const all = [
      "080e20032a0a0a0608a0dbe1c40618049a012a12124669782074686520666c616b792074657374",
      "0a00",
      "08ffffffffffffffffff01",
      "0d010203041101020304050607080a03ff00fe",
      "0a0141120142" + "0a0143",
      "ffff",
      "8a00",
    ].map((hex) => Buffer.from(hex, "hex"));
    for (const bytes of all) {
      const json: Json = JSON.parse(JSON.stringify(decoded(bytes)));
      assert.ok(encoded(json).equals(bytes), bytes.toString("hex"));
    }
  });

  it("tells messages from texts", () => {
    const message = { "#19": { "#2": "Fix the test", "#3": { "#1": "\nFix\u001b[0m" } } };
    assert.deepEqual(decoded(encoded(message), { 19: { 2: "text", 3: { 1: "text" } } }), message);
    const unknown = { "#501": { "#1": "words", "#2": { "#1": 5, "#2": "more words" } } };
    assert.deepEqual(decoded(encoded(unknown)), unknown);
  });
});

describe("Antigravity's reader", () => {
  it("reads calls and results by their kinds", () => {
    const [command, file, folder, change, missing] = results("rows");
    assert.equal(command?.exitCode, 1);
    assert.equal(command?.isError, true);
    assert.deepEqual(command?.content, [
      { kind: "text", text: "1 failing: total of an empty cart is NaN" },
    ]);
    assert.match(JSON.stringify(file?.content), /items\.reduce/);
    assert.deepEqual(folder?.content, [{ kind: "text", text: "cart.ts (62 bytes)\nparts/" }]);
    assert.equal(change?.content[0]?.kind, "other");
    assert.equal(missing?.isError, true);
    assert.match(JSON.stringify(missing?.content), /no such file/);
  });

  it("reads reasoning with its signature, models and tokens", () => {
    const answer = known(messages("rows").find(({ role }) => role === "assistant"));
    assert.deepEqual(answer.parts[0], {
      kind: "reasoning",
      text: "The tests come first.",
      seal: { signature: "c2lnbmVk" },
    });
    assert.equal(answer.model, "model-312");
    assert.deepEqual(answer.usage, { input: 900, output: 40, cacheRead: 700, cacheWrite: 0 });
    assert.equal(answer.stop, "tool");
  });

  it("reads images, and what Antigravity tells the model as context", () => {
    const all = messages("kinds");
    const asked = all.find(({ role, scaffold }) => role === "user" && !scaffold);
    assert.deepEqual(
      asked?.parts.map(({ kind }) => kind),
      ["text", "image"],
    );
    assert.equal(all.filter(({ scaffold }) => scaffold).length, 2);
  });

  it("answers the oldest open call with a step that names none", () => {
    const interrupted = results("kinds").find(({ callId }) => callId === "k4");
    assert.equal(interrupted?.isError, true);
    assert.deepEqual(interrupted?.content, [{ kind: "text", text: "interrupted" }]);
  });

  it("names steps of an unknown kind, and passes on what they hold", () => {
    const entries = read("drift");
    const parts = messages("drift").flatMap((message) =>
      message.parts.flatMap((part) => (part.kind === "tool-result" ? part.content : [part])),
    );
    const unknown = parts.filter((part) => part.kind === "other" && part.unknown === true);
    const texts = JSON.stringify(unknown);
    assert.match(texts, /step 499/);
    assert.match(texts, /What a step of an unknown kind says/);
    assert.match(texts, /The result of a step of an unknown kind/);
    const types = entries.flatMap((entry) =>
      entry.kind === "event" && (entry.event === "opaque" || entry.event === "unread")
        ? [entry.type]
        : [],
    );
    assert.deepEqual(types, ["step/497", "step 496", "line"]);
  });
});

describe("Antigravity's store", () => {
  it("is in the home folder of each system", () => {
    const at = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform) =>
      store.roots(env, hostOf(env, platform));
    assert.deepEqual(at({ HOME: "/h" }, "linux"), [
      "/h/.gemini/antigravity-cli",
      "/h/.gemini/antigravity",
      "/h/.gemini/antigravity-ide",
    ]);
    assert.deepEqual(at({ HOME: "/h" }, "darwin"), at({ HOME: "/h" }, "linux"));
    assert.equal(at({ USERPROFILE: "C:\\u" }, "win32")[0], "C:\\u\\.gemini\\antigravity-cli");
  });

  for (const variant of ["rows", "kinds"]) {
    it(`gives the lines again that were written: ${variant}`, () => {
      const lines = linesOf(variant);
      const id: string = JSON.parse(lines[0] ?? "").conversation.cascade_id;
      const { path } = written(lines, id);
      assert.deepEqual(database.read(path, id), lines);
    });
  }

  it("lists a conversation with what the index says of it", async () => {
    const { app } = written();
    const [found, ...more] = await store.find(app);
    assert.equal(more.length, 0);
    assert.equal(found?.id, ID);
    assert.equal(found?.summary?.title, "Fix the failing test in the shop.");
    assert.equal(found?.summary?.cwd, "/home/dev/shop");
  });

  it("lists a conversation that is in no index by what it says itself", async () => {
    const { app } = written();
    rmSync(join(app, "conversation_summaries.db"));
    const [found] = await store.find(app);
    assert.equal(found?.summary?.title, "Fix the failing test in the shop.");
    assert.equal(found.summary.cwd, "/home/dev/shop");
    const empty = written(linesOf("rows").slice(0, 1));
    rmSync(join(empty.app, "conversation_summaries.db"));
    assert.deepEqual(await store.find(empty.app), []);
  });

  it("has rows as Antigravity has them", () => {
    const { app, path } = written();
    const db = new (sqlite().DatabaseSync)(path, { readOnly: true });
    const steps = db
      .prepare("SELECT idx, step_type, status, metadata FROM steps ORDER BY idx")
      .all();
    assert.equal(db.prepare("PRAGMA user_version").get()?.user_version, 1);
    db.close();
    assert.deepEqual(
      steps.map(({ idx }) => idx),
      steps.map((_, n) => n),
    );
    assert.ok(steps.every(({ metadata }) => metadata instanceof Uint8Array));
    const index = new (sqlite().DatabaseSync)(join(app, "conversation_summaries.db"), {
      readOnly: true,
    });
    const row = index.prepare("SELECT * FROM conversation_summaries").get();
    index.close();
    assert.equal(row?.step_count, steps.length);
    assert.equal(row?.app_data_dir, "antigravity-cli");
    assert.equal(row?.workspace_uris, '["file:///home/dev/shop"]');
  });

  it("only has more lines when the conversation continues, and can take them back", () => {
    const { path } = written();
    const before = known(database.read(path, ID));
    const more = [...before, before[1]?.replace('"idx":0', `"idx":${before.length - 1}`) ?? ""];
    database.replace(path, ID, before, more);
    assert.deepEqual(database.read(path, ID), more);
    database.replace(path, ID, more, before);
    assert.deepEqual(database.read(path, ID), before);
    assert.throws(() => database.replace(path, ID, more, before), { kind: "refused" });
    database.replace(path, ID, before, null);
    assert.equal(existsSync(path), false);
  });

  it("names a copy by its new id, everywhere", () => {
    const id = "33333333-0000-4000-8000-0000000000aa";
    const lines = database.renamed(linesOf("rows"), id);
    assert.ok(!lines.join("\n").includes(ID));
    const { path } = written(lines, id);
    assert.deepEqual(database.read(path, id), lines);
  });
});

/** Rows that no version was seen to write. */
describe("Antigravity's odd rows", () => {
  function changed(sql: string): string {
    const { path } = written();
    const { DatabaseSync } = sqlite();
    const db = new DatabaseSync(path);
    db.exec(sql);
    db.close();
    return path;
  }

  function again(path: string): void {
    const lines = known(database.read(path, ID));
    const copy = path.replace(/home-/, "copy-");
    database.replace(copy, ID, null, lines);
    assert.deepEqual(database.read(copy, ID), lines);
  }

  it("come back as they are: a text as payload, an empty blob, numbers beyond JavaScript's", () => {
    const text = changed("UPDATE steps SET step_payload = 'words' WHERE idx = 1");
    assert.match(known(database.read(text, ID))[2] ?? "", /"payload":"words"/);
    again(text);
    again(changed("UPDATE trajectory_metadata_blob SET data = x''"));
    const large = changed("UPDATE trajectory_meta SET source = 9007199254740993");
    assert.match(known(database.read(large, ID))[0] ?? "", /9007199254740993/);
    again(large);
  });

  it("are read from a copy of a database under another name", () => {
    const { path } = written();
    const copy = path.replace(`${ID}.db`, "backup.db");
    cpSync(path, copy);
    assert.deepEqual(database.read(copy, "backup"), database.read(path, ID));
    assert.throws(() => database.replace(copy, "backup", linesOf("rows"), []), /conversation/);
  });

  it("are passed on if a message is repeated", () => {
    const change = { "#1": { "#1": "old" } };
    const payload = { "#1": 5, "#4": 3, "#5": {}, "#10": [change, change] };
    const step = { step: { idx: 0, step_type: 5, status: 3, payload } };
    assert.match(JSON.stringify(antigravity.reader().read(step, 0)), /old/);
  });
});

describe("Antigravity's writer", () => {
  it("writes all reasoning of an answer, and a folder as it is named", () => {
    const place = { parentId: null, time: "2026-09-30T12:00:00.000Z" };
    const writer = antigravity.writer({ seed: "s", cliVersion: null });
    const thought = (text: string) => ({ kind: "reasoning" as const, text });
    const parts = [thought("first"), thought("second")];
    const answer = writer.predict({
      ...{ kind: "message", id: "1", ...place, role: "assistant", parts },
    });
    assert.match(JSON.stringify(answer), /first.*second/);
    const header = { ...antigravity.reader().header(), id: ID, cwd: "/home/a\\b" };
    const start = writer.predict({ kind: "event", id: "0", ...place, event: "start", header });
    const reader = antigravity.reader();
    for (const [at, record] of start.entries()) reader.read(record, at);
    assert.equal(reader.header().cwd, "/home/a\\b");
  });

  it("writes what its database returns as it is", () => {
    const writer = antigravity.writer({ seed: "s", cliVersion: null });
    const lines: string[] = [];
    const entries = read("rows").filter(
      (entry) => entry.kind === "message" || entry.event === "start",
    );
    for (const entry of entries) {
      for (const record of writer.predict(entry)) {
        lines.push(JSON.stringify(record));
        writer.commit(record);
      }
    }
    const { path } = written(lines);
    const reader = antigravity.reader();
    const back = known(database.read(path, ID)).flatMap((line, at) =>
      reader.read(JSON.parse(line), at),
    );
    const said = (all: readonly Entry[]) =>
      all.flatMap((entry) => (entry.kind === "message" ? [entry.role] : []));
    assert.deepEqual(said(back), said(entries));
    assert.equal(reader.header().cwd, "/home/dev/shop");
  });
});

describe("Antigravity's tools", () => {
  it("are read and written", () => {
    const uses = [
      fromNative("run_command", { CommandLine: "ls", Cwd: "/w", WaitMsBeforeAsync: 2000 }),
      fromNative("view_file", { AbsolutePath: "/a", StartLine: 3, EndLine: 5 }),
      fromNative("replace_file_content", {
        TargetFile: "/a",
        TargetContent: "x",
        ReplacementContent: "y",
        AllowMultiple: true,
      }),
      fromNative("list_dir", { DirectoryPath: "/a" }),
    ];
    for (const use of uses) {
      assert.ok(use !== null);
      const call = known(tools.toNative(use));
      assert.deepEqual(fromNative(call.name, call.input), use);
    }
  });
});

describe("starting Antigravity", () => {
  it("resumes by id, and makes the folder that it needs", () => {
    const { app, path } = written();
    launch.prepare?.({ id: ID, path });
    assert.ok(existsSync(join(app, "brain", ID)));
    const session = { id: ID, path, prompt: null, args: [] };
    assert.deepEqual(launch.resumeArgs(session), [`--conversation=${ID}`]);
    assert.equal(launch.hindrance?.({ id: ID, path }), null);
    const editor = path.replace("antigravity-cli", "antigravity");
    assert.match(known(launch.hindrance?.({ id: ID, path: editor })).why, /editor/);
  });
});
