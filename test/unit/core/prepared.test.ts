/** Sessions that were converted ahead: kept up to date in place, and taken away again without a trace. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { openSession } from "../../../src/convert/read/open.ts";
import type { FollowedSession } from "../../../src/core/follow.ts";
import { commit, prepare } from "../../../src/core/handover.ts";
import { Prepared } from "../../../src/core/prepared.ts";
import { OwnPreparer } from "../../../src/core/preparer.ts";
import { withScratch } from "../../../src/io/folders.ts";
import { makeCrush } from "../../support/crush-db.ts";
import { makeDeepAgents } from "../../support/deepagents-db.ts";
import { makeDevin } from "../../support/devin-db.ts";
import { fixture } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { makeGoose } from "../../support/goose-db.ts";
import { makeHermes } from "../../support/hermes-db.ts";
import { makeMastraCode } from "../../support/mastracode-db.ts";
import { makeOpenClaw } from "../../support/openclaw-db.ts";
import { makeDatabase } from "../../support/opencode-db.ts";
import { makeZed } from "../../support/zed-db.ts";

const DATABASES: { [agent: string]: { at: string; make(path: string): void } } = {
  opencode: { at: ".local/share/opencode/opencode.db", make: makeDatabase },
  cline: { at: ".cline/data/sessions", make: (path) => mkdirSync(path) },
  goose: { at: ".local/share/goose/sessions/sessions.db", make: makeGoose },
  hermes: { at: ".hermes/state.db", make: makeHermes },
  crush: { at: ".local/share/crush/crush.db", make: makeCrush },
  openclaw: { at: ".openclaw/agents/main/agent/openclaw-agent.sqlite", make: makeOpenClaw },
  deepagents: { at: ".deepagents/.state/sessions.db", make: makeDeepAgents },
  mastracode: { at: ".local/share/mastracode/mastra.db", make: makeMastraCode },
  zed: { at: ".local/share/zed/threads/threads.db", make: makeZed },
  devin: { at: ".local/share/devin/cli/sessions.db", make: makeDevin },
};

const root = temporaryFolder();
const CLAUDE = fixture("claude-code/basic");
const LINES = readFileSync(CLAUDE.path, "utf8").trimEnd().split("\n");
const SECOND = LINES.findIndex((line) => line.includes('"content":"MARK-USER-2'));
const CALL = LINES.findIndex((line) => line.includes('"type":"tool_use"'));
let homes = 0;

/** A machine with a session of Claude Code that consists of its first lines. */
function machine(lines: number) {
  const home = join(root, `home-${++homes}`);
  const at = CLAUDE.path.indexOf("/.", CLAUDE.path.indexOf("/fixtures/"));
  cpSync(CLAUDE.path.slice(0, at), home, { recursive: true });
  for (const { at, make } of Object.values(DATABASES)) {
    mkdirSync(dirname(join(home, at)), { recursive: true });
    make(join(home, at));
  }
  const path = home + CLAUDE.path.slice(at);
  writeFileSync(path, text(0, lines));
  const env = { HOME: home, USERPROFILE: home, SEGUE_HOME: join(home, ".segue"), PATH: "" };
  const places = { env, cwd: home, stores: new Map<string, string>() };
  const id = known(/[0-9a-f-]{36}/.exec(CLAUDE.name))[0];
  const cwd = "/home/dev/shop";
  const session: FollowedSession = {
    ...{ agent: "claude-code", profile: null, id, path, cwd, isNew: false },
  };
  const prepared = new Prepared(new OwnPreparer({ places, reasoning: "text" }));
  return { home, places, session, prepared };
}

type Machine = ReturnType<typeof machine>;

function text(from: number, to: number): string {
  return `${LINES.slice(from, to).join("\n")}\n`;
}

function grow({ session }: Machine, from: number): void {
  appendFileSync(session.path, text(from, LINES.length));
}

async function prepareFor({ prepared, session }: Machine, target: string) {
  const { event, path, id, why } = await prepared.prepare(session, target);
  assert.equal(event, "prepared", why ?? "");
  return { path: known(path), id: known(id) };
}

async function renewed({ prepared, session }: Machine) {
  const [one, ...more] = await prepared.renew(session.path);
  assert.equal(more.length, 0);
  assert.equal(one?.event, "prepared", one?.why ?? "");
  return { path: known(one.path), id: known(one.id) };
}

function bytesOf(path: string): string {
  const input = openSession(path, { scratch: root });
  try {
    return input.read(0, input.size).toString("utf8");
  } finally {
    input.close();
  }
}

/** Without what differs between two conversions of the same: the home folder, and when it was written. */
function plain(written: string, { home }: Machine): string {
  const times = /"(?:updated(?:At|_at)":"[^"]*"|last_activity_at":\d+)/g;
  return written.replaceAll(home, "").replace(times, "");
}

