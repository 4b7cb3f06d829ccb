/** OpenCode's and Kilo's HTTP server: what their screens do beyond a prompt. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "./lab.ts";
import type { Obj } from "./model-server/json.ts";

export class OpenCodeServer {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #cwd: string;

  private constructor(child: ChildProcess, url: string, cwd: string) {
    this.#child = child;
    this.#url = url;
    this.#cwd = cwd;
  }

  static async start(lab: Lab, command = "opencode"): Promise<OpenCodeServer> {
    const args = ["serve", "--port", "0", "--hostname", "127.0.0.1"];
    const child = spawn(join(lab.bin, command), args, { cwd: lab.cwd, env: lab.env });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    for (let n = 0; n < 600; n++) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (url !== undefined) return new OpenCodeServer(child, url, lab.cwd);
      await sleep(100);
    }
    child.kill("SIGKILL");
    throw new Error(`the server of ${command} did not start: ${said}`);
  }

  async request(method: string, path: string, body?: Obj): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { "content-type": "application/json", "x-opencode-directory": this.#cwd },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(kill);
  }
}
