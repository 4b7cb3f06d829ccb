/** The command line, with a home of its own. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Fixture } from "./fixtures.ts";
import type { Order, Report } from "./segue-host.ts";

const BIN = join(import.meta.dirname, "../../src/bin.ts");

/** Types are stripped once, not in every process. */
const COMPILED = join(import.meta.dirname, "../../node_modules/.cache/segue-tests");

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  out: string;
  err: string;
}

export interface RunOptions {
  cwd?: string;
  env?: { [name: string]: string };
  stdin?: string | Buffer;
  /** The user that the process runs as. */
  uid?: number;
  /** Without the folder that is named for sessions whose own is not on this machine. */
  asGiven?: boolean;
  /** In a process of its own; so it is too where an option asks for what only a process has. */
  alone?: boolean;
  /** Called as soon as the process is there. */
  started?(child: ChildProcess): void;
}

/** A user's machine: nothing of the real one is seen or touched. */
export class Machine {
  readonly home: string;

  constructor(home: string) {
    this.home = home;
    mkdirSync(this.home, { recursive: true });
  }

  /** Paths below the home folder. */
  at(...names: string[]): string {
    return join(this.home, ...names);
  }

  get env(): { [name: string]: string } {
    return {
      HOME: this.home,
      SEGUE_HOME: this.at(".segue"),
      TMPDIR: process.env.TMPDIR ?? "/tmp",
      PATH: `${this.at("bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
      NODE_NO_WARNINGS: "1",
      NODE_COMPILE_CACHE: COMPILED,
    };
  }

  /** Puts the folders of a fixture, such as "pi/basic", where the agent's CLI had them. */
  install(fixture: Fixture): void {
    const at = fixture.path.indexOf("/.", fixture.path.indexOf("/fixtures/"));
    cpSync(fixture.path.slice(0, at), this.home, { recursive: true });
  }

  /** A copy of a fixture under a name in the home folder. */
  copy(fixture: Fixture, name: string): string {
    copyFileSync(fixture.path, this.at(name));
    return this.at(name);
  }

  /**
   * Runs Segue. A process takes a quarter of a second to start, and the tests do so a thousand
   * times: what ends by itself and starts nothing runs in one that is there already.
   */
  run(given: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const args = options.asGiven ? given : forItsFolder(given);
    const order = {
      args: [...args],
      cwd: options.cwd ?? this.home,
      env: { ...this.env, ...options.env },
    };
    if (!needsProcess(args, options)) return hosted(order);
    const { cwd, env } = order;
    return runProcess(process.execPath, [BIN, ...args], { ...options, cwd, env });
  }
}

/** The fixtures' project, which no machine has: what is written for it has to name it. */
export const SHOP = "/home/dev/shop";

function forItsFolder(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const named = own.some((arg) => arg === "--cwd" || arg === "--handoff");
  if (named || !own.includes("--no-launch")) return args;
  return [...own, "--cwd", SHOP, ...args.slice(own.length)];
}

const ENDS =
  /^(?:list|show|search|convert|check|dump|keep|restore|forget|agents|doctor|scan|config|handoff|log|undo)$/;

function needsProcess(
  args: readonly string[],
  { alone, stdin, uid, started, env = {} }: RunOptions,
): boolean {
  if (alone || stdin !== undefined || uid !== undefined || started) return true;
  if (Object.keys(env).some((name) => name.startsWith("NODE_"))) return true;
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  // It replaces its process with the agent's.
  const launches = !own.some((arg) => /^--(?:no-launch|dry-run|debug-prompt)$/.test(arg));
  return launches && !ENDS.test(own[0] ?? "");
}

let host: ReturnType<typeof fork> | undefined;
let last: Promise<unknown> = Promise.resolve();

/** One after the other: folder and environment are the process's. */
function hosted(order: Order): Promise<Ended> {
  const next = last.then(() => inHost(order));
  last = next.catch(() => {});
  return next;
}

function inHost(order: Order): Promise<Ended> {
  const child = host ?? startHost();
  host = child;
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      host = undefined;
      reject(new Error(`the process that runs Segue ended with ${code}: ${order.args.join(" ")}`));
    };
    child.once("exit", ended);
    child.channel?.ref();
    child.once("message", (report: Report) => {
      child.off("exit", ended);
      child.channel?.unref();
      const [stdout, stderr] = [report.stdout, report.stderr].map((text) =>
        Buffer.from(text, "base64"),
      );
      const [out = Buffer.of(), err = Buffer.of()] = [stdout, stderr];
      const { code } = report;
      resolve({ code, signal: null, stdout: out, out: out.toString(), err: err.toString() });
    });
    child.send(order);
  });
}

function startHost(): ReturnType<typeof fork> {
  const child = fork(join(import.meta.dirname, "segue-host.ts"), {
    env: { NODE_NO_WARNINGS: "1", NODE_COMPILE_CACHE: COMPILED, PATH: process.env.PATH ?? "" },
    // A test's own coverage, inspector and such are not meant for it.
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  // It ends with the test file.
  child.unref();
  child.channel?.unref();
  return child;
}

export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env, stdin = "", uid, started }: RunOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["pipe", "pipe", "pipe"],
      ...(uid === undefined ? {} : { uid }),
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    // A process that does not read its input is no failure of ours.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const stdout = Buffer.concat(out);
      resolve({
        code,
        signal,
        stdout,
        out: stdout.toString("utf8"),
        err: Buffer.concat(err).toString("utf8"),
      });
    });
    started?.(child);
  });
}
