/** The command line's contract: exit codes, what goes where, and the shapes of its JSON. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed, writable } from "../../src/agents/registry.ts";
import { convertFile } from "../../src/convert/file.ts";
import { Journal } from "../../src/io/journal.ts";
import { known, sha256, temporaryFolder } from "../support/folder.ts";
import { partners } from "../support/partners.ts";
import { Machine } from "../support/segue.ts";
import { BASICS, CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();
const machine = () => new Machine(mkdtempSync(join(root, "home-")));
/** Names of all keys, to any depth: what programs may rely on. */
function keys(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [keys(value[0])];
  if (typeof value !== "object" || value === null)
    return typeof value === "object" ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, keys(v)]));
}

/** One document, or a document in each line. */
function isJson(text: string): void {
  const [first = ""] = text.split("\n");
  const whole = first === "{" ? [text] : text.trimEnd().split("\n");
  for (const part of whole) JSON.parse(part);
}

function firstLine(path: string): string {
  const text = readFileSync(path, "utf8");
  return text.slice(0, text.indexOf("\n") + 1);
}

/** Pi's session, worked on in Codex and brought home: where it is, and where it was meanwhile. */
async function broughtHome(m: Machine): Promise<{ home: string; there: string }> {
  await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
  const rollout = readdirSync(m.at(".codex"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl") && !name.includes(basename(CODEX.path)))
    .map((name) => m.at(".codex", name));
  const [there] = rollout;
  assert.ok(there !== undefined && rollout.length === 1);
  const line = readFileSync(there, "utf8")
    .split("\n")
    .find((l) => l.includes("MARK-USER-1"));
  writeFileSync(there, `${known(line).replaceAll("MARK-USER-1", "ADDED-THERE")}\n`, { flag: "a" });
  const { code, err } = await m.run(["resume", there, "--in", "pi", "--no-launch"]);
  assert.equal(code, 0, err);
  return { home: m.at(stored(PI)), there };
}

describe("wrong use", () => {
  for (const [args, exit, says] of [
    [["convert", "x.jsonl"], 2, /--to/],
    [["convert", "--to", "pi"], 2, /the argument <src> is missing/],
    [["convert", "a.jsonl", "--to", "pi", "--json"], 2, /-o/],
    [["convert", "a.jsonl", "--to", "pi", "-o", "."], 2, /-o is a folder/],
    [
      ["convert", "a.jsonl", "--to", "pi", "-o", "no/x"],
      2,
      /does not exist \(no\/x\)\n.*mkdir -p no/,
    ],
    [
      ["convert", "a.jsonl", "--to", "pi", "--report", "no/x"],
      2,
      /--report names a file in a folder/,
    ],
    [["handoff", "a.jsonl", "-o", "no/x"], 2, /-o names a file in a folder that does not exist/],
    [["convert", "a.jsonl", "--to", "pi", "-o", ""], 2, /--output needs a value/],
    [["convert", "a.jsonl", "--to", "pi", "--report", "."], 2, /--report is a folder/],
    [["convert", "a.jsonl", "--to", "pi", "-o", "x", "--report", "./x"], 2, /the same file/],
    [["convert", "a.jsonl", "--to", "pi", "--embed", "--no-carry"], 2, /cannot be used with/],
    [["help", "nope"], 2, /unknown command "nope"/],
    [["list", "--json", "--jsonl"], 2, /cannot be used with/],
    [["search", "x", "--json", "--jsonl"], 2, /cannot be used with/],
    [["show", "claude#0"], 3, /counted from 1: claude-code#1/],
    [["show", "claude#1", "--from", "pi"], 2, /a session of Claude Code, but --from names another/],
    [["resume", "-", "--in", "pi", "--dry-run"], 2, /stdin.*\n.*convert, show/],
    [["resume", "pi#1", "x", "y", "--dry-run"], 2, /does not take "x y"/],
    [["resume", "pi#1", "--in", "pi", "codex", "--dry-run"], 2, /after --/],
    [["resume", "pi#1", "clude", "--dry-run"], 3, /there is no agent "clude"/],
    [
      ["list", "-n", "x"],
      2,
      /^segue: --number does not take "x": it must be a number greater than 0\n.*segue list --help/,
    ],
    [["list", "--agnt", "pi"], 2, /^segue: unknown option '--agnt'\n {2}did you mean --agent\?\n/],
    [["junie"], 3, /^segue: Segue does not support Junie yet\n.*segue agents/],
    [["list", "--agent", "junie"], 3, /does not support Junie/],
    // Short names are like every word.
    [
      ["list", "--agent", "xyzzy"],
      3,
      /^segue: there is no agent "xyzzy"\n {2}`segue agents` lists all agents$/m,
    ],
    [["list", "--agent", "cluade"], 3, /did you mean claude\?/],
    [["list", "-n", "0"], 2, /greater than 0/],
    [["list", "--nonsense"], 2, /unknown option/],
    [["show", "x", "--range", "a"], 2, /5-12/],
    [["show", "x", "--range", "0-3"], 2, /counted from 1/],
    [["show", "x", "--range", "5-2"], 2, /greater than the second/],
    [["show", "x", "--range", "52-1-"], 2, /5-12/],
    [["show", "x", "--tail", "0"], 2, /greater than 0/],
    [["completions", "fsh"], 2, /<shell> does not take "fsh": allowed choices are bash, zsh, fish/],
    [["latest", "--in"], 2, /^segue: --in needs a value: --in <agent>$/m],
    [
      ["show", "x", "--tools", "y"],
      2,
      /^segue: --tools does not take "y": allowed choices are none/,
    ],
    [["show", "x", "y"], 2, /too many arguments: it takes 1 argument, not 2/],
    [["list", "--cwd", "nope"], 3, /no such folder, and no session belongs to it/],
    [["search", "zebra", "--cwd", "nope"], 3, /no such folder/],
    [["search", "x", "--pick"], 2, /needs a terminal/],
    [["search", "x", "--pick", "--json"], 2, /cannot be used with/],
    [["show", "x", "--range", "1-2", "--json"], 2, /cannot be used with/],
    [["show", "x", "--tail", "1", "--raw"], 2, /cannot be used with/],
    [["show", "x", "--raw", "--json"], 2, /cannot be used with/],
    [["show", "x", "--tools", "all"], 2, /none, brief, full/],
    [["check"], 2, /specify a session/],
    [["check", "x", "--all"], 2, /not a single one/],
    [["nonsense"], 2, /unknown command/],
    [["list", "--store", "pi"], 2, /agent=dir/],
    [["convert", "a.jsonl", "--to", "clude"], 3, /claude/],
    [["list", "--agent", "nobody"], 3, /there is no agent/],
    [["show", "deadbeef"], 3, /there is no session/],
    [["show", "abc"], 3, /four characters/],
    [["show", "pi#7"], 3, /no number 7/],
    [["show", "latest"], 3, /no sessions found/],
    [["resume", "latest", "--in", "pi"], 3, /no sessions found/],
    [["pick"], 2, /needs a terminal/],
    [["undo"], 3, /nothing to undo/],
    [["undo", "9"], 3, /no write 9/],
  ] as const) {
    it(`segue ${args.join(" ")}`, async () => {
      const m = machine();
      m.copy(PI, "a.jsonl");
      fails(await m.run(args), exit, says);
    });
  }

  it("a file that is not of the agent that --from names", async () => {
    const m = inhabited(root);
    for (const each of BASICS) {
      // Most records of oh-my-pi are Pi's as well.
      const other = ["pi", "omp"].includes(each.agent.id) ? "codex" : "pi";
      const [{ name }, file] = [each.agent, m.copy(each, `of-${each.agent.id}.jsonl`)];
      const says = new RegExp(
        `looks like a session of ${name}, not of .*\n.*--from ${each.agent.id}`,
      );
      for (const [command = "", ...more] of [
        ["convert", "--to", "claude-code"],
        ["show"],
        ["handoff"],
        ["check"],
        ["resume", "--in", "claude-code", "--dry-run"],
      ]) {
        const args = [command, file, "--from", other, ...more];
        fails(await m.run(args), 2, says);
      }
      fails(await m.run(["show", "-", "--from", other], { stdin: readFileSync(file) }), 2, says);
      assert.equal((await m.run(["show", file, "--from", each.agent.id])).code, 0);
    }
    // Nobody's, as far as can be told: whoever names its agent is believed.
    writeFileSync(m.at("odd.jsonl"), '{"odd":true}\n');
    assert.equal((await m.run(["show", "odd.jsonl", "--from", "pi"])).code, 0);
  });

  it("nothing at all: help, and 2", async () => {
    const { code, out, err } = await machine().run([]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /Usage: segue/);
  });

  it("--help of every command has examples, and is as wide as it may be", async () => {
    const m = machine();
    const { out } = await m.run(["--help"]);
    const listed = /\nCommands:\n([\s\S]*?)\n\n/.exec(out)?.[1] ?? "";
    const names = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = ""]) => name);
    assert.ok(names.length > 8);
    const own = names.filter((each) => each !== "help");
    for (const words of [[], ...own.map((name) => [name]), ["codex"], ["latest"]]) {
      // 80 columns where nothing says how many there are.
      for (const width of [80, 120]) {
        const env = width === 80 ? {} : { COLUMNS: String(width) };
        const help = await m.run([...words, "--help"], { env });
        if (own.includes(words[0] ?? "")) assert.match(help.out, /\nExamples:\n {2}\S/, words[0]);
        const lines = help.out.split("\n");
        assert.deepEqual(
          lines.filter((line) => line.length > width),
          [],
        );
      }
    }
    const wide = await m.run(["config", "--help"], { env: { COLUMNS: "120" } });
    assert.match(wide.out, /^.{81,120}$/m, "room is made use of");
  });

  it("--quiet and --verbose stand before or after the command", async () => {
    const m = machine();
    const failing = ["show", "deadbeef"];
    for (const args of [
      ["--verbose", ...failing],
      [...failing, "--verbose"],
    ]) {
      const { err, code } = await m.run(args);
      assert.equal(code, 3);
      assert.match(err, /^ +at /m, "a stack, when asked for");
    }
    for (const args of [
      ["--quiet", "list"],
      ["list", "--quiet"],
    ]) {
      const { err, out, code } = await m.run(args);
      assert.deepEqual([code, out, err], [0, "", ""]);
    }
  });

  it("--help and --version are no errors", async () => {
    const help = await machine().run(["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /resume.*\n.*convert/s);
    const version = await machine().run(["--version"]);
    assert.deepEqual([version.code, version.err], [0, ""]);
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
  });
});

describe("segue show", () => {
  it("prints the conversation, all or part of it", async () => {
    const m = inhabited(root);
    const all = await m.run(["show", "pi#1"]);
    assert.match(all.out, /^\[1\] user\nMARK-USER-1/);
    assert.equal(all.err, "");
    const blocks = all.out.split(/^(?=\[\d+\] )/m);
    assert.equal(
      (await m.run(["show", "pi#1", "--range", "2-3"])).out,
      blocks.slice(1, 3).join(""),
    );
    assert.equal((await m.run(["show", "pi#1", "--tail", "2"])).out, blocks.slice(-2).join(""));
    assert.doesNotMatch((await m.run(["show", "pi#1", "--tools", "none"])).out, /^[→←]/m);
    // A range may end after the session does, but not begin there.
    const { length } = blocks;
    const end = await m.run(["show", "pi#1", "--range", `${length}-999`]);
    assert.deepEqual([end.code, end.out], [0, blocks.at(-1)]);
    for (const range of [`${length + 1}`, "500-600"]) {
      const beyond = await m.run(["show", "pi#1", "--range", range]);
      fails(beyond, 3, new RegExp(`the session has ${length} entries \\(`));
    }
  });

  it("prints the file as it is, and takes one from stdin", async () => {
    const m = inhabited(root);
    const raw = await m.run(["show", "pi#1", "--raw"]);
    assert.ok(raw.stdout.equals(readFileSync(PI.path)));
    const piped = await m.run(["show", "-", "--json"], { stdin: readFileSync(PI.path) });
    const read = await m.run(["show", "pi#1", "--json"]);
    assert.equal(piped.out, read.out);
  });
});

describe("wrong places", () => {
  it("a file where a folder should be, and a store that is not there", async () => {
    const m = inhabited(root);
    writeFileSync(m.at("file"), "x");
    const args = ["convert", "pi#1", "--to", "codex"];
    const says = /a file is where a folder should be/;
    fails(await m.run([...args, "-o", "file/x"]), 1, says);
    assert.match((await m.run([...args, "--report", "file/x"])).err, says);
    fails(await m.run(["handoff", "pi#1", "-o", "file/x"]), 1, says);
    const resume = ["resume", "pi#1", "--in", "codex", "--no-launch", "--cwd", "file"];
    fails(await m.run(resume), 2, /--cwd is a file/);
    const help = await m.run(["help", "codex"]);
    assert.match(help.out, /Usage: segue codex/);
    const nowhere = /--store codex=nowhere: there is no such folder/;
    for (const words of [["list"], ["search", "x"], ["agents"], ["show", "codex#1"], ["scan"]]) {
      fails(await m.run([...words, "--store", "codex=nowhere"]), 3, nowhere);
    }
  });
});

describe("segue resume --fork in the session's own agent", () => {
  for (const fixture of BASICS.filter(({ agent }) => writable.includes(agent))) {
    it(fixture.agent.name, async () => {
      const m = machine();
      m.install(fixture);
      const { id } = fixture.agent;
      const shown = async (selector: string) => (await m.run(["show", selector])).out;
      const before = readFileSync(m.at(stored(fixture)));
      const was = await shown(`${id}#1`);
      // The fixtures' project is on no machine: nothing is put into it.
      const where = fixture.agent.store.inProjects ? ["--cwd", m.home] : [];
      const fork = ["resume", `${id}#1`, "--fork", "--no-launch", ...where];
      const { code, err } = await m.run(fork);
      assert.equal(code, 0, err);
      const { path } = known(new Journal(m.env).writes()[0]);
      assert.notEqual(path, m.at(stored(fixture)));
      assert.equal(await shown(path), was);
      assert.ok(readFileSync(m.at(stored(fixture))).equals(before));
      assert.equal((await m.run(["undo"])).code, 0);
      assert.equal((await m.run(["show", path])).code, 3);
    });
  }
});

describe("segue resume --json", () => {
  it("is for what starts no agent, and prints nothing else", async () => {
    const m = inhabited(root);
    fails(await m.run(["resume", "pi#1", "--in", "codex", "--json"]), 2, /--no-launch/);
    const { out } = await m.run(["resume", "pi#1", "--in", "codex", "--debug-prompt", "--json"]);
    assert.equal(JSON.parse(out).schema, "segue/handoff@1");
  });
});

describe("segue resume SESSION AGENT", () => {
  it("is --in AGENT; what follows -- is the agent's", async () => {
    const m = inhabited(root);
    const dry = ["--dry-run", "--cwd", m.home];
    const { out, err } = await m.run(["resume", "pi#1", "codex", ...dry, "--", "--model", "m"]);
    assert.match(out, /^codex .*--model m/, err);
    const own = await m.run(["resume", "codex#1", ...dry, "--", "pi"]);
    assert.match(own.out, /^codex .*pi$/m, own.err);
  });
});

describe("segue convert", () => {
  for (const source of BASICS) {
    for (const { id } of partners(source.agent)) {
      it(`${source.agent.id} to ${id} and back, through pipes`, async () => {
        const m = machine();
        const stdin = readFileSync(source.path);
        const there = await m.run(["convert", "-", "--to", id], { stdin });
        assert.equal(there.code, 0, there.err);
        assert.match(there.err, new RegExp(`${source.agent.id} → ${id}: `));
        if (agentNamed(id).text === undefined) isJson(there.out);
        const back = await m.run(["convert", "-", "--to", source.agent.id, "--quiet"], {
          stdin: there.stdout,
        });
        assert.equal(back.err, "");
        assert.ok(back.stdout.equals(stdin), "other bytes came back");
        assert.deepEqual(readdirSync(m.home), []);
      });
    }
  }

  it("quotes reasoning, or leaves it out, as --reasoning or the config says", async () => {
    const m = machine();
    const source = m.copy(CLAUDE, "a.jsonl");
    const sent = async (...more: string[]) => {
      const args = ["convert", "a.jsonl", "--to", "codex", "-o", "b.jsonl", "--force", "--json"];
      const { out, code } = await m.run([...args, ...more]);
      assert.equal(code, 0);
      return { text: readFileSync(m.at("b.jsonl"), "utf8"), losses: JSON.parse(out).losses };
    };
    const quoted = await sent();
    assert.match(quoted.text, /Reasoning before this answer, quoted:\]\\n> MARK-THINK-1/);
    const without = await sent("--reasoning", "omit");
    assert.doesNotMatch(without.text, /MARK-THINK-1/);
    assert.ok(without.losses.some(({ code }: { code: string }) => code === "reasoning-omitted"));
    const home = await m.run(["convert", "b.jsonl", "--to", "claude", "-o", "back.jsonl"]);
    assert.equal(home.code, 0);
    assert.ok(readFileSync(m.at("back.jsonl")).equals(readFileSync(source)));
    writeFileSync(m.at(".segue.yml"), "reasoning: omit\n");
    assert.doesNotMatch((await sent()).text, /MARK-THINK-1/);
    assert.match((await sent("--reasoning=text")).text, /MARK-THINK-1/);
    fails(await m.run(["convert", "a.jsonl", "--to", "pi", "--reasoning", "all"]), 2, /text, omit/);
  });

  it("writes a file and its carry, and reports", async () => {
    const m = machine();
    const source = m.copy(CLAUDE, "a.jsonl");
    const before = sha256(source);
    const args = [
      "convert",
      "a.jsonl",
      "--to",
      "codex",
      "-o",
      "b.jsonl",
      "--json",
      "--report",
      "r",
    ];
    const { code, out, err } = await m.run(args);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "b.jsonl", "b.jsonl.segue", "r"]);
    assert.equal(readFileSync(m.at("r"), "utf8"), out);
    assert.equal(sha256(source), before);
    const report = JSON.parse(out);
    assert.equal(report.verified.readback, true);
    assert.deepEqual(keys(report), {
      schema: "string",
      how: "string",
      source: { agent: "string", id: "string", path: "string", records: "number", bytes: "number" },
      target: { agent: "string", id: "string", path: "string", command: null },
      counts: {
        messages: "number",
        toolCalls: "number",
        toolResults: "number",
        reasoning: "number",
        images: "number",
        documents: "number",
      },
      tokens: { estimate: "number", window: null, model: null, modelWindow: null, cost: null },
      losses: [
        { code: "string", severity: "string", count: "number", what: "string", where: ["string"] },
      ],
      carry: { path: "string", bytes: "number" },
      verified: { readback: "boolean", laws: ["number"] },
      added: "number",
      stale: "number",
    });
  });

  it("--no-carry keeps nothing, --embed keeps it inside", async () => {
    const m = machine();
    m.copy(PI, "a.jsonl");
    await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "n.jsonl", "--no-carry"]);
    await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "e.jsonl", "--embed"]);
    assert.deepEqual(readdirSync(m.home).sort(), ["a.jsonl", "e.jsonl", "n.jsonl"]);
    const home = await m.run(["convert", "e.jsonl", "--to", "pi", "--quiet"]);
    assert.ok(home.stdout.equals(readFileSync(PI.path)));
    const anew = await m.run(["convert", "n.jsonl", "--to", "pi", "--quiet"]);
    assert.match(anew.out, /MARK-USER-1/);
    const fresh = await m.run(["convert", "e.jsonl", "--to", "pi", "--fresh", "--quiet"]);
    assert.notEqual(fresh.out, home.out);
  });

  it("gives the same bytes each time, and no name of ours", async () => {
    const m = machine();
    const stdin = readFileSync(CODEX.path);
    const [a, b] = [
      await m.run(["convert", "-", "--to", "pi"], { stdin }),
      await m.run(["convert", "-", "--to", "pi"], { stdin }),
    ];
    assert.ok(a.stdout.equals(b.stdout));
    await m.run(["convert", "-", "--to", "pi", "-o", "b.jsonl"], { stdin });
    const [header] = readFileSync(m.at("b.jsonl.segue"), "latin1").split("\n");
    assert.equal(JSON.parse(known(header)).source.path, null);
  });

  it("refuses a session in which nobody has said anything, unless it comes home", async () => {
    const meta: { [agent: string]: string } = {
      "claude-code": `{"type":"summary","summary":"A title","leafUuid":"x"}\n`,
      codex: firstLine(CODEX.path),
      pi: firstLine(PI.path),
    };
    for (const [from, text] of Object.entries(meta)) {
      const m = machine();
      writeFileSync(m.at("a"), text);
      const to = from === "pi" ? "codex" : "pi";
      for (const target of [to, from]) {
        for (const args of [["a"], ["a", "-o", "b", "--force"]]) {
          const ended = await m.run(["convert", ...args, "--to", target]);
          fails(ended, 5, /has no messages/);
        }
      }
      assert.deepEqual(readdirSync(m.home), ["a"]);
      await convertFile(m.at("a"), { to, output: m.at("b") });
      const home = await m.run(["convert", "b", "--to", from, "--quiet"]);
      assert.deepEqual([home.code, home.err, home.out], [0, "", text]);
    }
  });

  it("reports name stdin, and files by their whole path", async () => {
    const m = machine();
    m.copy(PI, "a.jsonl");
    const stdin = readFileSync(PI.path);
    const piped = await m.run(["convert", "-", "--to", "codex", "-o", "b", "--json"], { stdin });
    assert.equal(JSON.parse(piped.out).source.path, null);
    const { out } = await m.run(["convert", "a.jsonl", "--to", "codex", "-o", "c", "--json"]);
    assert.equal(JSON.parse(out).source.path, m.at("a.jsonl"));
  });

  it("errors name stdin", async () => {
    for (const args of [
      ["convert", "-", "--to", "pi"],
      ["show", "-"],
      ["check", "-"],
    ]) {
      const ended = await machine().run(args, { stdin: "Dear diary,\n" });
      fails(ended, 5, /not a session .*\(stdin\)/);
    }
  });

  it("proves law 1 by a copy, 2 by a conversion, 3 only by what was added", async () => {
    const m = machine();
    m.copy(CODEX, "a.jsonl");
    const laws = async (from: string, to: string, out: string) => {
      const args = ["convert", from, "--to", to, "-o", out, "--force", "--json"];
      return JSON.parse((await m.run(args)).out).verified.laws;
    };
    assert.deepEqual(await laws("a.jsonl", "codex", "copy.jsonl"), [1]);
    assert.deepEqual(await laws("a.jsonl", "pi", "b.jsonl"), [2]);
    assert.deepEqual(await laws("b.jsonl", "codex", "home.jsonl"), [2]);
    const lines = readFileSync(m.at("b.jsonl"), "utf8").trimEnd().split("\n");
    const last = JSON.parse(known(lines.at(-1)));
    const turn = { role: "user", content: [{ type: "text", text: "more" }], timestamp: 1 };
    const more = { ...last, type: "message", id: "ffffffff", parentId: last.id, message: turn };
    writeFileSync(m.at("b.jsonl"), `${[...lines, JSON.stringify(more)].join("\n")}\n`);
    assert.deepEqual(await laws("b.jsonl", "codex", "home.jsonl"), [2, 3]);
  });

  it("takes what other commands take", async () => {
    const m = inhabited(root);
    const { code, out } = await m.run(["convert", "pi#1", "--to", "pi", "--quiet"]);
    assert.equal(code, 0);
    assert.equal(out, readFileSync(PI.path, "utf8"));
  });
});

