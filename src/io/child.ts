/**
 * Runs an agent as if it had been started by hand: with our terminal, in our process group, so that the
 * terminal's keys and its size reach it directly. What reaches only us is passed on.
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { constants } from "node:os";
import { SegueError } from "../errors.ts";
import { familyOf, heeds, isAlive, type Member, signal as send } from "./family.ts";
import { catchSignals, leaveSignals } from "./interrupt.ts";
import { findCommand } from "./launch.ts";
import { processes } from "./processes.ts";
import { programWords } from "./program.ts";
import type { Env } from "./state.ts";

export interface ChildOptions {
  command: readonly string[];
  cwd: string;
  env: Env;
  /** Without: ours. */
  withoutInput?: boolean;
  /** A file for what it prints, instead of our output; null for our own. */
  output: string | null;
  /** Called with what it prints as errors, which we print as well. */
  errors?(text: string): void;
  /** Called when a signal was meant to end us, and thus the child. */
  interrupted?(): void;
}

export interface ChildEnd {
  code: number;
  signal: NodeJS.Signals | null;
}

export interface Child {
  pid: number;
  /** When it has ended. */
  ended: Promise<ChildEnd>;
  /** Sends a signal to it and to those of its processes that Ctrl-C ends, if they still run: see family.ts. */
  kill(signal: NodeJS.Signals): void;
  /** Does any of those still run that were sent a signal? */
  isAlive(): boolean;
}

/** @throws SegueError if there is no such program. */
export function startChild(options: ChildOptions): Promise<Child> {
  const { command, cwd, env, output } = options;
  const [name = "", ...args] = command;
  const path = findCommand(name, env);
  if (path === null) throw new SegueError("failed", `there is no "${name}" on PATH`);
  const [program, ...before] = programWords(path, env);
  const out = output === null ? null : openSync(output, "a", 0o600);
  const screen = savedScreen();
  const child = spawn(program, [...before, ...args], {
    cwd,
    env: { ...env, PWD: cwd },
    stdio: [
      options.withoutInput ? "ignore" : "inherit",
      out ?? "inherit",
      options.errors ? "pipe" : "inherit",
    ],
  });
  if (out !== null) closeSync(out);
  child.stderr?.on("data", (chunk: Buffer) => {
    process.stderr.write(chunk);
    options.errors?.(chunk.toString("utf8"));
  });
  let [hasEnded, hasExited] = [false, false];
  const kill = (signal: NodeJS.Signals): void => {
    if (!hasEnded) child.kill(signal);
  };
  let killAll = kill;
  const told = passSignals(kill, {
    interrupted: () => options.interrupted?.(),
    kill: () => killAll("SIGKILL"),
  });
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      told.stop();
      screen.restore();
    };
    const ended = new Promise<ChildEnd>((done) => {
      const report = (code: number | null, by: NodeJS.Signals | null): void => {
        leave();
        const signal = by === "SIGKILL" ? (told.killedAfter() ?? by) : by;
        done({ code: code ?? 128 + (signal === null ? 1 : constants.signals[signal]), signal });
      };
      let timer: NodeJS.Timeout | undefined;
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        report(code, signal);
      });
      // What it started may keep its error output open.
      child.on("exit", (code, signal) => {
        hasExited = true;
        timer = setTimeout(() => {
          child.stderr?.destroy();
          report(code, signal);
        }, LAST_WORDS);
      });
    });
    child.on("error", (error) => {
      leave();
      // The system reports the program as missing, whatever it is that is missing.
      const why = existsSync(cwd) ? error.message : `the folder ${cwd} is gone`;
      reject(new SegueError("failed", `"${name}" cannot be started: ${why}`));
    });
    child.on("spawn", () => {
      const pid = child.pid ?? 0;
      const unfollow = followStops(pid);
      void ended.then(unfollow);
      // By number and start. What was seen once stays, as its parent may end before it.
      const family = new Map<string, Member>();
      killAll = (signal) => {
        // Once it has ended, its number may be another process's.
        for (const one of hasExited ? [] : familyOf(pid)) family.set(nameOf(one), one);
        for (const [name, one] of family) {
          const isOther = hasExited && one.pid === pid && one.started === null;
          if (isOther || !heeds(one, signal)) family.delete(name);
          else send(one, signal);
        }
      };
      resolve({
        pid,
        ended,
        kill: killAll,
        isAlive: () => !hasEnded || [...family.values()].some((one) => isAlive(one)),
      });
    });
  });
}

