/** `segue handoff`: documents of real sessions, where they go, and what is refused. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { agents } from "../../src/agents/registry.ts";
import { tokenCounter } from "../../src/handoff/tokens.ts";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";
import { CLAUDE, CODEX, fails, idOf, inhabited, PI, stored } from "./support.ts";

const root = temporaryFolder();
const GOLDEN = join(import.meta.dirname, "../handoff");

const count = await tokenCounter();

interface Document {
  markdown: string;
  tokens: number;
  budget: number | null;
  redacted: number | null;
  sections: { name: string; tokens: number; omitted: number; shortened: number }[];
}

async function made(m: Machine, ...args: string[]): Promise<Document> {
  const { out, err, code } = await m.run(["handoff", ...args, "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

/** One session of each agent's real CLI. */
const REAL: { [agent: string]: string } = {
  "claude-code": "claude-code/basic",
  codex: "codex/basic",
  pi: "pi/basic",
  gemini: "gemini/basic",
  qwen: "qwen/rich",
  cline: "cline/resumed",
  copilot: "copilot/tools",
  opencode: "opencode/rows",
  kilo: "kilo/rows",
  kimi: "kimi/tools",
  continue: "continue/tools",
  nanocoder: "nanocoder/tools",
  droid: "droid/basic",
  openclaw: "openclaw/rows",
  goose: "goose/tools",
  hermes: "hermes/rich",
  crush: "crush/tools",
  "kimi-cli": "kimi-cli/basic",
  omp: "omp/rich",
  openhands: "openhands/rows",
  aider: "aider/basic",
  grok: "grok/rows",
  vibe: "vibe/rows",
  auggie: "auggie/tools",
  gptme: "gptme/tools",
  deepagents: "deepagents/rich",
  mastracode: "mastracode/tools",
  amp: "amp/basic",
  chatgpt: "chatgpt/rows",
  "claude-web": "claude-web/rows",
  "claude-desktop": "claude-desktop/rows",
  cursor: "cursor/rows",
  kiro: "kiro/rows",
  roo: "roo/rows",
  "kilo-code": "kilo-code/rows",
  qoder: "qoder/basic",
  zed: "zed/rows",
  devin: "devin/rows",
  warp: "warp/rows",
  muse: "muse/basic",
  antigravity: "antigravity/rows",
  windsurf: "windsurf/basic",
  trae: "trae/rows",
};

describe("the document of a real session", () => {
  for (const { id, name } of agents) {
    it(`${name}: as in test/handoff; to see what changed: SEGUE_GOLDEN=1 and git diff`, async () => {
      const m = new Machine(mkdtempSync(join(root, "home-")));
      const file = m.copy(fixture(REAL[id] ?? id), "session.jsonl");
      const { out, err, code } = await m.run(["handoff", file, "--from", id]);
      assert.equal(code, 0, err);
      const shown = out.replaceAll(m.home, "/home/dev/sessions");
      const golden = join(GOLDEN, `${id}.md`);
      if (process.env.SEGUE_GOLDEN) writeFileSync(golden, shown);
      assert.equal(shown, readFileSync(golden, "utf8"));
    });
  }

  it("each has one, and no more", () => {
    assert.deepEqual(readdirSync(GOLDEN).sort(), agents.map(({ id }) => `${id}.md`).sort());
  });
});

