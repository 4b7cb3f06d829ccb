import { spawn } from "node:child_process";

/**
 * How long anything is waited for, in milliseconds: only what hangs waits so long, so that a slow
 * machine makes tests slow and not red.
 */
export const PATIENCE_MS = 240_000;

/**
 * A CLI that did not start, or did not do within its time what was waited for: on a machine that is
 * busy it may the next time. Only of such errors is a test tried again, see run.ts.
 */
export function timedOut(what: string): Error {
  return new Error(`${TIMED_OUT}${what}`);
}

export const TIMED_OUT = "timed out: ";

export interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  /** Written to standard input, which is then closed; without it standard input is closed at once. */
  input?: string;
  /** Ends it, with the processes that it started; that is no error. */
  stop?: AbortSignal;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
}

/** Runs a program to its end. One that outlives its time is ended, with the processes that it started, and that is an error. */
export function run(program: string, args: string[], options: RunOptions): Promise<RunResult> {
  const { cwd, env, input } = options;
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawn(program, args, {
      cwd,
      env,
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, PATIENCE_MS);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(timedOut(`${program} did not start: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const result: RunResult = {
        code,
        signal,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8"),
        ms: Date.now() - started,
      };
      if (late) {
        const shown = `${result.stdout.slice(-1500)}\n${result.stderr.slice(-1500)}`;
        const patience = `${program} did not end within ${PATIENCE_MS} ms`;
        reject(timedOut(`${patience}; it had printed:\n${shown}`));
      } else resolve(result);
    });
    const end = (): void => killGroup(child.pid);
    if (options.stop?.aborted === true) end();
    options.stop?.addEventListener("abort", end, { once: true });
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });
}

/** Ends a process of ours and those in its group. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
