import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { claudeCode } from "../../../src/agents/claude-code/index.ts";
import { qoder } from "../../../src/agents/qoder/index.ts";
import { slug } from "../../../src/agents/qoder/store.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import type { Json } from "../../../src/session/types.ts";
import { see } from "../../support/conversion.ts";
import { message } from "../../support/entries.ts";
import { fixture, fixtures } from "../../support/fixtures.ts";

function records(variant: string): Json[] {
  const lines = readFileSync(fixture(`qoder/${variant}`).path, "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

const EDITOR = fixtures.find(({ name }) => name.startsWith("qoder/editor/"));

describe("qoder", () => {
  it("continues where the newest record of its place says, and not with the newest line", async () => {
    const { live } = await see(fixture("qoder/rewound"));
    const said = live.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
    );
    assert.deepEqual(said.slice(-2), ["MARK-U3 Keep it.", "MARK-A3 Kept."]);
    assert.ok(said.every((text) => !text.startsWith("BRANCH")));
  });

  it("writes that record at the end, and after a rewind", () => {
    const writer = qoder.writer({ seed: "test", cliVersion: null });
    const time = "2026-11-30T10:00:00.000Z";
    writer.begin?.({ ...qoder.reader().header(), id: "s", cwd: "/home/dev/shop", createdAt: time });
    for (const record of writer.predict(message("u", null, "user", ["Hello."], { time }))) {
      writer.commit(record);
    }
    const leafUuid = writer.mark();
    const timestamp = Date.parse(time);
    const leaf = { type: "active-leaf", sessionId: "s", leafUuid, timestamp };
    assert.deepEqual(writer.end(), [{ ...leaf, explicit: false }]);
    assert.deepEqual(writer.rewind("", 1), [
      { ...leaf, leafUuid: null, explicit: true, rewound: true },
    ]);
  });

  it("is told from Claude Code by the lines that only it writes", () => {
    const own = records("basic").filter((record) => !claudeCode.recognises(record));
    assert.equal(own.length, 16);
    assert.ok(own.every((record) => qoder.recognises(record)));
  });

  it("knows what its CLI writes, and finds what is new", () => {
    for (const record of [...records("basic"), ...records("rewound")]) {
      assert.deepEqual(unknowns(record, qoder.known ?? true), []);
    }
    const boundary = { type: "system", subtype: "compact_boundary", uuid: "b", timestamp: "t" };
    const committed = { ...boundary, requiresActiveLeafCommit: true };
    assert.deepEqual(unknowns(committed, qoder.known ?? true), []);
    assert.equal(unknowns(committed, claudeCode.known ?? true).length, 1);
    const found = records("drift").flatMap((record) => unknowns(record, qoder.known ?? true));
    assert.equal(found.length, 3, found.join());
  });

  it("finds the editor's sessions, with title and folder from the file beside them", async () => {
    assert.ok(EDITOR);
    const { store } = qoder;
    const root = dirname(EDITOR.path);
    const env = { HOME: root.slice(0, root.indexOf("/.config")) };
    assert.deepEqual(store.roots(env), [`${env.HOME}/.qoder/projects`, root]);
    const found = await store.find(root);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["00000000-0000-4000-8000-000000000003"],
    );
    assert.equal(store.title?.(EDITOR.path), "Hello from the editor");
    const untold = { cwd: null, cwds: [], worktree: null };
    assert.equal(store.folder?.(EDITOR.path, untold), "/home/dev/shop");
    assert.ok(qoder.launch.hindrance?.({ id: "x", path: EDITOR.path }));
  });

  it("names a project's folder as its CLI does", () => {
    assert.equal(slug("/home/dev/shop"), "-home-dev-shop");
    const long = `/home/${"x".repeat(300)}`;
    assert.match(slug(long), /^-home-x{194}-[0-9a-z]+$/);
    const roots = qoder.store.roots({ HOME: "/h", QODER_CONFIG_DIR: "/q" });
    assert.equal(roots[0], "/q/projects");
  });
});
