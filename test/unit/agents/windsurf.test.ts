import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import { describe, it } from "node:test";
import { neverWritten } from "../../../src/agents/claim.ts";
import { windsurf } from "../../../src/agents/windsurf/index.ts";
import type { Entry, Json, Message } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { Machine } from "../../support/segue.ts";

const root = temporaryFolder();

function read(records: readonly Json[]): Entry[] {
  const reader = windsurf.reader();
  return records.flatMap((record, at) => reader.read(record, at));
}

function recordsOf(name: string): Json[] {
  const lines = readFileSync(fixture(name).path, "utf8").split("\n").slice(0, -1);
  return lines.map((line): Json => JSON.parse(line));
}

function messagesOf(name: string): Message[] {
  return read(recordsOf(name)).filter((entry): entry is Message => entry.kind === "message");
}

describe("a transcript of Windsurf's", () => {
  it("is read: prompts, answers, and changes of files", () => {
    const messages = messagesOf("windsurf/basic");
    assert.deepEqual(messages.map(({ role }) => role).slice(0, 5), [
      "user",
      "assistant",
      "assistant",
      "tool",
      "assistant",
    ]);
    const [, , change, done] = messages;
    const [call] = change?.parts ?? [];
    assert.ok(call?.kind === "tool-call" && call.use?.tool === "write");
    assert.equal(call.use.path, "/home/user/project/src/hello.py");
    const [result] = done?.parts ?? [];
    assert.ok(result?.kind === "tool-result");
    assert.deepEqual([result.callId, result.isError, result.content], [call.callId, false, []]);
  });

  it("has calls of MCP tools by their names, and commands; a step that is not done has failed", () => {
    const parts = messagesOf("windsurf/kinds").flatMap((message) => message.parts);
    const calls = parts.flatMap((part) => (part.kind === "tool-call" ? [part] : []));
    assert.deepEqual(calls.map(({ name, input }) => [name, input]).slice(0, 4), [
      ["list_issues", { state: "open", limit: 3 }],
      ["query", "not JSON"],
      ["command_action", { command: "pytest -q", cwd: "/home/user/project" }],
      ["command_action", { command: "sleep 100" }],
    ]);
    const results = parts.flatMap((part) => (part.kind === "tool-result" ? [part] : []));
    assert.deepEqual(
      results.map(({ isError }) => isError),
      [false, false, false, true, true],
    );
    assert.deepEqual(results[2]?.content, [{ kind: "text", text: "1 failed, 1 passed" }]);
    assert.deepEqual(results[3]?.content, [{ kind: "text", text: "canceled" }]);
  });

  it("may have steps of types that are not documented, which are read as they are", () => {
    const parts = messagesOf("windsurf/drift").flatMap((message) => message.parts);
    const unknown = parts.find((part) => part.kind === "other" && part.type === "view_file");
    assert.ok(unknown?.kind === "other" && unknown.unknown);
    assert.match(unknown.text, /# A project/);
  });
});

describe("Windsurf's transcripts", () => {
  it("are in the home folder, on each system", () => {
    const linux = { platform: "linux", path: posix, home: "/home/u" } as const;
    const mac = { platform: "darwin", path: posix, home: "/Users/u" } as const;
    const windows = { platform: "win32", path: win32, home: "C:\\Users\\u" } as const;
    assert.deepEqual(windsurf.store.roots({}, linux), ["/home/u/.windsurf/transcripts"]);
    assert.deepEqual(windsurf.store.roots({}, mac), ["/Users/u/.windsurf/transcripts"]);
    assert.deepEqual(windsurf.store.roots({}, windows), ["C:\\Users\\u\\.windsurf\\transcripts"]);
  });

  it("have their trajectory's id in the file's name alone", async () => {
    const { path } = fixture("windsurf/basic");
    const id = "7d1c2a90-0000-4000-8000-000000000001";
    assert.deepEqual(windsurf.store.identity?.(path), { id, parent: null });
    assert.equal(windsurf.store.identity?.("/tmp/elsewhere.jsonl"), null);
    const folder = mkdtempSync(join(root, "store-"));
    cpSync(path, join(folder, `${id}.jsonl`));
    writeFileSync(join(folder, "notes.txt"), "");
    const found = await windsurf.store.find(folder);
    assert.deepEqual(
      found.map((one) => one.id),
      [id],
    );
  });

  it("are listed, shown and handed over, and none is written", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    m.install(fixture("windsurf/basic"));
    const listed = JSON.parse((await m.run(["list", "--json"])).out);
    assert.equal(listed.sessions[0].agent, "windsurf");
    const shown = await m.run(["show", "windsurf#1"]);
    assert.match(shown.out, /Create a greeting/);
    const there = await m.run([
      "resume",
      "windsurf#1",
      "--in",
      "codex",
      "--no-launch",
      "--cwd",
      m.home,
    ]);
    assert.equal(there.code, 0, there.err);
    assert.match(String(neverWritten(windsurf)), /encrypted/);
    const back = await m.run(["resume", "codex#1", "--in", "windsurf", "--no-launch"]);
    assert.match(back.err, /cannot write sessions for Windsurf/);
  });
});
