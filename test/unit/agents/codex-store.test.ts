import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { codex } from "../../../src/agents/codex/index.ts";
import { launch } from "../../../src/agents/codex/launch.ts";
import { store } from "../../../src/agents/codex/store.ts";
import { openSession } from "../../../src/convert/read/open.ts";
import { surveyFile } from "../../../src/convert/survey/survey-file.ts";

const FIXTURES = "test/fixtures/codex";
const root = mkdtempSync(join(tmpdir(), "segue-codex-"));
after(() => rmSync(root, { recursive: true }));

const HEADER = {
  agent: "codex",
  id: "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee",
  title: null,
  cwd: null,
  gitBranch: null,
  gitCommit: null,
  model: null,
  version: null,
  createdAt: "2026-11-21T03:38:05.779Z",
  updatedAt: null,
  parent: null,
};

test("the root is CODEX_HOME, or ~/.codex", () => {
  assert.deepEqual(store.roots({ CODEX_HOME: "/x", HOME: "/h" }), ["/x"]);
  assert.deepEqual(store.roots({ HOME: "/h" }), ["/h/.codex"]);
});

test("sessions and archived sessions are found by their file's name", async () => {
  const found = await store.find(`${FIXTURES}/archive/.codex`);
  assert.deepEqual(found.map((session) => session.id).sort(), [
    "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee",
    "01a1fc39-f5d5-71a2-9528-79361238b789",
    "01a1fc3a-28ff-7910-934b-c0f241323f6e",
  ]);
});

test("after a rewind the newest segment is the session", async () => {
  const found = await store.find(`${FIXTURES}/revert/.codex`);
  assert.equal(found.length, 1);
  assert.match(found[0]?.path ?? "", /_01a1fc37-e37b/);
  assert.equal(found[0]?.id, "01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee");
});

test("a thread's name comes from Codex's own list of names", async () => {
  const found = await store.find(`${FIXTURES}/archive/.codex`);
  const titles = found.map(({ path }) => store.title?.(path)).filter((title) => title !== null);
  assert.deepEqual(titles, ["MARK-NAME my session"]);
});

test("compressed rollouts are found, and what they continue", async () => {
  const home = join(root, "compressed");
  cpSync(`${FIXTURES}/fork/.codex`, home, { recursive: true });
  for (const { path } of await store.find(home)) {
    writeFileSync(`${path}.zst`, zstdCompressSync(readFileSync(path)));
    rmSync(path);
  }
  const found = await store.find(home);
  assert.ok(found.length > 0 && found.every(({ path }) => path.endsWith(".jsonl.zst")));
  const fork =
    found
      .map(({ path }) => path)
      .sort()
      .at(-1) ?? "";
  assert.equal((await store.bases?.(fork, [home]))?.length, 1);
  const input = openSession(fork, { scratch: root });
  assert.equal(surveyFile(codex, input).plan.header.id.length, 36);
  input.close();
});

test("what a fork and a segment continue", async () => {
  for (const [name, bytes] of [
    ["fork", 78408],
    ["revert", 73073],
  ] as const) {
    const home = `${FIXTURES}/${name}/.codex`;
    const found = await store.find(home);
    const child =
      found
        .map((file) => file.path)
        .sort()
        .at(-1) ?? "";
    const bases = await store.bases?.(child, [home]);
    assert.equal(bases?.length, 1, name);
    assert.equal(bases?.[0]?.bytes, bytes);
    assert.match(
      basename(bases?.[0]?.path ?? ""),
      /^rollout-2026-11-21T03-38-05-[0-9a-f-]{36}\.jsonl$/,
    );
  }
  const [plain] = await store.find(`${FIXTURES}/basic/.codex`);
  assert.deepEqual(await store.bases?.(plain?.path ?? "", []), []);
});

test("odd names, loops and rubbish do no harm", async () => {
  const home = join(root, "odd");
  cpSync(`${FIXTURES}/basic/.codex`, home, { recursive: true });
  const [file] = await store.find(home);
  assert.ok(file);
  cpSync(file.path, join(home, "sessions", "mine.jsonl"));
  mkdirSync(join(home, "sessions/2025"));
  symlinkSync(home, join(home, "sessions/2025/loop"));
  symlinkSync("/nowhere", join(home, "sessions/2025/gone.jsonl"));
  writeFileSync(join(home, "sessions/notes.jsonl"), "not a session");
  writeFileSync(join(home, "sessions/empty.jsonl"), "");
  const found = await store.find(home);
  assert.deepEqual([...new Set(found.map((session) => session.id))], [file.id]);
  assert.deepEqual(await store.find(join(root, "missing")), []);
});

test("a base that names itself ends the search", async () => {
  const home = join(root, "loop");
  const folder = join(home, "sessions");
  mkdirSync(folder, { recursive: true });
  const id = HEADER.id;
  const path = join(folder, `rollout-2026-11-21T03-38-05-${id}.jsonl`);
  const history_base = { thread_id: id, end_ordinal_exclusive: 1, end_byte_offset: 10 };
  const payload = { id, timestamp: HEADER.createdAt, history_base };
  writeFileSync(path, `${JSON.stringify({ timestamp: "t", type: "session_meta", payload })}\n`);
  assert.deepEqual(await store.bases?.(path, [home]), []);
});

test("a new session's file is named by the local time", () => {
  const path = store.pathFor("/r", HEADER, {});
  const date = new Date(HEADER.createdAt);
  const day = String(date.getDate()).padStart(2, "0");
  assert.match(
    path,
    new RegExp(
      `^/r/sessions/2026/11/${day}/rollout-2026-11-${day}T\\d\\d-38-05-${HEADER.id}\\.jsonl$`,
    ),
  );
});

test("how a session is resumed", () => {
  const args = (prompt: string | null, ...args: string[]) =>
    launch.resumeArgs({ id: "i", path: "p", prompt, args });
  assert.deepEqual(args(null), ["resume", "i"]);
  assert.deepEqual(args("-x", "--search"), ["resume", "i", "--search", "--", "-x"]);
});

test("a subagent's rollout is found in the folder of another day, as long as its thread was written", async () => {
  const sessions = "subagent-v2/.codex/sessions/2026/11/21";
  const stamp = "rollout-2026-11-21T03-45-31";
  const [thread, child] = [
    "01a1fc35-908c-7e22-95ff-a0a07f93cfbf",
    "01a1fc35-9117-7be2-9289-610112fa8938",
  ];
  const from = (id: string) => join(FIXTURES, sessions, `${stamp}-${id}.jsonl`);
  const day = (n: string) => join(root, "days/sessions/2026/11", n);
  for (const n of ["21", "23"]) mkdirSync(day(n), { recursive: true });
  const path = join(day("21"), `${stamp}-${thread}.jsonl`);
  cpSync(from(thread), path);
  const later = join(day("23"), `rollout-2026-11-23T09-00-00-${child}.jsonl`);
  cpSync(from(child), later);
  assert.deepEqual(await store.children?.(path), [later]);
  // A thread that was not written since has none of a later day.
  utimesSync(path, new Date(), new Date("2026-11-21T04:00:00Z"));
  assert.deepEqual(await store.children?.(path), []);
  const archived = join(root, "days/archived_sessions");
  mkdirSync(archived);
  cpSync(from(child), join(archived, basename(later)));
  assert.deepEqual(await store.children?.(path), [join(archived, basename(later))]);
});