describe("segue handoff", () => {
  it("prints one JSON document, as its schema has it, with every token accounted for", async () => {
    const m = inhabited(root);
    const document = await made(m, idOf(CLAUDE), "--budget", "2k");
    const schema = join(import.meta.dirname, "../../schema/handoff.schema.json");
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    assert.ok(
      ajv.validate(JSON.parse(readFileSync(schema, "utf8")), document),
      ajv.errorsText(ajv.errors),
    );
    assert.equal(document.budget, 2000);
    assert.ok(document.tokens <= 1800);
    assert.equal(document.tokens, count(document.markdown));
    const sum = document.sections.reduce((total, { tokens }) => total + tokens, 0);
    assert.ok(Math.abs(sum - document.tokens) < 20, `${sum} of ${document.tokens}`);
  });

  it("gives the same bytes each time, through a pipe as well but for the way back", async () => {
    const m = inhabited(root);
    const one = await m.run(["handoff", idOf(PI)]);
    assert.equal(one.out, (await m.run(["handoff", idOf(PI)])).out);
    const file = readFileSync(m.at(stored(PI)));
    const { out } = await m.run(["handoff", "-"], { stdin: file });
    assert.match(out, /cannot be looked up again/);
    assert.doesNotMatch(out, /segue show/);
    assert.match(out, /MARK-USER-1/);
  });

  it("leads to what it leaves out", async () => {
    const m = inhabited(root);
    const { out } = await m.run(["handoff", idOf(CODEX)]);
    const commands = [...out.matchAll(/`segue (show \S+ --range \d+-\d+)`/g)];
    assert.ok(commands.length >= 3, out);
    for (const [, command = ""] of commands) {
      const shown = await m.run(command.split(" "));
      assert.equal(shown.code, 0, shown.err);
      assert.match(shown.out, /^\[\d+\] /);
    }
    assert.ok(out.includes(`> original: ${m.at(stored(CODEX))}`));
  });

  it("--for names the tools as the receiver knows them", async () => {
    const m = inhabited(root);
    const own = await m.run(["handoff", idOf(CLAUDE)]);
    assert.match(own.out, /→ Read \{"file_path"/);
    const other = await m.run(["handoff", idOf(CLAUDE), "--for", "gemini"]);
    assert.match(other.out, /→ read_file \{"file_path"/);
    assert.doesNotMatch(other.out, /→ Read/);
  });

  it("--then and --go say what is to be done; else it is to confirm and wait", async () => {
    const m = inhabited(root);
    const last = async (...args: string[]) =>
      (await m.run(["handoff", idOf(PI), ...args])).out.split("## What to do now\n\n")[1];
    assert.match(
      (await last()) ?? "",
      /^When you have read the document, tell me .* wait for my reply/,
    );
    assert.match(
      (await last("--go")) ?? "",
      /^When you have read the document, continue that work at once/,
    );
    assert.equal(
      await last("--then", "fix `x`\n# now"),
      "When you have read the document, do this:\n\nfix `x`\n# now\n",
    );
  });

  it("-o writes a private file, replaces none without leave, and is never the source", async () => {
    const m = inhabited(root);
    const args = ["handoff", idOf(PI), "--no-redact", "-o"];
    fails(await m.run([...args, "x/handoff.md"]), 2, /does not exist.*\n.*mkdir -p x/);
    mkdirSync(m.at("x"));
    const { code, err, out } = await m.run([...args, "x/handoff.md"]);
    assert.equal(code, 0, err);
    assert.equal(out, "");
    assert.match(err, /\d+ tokens of 8000: .*handoff\.md/);
    assert.equal(statSync(m.at("x/handoff.md")).mode & 0o777, 0o600);
    fails(await m.run([...args, "x/handoff.md"]), 4, /the file already exists/);
    assert.equal((await m.run([...args, "x/handoff.md", "--force"])).code, 0);
    fails(await m.run([...args, "x"]), 2, /-o is a folder/);
    const store = m.at(stored(PI), "..", "new.md");
    fails(await m.run([...args, store]), 4, /in Pi's store/);
    const copy = m.copy(PI, "copy.jsonl");
    const onto = ["handoff", copy, "--no-redact", "--force", "-o", copy];
    fails(await m.run(onto), 4, /the output file is the source file/);
  });

  it("tells what became of the repository since", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("shop"));
    const git = (...args: string[]): void => {
      const own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
      execFileSync("git", [...own, ...args], { cwd: m.at("shop"), env: { ...m.env } });
    };
    git("init", "-q");
    writeFileSync(m.at("shop", "a"), "1");
    git("add", "a");
    git("commit", "-qm", "first");
    writeFileSync(m.at("shop", "b"), "2");
    // A repository's settings could run a program.
    writeFileSync(m.at("evil"), `#!/bin/sh\ntouch ${m.at("ran")}\n`, { mode: 0o755 });
    git("config", "core.fsmonitor", m.at("evil"));
    const { out } = await m.run(["handoff", idOf(CODEX), "--cwd", m.at("shop")]);
    assert.match(out, /> then: branch \S+, commit [0-9a-f]{12}\n> now: branch main, commit/);
    assert.match(out, /> not committed \(1\):\n> \?\? b/);
    assert.ok(!readdirSync(m.home).includes("ran"));
  });

  it("refuses what makes no sense", async () => {
    const m = inhabited(root);
    const run = (...args: string[]) => m.run(["handoff", ...args]);
    fails(await run(idOf(PI), "--budget", "many"), 2, /it must be a number such as 8000 or 20k/);
    fails(await run(idOf(PI), "--budget", "10"), 2, /needs at least 1000 tokens, not 10/);
    fails(await run(idOf(PI), "--preset", "huge"), 2, /minimal, standard, verbose, full/);
    fails(await run(idOf(PI), "--go", "--then", "x"), 2, /--then and --go cannot be used together/);
    fails(await run(idOf(PI), "--for", "nobody"), 3, /there is no agent "nobody"/);
    fails(await run("ffffffff"), 3, /ffffffff/);
    const long = "do this and that ".repeat(1000);
    fails(await run(idOf(PI), "--budget", "1500", "--then", long), 2, /too few for a handoff/);
    writeFileSync(m.at("junk"), "not a session\n");
    fails(await run("junk"), 5, /not a session/);
  });
});

it("there is none of a session in which nobody has said anything", async () => {
  const m = inhabited(root);
  writeFileSync(m.at("a"), readFileSync(CODEX.path, "utf8").split("\n")[0] ?? "");
  fails(await m.run(["handoff", "a"]), 5, /has no messages/);
  const there = ["--in", "pi", "--handoff", "--no-launch", "--cwd", m.home];
  fails(await m.run(["resume", "a", ...there]), 5, /has no messages/);
});

describe("settings of handoffs", () => {
  const tokens = (out: string): number => count(out);
  const m = inhabited(root);
  const document = async (config: string, ...args: string[]) => {
    mkdirSync(m.at(".segue"), { recursive: true });
    writeFileSync(m.at(".segue", "config.yml"), config);
    const { out, err, code } = await m.run(["handoff", idOf(CODEX), ...args]);
    assert.equal(code, 0, err);
    return out;
  };

  it("preset and budget, which the options beat", async () => {
    const plain = await document("");
    const least = await document("preset: minimal\n");
    assert.ok(tokens(least) < tokens(plain));
    assert.ok(tokens(await document("budget: 1200\n")) <= 1080);
    assert.equal(await document("preset: minimal\n", "--preset", "standard"), plain);
    assert.equal(await document("budget: 1200\n", "--preset", "standard"), plain);
    assert.ok(tokens(await document("budget: 8k\n", "--budget", "1200")) <= 1080);
  });

  it("recentMessages, shell.maxSamples, shell.stdoutLines", async () => {
    const recent = (out: string) => out.split("## Recent turns")[1]?.match(/^\[\d+\] /gm)?.length;
    assert.ok((recent(await document("")) ?? 0) > 3);
    assert.ok((recent(await document("recentMessages: 3\n")) ?? 0) <= 3);
    const run = (out: string) => out.match(/^> \[\d+\] (?:exit \d+|ok|failed) · /gm)?.length ?? 0;
    assert.ok(run(await document("")) > 1);
    assert.equal(run(await document("shell: {maxSamples: 1}\n")), 1);
    assert.match(await document(""), /exit 3 · .*\n> MARK-FILE-1 hello\n> MARK-ERR/);
    assert.match(await document("shell:\n  stdoutLines: 1\n"), /\[… \d+ lines …\]/);
  });

  it("what they must be", async () => {
    for (const [text, says] of [
      ["preset: huge\n", /preset must be one of minimal, standard, verbose or full/],
      ["budget: lots\n", /budget must be a number of tokens/],
      ["recentMessages: 0\n", /recentMessages must be a number greater than 0/],
      ["redact: perhaps\n", /redact must be auto, always or never/],
      ["redact: never\n", /a project's file cannot set redact to never/],
      ["redact: false\n", /a project's file cannot set redact to never/],
      ["recentmessages: 3\n", /there is no setting "recentmessages".*\n.*recentMessages/],
    ] as const) {
      const other = new Machine(mkdtempSync(join(root, "home-")));
      writeFileSync(other.at(".segue.yml"), text);
      fails(await other.run(["handoff", "latest"]), 2, says);
    }
  });
});

describe("secrets in a handoff", () => {
  const key = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
  const session = (m: Machine): string => {
    const text = readFileSync(PI.path, "utf8").replaceAll("MARK-USER-1", `use ${key} for it`);
    writeFileSync(m.at("session.jsonl"), text);
    return m.at("session.jsonl");
  };
  const machine = () => new Machine(mkdtempSync(join(root, "home-")));

  it("stay unless it is said or set, and are counted", async () => {
    const m = machine();
    const file = session(m);
    const plain = await m.run(["handoff", file]);
    assert.ok(plain.out.includes(key));
    const { out, err } = await m.run(["handoff", file, "--redact"]);
    assert.ok(!out.includes(key));
    assert.match(out, /\[secret:github-token-1\]/);
    assert.match(err, /1 secret replaced/);
    mkdirSync(m.at(".segue"), { recursive: true });
    writeFileSync(m.at(".segue", "config.yml"), "redact: true\n");
    assert.ok(!(await m.run(["handoff", file])).out.includes(key));
    assert.ok((await m.run(["handoff", file, "--no-redact"])).out.includes(key));
    assert.equal((await made(m, file)).redacted, 1);
  });

  it("are found in paths, folders, branches and the task", async () => {
    const m = machine();
    const sessionId = "0b7c1f7e-1111-4222-8333-944444444444";
    const common = {
      sessionId,
      cwd: `/work/${key}`,
      gitBranch: key,
      version: "2.0.0",
      isSidechain: false,
      userType: "external",
    };
    const tool = (id: string, name: string, input: object) => ({
      type: "tool_use",
      id,
      name,
      input,
    });
    const lines = [
      {
        ...common,
        type: "user",
        uuid: "0b7c1f7e-0000-4000-8000-000000000001",
        parentUuid: null,
        timestamp: "2026-01-01T00:00:00.000Z",
        message: { role: "user", content: "write it" },
      },
      {
        ...common,
        type: "assistant",
        uuid: "0b7c1f7e-0000-4000-8000-000000000002",
        parentUuid: "0b7c1f7e-0000-4000-8000-000000000001",
        timestamp: "2026-01-01T00:00:01.000Z",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "claude-opus-4",
          content: [
            tool("toolu_1", "Write", { file_path: `/work/a/${key}.txt`, content: "x\n" }),
            tool("toolu_2", "Read", { file_path: `/work/b/${key}.txt` }),
          ],
          stop_reason: "tool_use",
        },
      },
    ];
    const file = m.at(`${key}.jsonl`);
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    for (const preset of ["minimal", "standard", "verbose", "full"]) {
      const args = ["handoff", file, "--preset", preset, "--then", `use ${key}`];
      const plain = await m.run([...args, "--no-redact"]);
      assert.match(plain.out, new RegExp(`then: branch ${key}`), plain.err);
      assert.ok(plain.out.includes(`${key}.txt`));
      for (const more of [[], ["--json"]]) {
        const { out, err } = await m.run([...args, "--redact", ...more]);
        assert.match(out, /branch \[secret:github-token-1\]/, err);
        assert.ok(!out.includes(key), out);
      }
    }
  });

  it("are found where what they stand in is cut", async () => {
    const m = machine();
    // The output of a command that failed, in one line that is cut in the midst of the key.
    const long = `MARK-ERR ${"a ".repeat(121)}${key} ${"b ".repeat(400)}`;
    const text = readFileSync(CODEX.path, "utf8").replaceAll("MARK-ERR\\n", `${long}\\n`);
    writeFileSync(m.at("cut.jsonl"), text);
    const plain = await m.run(["handoff", m.at("cut.jsonl"), "--no-redact"]);
    assert.match(plain.out, /a ghp_\w* \[… \d+ characters …\]/, "it is cut there");
    const { out } = await m.run(["handoff", m.at("cut.jsonl"), "--redact"]);
    assert.doesNotMatch(out, /ghp_/);
  });

  it("do not go into a file outside of Segue's folder where nobody can be asked", async () => {
    const m = machine();
    const file = session(m);
    const text = async (...args: string[]) => {
      const { code, err } = await m.run(["handoff", file, ...args]);
      assert.equal(code, 0, err);
      return readFileSync(m.at(args[1] ?? ""), "utf8");
    };
    assert.ok(!(await text("-o", "out.md")).includes(key));
    assert.ok((await text("-o", "plain.md", "--no-redact")).includes(key));
    assert.ok((await text("-o", ".segue/own.md")).includes(key));
  });
});

describe("segue resume --handoff", () => {
  const handed = async (m: Machine, ...args: string[]) => {
    const { out, err, code } = await m.run([
      "resume",
      idOf(CLAUDE),
      "--handoff",
      "--no-launch",
      "--json",
      ...args,
    ]);
    assert.equal(code, 0, err);
    const document: Document & { file: string; command: string[] } = JSON.parse(out);
    return document;
  };

  it("writes a private file, one for a session, and prints what starts the agent with it", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("shop"));
    const one = await handed(m, "--in", "codex", "--cwd", m.at("shop"), "--then", "do this");
    assert.ok(one.file.startsWith(m.at(".segue/handoff/claude-code-")), one.file);
    assert.equal(readFileSync(one.file, "utf8"), one.markdown);
    assert.equal(statSync(one.file).mode & 0o777, 0o600);
    assert.deepEqual(one.command.slice(0, 2), ["codex", "--"]);
    assert.match(one.command[2] ?? "", /handed over.*do this$/s);
    assert.ok(one.command[2]?.includes(one.file));
    assert.doesNotMatch(one.markdown, /What to do now/);
    const again = await handed(m, "--in", "codex", "--cwd", m.at("shop"), "--budget", "1200");
    assert.equal(again.file, one.file);
    assert.ok(again.tokens <= 1080);
  });

  it("puts it into the project for an agent that asks before it reads elsewhere", async () => {
    const m = inhabited(root);
    mkdirSync(m.at("shop"));
    const { file } = await handed(m, "--in", "opencode", "--cwd", m.at("shop"));
    assert.ok(file.startsWith(m.at("shop/.segue/")), file);
    assert.equal(readFileSync(m.at("shop/.segue/.gitignore"), "utf8"), "*\n");
  });

  it("--full sends no giant argument, --dry-run writes nothing, --debug-prompt prints it", async () => {
    const m = inhabited(root);
    const full = await handed(m, "--in", "pi", "--preset", "full", "--cwd", m.home);
    assert.equal(full.budget, null);
    assert.ok(full.command.every((word) => word.length < 2000));
    const other = inhabited(root);
    const dry = await handed(other, "--in", "codex", "--dry-run");
    assert.deepEqual(
      readdirSync(other.home).filter((name) => name === "handoff"),
      [],
    );
    assert.throws(() => readFileSync(dry.file));
    const { out } = await other.run(["resume", idOf(CLAUDE), "--in", "codex", "--debug-prompt"]);
    assert.match(out, /^# Handoff of a coding session from Claude Code\n/);
  });

  it("says what does not go together", async () => {
    const m = inhabited(root);
    const run = (...args: string[]) => m.run(["resume", idOf(PI), "--in", "codex", ...args]);
    fails(await run("--then", "x"), 2, /--then applies to a handoff/);
    fails(await run("--no-redact"), 2, /--no-redact applies to a handoff/);
    fails(await run("--handoff", "--fit", "200k"), 2, /--fit does not apply to a handoff/);
    fails(
      await run("--handoff", "--full-history"),
      2,
      /--full-history does not apply to a handoff/,
    );
    fails(await run("--handoff", "--go", "--then", "x"), 2, /cannot be used together/);
    fails(await run("--handoff"), 1, /Codex is not installed/);
    fails(await run("--handoff", "--no-launch", "--budget", "5"), 2, /needs at least 1000 tokens/);
  });
});