/** All files but Segue's own. */
function below(home: string): string[] {
  const all = readdirSync(home, { recursive: true, encoding: "utf8" });
  return all.filter((name) => !/^\.segue|-(?:wal|shm)$/.test(name)).sort();
}

/** `segue resume`: where the session is continued, and whether that is there already. */
async function resumed({ places, session: { path, id } }: Machine, target: string) {
  return await withScratch(async (scratch) => {
    const selected = { agent: agentNamed("claude-code"), path, id, name: path };
    const outcome = await prepare(selected, agentNamed(target), places, { scratch });
    outcome.discard();
    return { path: outcome.path, isThere: outcome.note.includes("already handed over") };
  });
}

const FILES = ["codex", "pi", "qwen", "copilot", "droid", "kimi", "kimi-cli", "omp", "gptme"];

describe("a session that is prepared", () => {
  for (const target of [...FILES, ...Object.keys(DATABASES)]) {
    it(`gets what is new in place, and leaves nothing: ${target}`, async () => {
      const one = machine(SECOND);
      const before = below(one.home);
      const first = await prepareFor(one, target);
      const old = bytesOf(first.path);
      grow(one, SECOND);
      assert.deepEqual(await renewed(one), first);
      // As if it had been converted only now.
      const whole = machine(LINES.length);
      const { path } = await prepareFor(whole, target);
      const now = bytesOf(first.path);
      assert.equal(plain(now, one), plain(bytesOf(path), whole));
      if (FILES.includes(target)) assert.ok(now.startsWith(old));
      assert.deepEqual(await resumed(one, target), { path: first.path, isThere: true });
      const removed = await one.prepared.remove();
      assert.deepEqual(
        removed.map(({ event }) => event),
        ["removed"],
      );
      assert.deepEqual(below(one.home), before);
    });
  }

  it("is what it was when nothing is new, and still goes", async () => {
    const one = machine(SECOND);
    const before = below(one.home);
    const first = await prepareFor(one, "pi");
    assert.deepEqual(await prepareFor(one, "pi"), first);
    assert.deepEqual(await renewed(one), first);
    assert.equal((await one.prepared.remove()).length, 1);
    assert.deepEqual(below(one.home), before);
  });

  it("is converted again where something changes what came before, and the older one is removed", async () => {
    const one = machine(CALL + 1);
    const before = below(one.home);
    const first = await prepareFor(one, "pi");
    // The result of the call, of which it was said that there is none.
    grow(one, CALL + 1);
    const second = await renewed(one);
    assert.notEqual(second.path, first.path);
    assert.equal(below(one.home).filter((name) => /^\.pi.*\.jsonl$/.test(name)).length, 1);
    assert.equal((await one.prepared.remove()).length, 1);
    assert.deepEqual(below(one.home), before);
  });

  it("is not touched once it was used", async () => {
    const one = machine(SECOND);
    const { path } = await prepareFor(one, "pi");
    const line = '{"type":"custom","customType":"mine","id":"00000001","parentId":null}\n';
    appendFileSync(path, line);
    const used = readFileSync(path, "utf8");
    grow(one, SECOND);
    const second = await renewed(one);
    assert.notEqual(second.path, path);
    await one.prepared.remove();
    assert.equal(readFileSync(path, "utf8"), used);
  });

  it("brings home what was said in it, though it grew meanwhile", async () => {
    const one = machine(SECOND);
    const { path, id } = await prepareFor(one, "pi");
    grow(one, SECOND);
    await renewed(one);
    const original = readFileSync(one.session.path, "utf8");
    const last: { id: string; timestamp: string } = JSON.parse(
      known(readFileSync(path, "utf8").trimEnd().split("\n").at(-1)),
    );
    const message = { role: "user", content: [{ type: "text", text: "WALRUS" }], timestamp: 1 };
    const said = { type: "message", id: "0000000a", parentId: last.id, timestamp: last.timestamp };
    appendFileSync(path, `${JSON.stringify({ ...said, message })}\n`);
    await withScratch(async (scratch) => {
      const selected = { agent: agentNamed("pi"), path, id, name: path };
      const home = await prepare(selected, agentNamed("claude-code"), one.places, { scratch });
      assert.equal(home.path, one.session.path);
      commit(home);
    });
    const now = readFileSync(one.session.path, "utf8");
    assert.ok(now.startsWith(original));
    assert.match(now.slice(original.length), /WALRUS/);
  });

  it("is not written into a copy that someone made before", async () => {
    const one = machine(SECOND);
    await withScratch(async (scratch) => {
      const { session, places } = one;
      const { path, id } = session;
      const selected = { agent: agentNamed("claude-code"), path, id, name: path };
      commit(await prepare(selected, agentNamed("pi"), places, { scratch }));
    });
    const { path } = await prepareFor(one, "pi");
    const own = readFileSync(path, "utf8");
    grow(one, SECOND);
    assert.notEqual((await renewed(one)).path, path);
    await one.prepared.remove();
    assert.equal(readFileSync(path, "utf8"), own);
  });
});
