import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "./lab.ts";
import { killGroup, PATIENCE_MS, timedOut } from "./process.ts";

export interface TuiOptions {
  cwd?: string;
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

/** A terminal program in a tmux server of its own, so that closing it can touch nothing else. */
export class Tui {
  readonly #socket: string;
  readonly #env: Record<string, string>;

  private constructor(socket: string, env: Record<string, string>) {
    this.#socket = socket;
    this.#env = env;
  }

  /** Starts the command (a program and its arguments, no shell words) in a fresh terminal. */
  static start(lab: Pick<Lab, "cwd" | "env">, command: string[], options: TuiOptions = {}): Tui {
    const { cwd = lab.cwd, columns = 140, rows = 50 } = options;
    const env = { ...lab.env, ...options.env };
    const tui = new Tui(`segue-${randomBytes(6).toString("hex")}`, env);
    const size = ["-x", String(columns), "-y", String(rows)];
    tui.#tmux(["-f", "/dev/null", "new-session", "-d", ...size, "-c", cwd, ...command]);
    // Keeps the last screen readable when the program ends.
    tui.#tmux(["set-option", "-g", "remain-on-exit", "on"]);
    // Programs may set its buffers, as terminals let them set the clipboard.
    tui.#tmux(["set-option", "-s", "set-clipboard", "on"]);
    return tui;
  }

  /** What a program put on the clipboard. */
  clipboard(): string {
    return this.#tmux(["show-buffer"]);
  }

  /** What the screen shows now, as plain text. */
  screen(): string {
    return this.#tmux(["capture-pane", "-p", "-J"]);
  }

  /** Everything that has been on the screen, scrolled-off lines included. */
  transcript(): string {
    return this.#tmux(["capture-pane", "-p", "-J", "-S", "-"]);
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#tmux(["send-keys", "-l", "--", text]);
  }

  /** Presses keys by tmux's names: Enter, Escape, Down, C-c, C-t … */
  press(...keys: string[]): void {
    this.#tmux(["send-keys", ...keys]);
  }

  /**
   * Presses a key again and again until the screen shows the text: a list of suggestions that opens
   * at that moment takes the key for itself. More of it has to do no harm.
   */
  async pressUntil(key: string, wanted: RegExp): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      this.press(key);
      if (await this.waitFor(wanted, 6_000).catch(() => null)) return;
    }
    await this.waitFor(wanted);
  }

  /** Pastes a text, as a terminal does that says so. */
  paste(text: string): void {
    this.#tmux(["set-buffer", "--", text]);
    this.#tmux(["paste-buffer", "-p"]);
  }

  resize(columns: number, rows: number): void {
    this.#tmux(["resize-window", "-x", String(columns), "-y", String(rows)]);
  }

  /** Sends a signal to what the shell in the terminal has started. */
  signal(name: NodeJS.Signals): void {
    const shell = this.#tmux(["list-panes", "-F", "#{pane_pid}"]).trim();
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim();
    for (const pid of children.split(" ")) process.kill(Number(pid), name);
  }

  /** Waits until the screen (with what has scrolled off) shows the text; the error of a timeout shows the screen. */
  async waitFor(wanted: string | RegExp, timeoutMs = PATIENCE_MS): Promise<string> {
    return this.#wait(wanted, timeoutMs, () => this.transcript());
  }

  /** The same without what has scrolled off, where that shows it already. */
  async waitForScreen(wanted: string | RegExp): Promise<string> {
    return this.#wait(wanted, PATIENCE_MS, () => this.screen());
  }

  async #wait(wanted: string | RegExp, timeoutMs: number, look: () => string): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    let seen = "";
    while (Date.now() < deadline) {
      seen = look();
      if (typeof wanted === "string" ? seen.includes(wanted) : wanted.test(seen)) return seen;
      await sleep(80);
    }
    throw timedOut(`the screen did not show ${wanted} within ${timeoutMs} ms:\n${seen}`);
  }

  /** Waits until the screen has not changed for a while. */
  async settle(quietMs = 500, timeoutMs = 15_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    let last = this.screen();
    let since = Date.now();
    while (Date.now() < deadline) {
      await sleep(80);
      const now = this.screen();
      if (now !== last) {
        last = now;
        since = Date.now();
      } else if (Date.now() - since >= quietMs) {
        return now;
      }
    }
    return last;
  }

  /** Closes the terminal and waits until the program in it has ended; what does not end by itself is killed. */
  async close(): Promise<void> {
    const pid = Number(this.#tmux(["list-panes", "-F", "#{pane_pid}"]).trim());
    this.#tmux(["kill-server"]);
    const deadline = Date.now() + 4000;
    while (isRunning(pid) && Date.now() < deadline) await sleep(30);
    killGroup(pid);
  }

  #tmux(args: string[]): string {
    return execFileSync("tmux", ["-L", this.#socket, "-u", ...args], {
      env: this.#env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

/** False for a process that has ended, even when nobody has asked for its exit code yet. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