describe("--quiet and --verbose", () => {
  for (const args of [
    ["list"],
    ["show", "pi#1"],
    ["resume", "pi#1", "--in", "codex", "--dry-run"],
    ["convert", "pi#1", "--to", "codex"],
    ["check", "pi#1"],
    ["agents"],
    ["log"],
  ]) {
    it(`segue ${args.join(" ")}`, async () => {
      const m = inhabited(root);
      const [quiet, before] = [
        await m.run([...args, "--quiet"]),
        await m.run(["--quiet", ...args]),
      ];
      for (const ended of [quiet, before]) assert.deepEqual([ended.code, ended.err], [0, ""]);
      assert.equal(quiet.out, before.out);
      const verbose = await m.run([...args, "--verbose"]);
      assert.equal(verbose.code, 0);
      // What each agent's model is sent comes after what check says in any case.
      if (args[0] === "check") assert.ok(verbose.out.startsWith(quiet.out));
      else assert.equal(verbose.out, quiet.out);
    });
  }

  it("errors are said all the same, with a stack if wanted", async () => {
    fails(await machine().run(["undo", "--quiet"]), 3, /nothing to undo/);
    assert.match((await machine().run(["undo", "--verbose"])).err, /^ +at /m);
  });
});

describe("segue list, agents, check, log", () => {
  it("log and undo name the session", async () => {
    const m = inhabited(root);
    const to = ["--in", "codex", "--no-launch", "--cwd", "/home/dev/shop"];
    assert.equal((await m.run(["resume", idOf(CLAUDE), ...to])).code, 0);
    assert.match(
      (await m.run(["log"])).out,
      /claude-code → codex +MARK-USER-1 please list the files +~\//,
    );
    const undone = await m.run(["undo"]);
    assert.match(undone.out, /^undone: create \//);
    assert.match(undone.err, /MARK-USER-1 please list the files \(claude-code → codex\)/);
  });

  it("undo leaves no folder behind, whichever agent it was written for", async () => {
    for (const agent of ["codex", "pi", "qwen", "gemini", "copilot"]) {
      const m = machine();
      m.copy(CLAUDE, "a.jsonl");
      const all = () => readdirSync(m.home, { recursive: true, encoding: "utf8" });
      const before = all().filter((path) => !path.startsWith(".segue"));
      const to = ["--in", agent, "--no-launch", "--cwd", m.home];
      const { code, err } = await m.run(["resume", "a.jsonl", ...to]);
      assert.equal(code, 0, err);
      assert.equal((await m.run(["undo"])).code, 0);
      assert.deepEqual(
        all().filter((path) => !path.startsWith(".segue")),
        before,
        agent,
      );
    }
  });

  it("list has times in UTC, or none", async () => {
    const m = inhabited(root);
    const path = m.at(stored(PI));
    const text = readFileSync(path, "utf8");
    const timeOf = async (time: string) => {
      writeFileSync(path, text.replaceAll(/"timestamp":"[^"]*"/g, `"timestamp":"${time}"`));
      const { out } = await m.run(["list", "--agent", "pi", "--json"]);
      return JSON.parse(out).sessions[0].createdAt;
    };
    assert.equal(await timeOf("2026-11-28T10:00:00+05:30"), "2026-11-28T04:30:00.000Z");
    assert.equal(await timeOf("yesterday"), null);
  });

  it("ls is list", async () => {
    const m = inhabited(root);
    assert.equal((await m.run(["ls", "--all"])).out, (await m.run(["list", "--all"])).out);
  });

  it("info shows a session on a card", async () => {
    const m = inhabited(root);
    const { out, err, code } = await m.run(["info", idOf(CODEX)], { env: { COLUMNS: "80" } });
    assert.deepEqual([code, err], [0, ""]);
    for (const line of [
      /^title {6}MARK-USER-1 list, read and write/m,
      /^agent {6}Codex \(codex\)$/m,
      /^started {4}2026-11-21 03:38 UTC/m,
      /^holds {6}10 messages \(2 prompts\), 8 tool calls \(1 failed\), 2 reasoning blocks,\n {11}2 images$/m,
      /^tokens {5}1,280 in the model's context$/m,
    ]) {
      assert.match(out, line);
    }
    // A path is there to be copied: it stays in one piece.
    assert.ok(out.includes(`\nstored in  ${m.at(stored(CODEX))}\n`));
    const list = JSON.parse((await m.run(["list", "--agent", "codex", "--json"])).out);
    const info = JSON.parse((await m.run(["info", idOf(CODEX), "--json"])).out);
    const { schema, bytes, counts, subagents, ...row } = info;
    assert.equal(schema, "segue/info@1");
    assert.deepEqual(row, list.sessions[0]);
    assert.equal(bytes, readFileSync(m.at(stored(CODEX))).length);
    assert.deepEqual([counts.images, counts.compactions, subagents], [2, 0, 0]);
  });

  it("info reads a file outside the stores, and stdin", async () => {
    const m = machine();
    m.copy(PI, "a.jsonl");
    assert.match((await m.run(["info", "a.jsonl"])).out, /^agent {6}Pi \(pi\)$/m);
    const piped = await m.run(["info", "-"], { stdin: readFileSync(m.at("a.jsonl")) });
    assert.equal(piped.code, 0, piped.err);
    assert.match(piped.out, new RegExp(`^id {9}${idOf(PI)}$`, "m"));
    assert.doesNotMatch(piped.out, /stored in/);
    const json = await m.run(["info", "-", "--json"], { stdin: readFileSync(m.at("a.jsonl")) });
    assert.equal(JSON.parse(json.out).path, null);
    fails(await m.run(["info", "deadbeef"]), 3, /there is no session/);
  });

  it("list shows a conversation that was handed over in one place", async () => {
    const m = inhabited(root);
    const to = ["--in", "codex", "--no-launch", "--cwd", "/home/dev/shop"];
    assert.equal((await m.run(["resume", idOf(CLAUDE), ...to])).code, 0);
    const { sessions } = JSON.parse((await m.run(["list", "--all", "--json"])).out);
    const old = sessions.find(({ id }: { id: string }) => id === idOf(CLAUDE));
    const [made] = old.continuedIn;
    assert.equal(made.agent, "codex");
    const found = sessions.find(({ id }: { id: string }) => id === made.id);
    assert.deepEqual(found.from, { agent: "claude-code", profile: null, id: idOf(CLAUDE) });
    const lines = (await m.run(["list", "--all"])).out.split("\n");
    const at = lines.findIndex((line) => line.includes(made.id));
    assert.match(lines[at] ?? "", /^codex .*MARK-USER-1/);
    assert.match(lines[at + 1] ?? "", /^claude-code .*└ continued in Codex, now/);
    await m.run(["undo"]);
    const after = JSON.parse((await m.run(["list", "--all", "--json"])).out).sessions;
    assert.ok(after.every((one: { continuedIn: unknown[] }) => one.continuedIn.length === 0));
  });

  it("list --json and --jsonl", async () => {
    const m = inhabited(root);
    const { out, err, code } = await m.run(["list", "--all", "--json"]);
    assert.deepEqual([code, err], [0, ""]);
    const document = JSON.parse(out);
    assert.equal(document.schema, "segue/list@1");
    assert.deepEqual(Object.keys(document.sessions[0]), [
      ...["agent", "profile", "id", "title", "cwd", "createdAt", "updatedAt", "messages"],
      ...["tokens", "model", "path", "branch", "parent", "limit", "from", "continuedIn"],
    ]);
    const found = document.sessions.map(({ agent }: { agent: string }) => agent).sort();
    assert.deepEqual(found, ["claude-code", "codex", "pi"]);
    const lines = (await m.run(["list", "--all", "--jsonl"])).out.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line): unknown => JSON.parse(line)),
      document.sessions.map((row: object) => ({ schema: "segue/list@1", ...row })),
    );
    const one = await m.run(["list", "--all", "--agent", "pi", "-n", "1", "--jsonl"]);
    assert.equal(JSON.parse(one.out).id, idOf(PI));
  });

  it("an installed CLI that imports nothing makes no database either", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("bin"));
    writeFileSync(m.at("bin/openclaw"), "#!/bin/sh\necho 2026.9.6\n", { mode: 0o755 });
    const ended = await m.run(["resume", "pi#1", "--in", "openclaw", "--no-launch"]);
    fails(ended, 1, /OpenClaw has no database here yet[\s\S]*start openclaw once/);
  });

  it("check tells of subagents whose transcripts are elsewhere", async () => {
    const m = inhabited(root);
    const folder = m.at(stored(CLAUDE).replace(/\.jsonl$/, ""), "subagents");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "agent-a1.jsonl"), "{}\n");
    const { losses } = JSON.parse((await m.run(["check", "claude#1", "--json"])).out);
    const codes = losses.map(({ code }: { code: string }) => code);
    assert.ok(codes.includes("subagent-elsewhere"), codes);
  });

  it("agents: a table that fits the terminal, installed ones first", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("bin"));
    for (const [name, version] of [
      ["pi", "0.1.0-beta.20261129."],
      ["kilo", "999.888.777-nightly.20261129."],
    ]) {
      writeFileSync(m.at("bin", known(name)), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    }
    for (const width of [60, 84, 104, 120]) {
      const { out } = await m.run(["agents"], { env: { COLUMNS: String(width) } });
      const [head = "", first = "", second = "", ...rest] = out.trimEnd().split("\n");
      for (const line of [head, first, second, ...rest]) assert.ok(line.length <= width, line);
      assert.match(head, /^AGENT +INSTALLED +SESSIONS +READ +WRITE +RESUME/);
      assert.match(first, /^pi +0\.1\.0-beta\S* +1 +✓ +✓ +✓/);
      assert.match(second, /^kilo +999\.888\.7\S+ \* +0 +✓ +✓ +✓/);
      assert.match(rest[0] ?? "", /^claude-code +- +1 +✓ +✓ +✓/);
      assert.match(out, /^chatgpt +- +0 +~ +- +-/m);
      assert.match(out, /^~: supported, but never run in tests: docs\/support.md$/m);
      if (width >= 84) assert.match(first, /\d, \d{4}-\d\d-\d\d/);
      if (width >= 104) assert.match(first, /\/agent\/sessions$/);
    }
    const piped = await m.run(["agents"]);
    assert.match(piped.out, /^pi .* ~\/\.pi\/agent\/sessions$/m);
  });

  it("agents --json", async () => {
    const m = inhabited(root);
    const { out, code } = await m.run(["agents", "--json"]);
    assert.equal(code, 0);
    const document = JSON.parse(out);
    assert.equal(document.schema, "segue/agents@1");
    for (const row of document.agents) {
      assert.deepEqual(Object.keys(row), [
        ...["id", "profile", "name", "installed", "version", "stores", "sessions"],
        ...["read", "write", "resume", "proven", "evidence"],
      ]);
      const sessions = ["claude-code", "codex", "pi"].includes(row.id) ? 1 : 0;
      assert.deepEqual([row.installed, row.version, row.sessions], [false, null, sessions]);
    }
  });

  it("check proves the laws, and says what would be lost", async () => {
    const m = inhabited(root);
    const { out, code } = await m.run(["check", "claude#1", "--json"]);
    assert.equal(code, 0);
    const document = JSON.parse(out);
    assert.deepEqual(Object.keys(document), [
      "schema",
      "agent",
      "path",
      "laws",
      "losses",
      "unknown",
    ]);
    // Law 4 on the file itself, then laws 1 and 2 through each agent.
    assert.equal(document.laws.length, writable.length + 1);
    for (const law of document.laws) {
      assert.deepEqual(Object.keys(law), ["law", "through", "ok", "detail"]);
      assert.equal(law.ok, true);
    }
    const piped = await m.run(["check", "-", "--json"], { stdin: readFileSync(PI.path) });
    assert.equal(JSON.parse(piped.out).path, null);
    const words = await m.run(["check", "--all"]);
    assert.equal(words.code, 0);
    assert.equal(words.out.match(/law 1 {2}same bytes/g)?.length, 3);
    assert.doesNotMatch(words.out, /FAILED/);
    assert.doesNotMatch(words.out, /sent to/);
    const verbose = await m.run(["check", "claude#1", "--verbose"]);
    assert.match(verbose.out, /law 4 {2}all content is read or reported/);
    assert.match(verbose.out, /sent to codex: user MARK-USER-1/);
    assert.match(verbose.out, /sent to pi: assistant .*MARK-ASSISTANT-2 Now reading a file/);
  });

  it("check passes what was handed over, whose reasoning is quoted there", async () => {
    const m = inhabited(root);
    for (const to of writable.filter(({ store }) => !store.database).map(({ id }) => id)) {
      for (const from of ["claude#1", "pi#1"]) {
        await m.run(["resume", from, "--in", to, "--no-launch", "--fork"]);
      }
    }
    const { code, out } = await m.run(["check", "--all"]);
    assert.doesNotMatch(out, /FAILED.*/);
    assert.equal(code, 0);
  });

  it("check --all sums up, and continues after a session that cannot be read", async () => {
    const m = inhabited(root);
    const whole = await m.run(["check", "--all"]);
    assert.match(whole.out, /\n3 sessions checked: 3 passed\n$/);
    const one = await m.run(["check", "--all", "--from", "pi"]);
    assert.match(one.out, /\n1 session checked: 1 passed\n$/);
    writeFileSync(m.at(stored(PI)), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]));
    const words = await m.run(["check", "--all"]);
    assert.equal(words.code, 1, words.err);
    assert.match(words.out, /^pi .*: .*damaged$/m);
    assert.match(words.out, /\n3 sessions checked: 2 passed, 1 could not be read\n$/);
    const { out, code } = await m.run(["check", "--all", "--json"]);
    assert.equal(code, 1);
    const { sessions, unreadable, summary } = JSON.parse(out);
    assert.equal(sessions.length, 2);
    assert.deepEqual(
      unreadable.map(({ agent, path }: { agent: string; path: string }) => [agent, path]),
      [["pi", m.at(stored(PI))]],
    );
    assert.deepEqual(summary, { sessions: 3, passed: 2, failed: 0, unreadable: 1 });
    const none = await machine().run(["check", "--all"]);
    assert.deepEqual([none.code, none.out], [0, "no sessions found\n"]);
  });

  it("log and undo: what was written is named, and taken back exactly", async () => {
    const m = inhabited(root);
    const before = readdirSync(m.home, { recursive: true, encoding: "utf8" }).sort();
    assert.equal((await m.run(["log"])).out, "");
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    await m.run(["resume", "pi#1", "--in", "claude", "--no-launch"]);
    const { writes } = JSON.parse((await m.run(["log", "--json"])).out);
    assert.deepEqual(
      writes.map((w: { n: number; target: { agent: string } }) => [w.n, w.target.agent]),
      [
        [2, "claude-code"],
        [1, "codex"],
      ],
    );
    assert.equal((await m.run(["undo", "1"])).code, 0);
    assert.equal((await m.run(["undo"])).code, 0);
    fails(await m.run(["undo"]), 3, /nothing to undo/);
    const after = readdirSync(m.home, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(".segue"))
      .sort();
    assert.deepEqual(after, before);
  });

  it("undo takes the carry away when no other write needs it", async () => {
    const m = inhabited(root);
    const carries = () => readdirSync(m.at(".segue/carry"));
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    const journal = new Journal({ SEGUE_HOME: m.at(".segue") });
    const [write] = journal.writes();
    assert.ok(write);
    const { n: _, ...again } = write;
    journal.add({ ...again, path: m.at("x") });
    assert.equal((await m.run(["undo", "1"])).code, 0);
    assert.deepEqual(carries(), [`${write.carry}.segue`]);
    assert.equal((await m.run(["undo", "--force"])).code, 0);
    assert.deepEqual(carries(), []);
  });

  it("undo never takes what came after Segue's own turns, unless a copy is kept", async () => {
    const m = inhabited(root);
    const original = m.at(stored(PI));
    const old = readFileSync(original);
    const { home } = await broughtHome(m);
    // An agent that went back by shortening its file, and then worked on.
    const cut = readFileSync(home).subarray(0, old.length + 40);
    writeFileSync(home, Buffer.concat([cut, Buffer.from('\n{"type":"new work"}\n')]));
    const now = readFileSync(home);
    fails(await m.run(["undo"]), 4, /has changed since Segue wrote it/);
    assert.ok(readFileSync(home).equals(now));
    const forced = await m.run(["undo", "--force"]);
    assert.equal(forced.code, 0, forced.err);
    const [, copy] = /kept a copy: (.*)/.exec(forced.err) ?? [];
    assert.ok(readFileSync(known(copy)).equals(now));
    if (process.platform !== "win32") assert.equal(statSync(known(copy)).mode & 0o777, 0o600);
    assert.ok(readFileSync(home).equals(old));
  });

  it("an append that was cut off is undone, and nothing else of that size", async () => {
    const m = inhabited(root);
    const old = readFileSync(m.at(stored(PI)));
    const { home } = await broughtHome(m);
    const whole = readFileSync(home);
    // What Segue would have left, had it been killed in the middle.
    const { n } = known(new Journal({ SEGUE_HOME: m.at(".segue") }).writes().at(-1));
    mkdirSync(m.at(".segue/pending"), { recursive: true });
    writeFileSync(m.at(".segue/pending", String(n)), whole.subarray(old.length));
    writeFileSync(home, Buffer.concat([whole.subarray(0, old.length + 9), Buffer.from("x")]));
    fails(await m.run(["undo"]), 4, /has changed since Segue wrote it/);
    writeFileSync(home, whole.subarray(0, old.length + 10));
    assert.equal((await m.run(["undo"])).code, 0);
    assert.ok(readFileSync(home).equals(old));
  });

  it("undo of a session that was moved says so, and keeps the way home", async () => {
    const m = inhabited(root);
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    const { writes } = JSON.parse((await m.run(["log", "--json"])).out);
    const { path } = writes[0].target;
    renameSync(path, m.at("moved.jsonl"));
    fails(await m.run(["undo"]), 3, /no longer exists/);
    assert.equal(JSON.parse((await m.run(["log", "--json"])).out).writes.length, 1);
    assert.equal((await m.run(["undo", "--force"])).code, 0);
    assert.equal(JSON.parse((await m.run(["log", "--json"])).out).writes.length, 0);
  });

  it("undo says when it finds nothing because the journal is damaged", async () => {
    const m = inhabited(root);
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    const path = m.at(".segue/journal.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace('"action"', '"acti\u0001n"'));
    fails(await m.run(["undo"]), 3, /nothing to undo that can be read: line 1 .* is damaged/);
  });

  it("undo does not reach across a damaged line of the journal", async () => {
    const m = inhabited(root);
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    await m.run(["resume", "pi#1", "--in", "claude", "--no-launch"]);
    const path = m.at(".segue/journal.jsonl");
    const lines = readFileSync(path, "utf8").split("\n");
    writeFileSync(
      path,
      [lines[0], known(lines[1]).replace("append", "spent").slice(2), ""].join("\n"),
    );
    for (const args of [["undo"], ["undo", "1"]]) {
      fails(await m.run(args), 4, /line 2 of Segue's journal is damaged/);
    }
    assert.match((await m.run(["log"])).err, /line 2 of Segue's journal is damaged/);
    const again = await m.run(["resume", "pi#1", "--in", "qwen", "--no-launch"]);
    assert.match(again.err, /line 2 of Segue's journal is damaged/);
    // Gone without a trace: the end of the journal is known as well.
    writeFileSync(path, `${lines[0]}\n`);
    fails(await m.run(["undo"]), 4, /lines before line 2 of Segue's journal are missing/);
    assert.equal((await m.run(["undo", "--force"])).code, 0);
  });

  it("a journal whose last line is torn is read", async () => {
    const m = inhabited(root);
    await m.run(["resume", "pi#1", "--in", "codex", "--no-launch"]);
    const path = m.at(".segue/journal.jsonl");
    writeFileSync(path, `${readFileSync(path, "utf8")}{"n":2,"ti`);
    await m.run(["resume", "pi#1", "--in", "claude", "--no-launch"]);
    const { writes } = JSON.parse((await m.run(["log", "--json"])).out);
    assert.equal(writes.length, 2);
    assert.doesNotMatch((await m.run(["log"])).err, /damaged/);
  });
});

describe("segue resume", () => {
  it("--dry-run writes nothing, and gives the whole report", async () => {
    const m = inhabited(root);
    const before = readdirSync(m.home, { recursive: true, encoding: "utf8" }).sort();
    const { code, out } = await m.run(["resume", "pi#1", "--in", "codex", "--dry-run", "--json"]);
    assert.equal(code, 0);
    const report = JSON.parse(out);
    assert.equal(report.target.command[0], "codex");
    assert.equal(report.verified.readback, true);
    const after = readdirSync(m.home, { recursive: true, encoding: "utf8" })
      .filter((path) => !path.startsWith(".segue"))
      .sort();
    assert.deepEqual(after, before);
  });

  it("--no-launch writes the session where its agent finds it, and prints the command", async () => {
    const m = inhabited(root);
    for (const { id, store } of writable) {
      if (id === "pi") continue;
      const ended = await m.run(["resume", "pi#1", "--in", id, "--no-launch"]);
      const { code, out, err } = ended;
      if (store.database && id !== "cursor") {
        // Only its own CLI can make a database; and nobody makes a project.
        const why = id === "aider" ? /this folder does not exist/ : /has no database here yet/;
        fails(ended, 1, why);
        const dry = await m.run(["resume", "pi#1", "--in", id, "--dry-run"]);
        fails(dry, 1, why);
        continue;
      }
      assert.equal(code, 0, err);
      assert.equal(out.split("\n").length, 2);
      const listed = JSON.parse((await m.run(["list", "--all", "--agent", id, "--json"])).out);
      const newer = listed.sessions.find((s: { id: string }) => out.includes(s.id));
      assert.match(newer.title, /MARK-USER-1/);
    }
  });

  it("comes home to an unchanged original: its old bytes are a prefix", async () => {
    const m = inhabited(root);
    const original = m.at(stored(PI));
    const old = readFileSync(original);
    await broughtHome(m);
    const now = readFileSync(original);
    assert.ok(now.length > old.length && now.subarray(0, old.length).equals(old));
    assert.match(now.subarray(old.length).toString(), /ADDED-THERE/);
    assert.equal((await m.run(["undo"])).code, 0);
    assert.ok(readFileSync(original).equals(old));
  });

  it("is neither appended to nor taken back while it is open in its CLI", {
    skip: process.platform !== "linux",
  }, async () => {
    const m = inhabited(root);
    const { home, there } = await broughtHome(m);
    const id = idOf(PI);
    const program = m.at("pi.mjs");
    writeFileSync(program, "console.log('up'); setInterval(() => {}, 1e6);");
    const open = spawn(process.execPath, [program, "--session", id], { env: { HOME: m.home } });
    try {
      await once(open.stdout, "data");
      const before = readFileSync(home);
      appendFileSync(there, readFileSync(there, "utf8").trimEnd().split("\n").at(-1) ?? "");
      const again = ["resume", there, "--in", "pi", "--no-launch"];
      for (const args of [again, ["undo"]]) {
        const says = new RegExp(`Pi has this session open \\(process ${open.pid}\\)`);
        fails(await m.run(args), 4, says);
        assert.ok(readFileSync(home).equals(before));
      }
      assert.equal((await m.run(["undo", "--force"])).code, 0);
      assert.ok(readFileSync(home).length < before.length);
    } finally {
      open.kill("SIGKILL");
    }
  });

  it("an agent that is not installed: said before anything is written", async () => {
    const m = inhabited(root);
    fails(await m.run(["resume", "pi#1", "--in", "codex"]), 1, /not installed/);
    assert.equal((await m.run(["log", "--json"])).out.includes('"n"'), false);
  });

  it("a folder that is gone", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("bin"));
    writeFileSync(m.at("bin/pi"), "#!/bin/sh\necho started\n", { mode: 0o755 });
    const text = readFileSync(PI.path, "utf8").replaceAll("/home/dev/shop", m.at("gone"));
    writeFileSync(m.at(stored(PI)), text);
    const ended = await m.run(["resume", "pi#1", "--quiet"]);
    fails(ended, 1, /folder no longer exists/);
  });
});
