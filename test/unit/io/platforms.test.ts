/** What depends on the platform, by table: run for all three, whichever this one is. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { hostOf } from "../../../src/io/host.ts";
import { checkArguments, type Disk, findProgram, programWords } from "../../../src/io/program.ts";
import { configFile, stateFolder } from "../../../src/io/state.ts";

type Env = { [name: string]: string };

const LINUX = { HOME: "/home/dev" };
const MAC = { HOME: "/Users/dev" };
// Git Bash sets HOME, which no agent on Windows goes by.
const WINDOWS = {
  HOME: "/c/elsewhere",
  USERPROFILE: "C:\\Users\\dev",
  APPDATA: "C:\\Users\\dev\\AppData\\Roaming",
  LOCALAPPDATA: "C:\\Users\\dev\\AppData\\Local",
};

describe("store locations", () => {
  const table: [agent: string, NodeJS.Platform, Env, root: string][] = [
    ["claude-code", "linux", LINUX, "/home/dev/.claude/projects"],
    ["claude-code", "darwin", MAC, "/Users/dev/.claude/projects"],
    ["claude-code", "win32", WINDOWS, "C:\\Users\\dev\\.claude\\projects"],
    ["claude-code", "win32", { ...WINDOWS, CLAUDE_CONFIG_DIR: "D:\\cc" }, "D:\\cc\\projects"],
    ["codex", "linux", LINUX, "/home/dev/.codex"],
    ["codex", "darwin", { ...MAC, CODEX_HOME: "/Volumes/x" }, "/Volumes/x"],
    ["codex", "win32", WINDOWS, "C:\\Users\\dev\\.codex"],
    ["pi", "linux", LINUX, "/home/dev/.pi/agent/sessions"],
    ["pi", "linux", { ...LINUX, PI_CODING_AGENT_DIR: "~/pi" }, "/home/dev/pi/sessions"],
    ["pi", "win32", WINDOWS, "C:\\Users\\dev\\.pi\\agent\\sessions"],
    ["pi", "win32", { ...WINDOWS, PI_CODING_AGENT_SESSION_DIR: "~\\all" }, "C:\\Users\\dev\\all"],
  ];
  for (const [id, platform, env, root] of table) {
    it(`${id} on ${platform}: ${root}`, () => {
      assert.deepEqual(agentNamed(id).store.roots(env, hostOf(env, platform)), [root]);
    });
  }

  it("a session of Windows gets its folder's name there, wherever it is written", () => {
    const header = { ...agentNamed("pi").reader().header(), id: "x", cwd: "C:\\Users\\dev\\shop" };
    const name = (id: string) => agentNamed(id).store.pathFor("/root", header, {}).split("/")[2];
    assert.equal(name("pi"), "--C--Users-dev-shop--");
    assert.equal(name("claude-code"), "C--Users-dev-shop");
  });
});

describe("Segue's own folders", () => {
  const table: [NodeJS.Platform, Env, state: string, config: string][] = [
    ["linux", LINUX, "/home/dev/.local/state/segue", "/home/dev/.config/segue/config.yml"],
    [
      "darwin",
      { ...MAC, XDG_CONFIG_HOME: "/x" },
      "/Users/dev/.local/state/segue",
      "/x/segue/config.yml",
    ],
    [
      "win32",
      WINDOWS,
      "C:\\Users\\dev\\AppData\\Local\\segue",
      "C:\\Users\\dev\\AppData\\Roaming\\segue\\config.yml",
    ],
    ["linux", { ...LINUX, SEGUE_HOME: "/s" }, "/s", "/s/config.yml"],
  ];
  for (const [platform, env, state, config] of table) {
    it(`${platform}: ${state}`, () => {
      const host = hostOf(env, platform);
      assert.deepEqual([stateFolder(env, host), configFile(env, host)], [state, config]);
    });
  }
});

/** A file system of these files. */
function disk(files: { [path: string]: string }): Disk {
  return {
    isProgram: (path) => Object.hasOwn(files, path),
    read: (path) => files[path] ?? "",
  };
}

describe("finding a program", () => {
  const npm = "C:\\Users\\dev\\AppData\\Roaming\\npm";
  const table: [name: string, NodeJS.Platform, Env, files: string[], found: string | null][] = [
    ["pi", "linux", { PATH: "/usr/bin:/opt/bin" }, ["/opt/bin/pi"], "/opt/bin/pi"],
    ["pi", "linux", { PATH: ":/opt/bin" }, ["/pi"], null],
    ["/opt/pi", "linux", { PATH: "" }, ["/opt/pi"], "/opt/pi"],
    ["pi", "win32", { Path: `C:\\x;"${npm}"` }, [`${npm}\\pi`, `${npm}\\pi.cmd`], `${npm}\\pi.cmd`],
    [
      "pi",
      "win32",
      { PATH: npm, PATHEXT: ".PS1;.CMD;.EXE" },
      [`${npm}\\pi.exe`, `${npm}\\pi.ps1`],
      `${npm}\\pi.exe`,
    ],
    ["pi", "win32", { PATH: npm }, [`${npm}\\pi`], null],
    ["pi.exe", "win32", { PATH: npm }, [`${npm}\\pi.exe`], `${npm}\\pi.exe`],
    ["C:\\t\\pi", "win32", { PATH: "" }, ["C:\\t\\pi.exe"], "C:\\t\\pi.exe"],
  ];
  for (const [name, platform, env, files, found] of table) {
    it(`${name} on ${platform} as ${found}`, () => {
      const where = { platform, disk: disk(Object.fromEntries(files.map((f) => [f, ""]))) };
      assert.equal(findProgram(name, env, where), found);
    });
  }
});

