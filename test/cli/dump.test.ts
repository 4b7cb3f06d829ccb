/** `segue dump`: every format, again and again, killed, in the way, and hostile. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "../../src/lossless/json-text.ts";
import { makeDeepAgents } from "../support/deepagents-db.ts";
import type { Fixture } from "../support/fixtures.ts";
import { known, sha256, temporaryFolder } from "../support/folder.ts";
import { makeGoose } from "../support/goose-db.ts";
import { makeHermes } from "../support/hermes-db.ts";
import { makeMastraCode } from "../support/mastracode-db.ts";
import { makeOpenClaw } from "../support/openclaw-db.ts";
import { makeDatabase, makeKiloDatabase } from "../support/opencode-db.ts";
import { Machine } from "../support/segue.ts";
import { BASICS, CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();
const files = (m: Machine, folder = "out") =>
  globSync("**/*.*", { cwd: m.at(folder) })
    .filter((name) => statSync(m.at(folder, name)).isFile())
    .sort();
/** The one page of a fixture: its name is for people. */
function pageOf(m: Machine, fixture: Fixture, ending: string): string {
  const file = fileOf(fixture, ending);
  if (ending !== ".html") return file;
  const folder = dirname(file);
  const pages = readdirSync(m.at("out", folder)).filter((name) => name.endsWith(ending));
  assert.equal(pages.length, 1);
  return join(folder, pages[0] ?? "");
}

const fileOf = (fixture: Fixture, ending: string) =>
  `${fixture.agent.id}/${idOf(fixture)}${ending}`;

