/** Follows sessions as they are written: files by what is appended, and everything else as a whole. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { type Followed, type FollowOptions, follow } from "../../../src/core/follow.ts";
import { systemWatcher } from "../../../src/io/watcher.ts";
import { TestClock, TestWatcher } from "../../support/clock.ts";
import { fixtures } from "../../support/fixtures.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import { makeDatabase } from "../../support/opencode-db.ts";

const START = "2026-11-21T08:00:00.000Z";
const FIXTURES = join(import.meta.dirname, "../../fixtures");
const scratch = temporaryFolder();
let homes = 0;

function newHome(): string {
  const home = join(scratch, `home-${++homes}`);
  mkdirSync(home);
  return home;
}

function targetIn(home: string, name: string) {
  const env = { HOME: home, USERPROFILE: home };
  const places = { env, cwd: home, stores: new Map<string, string>() };
  return { agent: agentNamed(name), profile: null, places };
}

async function following(home: string, name: string, more: FollowOptions = {}, start = START) {
  const [clock, watcher] = [new TestClock(start), new TestWatcher()];
  const all = await follow([targetIn(home, name)], { clock, watcher, ...more });
  return { clock, watcher, all };
}

const words = (news: readonly Followed[]): string[] =>
  news.map((one) => (one.what === "signal" ? `${one.what}:${one.signal.kind}` : one.what));

/** A session of Claude Code, line by line. */
class Claude {
  readonly path: string;
  readonly id: string;
  #lines = 0;

  constructor(home: string, id = "b97b4647-40ff-47f9-b6df-ebeccf9e6bda") {
    this.id = id;
    this.path = join(home, ".claude/projects/-home-dev-shop", `${id}.jsonl`);
    mkdirSync(dirname(this.path), { recursive: true });
  }

  #record(type: string, time: string, more: object): string {
    const n = ++this.#lines;
    const parentUuid = n === 1 ? null : uuid(n - 1);
    const base = { parentUuid, isSidechain: false, type, uuid: uuid(n), timestamp: time };
    return `${JSON.stringify({ ...base, cwd: "/home/dev/shop", sessionId: this.id, ...more })}\n`;
  }

  prompt(time: string, text = "go on"): string {
    return this.#record("user", time, { message: { role: "user", content: text } });
  }

  answer(time: string, text = "done"): string {
    const content = [{ type: "text", text }];
    const message = { id: `msg_${this.#lines}`, type: "message", model: "m", role: "assistant" };
    return this.#record("assistant", time, {
      message: { ...message, content, stop_reason: "end_turn" },
    });
  }

  limit(time: string, text = "You've hit your limit|1795258800"): string {
    const content = [{ type: "text", text }];
    const message = { id: `msg_${this.#lines}`, type: "message", model: "<synthetic>" };
    return this.#record("assistant", time, {
      ...{ isApiErrorMessage: true, error: "rate_limit", apiErrorStatus: 429 },
      message: { ...message, role: "assistant", content, stop_reason: "stop_sequence" },
    });
  }

  write(...lines: string[]): void {
    appendFileSync(this.path, lines.join(""));
  }
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