describe("starting what a batch file stands for", () => {
  const at = "C:\\npm\\pi.cmd";
  const npm = `@ECHO off\r\nGOTO start\r\n:find_dp0\r\nSET dp0=%~dp0\r\nEXIT /b\r\n:start\r\nSETLOCAL\r\nCALL :find_dp0\r\n\r\nIF EXIST "%dp0%\\node.exe" (\r\n  SET "_prog=%dp0%\\node.exe"\r\n) ELSE (\r\n  SET "_prog=node"\r\n  SET PATHEXT=%PATHEXT:;.JS;=;%\r\n)\r\n\r\nendLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%" --no-warnings "%dp0%\\node_modules\\pi\\cli.js" %*\r\n`;
  const pnpm = `@IF EXIST "%~dp0\\node.exe" (\r\n  "%~dp0\\node.exe"  "%~dp0\\..\\pi\\bin.mjs" %*\r\n) ELSE (\r\n  node  "%~dp0\\..\\pi\\bin.mjs" %*\r\n)\r\n`;
  const table: [what: string, text: string, more: string[], words: string[]][] = [
    [
      "npm",
      npm,
      ["C:\\node\\node.exe"],
      ["C:\\node\\node.exe", "--no-warnings", "C:\\npm\\node_modules\\pi\\cli.js"],
    ],
    [
      "npm with Node beside",
      npm,
      ["C:\\npm\\node.exe"],
      ["C:\\npm\\node.exe", "--no-warnings", "C:\\npm\\node_modules\\pi\\cli.js"],
    ],
    ["pnpm", pnpm, ["C:\\node\\node.exe"], ["C:\\node\\node.exe", "C:\\pi\\bin.mjs"]],
    ["a program", '@"%dp0%\\lib\\claude.exe"   %*\r\n', [], ["C:\\npm\\lib\\claude.exe"]],
  ];
  const env = { PATH: "C:\\node" };
  for (const [what, text, more, words] of table) {
    it(what, () => {
      const files = Object.fromEntries(more.map((file) => [file, ""]));
      const where = { platform: "win32", disk: disk({ ...files, [at]: text }) } as const;
      assert.deepEqual(programWords(at, env, where), words);
    });
  }

  it("is refused for one that says something else", () => {
    const where = { platform: "win32", disk: disk({ [at]: "@echo off\r\nstart %1\r\n" }) } as const;
    assert.throws(() => programWords(at, env, where), /without a shell/);
  });

  it("changes nothing elsewhere, nor for programs", () => {
    assert.deepEqual(programWords("/opt/pi.cmd", {}, { platform: "linux" }), ["/opt/pi.cmd"]);
    assert.deepEqual(programWords("C:\\pi.exe", {}, { platform: "win32" }), ["C:\\pi.exe"]);
  });
});

describe("argument limits", () => {
  const table: [NodeJS.Platform, length: number, ok: boolean][] = [
    ["linux", 130_000, true],
    ["linux", 131_072, false],
    ["darwin", 900_000, true],
    ["darwin", 1_048_576, false],
    ["win32", 31_000, true],
    ["win32", 32_700, false],
  ];
  for (const [platform, length, ok] of table) {
    it(`${platform} ${ok ? "takes" : "does not take"} ${length} characters`, () => {
      const check = () => checkArguments(["pi", "x".repeat(length)], {}, platform);
      if (ok) check();
      else assert.throws(check, /too long for this system/);
    });
  }

  it("are the real ones of this system", { skip: process.platform !== "linux" }, () => {
    const env = {};
    const longest = "x".repeat((128 << 10) - 1);
    checkArguments(["/bin/true", longest], env);
    execFileSync("/bin/true", [longest], { env });
    assert.throws(() => checkArguments(["/bin/true", `${longest}x`], env));
    assert.throws(() => execFileSync("/bin/true", [`${longest}x`], { env }));
  });
});

describe("an agent that runs as a child", { skip: process.platform === "win32" }, () => {
  const launcher = join(import.meta.dirname, "../../../src/io/launch.ts");
  const run = (script: string, ...args: string[]) =>
    spawnSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { asChild } from ${JSON.stringify(launcher)};
         await asChild(process.execPath, ["-e", ${JSON.stringify(script)}, ...${JSON.stringify(args)}], "/", process.env);`,
      ],
      { encoding: "utf8", input: "typed" },
    );

  it("has our input and output, its own folder, and its exit code is ours", () => {
    const script =
      "console.log(process.cwd(), process.argv[1], require('fs').readFileSync(0,'utf8')); process.exitCode = 7";
    const { status, stdout } = run(script, "a b; $x");
    assert.deepEqual([status, stdout], [7, "/ a b; $x typed\n"]);
  });

  it("ends with the code of the signal that ended it", () => {
    assert.equal(run("process.kill(process.pid, 'SIGTERM')").status, 143);
  });

  it("gets the signals that we get", () => {
    const script =
      "process.on('SIGTERM', () => process.exit(9)); process.kill(process.ppid, 'SIGTERM'); setInterval(() => {}, 1e6)";
    assert.equal(run(script).status, 9);
  });
});
