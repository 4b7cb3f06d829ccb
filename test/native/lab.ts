import { execFileSync, spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { driverOf, drivers } from "./agents/index.ts";
import type { CliOptions, CliRun } from "./agents/types.ts";
import { install } from "./install.ts";
import { ModelServer, type ServerOptions } from "./model-server/server.ts";

export { COPILOT_MODELS } from "./agents/copilot.ts";
export { AGENTS, PAIRS, SOME_PAIRS } from "./agents/index.ts";
export { PI_MODELS } from "./agents/pi.ts";
export type { CliOptions, CliRun } from "./agents/types.ts";

/** Segue's id of an agent. */
export type Agent = string;

/** A private HOME and project in a folder of their own, with a model server that the CLIs there talk to. */
export interface Lab {
  root: string;
  home: string;
  /** The project: a git repository with a file hello.txt. */
  cwd: string;
  /** Holds the agents' programs by name; it is the first folder of the lab's PATH. */
  bin: string;
  server: ModelServer;
  /** The whole environment that the CLIs get; nothing of the host's leaks in. */
  env: Record<string, string>;
  close(): Promise<void>;
}

export interface LabOptions extends ServerOptions {
  /** pi's default model; one of PI_MODELS. */
  piModel?: string;
  /** codex's default model. */
  codexModel?: string;
  /** Lets gemini clean up its sessions, as it does by default. */
  geminiCleansUp?: boolean;
}

export async function createLab(options: LabOptions = {}): Promise<Lab> {
  install();
  const root = realpathSync(mkdtempSync(join(tmpdir(), "segue-lab-")));
  const folder = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const home = folder("home");
  const cwd = folder("project");
  const bin = folder("bin");
  const server = await new ModelServer(options).start();
  const tmp = folder("tmp");
  const env = machineEnv(home, bin, tmp);
  const place = { home, folders: [cwd], url: server.url, options };
  for (const driver of drivers) {
    writeProgram(bin, driver.command, driver.program);
    driver.configure(place);
    Object.assign(env, driver.env(place));
  }
  createProject(cwd, env);
  const close = async (): Promise<void> => {
    await server.close();
    endTerminals(tmp, env);
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  return { root, home, cwd, bin, server, env, close };
}

export function runCli(lab: Lab, agent: Agent, options: CliOptions): Promise<CliRun> {
  return driverOf(agent).run(lab, options);
}

/** Where a session is in the agent's own store; the newest place when several carry the id. */
export function sessionPath(lab: Lab, agent: Agent, id: string): string {
  return driverOf(agent).sessionPath(lab, id);
}

/** Ends the tmux servers that CLIs have started here and left behind, as OpenHands 1.16.0 does. */
function endTerminals(tmp: string, env: Record<string, string>): void {
  for (const socket of globSync("tmux-*/*", { cwd: tmp })) {
    spawnSync("tmux", ["-S", join(tmp, socket), "kill-server"], { env, stdio: "ignore" });
  }
}

/** The command line that opens a session in an agent's terminal interface (see tmux.ts). */
export function tuiCommand(agent: Agent, args: readonly string[] = []): string[] {
  return driverOf(agent).tui(args);
}

function machineEnv(home: string, bin: string, tmp: string): Record<string, string> {
  return {
    PATH: [bin, dirname(process.execPath), process.env.PATH ?? "/usr/bin:/bin"].join(":"),
    HOME: home,
    TMPDIR: tmp,
    TMUX_TMPDIR: tmp,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    TZ: "UTC",
    SHELL: "/bin/bash",
    GIT_CONFIG_NOSYSTEM: "1",
  };
}

/** A small script named like the CLI, so that whatever starts it by name gets the pinned one. */
function writeProgram(bin: string, command: string, program: readonly string[]): void {
  const line = program.map((word) => `'${word}'`).join(" ");
  writeFileSync(join(bin, command), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
}

function createProject(cwd: string, env: Record<string, string>): void {
  writeFileSync(join(cwd, "hello.txt"), "Hello from the lab.\n");
  const git = (...args: string[]): void => {
    const who = ["-c", "user.name=Lab", "-c", "user.email=lab@example.com"];
    execFileSync("git", [...who, ...args], { cwd, env, stdio: "ignore" });
  };
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "A project for the lab");
}