const isWindows = process.platform === "win32";

function nameOf({ pid, started }: Pick<Member, "pid" | "started">): string {
  return `${pid} ${started}`;
}

/** How long what it printed last may take to arrive, in milliseconds. */
const LAST_WORDS = 500;

/** Those that a terminal sends to all processes in its foreground. */
const OF_KEYS: readonly NodeJS.Signals[] = isWindows ? ["SIGINT"] : ["SIGINT", "SIGQUIT"];
const OTHERS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];

/** How long a program may take to end after a signal, before it gets the next one. */
export const GRACE = 5000;

interface Passing {
  stop(): void;
  /** The signal that it did not heed, so that it was killed; null if it was not. */
  killedAfter(): NodeJS.Signals | null;
}

/**
 * Whoever presses a key sees whether the child heeds it. Whoever sends us a signal, such as a CI job that is cancelled,
 * or a terminal that is closed, wants us to end, and no child to stay behind.
 */
function passSignals(
  pass: (signal: NodeJS.Signals) => void,
  { interrupted, kill }: { interrupted(): void; kill(): void },
): Passing {
  leaveSignals();
  let timer: NodeJS.Timeout | undefined;
  let killedAfter: NodeJS.Signals | null = null;
  const killLater = (signal: NodeJS.Signals): void => {
    timer ??= setTimeout(() => {
      killedAfter = signal;
      kill();
    }, GRACE);
  };
  const handlers = new Map<NodeJS.Signals, () => void>();
  for (const signal of OF_KEYS) {
    handlers.set(signal, () => {
      if (!isForeground()) pass(signal);
      interrupted();
    });
  }
  for (const signal of OTHERS) {
    handlers.set(signal, () => {
      pass(signal);
      interrupted();
      killLater(signal);
    });
  }
  // It was stopped with us, or by `followStops`.
  if (!isWindows) handlers.set("SIGCONT", () => pass("SIGCONT"));
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const stop = (): void => {
    clearTimeout(timer);
    for (const [signal, handler] of handlers) process.off(signal, handler);
    catchSignals();
  };
  return { stop, killedAfter: () => killedAfter };
}

/**
 * Are we the foreground of a terminal? Then the child, which is in our group, has received the signal of a
 * key as well. If the system does not say: whoever has a terminal is.
 */
function isForeground(): boolean {
  const own = processes.at(process.pid);
  if (own === null) return process.stdin.isTTY === true || isWindows;
  return own.group === own.foreground;
}

/** How often it looks whether the child has stopped, in milliseconds. */
const LOOK = 200;

/**
 * A program on the whole screen stops itself when the user presses Ctrl-Z. The shell waits for us, so we
 * stop as well; when the shell continues us, the child continues, too.
 */
function followStops(pid: number): () => void {
  if (process.platform !== "linux" || process.stdin.isTTY !== true) return () => {};
  const timer = setInterval(() => {
    if (processes.at(pid)?.state === "T") process.kill(process.pid, "SIGSTOP");
  }, LOOK);
  return () => clearInterval(timer);
}

/** Ends the alternate screen, shows the cursor, and switches off the reports of mouse, paste, focus and keys. */
const PLAIN_SCREEN =
  "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[0m";

/** A program that is ended may leave the terminal as it used it. */
function savedScreen(): { restore(): void } {
  if (process.stdin.isTTY !== true || isWindows) return { restore: () => {} };
  const { stdout, status } = stty(["-g"]);
  const saved = stdout.trim();
  const restore = (): void => {
    if (stty(["-g"]).stdout.trim() === saved) return;
    stty([saved]);
    if (process.stdout.isTTY) process.stdout.write(PLAIN_SCREEN);
  };
  return status === 0 && saved !== "" ? { restore } : { restore: () => {} };
}

function stty(args: readonly string[]): { stdout: string; status: number | null } {
  return spawnSync("stty", [...args], { encoding: "utf8", stdio: ["inherit", "pipe", "ignore"] });
}

/** Ends this process as the child ended: a shell stops its loop after Ctrl-C only if it sees the signal. */
export function endLike({ code, signal }: ChildEnd): void {
  process.exitCode = code;
  const isPassed = signal !== null && ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"].includes(signal);
  if (!isPassed || signal === null) return;
  leaveSignals();
  process.kill(process.pid, signal);
}
