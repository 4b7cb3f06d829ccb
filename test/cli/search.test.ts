/** Full text search, and the index behind it. */
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
import type { Machine } from "../support/segue.ts";
import { lastWentOn } from "../support/times.ts";
import { CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();

interface Found {
  agent: string;
  id: string;
  hits: { entry: number; snippet: string }[];
}

async function search(m: Machine, ...args: string[]): Promise<Found[]> {
  const { out, err, code } = await m.run(["search", "--json", ...args]);
  assert.equal(code, 0, err);
  assert.equal(err, "");
  return JSON.parse(out).sessions;
}

const agentsOf = (found: readonly Found[]) => found.map(({ agent }) => agent).sort();

let count = 0;

function said(text: string, rest: object = {}): string {
  const id = (count++).toString(16).padStart(8, "0");
  const message = { role: "user", content: [{ type: "text", text }], ...rest };
  const place = { id, parentId: null, timestamp: "2026-11-21T09:00:00.000Z" };
  return `${JSON.stringify({ type: "message", ...place, message })}\n`;
}

/** A file of Pi's with these lines. */
function session(m: Machine, id: string, lines: readonly string[], cwd = "/home/dev/shop"): string {
  const head = { type: "session", version: 3, id, timestamp: "2026-11-21T08:00:00.000Z", cwd };
  const path = join(dirname(m.at(stored(PI))), `2026-11-21T08-00-00-000Z_${id}.jsonl`);
  writeFileSync(path, `${JSON.stringify(head)}\n${lines.join("")}`);
  return path;
}

const uuid = (n: number) => `01a1fc28-078c-74e9-80e0-${String(n).padStart(12, "0")}`;

describe("segue search", () => {
  it("finds words, phrases, prefixes, and not what is excluded", async () => {
    const m = inhabited(root);
    session(m, uuid(1), [
      said("the quick brown fox"),
      said("jumps over Größe and naïve 日本語のテスト"),
    ]);
    for (const [query, n] of [
      ["quick", 1],
      ["QUICK fox", 1],
      ['"quick brown"', 1],
      ['"brown quick"', 0],
      ["qui*", 1],
      ["qui", 0],
      ["quick jumps", 0],
      ["quick -fox", 0],
      ["quick OR jumps", 1],
      ["grosse", 0],
      ["große", 1],
      ["grö*", 1],
      ["naive", 1],
      ["のテスト", 1],
      ["MARK-USER-1", 3],
      ["MARK-USER-1 agent:codex", 1],
      ["nonesuch", 0],
    ] as const) {
      assert.equal((await search(m, query)).length, n, query);
    }
  });

  it("takes words with a dash before them, and is not particular about capitals", async () => {
    const m = inhabited(root);
    session(m, uuid(2), [said("a walrus and a nightjar"), said("a walrus alone")]);
    session(m, uuid(3), [said("a walrus, too")]);
    for (const [args, n] of [
      [["walrus", "-nightjar"], 2],
      [["-nightjar walrus alone"], 1],
      [["-in:output walrus"], 2],
      [["-in:user", "walrus"], 0],
      [["-IN:USER", "walrus", "-n", "5"], 0],
      [["-n1", "walrus", "-Veto"], 1],
      [["walrus", "--number", "1"], 1],
      [["IN:User", "walrus"], 2],
      [["Agent:codex walrus"], 0],
      [["walrus", "--", "-nightjar"], 2],
    ] as const) {
      assert.equal((await search(m, ...args)).length, n, args.join(" "));
    }
    for (const [args, says] of [
      [["-x", "walrus"], /unknown option '-x'/],
      [["-n", "walrus"], /greater than 0/],
      [["walrus", "--since", "-3d"], /does not take "-3d"/],
      [["walrus", "-in:nothing"], /in:nothing is not.*\n.*one of .*in:user.*in:output/],
      [["walrus", "IN:x"], /one of .*in:user/],
      [["-walrus"], /nothing to search for/],
    ] as const) {
      fails(await m.run(["search", ...args]), 2, says);
    }
  });

  it("knows tools, commands, files and titles", async () => {
    const m = inhabited(root);
    const call = (name: string, args: object) => ({
      role: "assistant",
      content: [{ type: "toolCall", id: `c${count}`, name, arguments: args }],
    });
    const info = { type: "session_info", id: "ffffffff", parentId: null, name: "Ship the harbour" };
    session(m, uuid(1), [
      said("", call("bash", { command: "cargo build --release" })),
      said("", call("edit", { path: "src/deep/x.ts", edits: [{ oldText: "a", newText: "b" }] })),
      `${JSON.stringify({ ...info, timestamp: "2026-11-21T09:00:00.000Z" })}\n`,
    ]);
    for (const query of [
      '"cargo build" tool:bash',
      "cargo file:src/deep/x.ts",
      "file:x.ts",
      "title:harbour",
      "harbour",
      "tool:execute cargo",
    ]) {
      assert.deepEqual(
        (await search(m, query)).map(({ id }) => id),
        [uuid(1)],
        query,
      );
    }
    assert.deepEqual(await search(m, "cargo tool:nonesuch"), []);
    assert.deepEqual(await search(m, "tool:harbour"), []);
    const [{ hits } = known<Found>(undefined)] = await search(m, "file:x.ts");
    assert.deepEqual(hits, [{ entry: 2, snippet: "edit src/deep/x.ts" }]);
  });

  it("finds what tools printed, and what was said only where `in:` says so", async () => {
    const m = inhabited(root);
    const result = (text: string, rest: object = {}) =>
      said("", {
        role: "toolResult",
        toolCallId: "c",
        toolName: "bash",
        content: [{ type: "text", text }],
        ...rest,
      });
    const middle = `${"fine ".repeat(2000)} ENOENT: no such harbour ${"fine ".repeat(2000)}`;
    session(m, uuid(1), [
      said("why walrus?"),
      result("panicked at walrus.rs:7"),
      result(middle, { isError: true }),
    ]);
    session(m, uuid(2), [said("walrus"), result(middle)]);
    const found = async (query: string) => (await search(m, query)).map(({ id }) => id).sort();
    assert.deepEqual(await found("walrus"), [uuid(1), uuid(2)]);
    assert.deepEqual(await found('"panicked at walrus"'), [uuid(1)]);
    assert.deepEqual(await found("walrus in:output"), [uuid(1)]);
    assert.deepEqual(await found("panicked in:user"), []);
    assert.deepEqual(await found("panicked -in:output"), []);
    assert.deepEqual(await found('"no such harbour"'), [uuid(1)]);
    const [{ hits } = known<Found>(undefined)] = await search(m, "walrus in:output");
    assert.deepEqual(hits, [{ entry: 2, snippet: "panicked at walrus.rs:7" }]);
    assert.deepEqual(await found("walrus -tool:bash"), [uuid(1), uuid(2)]);
    fails(await m.run(["search", "walrus in:nowhere"]), 2, /in:nowhere/);
  });

  it("reads long sessions again only where something was found", async () => {
    const m = inhabited(root);
    const turns = Array.from({ length: 3000 }, (_, n) =>
      said(`walrus no. ${n} ${"z ".repeat(60)}`),
    );
    const path = session(m, uuid(1), turns);
    assert.deepEqual(
      (await search(m, '"walrus no. 2345"')).map(({ hits }) => hits.map(({ entry }) => entry)),
      [[2346]],
    );
    appendFileSync(path, said("the very last walrus"));
    assert.equal((await search(m, '"last walrus"'))[0]?.hits[0]?.entry, 3001);
    assert.deepEqual(await search(m, '"walrus last"'), []);
  });

  it("gives the number at which `show --range` opens the entry", async () => {
    const m = inhabited(root);
    for (const [query, id] of [
      ["MARK-ASSISTANT-4 agent:codex", idOf(CODEX)],
      ["MARK-USER-2", idOf(CLAUDE)],
    ] as const) {
      const found = known((await search(m, query)).find((session) => session.id === id));
      const { entry } = known(found.hits[0]);
      const { out } = await m.run(["show", id, "--range", `${entry}-`]);
      assert.match(out, new RegExp(`^\\[${entry}\\] `));
      assert.ok(out.includes(known(query.split(" ")[0])), out);
    }
  });

  it("has the filters of the list, in options and in the query", async () => {
    const m = inhabited(root);
    const elsewhere = session(m, uuid(1), [said("MARK-USER-1 elsewhere")], m.at("elsewhere"));
    for (const each of [CLAUDE, CODEX, PI]) lastWentOn(m.at(stored(each)), new Date());
    lastWentOn(elsewhere, new Date());
    assert.deepEqual(agentsOf(await search(m, "MARK-USER-1", "--agent", "cx")), ["codex"]);
    assert.equal((await search(m, "MARK-USER-1 since:1d")).length, 4);
    assert.equal((await search(m, "MARK-USER-1 since:2099-01-01")).length, 0);
    assert.equal((await search(m, "MARK-USER-1", "--since", "2099-01-01")).length, 0);
    assert.equal((await search(m, "MARK-USER-1", "--limited")).length, 0);
    assert.equal((await search(m, "MARK-USER-1", "-n", "2")).length, 2);
    const here = await search(m, `MARK-USER-1 cwd:${m.at("elsewhere")}`);
    assert.deepEqual(
      here.map(({ id }) => id),
      [uuid(1)],
    );
    assert.equal((await search(m, "MARK-USER-1 cwd:elsewhere")).length, 1);
    // A home folder is no project: nothing below it is of it.
    assert.equal((await search(m, "MARK-USER-1 cwd:.")).length, 0);
    assert.deepEqual(agentsOf(await search(m, "agent:pi")), ["pi", "pi"]);
  });

  it("is at once what the sessions are now", async () => {
    const m = inhabited(root);
    const path = session(m, uuid(1), [said("alpha"), said("beta")]);
    assert.deepEqual((await search(m, "beta"))[0]?.hits, [{ entry: 2, snippet: "beta" }]);
    appendFileSync(path, said("gamma"));
    assert.deepEqual((await search(m, "gamma"))[0]?.hits, [{ entry: 3, snippet: "gamma" }]);
    assert.equal((await search(m, "alpha"))[0]?.hits[0]?.entry, 1);
    // A line that is being written: found as soon as it is whole, and once.
    appendFileSync(path, said("delta").trimEnd());
    assert.equal((await search(m, "delta"))[0]?.hits.length, 1);
    appendFileSync(path, `\n${said("epsilon")}`);
    assert.deepEqual((await search(m, "delta"))[0]?.hits, [{ entry: 4, snippet: "delta" }]);
    assert.equal((await search(m, "epsilon"))[0]?.hits[0]?.entry, 5);
    session(m, uuid(1), [
      said("zeta eta theta iota"),
      said("kappa lambda mu"),
      said("x".repeat(500)),
    ]);
    assert.deepEqual(await search(m, "alpha OR gamma OR epsilon"), []);
    assert.equal((await search(m, "kappa"))[0]?.hits[0]?.entry, 2);
    rmSync(path);
    assert.deepEqual(await search(m, "kappa"), []);
  });

  it("knows titles in a session's first record, and beside it", async () => {
    const m = inhabited(root);
    const id = uuid(7);
    const place = m.at(`.factory/sessions/-home-dev-shop/${id}.jsonl`);
    const start = { type: "session_start", id, owner: "u", version: 2, cwd: "/home/dev/shop" };
    const line = (title: string) =>
      `${JSON.stringify({ ...start, title: "please look at it", sessionTitle: title })}\n`;
    const said = { role: "user", content: [{ type: "text", text: "please look at it" }] };
    const message = `${JSON.stringify({ type: "message", id: "a", message: said })}\n`;
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, line("walrus harbour") + message);
    cpSync(new URL("../fixtures/grok/store", import.meta.url), m.at("."), { recursive: true });
    cpSync(new URL("../fixtures/cline/basic", import.meta.url), m.at("."), { recursive: true });
    assert.deepEqual(
      (await search(m, 'title:"walrus harbour"')).map((found) => found.id),
      [id],
    );
    for (const agent of ["grok", "cline"]) {
      const { out } = await m.run(["list", "--all", "--json", "--agent", agent]);
      const [session] = JSON.parse(out).sessions;
      const [word] = /[\p{L}\p{N}]+/u.exec(session.title) ?? [];
      const found = await search(m, `title:${word} agent:${agent}`);
      assert.deepEqual(
        found.map((one) => one.id),
        [session.id],
      );
    }
    appendFileSync(place, message);
    assert.equal((await search(m, "title:walrus")).length, 1);
    writeFileSync(place, line("jetty") + message);
    assert.deepEqual(await search(m, "title:walrus"), []);
    assert.equal((await search(m, "title:jetty")).length, 1);
  });

  it("knows a session by its newest title alone", async () => {
    const m = inhabited(root);
    const titled = (name: string) => {
      const info = { type: "session_info", id: name, parentId: null, name };
      return `${JSON.stringify({ ...info, timestamp: "2026-11-21T09:00:00.000Z" })}\n`;
    };
    const much = Array.from({ length: 5 }, () => said("y ".repeat(90_000)));
    const path = session(m, uuid(1), [
      ...[said("walrus"), titled("harbour"), ...much],
      ...[titled("lighthouse"), ...much, titled("jetty")],
    ]);
    assert.deepEqual(await search(m, "title:harbour"), []);
    assert.deepEqual(await search(m, "title:lighthouse"), []);
    assert.equal((await search(m, "title:jetty")).length, 1);
    appendFileSync(path, titled("pier"));
    assert.deepEqual(await search(m, "title:jetty"), []);
    assert.equal((await search(m, "title:pier")).length, 1);
  });

  it("puts the session that speaks of it most to the point first", async () => {
    const m = inhabited(root);
    const filler = "and a great many other words about something else entirely ".repeat(20);
    session(m, uuid(1), [said(`${filler} walrus ${filler}`)]);
    session(m, uuid(2), [said("walrus"), said("the walrus again")]);
    session(m, uuid(3), [said(`walrus ${filler}`)]);
    assert.equal((await search(m, "walrus"))[0]?.id, uuid(2));
  });

  it("never lets the index's own words out, whatever is asked", async () => {
    const m = inhabited(root);
    for (const query of [
      '"',
      'a"b"c',
      "a^b",
      "{x} : y",
      "said:x",
      "NEAR(a b)",
      "a AND",
      "(",
      "*",
      "a\\",
      "' OR 1",
    ]) {
      const { err, code } = await m.run(["search", "--", query]);
      assert.ok(code === 0 || code === 2, `${query}: ${err}`);
      assert.doesNotMatch(err, /fts5|syntax error|sqlite|this is a bug/i, query);
    }
    fails(await m.run(["search", "+"]), 2, /nothing to search for/);
    fails(await m.run(["search", "a since:soon"]), 2, /not a time/);
    fails(await m.run(["search", "a agent:nobody"]), 3, /no agent/);
  });

  it("marks what was found on a terminal only, and lets nothing through that a terminal obeys", async () => {
    const m = inhabited(root);
    session(m, uuid(1), [said("evil \u001b]0;x\u0007 walrus \u001b[31mred")]);
    const plain = await m.run(["search", "walrus"]);
    assert.match(plain.out, /\[1\] .*walrus/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(plain.out, /[\u001b\u0007]/);
    const color = await m.run(["search", "walrus"], { env: { FORCE_COLOR: "1" } });
    assert.ok(color.out.includes("\u001b[1;33mwalrus\u001b[0m"));
    assert.ok(!color.out.includes("\u001b[31m"));
    const none = await m.run(["search", "walrus"], { env: { NO_COLOR: "1" } });
    assert.equal(none.out, plain.out);
  });

  it("builds the index first when there is none, however much that is, and answers", async () => {
    const m = inhabited(root);
    const filler = said("y ".repeat(50_000));
    session(m, uuid(1), [said("walrus"), ...Array.from({ length: 260 }, () => filler)]);
    const first = await m.run(["search", "walrus", "--json"]);
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /^indexing 4 new or changed sessions \(\d\d MB\) first\n$/);
    const { missing, sessions } = JSON.parse(first.out);
    assert.deepEqual([missing, sessions.length], [0, 1]);
    assert.match((await m.run(["scan"])).out, /4 sessions; read 0 of them/);
    assert.match((await m.run(["scan", "--rebuild"])).out, /read 4 of them/);
    assert.equal((await search(m, "walrus")).length, 1);
  });

  it("keeps what it has indexed when it is interrupted on the way", async () => {
    const m = inhabited(root);
    const filler = said("y ".repeat(50_000));
    for (let n = 1; n <= 8; n++) {
      session(m, uuid(n), [said("walrus"), ...Array.from({ length: 100 }, () => filler)]);
    }
    const stopped = await m.run(["search", "walrus"], {
      started: (child) => {
        child.stderr?.once("data", () => child.kill("SIGINT"));
      },
    });
    assert.equal(stopped.code, 130, stopped.err);
    assert.match(stopped.err, /what has been indexed is kept/);
    assert.equal((await m.run(["search", "walrus", "--json"])).code, 0);
    assert.match((await m.run(["scan"])).out, /read 0 of them/);
  });
});

describe("segue scan", () => {
  it("continues after it was killed, to the same index", async () => {
    const m = inhabited(root);
    const turns = (n: number) =>
      Array.from({ length: 400 }, (_, i) => said(`walrus ${n} ${i} ${"z ".repeat(900)}`));
    for (let n = 1; n <= 24; n++) session(m, uuid(n), turns(n));
    const killed = await m.run(["scan"], {
      started: (child) => void setTimeout(() => child.kill("SIGKILL"), 700),
    });
    assert.ok(killed.signal === "SIGKILL" || killed.code === 0);
    const { code, err } = await m.run(["scan"]);
    assert.equal(code, 0, err);
    const resumed = await search(m, '"walrus 7 399"', "--all");
    assert.deepEqual(
      resumed.map(({ id, hits }) => [id, hits[0]?.entry]),
      [[uuid(7), 400]],
    );
    assert.equal((await search(m, "walrus", "--all")).length, 24);
    await m.run(["scan", "--rebuild"]);
    assert.deepEqual(await search(m, '"walrus 7 399"', "--all"), resumed);
  });
});