describe("following a file", () => {
  it("tells what is appended, once, and nothing of what was there before", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt(START), session.limit(START));
    const { all } = await following(home, "claude-code");
    assert.deepEqual(words(await all.look()), []);
    session.write(session.prompt("2026-11-21T08:01:00Z"), session.answer("2026-11-21T08:01:01Z"));
    session.write(session.limit("2026-11-21T08:01:02Z"));
    const news = await all.look();
    assert.deepEqual(words(news), ["prompt", "answer", "signal:quota"]);
    assert.deepEqual(words(await all.look()), []);
    const limit = known(news.find((one) => one.what === "signal"));
    assert.equal(limit.signal.at, Date.parse("2026-11-21T08:01:02Z"));
    assert.equal(limit.signal.resetsAt, 1_795_258_800_000);
    assert.equal(limit.signal.session, session.id);
    assert.equal(limit.session.path, session.path);
    assert.equal(limit.session.cwd, "/home/dev/shop");
    all.close();
  });

  it("waits for the rest of a line", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt(START));
    const { all } = await following(home, "claude-code");
    const line = session.limit(START);
    for (const piece of [line.slice(0, 40), line.slice(40, 200), line.slice(200, -2)]) {
      session.write(piece);
      assert.deepEqual(words(await all.look()), []);
    }
    session.write(line.slice(-2));
    assert.deepEqual(words(await all.look()), ["signal:quota"]);
    all.close();
  });

  it("finishes a line that was half written when it began", async () => {
    const home = newHome();
    const session = new Claude(home);
    const line = session.limit(START);
    session.write(session.prompt(START), line.slice(0, 100));
    const { all } = await following(home, "claude-code");
    session.write(line.slice(100));
    assert.deepEqual(words(await all.look()), ["signal:quota"]);
    all.close();
  });

  it("takes a whole last record without the end of its line", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt(START));
    const { all } = await following(home, "claude-code");
    session.write(session.limit(START).trimEnd());
    assert.deepEqual(words(await all.look()), ["signal:quota"]);
    session.write("\n", session.answer(START));
    assert.deepEqual(words(await all.look()), ["answer"]);
    all.close();
  });

  it("sees a new session in a new folder, but not the past of one that was put there", async () => {
    const home = newHome();
    const { all } = await following(home, "claude-code");
    const old = new Claude(home, "a97b4647-40ff-47f9-b6df-ebeccf9e6bda");
    old.write(old.prompt("2026-10-01T08:00:00Z"), old.limit("2026-10-01T08:00:01Z"));
    const session = new Claude(home);
    session.write(session.prompt(START), session.limit(START));
    const news = await all.look();
    assert.deepEqual(words(news), ["prompt", "signal:quota"]);
    assert.ok(news.every((one) => one.session.isNew && one.session.id === session.id));
    all.close();
  });

  it("says nothing twice when a file is cut and written again, or replaced", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt("2026-11-21T07:00:00Z"));
    const { all } = await following(home, "claude-code");
    const [first, more] = [
      session.limit("2026-11-21T08:01:00Z"),
      session.limit("2026-11-21T08:02:00Z"),
    ];
    session.write(first);
    assert.equal((await all.look()).length, 1);
    truncateSync(session.path, 10);
    assert.deepEqual(words(await all.look()), []);
    writeFileSync(session.path, session.prompt("2026-11-21T07:00:00Z") + first + more);
    assert.deepEqual(words(await all.look()), ["signal:quota"]);
    writeFileSync(`${session.path}.new`, `${readFileSync(session.path, "utf8").slice(300)}`);
    renameSync(`${session.path}.new`, session.path);
    session.write(session.answer("2026-11-21T08:03:00Z"));
    assert.deepEqual(words(await all.look()), ["answer"]);
    all.close();
  });

  it("continues when a file is moved away, removed, and made again", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt(START));
    const failures: string[] = [];
    const failed = (place: string): void => void failures.push(place);
    const { all } = await following(home, "claude-code", { failed });
    session.write(session.answer(START));
    assert.deepEqual(words(await all.look()), ["answer"]);
    renameSync(session.path, `${session.path}.1`);
    session.write(session.prompt(START), session.limit("2026-11-21T08:02:00Z"));
    assert.deepEqual(words(await all.look()), ["prompt", "signal:quota"]);
    rmSync(join(home, ".claude"), { recursive: true });
    assert.deepEqual(words(await all.look()), []);
    const again = new Claude(home);
    again.write(again.prompt("2026-11-21T08:03:00Z"), again.answer("2026-11-21T08:03:01Z"));
    assert.deepEqual(words(await all.look()), ["prompt", "answer"]);
    assert.deepEqual(failures, []);
    all.close();
  });

  it("reads a long session from where it was, and a very long one without its beginning", async () => {
    const home = newHome();
    const session = new Claude(home);
    const text = "walrus ".repeat(300);
    for (let n = 0; n < 2000; n++) session.write(session.prompt(START, text));
    const { all } = await following(home, "claude-code");
    session.write(session.limit("2026-11-21T08:02:00Z"));
    const began = performance.now();
    assert.deepEqual(words(await all.look()), ["signal:quota"]);
    assert.ok(performance.now() - began < 500);
    all.close();
  });

  it("follows one session only", async () => {
    const home = newHome();
    const [one, other] = [new Claude(home), new Claude(home, uuid(7))];
    one.write(one.prompt(START));
    other.write(other.prompt(START));
    const { all } = await following(home, "claude-code", { session: one.id });
    one.write(one.answer(START));
    other.write(other.limit(START));
    assert.deepEqual(words(await all.look()), ["answer"]);
    all.close();
  });
});

/** Grok Build's notice is beside its session, and Kimi CLI records none. */
const UNSEEN = new Set(["grok", "kimi-cli"]);

describe("what agents record of a limit", () => {
  const limits = fixtures.filter(
    ({ agent, name, path }) =>
      /\/limit-429\/\./.test(name) && path.endsWith(".jsonl") && !UNSEEN.has(agent.id),
  );
  for (const { agent, name, path } of limits) {
    it(`is seen when it is appended: ${name}`, async () => {
      const home = newHome();
      cpSync(join(FIXTURES, agent.id, "limit-429"), home, { recursive: true });
      const file = join(home, path.slice(join(FIXTURES, agent.id, "limit-429/").length));
      const text = readFileSync(file, "utf8");
      const line = text.indexOf("\n") + 1;
      writeFileSync(file, text.slice(0, line));
      // Some sessions are none before their second line.
      const { all } = await following(home, agent.id, {}, "2026-01-01T00:00:00Z");
      appendFileSync(file, text.slice(line));
      const news = words(await all.look());
      assert.ok(news.length > 0);
      assert.match(news.join(), /signal|error/);
      all.close();
    });
  }
});

