/** The command line as a process of its own, with a home of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Fixture } from "./fixtures.ts";

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

  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return runProcess(process.execPath, [BIN, ...args], {
      ...options,
      cwd: options.cwd ?? this.home,
      env: { ...this.env, ...options.env },
    });
  }
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
