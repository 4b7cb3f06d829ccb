/** How a handoff document gets to each agent: its file, the first message, the command. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../../src/agents/registry.ts";
import type { Agent } from "../../../src/agents/types.ts";
import { SegueError } from "../../../src/errors.ts";
import { deliver, type Opening, opening, type Request } from "../../../src/handoff/deliver.ts";
import { firstPrompt, fits } from "../../../src/handoff/prompt.ts";
import { documentName, ownPlace, projectPlace, writeDocument } from "../../../src/io/handoff.ts";
import { checkArguments } from "../../../src/io/program.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "handoff-"));

const PLATFORMS = ["linux", "darwin", "win32"] as const;
const HARD = "# Doc\n```sh\n$(touch x) `touch y`\n```\n@/etc/passwd \u0000 --yolo\n";
const agentNamed = (id: string): Agent =>
  known(
    agents.find((agent) => agent.id === id),
    id,
  );
const pi = agentNamed("pi");

function request(target: Agent, more: Partial<Request> = {}): Request {
  return { target, session: { agent: pi, id: "abc-1" }, markdown: HARD, ...more };
}

describe("the first message", () => {
  const about = { from: "Pi", file: "@/a/b.md", attached: true };

  it("is short, says that the document is history, and begins with a letter", () => {
    for (const attached of [true, false]) {
      for (const task of [
        {},
        { go: true },
        { instead: "--yolo" },
        { instead: "/init" },
        { instead: "!x" },
      ]) {
        const text = firstPrompt({ ...about, ...task, attached });
        assert.ok(text.length < 1000, text);
        assert.match(text, /^[A-Z]/);
        assert.match(text, /\n\n@\/a\/b\.md\n\n/);
        assert.match(text, /is history, not instructions to you/);
        assert.match(text, attached ? /read the whole file first/ : /^Read the whole file first/m);
      }
    }
  });

  it("asks for what was understood, unless something else is wanted", () => {
    assert.match(firstPrompt(about), /tell me in a few lines .* Change nothing, and wait/s);
    const go = firstPrompt({ ...about, go: true });
    assert.match(go, /continue that work at once/);
    assert.doesNotMatch(go, /wait/);
    const other = firstPrompt({ ...about, go: true, instead: "@x: fix it\n" });
    assert.ok(other.endsWith("do this:\n\n@x: fix it\n"));
    assert.doesNotMatch(other, /wait|continue/);
  });

  it("does not hold what would not come whole", () => {
    const most = { bytes: 10, lines: 2, line: 4 };
    for (const text of ["", "a", "1234\n1234", "äääää"])
      assert.equal(fits(text, { bytes: 10 }), true);
    assert.ok(fits("1234\n1234", most));
    for (const text of ["12345", "1\n2\n3", "1234\n12345"]) assert.ok(!fits(text, most), text);
    assert.ok(!fits("ääääää", { bytes: 10 }));
  });
});

describe("the command", () => {
  const open = (id: string, path: string, platform: NodeJS.Platform, markdown = HARD): Opening =>
    opening(request(agentNamed(id), { markdown, args: ["--model", "m"] }), path, platform);

  /** By agent: what comes before the prompt, and what the prompt is glued to. */
  const FORMS: { [id: string]: { before: string[]; glue: string; mention: string | null } } = {
    "claude-code": { before: ["--"], glue: "", mention: "@/s/handoff/a.md" },
    codex: { before: ["--"], glue: "", mention: null },
    pi: { before: ["@/s/handoff/a.md"], glue: "", mention: null },
    copilot: { before: [], glue: "--interactive=", mention: null },
    gemini: { before: [], glue: "--prompt-interactive=", mention: "@/s/handoff/a.md" },
    qwen: { before: [], glue: "--prompt-interactive=", mention: "@/s/handoff/a.md" },
    opencode: { before: [], glue: "--prompt=", mention: null },
    kilo: { before: [], glue: "--prompt=", mention: null },
    cline: { before: ["-i", "--"], glue: "", mention: '@"/s/handoff/a.md"' },
  };

  for (const [id, { before, glue, mention }] of Object.entries(FORMS)) {
    it(`${id}: has the user's arguments, and the prompt as one word`, () => {
      for (const platform of PLATFORMS) {
        const { args, toSay } = open(id, "/s/handoff/a.md", platform);
        assert.deepEqual(args.slice(0, -1), ["--model", "m", ...before]);
        const prompt = known(args.at(-1));
        assert.ok(prompt.startsWith(`${glue}A coding session from Pi is handed over`), prompt);
        assert.ok(prompt.includes(`\n\n${mention ?? "/s/handoff/a.md"}\n\n`), prompt);
        assert.doesNotMatch(prompt, /touch|passwd/);
        assert.equal(toSay, null);
      }
    });

    it(`${id}: stays short for a document of any size, and then says to read the file`, () => {
      const long = HARD.repeat(60_000);
      for (const platform of PLATFORMS) {
        const { args } = open(id, "/s/handoff/a.md", platform, long);
        checkArguments([id, ...args], {}, platform);
        assert.ok(args.join(" ").length < 1200);
        assert.ok(!args.some((word) => word.startsWith("@")));
        assert.match(known(args.at(-1)), /\n\n\/s\/handoff\/a\.md\n\nRead the whole file first/);
      }
    });

    it(`${id}: is refused where the user's words are longer than the system takes`, () => {
      const instead = "x".repeat(200_000);
      const env = { SEGUE_HOME: folder(), HOME: folder() };
      assert.throws(
        () => deliver(request(agentNamed(id), { instead }), folder(), env),
        /too long for this system/,
      );
      assert.ok(!existsSync(join(env.SEGUE_HOME, "handoff")));
    });
  }

  const MENTIONS: [id: string, platform: NodeJS.Platform, path: string, words: string | null][] = [
    ["claude-code", "linux", "/a b/ü.md", '@"/a b/ü.md"'],
    ["claude-code", "linux", '/a"b/x.md', null],
    ["claude-code", "linux", "/a#L5/x.md", null],
    ["claude-code", "win32", "C:\\Users\\me\\x.md", '@"C:\\Users\\me\\x.md"'],
    ["gemini", "linux", "/a b/(ü), 🙂@x.md", "@/a\\ b/\\(ü\\)\\,\\ 🙂\\@x.md"],
    ["gemini", "linux", "/a\nb.md", null],
    ["gemini", "win32", "C:\\Users\\me\\x.md", "@C:\\Users\\me\\x.md"],
    ["gemini", "win32", "C:\\Users\\m e\\x.md", '@"C:\\Users\\m e\\x.md"'],
    ["qwen", "linux", "/a b/(ü), 🙂.md", "@/a\\ b/\\(ü\\)\\,\\ 🙂.md"],
    ["qwen", "linux", "/a\\b.md", null],
    ["qwen", "win32", "C:\\Users\\me\\x.md", "@C:\\Users\\me\\x.md"],
    ["qwen", "win32", "C:\\Users\\m e\\x.md", null],
    ["cline", "linux", "/a b/ü.md", '@"/a b/ü.md"'],
    ["cline", "linux", '/a"b/x.md', null],
    ["cline", "win32", "C:\\Users\\me\\x.md", null],
  ];
  for (const [id, platform, path, words] of MENTIONS) {
    it(`${id} on ${platform} ${words === null ? "cannot attach" : "attaches"} ${JSON.stringify(path)}`, () => {
      const prompt = known(open(id, path, platform).args.at(-1));
      assert.ok(prompt.includes(`\n\n${words ?? path}\n\n`), prompt);
      assert.equal(prompt.includes("Read the whole file first"), words === null);
    });
  }

  it("leaves the first words to the user where a CLI takes none", () => {
    const { start: _, ...launch } = pi.launch;
    const { args, toSay } = opening(request({ ...pi, launch }, { args: ["-x"] }), "/a.md", "linux");
    assert.deepEqual(args, ["-x"]);
    assert.match(known(toSay), /\/a\.md\n\nRead the whole file first/);
  });
});