describe("following a database", () => {
  const lines = readFileSync(join(FIXTURES, "opencode/limit-429/limit-429.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const database = known(agentNamed("opencode").store.database);
  const id = /"(ses_\w+)"/.exec(lines[0] ?? "")?.[1] ?? "";

  function newStore(): { home: string; path: string } {
    const home = newHome();
    const path = join(home, ".local/share/opencode/opencode.db");
    mkdirSync(dirname(path), { recursive: true });
    makeDatabase(path);
    return { home, path };
  }

  it("tells of a limit in a session that continues", async () => {
    const { home, path } = newStore();
    const before = lines.slice(0, 3);
    database.replace(path, id, null, before);
    const { all } = await following(home, "opencode");
    assert.deepEqual(words(await all.look()), []);
    database.replace(path, id, before, lines);
    const news = await all.look();
    assert.match(words(news).join(), /signal:/);
    assert.equal(news.at(-1)?.session.path, `${path}#${id}`);
    assert.deepEqual(words(await all.look()), []);
    all.close();
  });
});

describe("following over time", () => {
  it("sees what the system does not report, when it looks", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt(START));
    const { all, clock } = await following(home, "claude-code");
    const news: Followed[] = [];
    const done = (async () => {
      for await (const one of all) news.push(one);
    })();
    await until(() => clock.sleeping === 1);
    session.write(session.limit(START));
    clock.pass(1000);
    await until(() => news.length === 1);
    all.close();
    await done;
    assert.equal(clock.sleeping, 0);
  });

  it("looks at once at what the system reports", async () => {
    const home = newHome();
    const session = new Claude(home);
    session.write(session.prompt(START));
    const { all, clock, watcher } = await following(home, "claude-code");
    const news: Followed[] = [];
    const done = (async () => {
      for await (const one of all) news.push(one);
    })();
    await until(() => clock.sleeping === 1);
    session.write(session.limit(START));
    watcher.watched.get(dirname(session.path))?.(`${session.id}.jsonl`);
    await until(() => clock.sleeping === 1);
    clock.pass(40);
    await until(() => news.length === 1);
    all.close();
    await done;
    assert.equal(watcher.watched.size, 0);
  });

  it("does not mind when the clock is set, or the machine slept", async () => {
    const home = newHome();
    const { all, clock } = await following(home, "claude-code");
    clock.pass(60_000);
    clock.set("2026-11-20T07:00:00Z");
    const session = new Claude(home);
    session.write(session.prompt("2026-11-20T07:00:01Z"), session.limit("2026-11-20T07:00:02Z"));
    assert.deepEqual(words(await all.look()), ["prompt", "signal:quota"]);
    clock.set("2026-12-01T08:00:00Z");
    session.write(session.answer("2026-12-01T08:00:00Z"));
    assert.deepEqual(words(await all.look()), ["answer"]);
    const other = new Claude(home, uuid(3));
    other.write(other.limit("2026-12-01T08:00:01Z"));
    assert.deepEqual(words(await all.look()), ["signal:quota"]);
    all.close();
  });

  it("lets go of idle sessions, and takes them up where they were", async () => {
    const home = newHome();
    const session = new Claude(home);
    const { all, clock } = await following(home, "claude-code");
    session.write(session.prompt(START), session.limit(START));
    assert.equal((await all.look()).length, 2);
    clock.pass(11 * 60_000);
    assert.deepEqual(words(await all.look()), []);
    session.write(session.answer("2026-11-21T08:11:00Z"));
    assert.deepEqual(words(await all.look()), ["answer"]);
    all.close();
  });

  for (const watcher of [systemWatcher, { isRecursive: false, watch: () => null }]) {
    const how = watcher === systemWatcher ? "with the system's notices" : "without any notice";
    it(`sees a record within two seconds, ${how}, and leaves nothing behind`, async () => {
      const home = newHome();
      const session = new Claude(home);
      const before = process.getActiveResourcesInfo().length;
      const end = new AbortController();
      const all = await follow([targetIn(home, "claude-code")], { watcher, signal: end.signal });
      const seen: number[] = [];
      let written = performance.now();
      session.write(session.limit(new Date().toISOString()));
      for await (const { what } of all) {
        if (what !== "signal") continue;
        seen.push(performance.now() - written);
        if (seen.length === 3) end.abort();
        written = performance.now();
        session.write(session.limit(new Date().toISOString()));
      }
      assert.equal(seen.length, 3);
      assert.ok(Math.max(...seen) < 2000, `${seen}`);
      assert.ok(process.getActiveResourcesInfo().length <= before);
    });
  }
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}
