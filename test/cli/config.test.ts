/** Settings: which wins, what each does, and what a project's file may not do. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { CODEX, fails, idOf, inhabited, PI } from "./support.ts";

const root = temporaryFolder();

function machine(files: { [path: string]: string } = {}): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  for (const [name, text] of Object.entries(files)) write(m, name, text);
  return m;
}

function write(m: Machine, name: string, text: string): void {
  mkdirSync(dirname(m.at(name)), { recursive: true });
  writeFileSync(m.at(name), text);
}

interface Config {
  settings: { key: string; value: unknown; source: string; where: string | null }[];
}

async function setting(m: Machine, key: string, options: Parameters<Machine["run"]>[1] = {}) {
  const { out, err } = await m.run(["config", "--json"], options);
  assert.notEqual(out, "", err);
  const { settings }: Config = JSON.parse(out);
  return settings.find((one) => one.key === key);
}

const USER = ".segue/config.yml";

describe("which setting wins", () => {
  it("environment, project, user, default", async () => {
    const m = machine();
    mkdirSync(m.at("p", "sub"), { recursive: true });
    const get = (env = {}) => setting(m, "list.number", { cwd: m.at("p", "sub"), env });
    assert.deepEqual(await get(), {
      key: "list.number",
      source: "default",
      value: 30,
      where: null,
    });
    write(m, USER, "# mine\nlist:\n  number: 7\n");
    const user = { source: "user", value: 7, where: `${m.at(USER)}:3` };
    assert.deepEqual(await get(), { key: "list.number", ...user });
    write(m, "p/.segue.yml", "list.number: 8\n");
    const project = { source: "project", value: 8, where: `${m.at("p/.segue.yml")}:1` };
    assert.deepEqual(await get(), { key: "list.number", ...project });
    const env = { source: "environment", value: 9, where: "SEGUE_LIST_NUMBER" };
    assert.deepEqual(await get({ SEGUE_LIST_NUMBER: "9" }), { key: "list.number", ...env });
  });

  it("the nearest project's file, and none but that", async () => {
    const m = machine({
      "p/.segue.yml": "in: pi\nlist: {number: 3}\n",
      "p/q/.segue.yml": "in: codex\n",
    });
    const cwd = m.at("p", "q");
    assert.equal((await setting(m, "in", { cwd }))?.value, "codex");
    assert.equal((await setting(m, "list.number", { cwd }))?.value, 30);
  });

  for (const [user, project, wins] of [
    ["always", "auto", "always"],
    ["auto", "always", "always"],
    ["never", "auto", "auto"],
    ["never", "always", "always"],
  ]) {
    it(`redact: ${user}, and a project's file that says ${project}`, async () => {
      const m = machine({ [USER]: `redact: ${user}\n`, "p/.segue.yml": `redact: ${project}\n` });
      assert.equal((await setting(m, "redact", { cwd: m.at("p") }))?.value, wins);
    });
  }

  it("colour: flag, FORCE_COLOR, NO_COLOR, file", async () => {
    const m = machine({ [USER]: "color: always\n" });
    const color = async (env: { [name: string]: string }) =>
      (await setting(m, "color", { env }))?.where;
    assert.equal(await color({}), `${m.at(USER)}:1`);
    assert.equal(await color({ NO_COLOR: "1" }), "NO_COLOR");
    assert.equal(await color({ NO_COLOR: "1", FORCE_COLOR: "1" }), "FORCE_COLOR");
    const { out } = await m.run(["config", "--color", "never"], { env: { FORCE_COLOR: "1" } });
    assert.match(out, /color +never +flag: --color/);
  });

  it("XDG_CONFIG_HOME, without SEGUE_HOME", async () => {
    const m = machine({ "xdg/segue/config.yml": "in: pi\n" });
    const env = { SEGUE_HOME: "", XDG_CONFIG_HOME: m.at("xdg") };
    assert.equal((await setting(m, "in", { env }))?.where, `${m.at("xdg/segue/config.yml")}:1`);
  });
});

describe("what a setting does", () => {
  it("in: the target of resume", async () => {
    const m = inhabited(root);
    write(m, ".segue.yml", "in: codex\n");
    const { out, err } = await m.run(["resume", idOf(PI), "--dry-run", "--json"]);
    assert.equal(JSON.parse(out).target.agent, "codex");
    assert.match(err, /in codex, as .*\.segue\.yml:1 says/);
    const other = await m.run(["resume", idOf(PI), "--in", "claude", "--dry-run", "--json"]);
    assert.equal(JSON.parse(other.out).target.agent, "claude-code");
    const latest = await m.run(["latest", "--dry-run", "--json"]);
    assert.equal(JSON.parse(latest.out).target.agent, "codex");
  });

  it("in: not of an agent that was named", async () => {
    const m = inhabited(root);
    write(m, ".segue.yml", "in: codex\n");
    const target = async (...args: string[]) =>
      JSON.parse((await m.run([...args, "--dry-run", "--json"])).out).target.agent;
    assert.deepEqual([await target("pi"), await target("pi", "--in", "codex")], ["pi", "codex"]);
  });

  it("list.number: how long the list is", async () => {
    const m = inhabited(root);
    write(m, USER, "list:\n  number: 2\n");
    const count = async (...args: string[]) =>
      JSON.parse((await m.run(["list", "--json", ...args])).out).sessions.length;
    assert.deepEqual([await count(), await count("-n", "1"), await count("--all")], [2, 1, 3]);
  });

  it("agents.X.store: where its sessions are; the vendor's variable and --store go before it", async () => {
    const m = inhabited(root);
    for (const name of ["moved", "third"]) cpSync(m.at(".codex"), m.at(name), { recursive: true });
    write(m, USER, "agents:\n  codex:\n    store: ~/moved\n");
    const path = async (args: string[] = [], env = {}) =>
      JSON.parse((await m.run(["list", "--agent", "codex", "--json", ...args], { env })).out)
        .sessions[0]?.path;
    assert.ok((await path()).startsWith(m.at("moved")));
    assert.ok((await path([], { CODEX_HOME: m.at("third") })).startsWith(m.at("third")));
    assert.ok((await path(["--store", `codex=${m.at(".codex")}`])).startsWith(m.at(".codex")));
    const search = await m.run(["search", "MARK-USER-1", "--agent", "codex", "--json"]);
    assert.ok(JSON.parse(search.out).sessions[0]?.path.startsWith(m.at("moved")));
  });

  it("agents.X.command and args: what is started", async () => {
    const m = inhabited(root);
    const tell = `#!${process.execPath}\nconsole.log(process.argv.includes("--version") ? "9.9.9" : JSON.stringify(process.argv.slice(2)));\n`;
    mkdirSync(m.at("opt"));
    mkdirSync(m.at("work"));
    writeFileSync(m.at("opt", "my-codex"), tell, { mode: 0o755 });
    write(
      m,
      USER,
      'agents:\n  codex:\n    command: ~/opt/my-codex\n    args: ["--sandbox", "read only"]\n',
    );
    const args = ["resume", idOf(CODEX), "--cwd", m.at("work"), "--", "--model", "m"];
    const { out, err } = await m.run(args);
    assert.notEqual(out, "", err);
    const told: string[] = JSON.parse(out);
    const at = told.indexOf("--sandbox");
    assert.deepEqual(told.slice(at, at + 4), ["--sandbox", "read only", "--model", "m"]);
    const agents = JSON.parse((await m.run(["agents", "--json"])).out).agents;
    assert.equal(agents.find(({ id }: { id: string }) => id === "codex").version, "9.9.9");
  });

  it("color: escapes are there or not, and never in --json", async () => {
    const m = inhabited(root);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    const colored = /\u001b\[/;
    assert.doesNotMatch((await m.run(["show", idOf(PI)])).out, colored);
    assert.match((await m.run(["--color", "always", "show", idOf(PI)])).out, colored);
    assert.match((await m.run(["show", idOf(PI)], { env: { FORCE_COLOR: "1" } })).out, colored);
    assert.match((await m.run(["--color", "always", "search", "MARK-USER-1"])).out, colored);
    const json = await m.run(["list", "--json"], { env: { FORCE_COLOR: "1" } });
    assert.doesNotMatch(json.out, colored);
  });
});

describe("what is refused", () => {
  for (const [text, says] of [
    ["lst:\n  number: 3\n", /there is no setting "lst".*\.segue\.yml:1\)\n.*mean list\.number/],
    ["in: pi\nlist:\n  nmber: 3\n", /"list\.nmber".*:3\)\n.*mean list\.number/],
    ["agents:\n  pi:\n    stor: x\n", /"agents\.pi\.stor".*:3\)\n.*mean agents\.pi\.store/],
    ["agents: 3\n", /there is no setting "agents"/],
    ["list: {number: 0}\n", /list\.number must be a number above 0/],
    ["in: clude\n", /there is no agent "clude".*:1\)\n.*claude/],
    ["color: blue\n", /auto, always or never/],
    ["in: [\n", /not valid YAML.*:2\)/],
    ["in: pi\nin: codex\n", /not valid YAML: Map keys must be unique.*:2\)/],
    ["in: !!js/function x\n", /not valid YAML/],
    ["- a\n", /keys and values/],
    ["agents:\n  pi:\n    command: ./evil\n", /project's file cannot set agents\.pi\.command.*:3/],
    ["agents: {pi: {args: [--yolo]}}\n", /project's file cannot set agents\.pi\.args/],
    ["agents: {pi: {store: /etc}}\n", /project's file cannot set agents\.pi\.store/],
    ["agents.pi.command: x\n", /project's file cannot set agents\.pi\.command/],
  ] as const) {
    it(JSON.stringify(text), async () => {
      fails(await machine({ ".segue.yml": text }).run(["list"]), 2, says);
    });
  }

  for (const [about, files, env] of [
    ["the project's file", { ".segue.yml": "lst: 3\n" }, {}],
    ["the user's file", { [USER]: "in: [\n" }, {}],
    ["a variable", {}, { SEGUE_LIST_NUMBER: "many" }],
  ] as const) {
    it(`${about}: not by commands that recover or tell what is wrong`, async () => {
      const m = inhabited(root);
      const { code, err } = await m.run(["resume", idOf(PI), "--in", "codex", "--no-launch"]);
      assert.equal(code, 0, err);
      for (const [name, text] of Object.entries(files)) write(m, name, text);
      for (const args of [["log"], ["config"], ["completions", "bash"], ["undo"]]) {
        const done = await m.run(args, { env });
        assert.equal(done.code, 0, done.err);
        assert.match(done.err, /^segue: these settings are ignored: /m, args[0]);
      }
      const { out } = await m.run(["doctor", "--json"], { env });
      const { ok, findings } = JSON.parse(out);
      assert.equal(ok, false);
      assert.equal(findings[0].about, "config");
      assert.equal((await m.run(["list"], { env })).code, 2);
    });
  }

  it("a project's file: not by commands that take nothing from one", async () => {
    const m = inhabited(root);
    write(m, ".segue.yml", "redakt: always\n");
    for (const args of [
      ["show", "pi#1"],
      ["search", "MARK-USER-1"],
      ["check", "pi#1"],
      ["agents"],
    ]) {
      const done = await m.run(args);
      assert.equal(done.code, 0, done.err);
      assert.match(done.err, /ignored: there is no setting "redakt"/);
    }
    for (const args of [
      ["handoff", "pi#1"],
      ["resume", "pi#1", "--in", "codex", "--dry-run"],
    ]) {
      fails(await m.run(args), 2, /there is no setting "redakt"/);
    }
    write(m, USER, "agents: {pi: {stor: x}}\n");
    fails(await m.run(["show", "pi#1"]), 2, /there is no setting "agents.pi.stor"/);
  });

  it("a wrong variable, by its name", async () => {
    const env = { SEGUE_LIST_NUMBER: "many" };
    fails(await machine().run(["list"], { env }), 2, /SEGUE_LIST_NUMBER must be a number/);
  });

  it("aliases that blow up", async () => {
    const names = "abcdefghij".split("");
    const lines = names.map((name, i) =>
      i === 0 ? `${name}: &${name} [x]` : `${name}: &${name} [${`*${names[i - 1]},`.repeat(9)}]`,
    );
    const done = await machine({ ".segue.yml": `${lines.join("\n")}\n` }).run(["list"]);
    fails(done, 2, /there is no setting "a"/);
  });
});

it("docs/config.md tells every setting", async () => {
  const { out } = await machine().run(["config", "--help"]);
  const text = readFileSync(join(import.meta.dirname, "../../docs/config.md"), "utf8");
  for (const [, key = ""] of out.matchAll(/^ {2}([a-z]+(?:\.[a-z<>]+)*) {2,}/gm)) {
    assert.ok(text.includes(`\`${key}\``), key);
  }
});