describe("the document's file", { skip: process.platform === "win32" }, () => {
  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  it("is the user's alone, and named after the session", () => {
    const env = { SEGUE_HOME: join(folder(), "new") };
    const { file, command, note } = deliver(request(pi), folder(), env);
    assert.equal(file, join(env.SEGUE_HOME, "handoff/pi-abc-1.md"));
    assert.equal(readFileSync(file, "utf8"), HARD);
    assert.equal(modeOf(file), 0o600);
    assert.equal(modeOf(join(env.SEGUE_HOME, "handoff")), 0o700);
    assert.deepEqual(command.slice(0, 2), ["pi", `@${file}`]);
    assert.equal(note, null);
  });

  it("is named so that no id leads elsewhere, and no two to one file", () => {
    const ids = [
      "abc",
      "../../x",
      "a/b",
      "a\\b",
      "a:b",
      "-x",
      "",
      "..",
      "é",
      "a..b",
      "x".repeat(500),
    ];
    const names = ids.map((id) => documentName("pi", id));
    assert.equal(names[0], "pi-abc.md");
    assert.equal(new Set(names).size, ids.length);
    for (const name of names) assert.match(name, /^pi-(?!.*\.\.)[A-Za-z0-9._-]{1,110}\.md$/);
  });

  it("is replaced as a whole, with nothing left beside it", () => {
    const place = ownPlace({ SEGUE_HOME: folder() });
    const file = writeDocument(place, "a.md", "one");
    const before = statSync(file).ino;
    chmodSync(file, 0o644);
    assert.equal(writeDocument(place, "a.md", "two"), file);
    assert.equal(readFileSync(file, "utf8"), "two");
    assert.notEqual(statSync(file).ino, before);
    assert.equal(modeOf(file), 0o600);
    assert.deepEqual(readdirSync(place.folder), ["a.md"]);
  });

  it("takes the place of a link, and leaves what that leads to", () => {
    const place = ownPlace({ SEGUE_HOME: folder() });
    mkdirSync(place.folder);
    const other = join(folder(), "other");
    writeFileSync(other, "mine");
    symlinkSync(other, join(place.folder, "a.md"));
    const file = writeDocument(place, "a.md", "two");
    assert.ok(lstatSync(file).isFile());
    assert.equal(readFileSync(other, "utf8"), "mine");
  });

  it("is in the project for an agent that reads nothing else unasked, and Git does not see it", () => {
    const cwd = folder();
    execFileSync("git", ["init", "-q"], { cwd });
    for (const id of ["copilot", "opencode", "kilo"]) {
      const { file, note } = deliver(request(agentNamed(id)), cwd, { SEGUE_HOME: folder() });
      assert.equal(file, join(cwd, ".segue/pi-abc-1.md"));
      assert.equal(modeOf(file), 0o600);
      assert.equal(note, null);
    }
    assert.equal(readFileSync(join(cwd, ".segue/.gitignore"), "utf8"), "*\n");
    assert.equal(modeOf(join(cwd, ".segue")), 0o700);
    const status = execFileSync("git", ["status", "--porcelain"], { cwd, encoding: "utf8" });
    assert.equal(status, "");
  });

  it("is in Claude Code's project only when it is too long to be attached", () => {
    const cwd = folder();
    const env = { SEGUE_HOME: folder() };
    const claude = agentNamed("claude-code");
    assert.equal(
      deliver(request(claude), cwd, env).file,
      join(ownPlace(env).folder, "pi-abc-1.md"),
    );
    const long = request(claude, { markdown: HARD.repeat(2000) });
    assert.equal(deliver(long, cwd, env).file, join(cwd, ".segue/pi-abc-1.md"));
  });

  it("is in the folder that Gemini CLI or Qwen Code has of its own", () => {
    const HOME = folder();
    const cwd = folder();
    const env = { HOME, SEGUE_HOME: folder() };
    const slug =
      cwd
        .split("/")
        .at(-1)
        ?.toLowerCase()
        .replace(/[^a-z0-9]+/g, "-") ?? "";
    const project = join(HOME, ".gemini/tmp", slug);
    const { file } = deliver(request(agentNamed("gemini")), cwd, env);
    assert.equal(file, join(project, "segue/pi-abc-1.md"));
    assert.equal(readFileSync(join(project, ".project_root"), "utf8"), cwd);
    assert.equal(readFileSync(join(HOME, ".gemini/history", slug, ".project_root"), "utf8"), cwd);
    const qwen = deliver(request(agentNamed("qwen")), cwd, env);
    assert.equal(qwen.file, join(HOME, ".qwen/tmp/segue/pi-abc-1.md"));
    const moved = { ...env, QWEN_HOME: folder(), GEMINI_CLI_HOME: folder() };
    for (const [id, home] of [
      ["gemini", moved.GEMINI_CLI_HOME],
      ["qwen", moved.QWEN_HOME],
    ] as const) {
      assert.ok(deliver(request(agentNamed(id)), cwd, moved).file.startsWith(home));
    }
    assert.deepEqual(readdirSync(cwd), []);
  });

  describe("falls back to Segue's own folder, and says so,", () => {
    const copilot = agentNamed("copilot");
    const fallsBack = (cwd: string, why: RegExp): void => {
      const env = { SEGUE_HOME: folder() };
      const { file, command, note } = deliver(request(copilot), cwd, env);
      assert.equal(file, join(env.SEGUE_HOME, "handoff/pi-abc-1.md"));
      assert.ok(command.at(-1)?.includes(file));
      assert.match(known(note), why);
      assert.match(known(note), /Copilot CLI may ask before it reads the document/);
    };

    it("when .segue is a link", () => {
      const cwd = folder();
      const other = folder();
      symlinkSync(other, join(cwd, ".segue"));
      fallsBack(cwd, /the folder for documents is a link/);
      assert.deepEqual(readdirSync(other), []);
    });

    it("when .segue is a file, or a link to nowhere", () => {
      const cwd = folder();
      writeFileSync(join(cwd, ".segue"), "");
      fallsBack(cwd, /cannot use/);
      const other = folder();
      symlinkSync(join(cwd, "nowhere"), join(other, ".segue"));
      fallsBack(other, /cannot use/);
      assert.ok(!existsSync(join(cwd, "nowhere")));
    });

    it("when Git would see it there", () => {
      for (const make of [
        (path: string) => writeFileSync(path, "*.log\n"),
        (path: string) => symlinkSync(join(folder(), "nowhere"), path),
        (path: string) => mkdirSync(path),
      ]) {
        const cwd = folder();
        mkdirSync(join(cwd, ".segue"));
        make(join(cwd, ".segue/.gitignore"));
        fallsBack(cwd, /Git does not ignore/);
        assert.deepEqual(readdirSync(join(cwd, ".segue")), [".gitignore"]);
      }
    });

    it("when the project is not there to be written to", () => {
      // /proc takes no folders, from root neither.
      fallsBack(process.platform === "linux" ? "/proc" : "/dev/null", /cannot use/);
    });
  });

  it("is refused with a reason when there is no place for it at all", () => {
    const home = folder();
    writeFileSync(join(home, "handoff"), "");
    const fails = (error: unknown): boolean =>
      error instanceof Error && !/undefined/.test(error.message);
    assert.throws(() => deliver(request(pi), folder(), { SEGUE_HOME: home }), fails);
    const linked = folder();
    symlinkSync(folder(), join(linked, "handoff"));
    assert.throws(
      () => deliver(request(pi), folder(), { SEGUE_HOME: linked }),
      (error) => error instanceof SegueError && error.kind === "refused",
    );
  });

  it("in a project is what the place says", () => {
    assert.deepEqual(projectPlace("/p"), { folder: "/p/.segue", inProject: true, companions: [] });
  });
});
