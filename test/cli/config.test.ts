/** Settings: which wins, what each does, and what a project's file may not do. */
import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { known, temporaryFolder } from "../support/folder.ts";
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
    assert.match(err, /opening it in codex, as set by .*\.segue\.yml:1/);
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
    ["list: {number: 0}\n", /list\.number must be a number greater than 0/],
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
        assert.match(done.err, /^segue: ignoring invalid settings: /m, args[0]);
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
      assert.match(done.err, /ignoring invalid settings: there is no setting "redakt"/);
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

describe("segue config get", () => {
  it("what is in force, defaults as well", async () => {
    const m = machine({ [USER]: "list: {number: 7}\nagents:\n  cc:\n    args: [--model, opus]\n" });
    const get = async (key: string) => (await m.run(["config", "get", key])).out;
    assert.equal(await get("list.number"), "7\n");
    assert.equal(await get("redact"), "auto\n");
    assert.equal(await get("agents.claude.args"), '["--model","opus"]\n');
    assert.equal(
      (await m.run(["config", "get", "color"], { env: { NO_COLOR: "1" } })).out,
      "never\n",
    );
    const none = await m.run(["config", "get", "in"]);
    assert.deepEqual([none.code, none.out], [0, ""]);
    assert.match(none.err, /^in is not set \(the session's own agent\)\n$/);
    const { out } = await m.run(["config", "get", "list.number", "--json"]);
    const { schema, settings } = JSON.parse(out);
    assert.equal(schema, "segue/config@1");
    assert.deepEqual(settings, [
      { key: "list.number", source: "user", value: 7, where: `${m.at(USER)}:1` },
    ]);
  });

  it("of what a preset stands for: the preset's, and where that is from", async () => {
    const m = machine();
    const get = (key: string, env = {}) => setting(m, key, { env });
    assert.deepEqual(
      [(await get("preset"))?.value, (await get("budget"))?.value, (await get("budget"))?.where],
      ["standard", 8000, "preset standard"],
    );
    write(m, USER, "budget: 9k\n");
    assert.equal((await get("budget"))?.value, 9000);
    const env = { SEGUE_PRESET: "verbose" };
    assert.deepEqual(await get("budget", env), {
      ...{ key: "budget", value: 20_000, source: "environment", where: "preset verbose" },
    });
    assert.equal((await get("budget", { SEGUE_PRESET: "full" }))?.value, "all");
    const { out } = await m.run(["config"]);
    assert.match(out, /^recentMessages +20 +default: preset standard$/m);
    assert.match(out, /^in +- \(the session's own agent\) +default$/m);
  });

  it("wrong words, and keys that there are not", async () => {
    const m = machine();
    fails(
      await m.run(["config", "get", "list.nubmer"]),
      2,
      /no setting .*\n.*did you mean list.number/,
    );
    fails(await m.run(["config", "get", "agents.nope.args"]), 3, /there is no agent "nope"/);
    fails(await m.run(["config", "get"]), 2, /does not take "get"\n.*config get KEY/);
    fails(await m.run(["config", "--jsn"]), 2, /does not take "--jsn"/);
    fails(await m.run(["config", "color"]), 2, /does not take "color"\n.*segue config get color/);
    fails(await m.run(["config", "set", "in"]), 2, /`segue config set in` needs a value/);
    fails(await m.run(["config", "set", "in", "a", "b"]), 2, /quote a value/);
  });
});

describe("segue config set", () => {
  const read = (m: Machine) => readFileSync(m.at(USER), "utf8");
  const set = async (m: Machine, ...words: string[]) => {
    const done = await m.run(["config", "set", ...words]);
    assert.equal(done.code, 0, done.err);
    assert.equal(done.out, "");
    return done.err;
  };

  it("writes the user's file, names it, and makes it where there is none", async () => {
    const m = machine();
    assert.equal(await set(m, "in", "claude"), `in is claude-code now: ${m.at(USER)}\n`);
    await set(m, "list.number", "12");
    await set(m, "budget", "20k");
    await set(m, "agents.codex.args", '["--model", "gpt 5"]');
    await set(m, "agents.codex.store", "~/moved");
    assert.equal(
      read(m),
      [
        "in: claude-code",
        "list:",
        "  number: 12",
        "budget: 20k",
        "agents:",
        "  codex:",
        "    args: [ --model, gpt 5 ]",
        "    store: ~/moved",
        "",
      ].join("\n"),
    );
    assert.equal((await setting(m, "budget"))?.value, 20_000);
    assert.deepEqual((await setting(m, "agents.codex.args"))?.value, ["--model", "gpt 5"]);
    assert.equal((await setting(m, "agents.codex.store"))?.value, m.at("moved"));
  });

  it("keeps comments, order and the way things are written", async () => {
    const text = `# mine
in: pi # for now

# lists
list.number: 5
agents:
  # at work
  cc:
    command: "claude-work" # the wrapper
reasoning: 'omit'
`;
    const m = machine({ [USER]: text });
    await set(m, "in", "codex");
    await set(m, "list.number", "6");
    await set(m, "agents.claude.command", "claude");
    await set(m, "reasoning", "text");
    await set(m, "agents.claude-code.args", "--model opus");
    const changed = text
      .replace("in: pi", "in: codex")
      .replace("number: 5", "number: 6")
      .replace('"claude-work" # the wrapper', '"claude" # the wrapper\n    args: [ --model, opus ]')
      .replace("'omit'", "'text'");
    assert.equal(read(m), changed);
  });

  it("a relative folder is one below the folder it was typed in", async () => {
    const m = machine();
    mkdirSync(m.at("here"));
    const done = await m.run(["config", "set", "agents.pi.store", "pi"], { cwd: m.at("here") });
    assert.equal(done.code, 0, done.err);
    assert.equal((await setting(m, "agents.pi.store"))?.value, m.at("here/pi"));
  });

  it("checks key and value before anything is written", async () => {
    const m = machine({ [USER]: "in: pi\n" });
    fails(await m.run(["config", "set", "list.number", "many"]), 2, /list.number must be a number/);
    fails(
      await m.run(["config", "set", "color", "maybe"]),
      2,
      /color must be auto, always or never/,
    );
    fails(await m.run(["config", "set", "in", "clude"]), 3, /there is no agent "clude"/);
    fails(await m.run(["config", "set", "colour", "auto"]), 2, /did you mean color/);
    assert.equal(read(m), "in: pi\n");
  });

  it("mends a file that is wrong; says what is still wrong", async () => {
    const m = machine({ [USER]: "list:\n  number: many\ncolour: auto\n" });
    const err = await set(m, "list.number", "5");
    assert.match(
      err,
      /^segue: ignoring invalid settings: there is no setting "colour" .*:3\)\nlist\.number is 5 now/,
    );
    write(m, USER, "in: nobody\n");
    assert.equal(await set(m, "in", "pi"), `in is pi now: ${m.at(USER)}\n`);
    write(m, USER, "in: [pi\n");
    fails(
      await m.run(["config", "set", "in", "pi"]),
      2,
      /not valid YAML.*config.yml:\d.*\n.*nothing was written/,
    );
    write(m, USER, "list: 5\n");
    fails(
      await m.run(["config", "set", "list.number", "5"]),
      2,
      /"list" must hold keys and values/,
    );
  });

  it("says where something else goes before it", async () => {
    const m = machine({ ".segue.yml": "in: pi\n" });
    assert.match(
      await set(m, "in", "codex"),
      /\nsegue: the value in effect here is pi, because of project: .*\.segue\.yml:1\n$/,
    );
  });

  it("goes through a link, and keeps the file's permissions", async () => {
    const m = machine({ "dotfiles/segue.yml": "in: pi\n" });
    chmodSync(m.at("dotfiles/segue.yml"), 0o644);
    mkdirSync(m.at(".segue"));
    symlinkSync(m.at("dotfiles/segue.yml"), m.at(USER));
    assert.match(await set(m, "in", "codex"), /dotfiles\/segue\.yml\n$/);
    assert.ok(lstatSync(m.at(USER)).isSymbolicLink());
    assert.equal(statSync(m.at("dotfiles/segue.yml")).mode & 0o777, 0o644);
    assert.equal(read(m), "in: codex\n");
  });

  it("makes the file that a link leads to, where there is none yet", async () => {
    const m = machine();
    mkdirSync(m.at(".segue"));
    symlinkSync("../dotfiles/segue.yml", m.at(USER));
    await set(m, "in", "codex");
    assert.ok(lstatSync(m.at(USER)).isSymbolicLink());
    assert.equal(readFileSync(m.at("dotfiles/segue.yml"), "utf8"), "in: codex\n");
  });

  it("takes words in quotes as a shell does", async () => {
    const m = machine();
    await set(m, "agents.codex.args", "--model \"gpt 5\" -c x='a b'");
    const { value } = known(await setting(m, "agents.codex.args"));
    assert.deepEqual(value, ["--model", "gpt 5", "-c", "x=a b"]);
  });
});

it("docs/config.md tells every setting", async () => {
  const { out } = await machine().run(["config", "--help"]);
  const text = readFileSync(join(import.meta.dirname, "../../docs/config.md"), "utf8");
  for (const [, key = ""] of known(out.split("\nSettings:\n")[1]).matchAll(
    /^ {2}([a-z]+(?:\.[a-z<>]+)*) {2,}/gm,
  )) {
    assert.ok(text.includes(`\`${key}\``), key);
  }
});