describe("segue dump", () => {
  it("native: the files as they lie", async () => {
    const m = inhabited(root);
    const { code, err } = await m.run(["dump", "out"]);
    assert.equal(code, 0, err);
    assert.match(err, /^3 written, 0 unchanged/);
    for (const fixture of [CLAUDE, CODEX, PI]) {
      assert.equal(sha256(m.at("out", fileOf(fixture, ".jsonl"))), sha256(m.at(stored(fixture))));
    }
  });

  it("every session that list shows is in it, and checked: those in databases, too", async () => {
    const m = new Machine(mkdtempSync(join(root, "home-")));
    for (const fixture of BASICS) m.install(fixture);
    const databases = [
      ["opencode", makeDatabase, ".local/share/opencode/opencode.db"],
      ["kilo", makeKiloDatabase, ".local/share/kilo/kilo.db"],
      ["openclaw", makeOpenClaw, ".openclaw/agents/main/agent/openclaw-agent.sqlite"],
      ["goose", makeGoose, ".local/share/goose/sessions/sessions.db"],
      ["hermes", makeHermes, ".hermes/state.db"],
      ["deepagents", makeDeepAgents, ".deepagents/.state/sessions.db"],
      ["mastracode", makeMastraCode, ".local/share/mastracode/mastra.db"],
    ] as const;
    for (const [agent, make, path] of databases) {
      mkdirSync(dirname(m.at(path)), { recursive: true });
      make(m.at(path));
      const { code, err } = await m.run(["resume", idOf(CLAUDE), "--in", agent, "--no-launch"]);
      assert.equal(code, 0, err);
    }
    const listed: { sessions: { id: string }[] } = JSON.parse(
      (await m.run(["list", "--all", "--json"])).out,
    );
    const ids = listed.sessions.map(({ id }) => id);
    assert.ok(ids.length >= BASICS.length + databases.length, ids.join());
    const { code, err } = await m.run(["dump", "all", "out"]);
    assert.equal(code, 0, err);
    assert.match(err, new RegExp(`^${ids.length} written, 0 unchanged: `, "m"));
    const names = files(m).join("\n");
    for (const id of ids)
      assert.ok(names.includes(id.toLowerCase()), `${id} is in none of\n${names}`);
    const checked = await m.run(["check", "--all"]);
    assert.equal(checked.code, 0, checked.err);
    assert.match(checked.out + checked.err, new RegExp(`\\b${ids.length} `));
  });

  it("session and json: the session model, as show prints it", async () => {
    const m = inhabited(root);
    const shown = parse((await m.run(["show", idOf(CLAUDE), "--json"])).out);
    for (const [format, ending] of [
      ["session", ".session.json"],
      ["json", ".json"],
    ] as const) {
      const { code, err } = await m.run(["dump", "claude", "out", "--format", format]);
      assert.equal(code, 0, err);
      const text = readFileSync(m.at("out", fileOf(CLAUDE, ending)), "utf8");
      assert.deepEqual(parse(text)?.value, shown?.value);
      if (format === "json") assert.equal(text, `${JSON.stringify(parse(text)?.value, null, 2)}\n`);
    }
  });

  it("markdown and html: the conversation", async () => {
    const m = inhabited(root);
    for (const [format, ending] of [
      ["markdown", ".md"],
      ["html", ".html"],
    ] as const) {
      assert.equal((await m.run(["dump", "pi", "out", "--format", format])).code, 0);
      const text = readFileSync(m.at("out", pageOf(m, PI, ending)), "utf8");
      assert.match(text, /User/);
      assert.match(text, /Assistant/);
    }
  });

  it("html: pages with names for people, and one that lists them", async () => {
    const m = inhabited(root);
    const dump = (...args: string[]) => m.run(["dump", ...args, "out", "--format", "html"]);
    await dump("pi");
    const page = pageOf(m, PI, ".html");
    assert.match(page, /^pi\/2026-11-21-mark-user-1-.*-01a1fc28\.html$/);
    await dump("codex");
    // Those of earlier runs are listed as well.
    const list = () => readFileSync(m.at("out/index.html"), "utf8");
    assert.ok(list().includes(`href="${page}"`));
    assert.match(list(), /href="codex\/2026-11-21-mark-user-1-/);
    assert.match((await dump()).err, /^1 written, 2 unchanged/);
    // With secrets replaced, no name tells of what was in a title, and what still has secrets is named.
    const { code, err } = await dump("pi", "--redact");
    assert.equal(code, 4, err);
    assert.match(
      err,
      /codex\/2026-11-21-.*\.html: from an earlier dump, its secrets were not replaced/,
    );
    assert.ok(!list().includes('href="codex/'));
    assert.equal(pageOf(m, PI, ".html"), "pi/2026-11-21-01a1fc28.html");
    assert.ok(!list().includes(`href="${page}"`));
    const mine = list().replace("<h1>Sessions</h1>", "<h1>Mine</h1>");
    for (const text of ["mine", mine]) {
      writeFileSync(m.at("out/index.html"), text);
      assert.match((await dump()).err, /index\.html: kept/);
      assert.equal(list(), text);
    }
    await dump("--force");
    assert.match(list(), /<h1>Sessions<\/h1>/);
    rmSync(m.at("out/index.html"));
    mkdirSync(m.at("out/index.html"));
    fails(await dump(), 1, /something other than a file is where the list of pages belongs/, 2);
  });

  it("only what changed, the next time", async () => {
    const m = inhabited(root);
    await m.run(["dump", "out"]);
    const before = files(m);
    assert.match((await m.run(["dump", "out"])).err, /^0 written, 3 unchanged/);
    const path = m.at(stored(PI));
    const [last = ""] = readFileSync(path, "utf8").trimEnd().split("\n").slice(-1);
    appendFileSync(path, `${last}\n`);
    assert.match((await m.run(["dump", "out"])).err, /^1 written, 2 unchanged/);
    assert.equal(sha256(m.at("out", fileOf(PI, ".jsonl"))), sha256(path));
    rmSync(m.at("out", fileOf(CODEX, ".jsonl")));
    assert.match((await m.run(["dump", "out"])).err, /^1 written, 2 unchanged/);
    assert.deepEqual(files(m), before);
    rmSync(path);
    assert.match((await m.run(["dump", "out"])).err, /^0 written, 2 unchanged/);
    assert.deepEqual(files(m), before, "a dump keeps what is gone elsewhere");
  });

  it("keeps a file that was changed since, and says so, until --force", async () => {
    const m = inhabited(root);
    const dump = (...more: string[]) => m.run(["dump", "out", "--format", "markdown", ...more]);
    await dump();
    const mine = m.at("out", fileOf(PI, ".md"));
    const was = readFileSync(mine, "utf8");
    // Touched, or of the same size: what it holds decides.
    utimesSync(mine, 1e9, 1e9);
    assert.match((await dump()).err, /^0 written, 3 unchanged: /);
    const edited = was.replace("User", "Me!!");
    assert.equal(edited.length, was.length);
    writeFileSync(mine, edited);
    const kept = await dump();
    assert.equal(kept.code, 0, kept.err);
    assert.match(kept.err, /\.md: kept because it was changed after it was dumped\n/);
    assert.match(kept.err, /\n0 written, 2 unchanged, 1 kept because you changed them \(--force /);
    assert.equal(readFileSync(mine, "utf8"), edited);
    // The session has continued, or is to be written otherwise: the file is not what was asked for.
    const old = await dump("--redact");
    assert.equal(old.code, 4, old.err);
    assert.match(old.err, /dumped, although its session has changed as well\n2 written, 0 un/);
    assert.equal((await dump("--redact")).code, 4, "and so it stays");
    assert.equal(readFileSync(mine, "utf8"), edited);
    assert.match((await dump("--force")).err, /^3 written, 0 unchanged: /);
    assert.equal(readFileSync(mine, "utf8"), was);
    assert.match((await dump("--force")).err, /^0 written, 3 unchanged: /);
  });

  it("continues after a kill", async () => {
    const m = inhabited(root);
    await m.run(["dump", "out"]);
    const manifest = m.at("out", ".segue-dump.jsonl");
    const lines = readFileSync(manifest, "utf8").trimEnd().split("\n");
    const [first = "", second = ""] = lines;
    // One done, one begun whose line is torn; the temporary file of a process that is no more.
    writeFileSync(manifest, `${first}\n${second.slice(0, 20)}`);
    const { files: names }: { files: string[] } = JSON.parse(first);
    for (const name of files(m)) if (name !== names[0]) rmSync(m.at("out", name));
    const left = m.at("out", "pi", ".segue-999999999-0123456789ab.tmp");
    mkdirSync(m.at("out", "pi"), { recursive: true });
    writeFileSync(left, "half");
    const { err, code } = await m.run(["dump", "out"]);
    assert.equal(code, 0, err);
    assert.match(err, /^2 written, 1 unchanged/);
    assert.equal(existsSync(left), false);
    for (const fixture of [CLAUDE, CODEX, PI]) {
      assert.equal(sha256(m.at("out", fileOf(fixture, ".jsonl"))), sha256(m.at(stored(fixture))));
    }
  });

  for (const format of ["native", "markdown", "html", "session"]) {
    it(`a list with damaged lines, or none at all: nothing is written twice (${format})`, async () => {
      const m = inhabited(root);
      const dump = () => m.run(["dump", "out", "--format", format]);
      await dump();
      const before = files(m);
      const manifest = m.at("out", ".segue-dump.jsonl");
      const [first = "", second = "", third = ""] = readFileSync(manifest, "utf8").split("\n");
      writeFileSync(
        manifest,
        [`${first.slice(0, -30)}`, "\0".repeat(second.length), third, ""].join("\n"),
      );
      const again = await dump();
      assert.equal(again.code, 0, again.err);
      assert.match(
        again.err,
        /\.segue-dump\.jsonl: 2 damaged lines in the list .*\n0 written, 3 un/,
      );
      assert.deepEqual(files(m), before);
      assert.match((await dump()).err, /^0 written, 3 unchanged/, "it is whole again");
      rmSync(manifest);
      assert.match((await dump()).err, /^0 written, 3 unchanged/);
      assert.deepEqual(files(m), before);
    });
  }

  it("without a list, a session that has continued since is written in its place", async () => {
    const m = inhabited(root);
    await m.run(["dump", "out"]);
    const before = files(m);
    rmSync(m.at("out", ".segue-dump.jsonl"));
    const path = m.at(stored(PI));
    const [last = ""] = readFileSync(path, "utf8").trimEnd().split("\n").slice(-1);
    appendFileSync(path, `${last}\n`);
    assert.match((await m.run(["dump", "out"])).err, /^1 written, 2 unchanged/);
    assert.deepEqual(files(m), before);
    assert.equal(sha256(m.at("out", fileOf(PI, ".jsonl"))), sha256(path));
  });

  it("--redact, and the list is gone: no secret is counted that was replaced before", async () => {
    const m = inhabited(root);
    const dump = () => m.run(["dump", "out", "--format", "markdown", "--redact"]);
    await dump();
    rmSync(m.at("out", ".segue-dump.jsonl"));
    assert.match((await dump()).err, /^0 written, 3 unchanged, 0 secrets replaced/);
  });

  for (const [what, put] of [
    ["a folder", (path: string) => mkdirSync(path)],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
    ["a link", (path: string, m: Machine) => symlinkSync(m.at(stored(PI)), path)],
    ["a link", (path: string, m: Machine) => symlinkSync(m.at("nowhere"), path)],
  ] as const) {
    for (const force of [[], ["--force"]]) {
      it(`${what} in the place of a dumped file is an error ${force}`, async () => {
        const m = inhabited(root);
        await m.run(["dump", "out"]);
        const mine = m.at("out", fileOf(PI, ".jsonl"));
        rmSync(mine);
        put(mine, m);
        const { code, err } = await m.run(["dump", "out", ...force]);
        assert.equal(code, 1, err);
        assert.ok(err.includes(`${what} is where a dumped file was (${mine})`), err);
        assert.match(err, /0 written, 2 unchanged, 1 failed/);
        assert.ok(!lstatSync(mine).isFile());
        assert.equal(existsSync(m.at("nowhere")), false);
      });
    }
  }

  it("a link in the place of a folder, or of the list, is not followed", async () => {
    const m = inhabited(root);
    await m.run(["dump", "out"]);
    renameSync(m.at("out/pi"), m.at("elsewhere"));
    symlinkSync(m.at("elsewhere"), m.at("out/pi"));
    const leftover = m.at("elsewhere", ".segue-999999999-0123456789ab.tmp");
    writeFileSync(leftover, "not the dump's");
    const { code, err } = await m.run(["dump", "out"]);
    assert.equal(code, 1, err);
    assert.match(
      err,
      /a link leads out of the dump's folder \(.*out\/pi\)\n0 written, 2 un.* 1 failed/,
    );
    assert.ok(existsSync(leftover));
    mkdirSync(m.at("other"));
    symlinkSync(m.at("list"), m.at("other/.segue-dump.jsonl"));
    fails(await m.run(["dump", "other"]), 4, /the list of what was dumped is a link/);
    assert.equal(existsSync(m.at("list")), false);
  });

  it("only an agent's, only since, only a project's", async () => {
    const m = inhabited(root);
    assert.match((await m.run(["dump", "codex", "a"])).err, /^1 written/);
    utimesSync(m.at(stored(PI)), 1e9, 1e9);
    assert.match((await m.run(["dump", "all", "b", "--since", "1d"])).err, /^2 written/);
    const cwd = known(/"cwd":"([^"]+)"/.exec(readFileSync(m.at(stored(PI)), "utf8")))[1] ?? "";
    assert.match((await m.run(["dump", "pi", "c", "--cwd", cwd])).err, /^1 written/);
    assert.match((await m.run(["dump", "pi", "d", "--since", "1d"])).err, /^0 written/);
  });

  it("only one session, wherever it is of", async () => {
    const m = inhabited(root);
    const { code, err } = await m.run([
      "dump",
      "out",
      "--session",
      idOf(CODEX),
      "--format",
      "html",
    ]);
    assert.equal(code, 0, err);
    assert.match(pageOf(m, CODEX, ".html"), /^codex\/.*\.html$/);
    assert.ok(!files(m).some((name) => /^(?:claude-code|pi)\//.test(name)), files(m).join());
    const other = await m.run(["dump", "pi", "out", "--session", idOf(CODEX)]);
    assert.equal(other.code, 3, other.err);
  });

  it("says so when there is nothing to dump, and makes no folder for it", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("other"));
    const gone = /no session of Pi belongs to this project, and there is no such folder/;
    fails(await m.run(["dump", "pi", "out", "--cwd", m.at("nowhere")]), 3, gone);
    fails(await m.run(["dump", "out", "--cwd", m.at("other")]), 3, /no session belongs to this/);
    fails(await m.run(["dump", "gemini", "out"]), 3, /there is no session of Gemini CLI to dump/);
    assert.equal(existsSync(m.at("out")), false);
  });

  it("what cannot be read is said, and the rest is dumped", async () => {
    const m = inhabited(root);
    writeFileSync(m.at(stored(PI)), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]));
    const { code, err } = await m.run(["dump", "out", "--format", "html"]);
    assert.equal(code, 1);
    assert.match(err, /compressed, and damaged\n2 written, 0 unchanged, 1 failed/);
    assert.equal((await m.run(["dump", "copies"])).code, 0, "a copy asks nothing of the file");
  });

  it("--redact: placeholders for secrets, and written anew when it is asked for or no longer", async () => {
    const m = inhabited(root);
    const secret = `ghp_${"k7Qw2Zx9Lm4Vb8Nc3Rt6Yp1Hs5Jd0Gf7Ka2W"}`;
    const password = `hunter2${"hunter2"}`;
    const path = m.at(stored(PI));
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const at = lines.findIndex((line) => line.includes('"role":"user"'));
    const said = (text: string) =>
      known(lines[at]).replace(/"content":(?:"[^"]*"|\[.*?\])/, `"content":"${text}"`);
    const told = said(`password=${password} and ${secret}`);
    lines.splice(at + 1, 0, said(`say ${password} first`), told);
    writeFileSync(path, `${lines.join("\n")}\n`);
    const formats = [
      ["markdown", ".md"],
      ["html", ".html"],
      ["json", ".json"],
      ["session", ".session.json"],
    ] as const;
    for (const [format, ending] of formats) {
      const args = ["dump", "pi", "out", "--format", format];
      const text = () => readFileSync(m.at("out", pageOf(m, PI, ending)), "utf8");
      await m.run(args);
      const plain = text();
      assert.ok(plain.includes(secret) && plain.includes(password));
      assert.match(
        (await m.run([...args, "--redact"])).err,
        /^1 written, 0 unchanged, 2 secrets replaced/,
      );
      const expected = plain
        .replaceAll(secret, "[secret:github-token-1]")
        .replaceAll(password, "[secret:password-1]");
      assert.equal(text(), expected);
      assert.match(
        (await m.run([...args, "--redact"])).err,
        /^0 written, 1 unchanged, 0 secrets replaced/,
      );
      assert.match((await m.run(args)).err, /^1 written, 0 unchanged: /);
      assert.equal(text(), plain);
    }
    fails(await m.run(["dump", "pi", "x", "--redact"]), 2, /byte for byte/);
    fails(
      await m.run(["dump", "pi", "x", "--format", "native", "--redact"]),
      2,
      /--format markdown/,
    );
    assert.equal(existsSync(m.at("x")), false);
  });

  it("is refused in a store, over what is not of a dump, and for wrong words", async () => {
    const m = inhabited(root);
    fails(await m.run(["dump", m.at(".claude", "projects", "x")]), 4, /Claude Code's store/);
    symlinkSync(m.at(".codex"), m.at("link"));
    fails(await m.run(["dump", m.at("link", "x")]), 4, /Codex's store/);
    mkdirSync(m.at("linked"));
    symlinkSync(m.at(".codex"), m.at("linked", "pi"));
    fails(await m.run(["dump", "pi", m.at("linked")]), 1, /a link leads out of the dump's folder/);
    assert.ok(!readdirSync(m.at(".codex")).some((name) => name.endsWith(".jsonl")));
    fails(await m.run(["dump", "codex"]), 2, /needs a folder/);
    fails(await m.run(["dump", "nobody", "out"]), 3, /there is no agent/);
    fails(await m.run(["dump", "codex", "out", "x"]), 2, /at most an agent/);
    fails(await m.run(["dump", "out", "--format", "pdf"]), 2, /native, session/);
    fails(await m.run(["dump", "codex", ""]), 2, /cannot be empty/);
    writeFileSync(m.at("file"), "x");
    fails(
      await m.run(["dump", m.at("file")]),
      1,
      /cannot make the folder: a file is where a folder should be/,
    );
    const mine = m.at("out", fileOf(PI, ".jsonl"));
    mkdirSync(m.at("out", "pi"), { recursive: true });
    writeFileSync(mine, "mine");
    assert.equal((await m.run(["dump", "pi", "out"])).code, 0);
    assert.equal(readFileSync(mine, "utf8"), "mine");
    assert.equal(files(m).length, 2);
  });
});
