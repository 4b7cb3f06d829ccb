/** A client of `droid exec --input-format stream-jsonrpc`: one message a line, over standard input and output. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "./lab.ts";
import { isObj, type Obj, obj, parseJson, str } from "./model-server/json.ts";
import { PATIENCE_MS, timedOut } from "./process.ts";

interface Waiting {
  resolve(result: Obj): void;
  reject(error: Error): void;
}

const PROTOCOL = {
  type: "request",
  jsonrpc: "2.0",
  factoryApiVersion: "1.0.0",
  factoryProtocolVersion: "1.220.0",
};

const FLAGS = ["exec", "--input-format", "stream-jsonrpc", "--output-format", "stream-jsonrpc"];

export class DroidRpc {
  /** What it told without being asked, oldest first: the `notification` of each. */
  readonly told: Obj[] = [];
  /** All that it wrote. */
  output = "";
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, Waiting>();
  #requests = 0;

  constructor(lab: Lab, cwd = lab.cwd) {
    this.#child = spawn(join(lab.bin, "droid"), FLAGS, { cwd, env: lab.env, stdio: "pipe" });
    const { stdout, stderr } = this.#child;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.#receive(line));
    stderr?.on("data", (chunk) => {
      this.output += String(chunk);
    });
    this.#child.on("exit", (code) => this.#failAll(`droid ended with code ${code}`));
  }

  request(method: string, params: Obj = {}): Promise<Obj> {
    this.#requests += 1;
    const id = `lab-${this.#requests}`;
    return new Promise<Obj>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(timedOut(`droid did not answer ${method}:\n${this.output.slice(-3000)}`));
      }, PATIENCE_MS);
      const settled = () => {
        clearTimeout(late);
        this.#waiting.delete(id);
      };
      this.#waiting.set(id, {
        resolve(result) {
          settled();
          resolve(result);
        },
        reject(error) {
          settled();
          reject(error);
        },
      });
      const message = { ...PROTOCOL, id, method, params };
      this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
    });
  }

  /** Sends a user's message and waits until the turn is done: how it ended. */
  async turn(message: Obj): Promise<Obj> {
    const since = this.told.length;
    await this.request("droid.add_user_message", message);
    return this.next("agent_turn_completed", since);
  }

  /** The next that it tells of this type. */
  async next(type: string, since: number): Promise<Obj> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const found = this.told.slice(since).find((one) => one.type === type);
      if (found) return found;
      if (this.#hasEnded()) break;
      await sleep(20);
    }
    throw timedOut(`droid did not tell of ${type}:\n${this.output.slice(-3000)}`);
  }

  async close(): Promise<void> {
    if (this.#hasEnded()) return;
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #receive(line: string): void {
    this.output += `${line}\n`;
    const message = parseJson(line);
    if (!isObj(message)) return;
    if (message.type === "request") {
      this.#answer(message);
      return;
    }
    const waiting = this.#waiting.get(str(message.id) ?? "");
    if (!waiting) {
      this.told.push(obj(obj(message.params).notification));
      return;
    }
    if (isObj(message.error)) waiting.reject(new Error(`droid: ${JSON.stringify(message.error)}`));
    else waiting.resolve(obj(message.result));
  }

  /** It asks for permissions; whatever else it asks is refused. */
  #answer({ id, method }: Obj): void {
    const agreed = method === "droid.request_permission";
    const result = agreed ? { selectedOption: "proceed_once" } : { cancelled: true, answers: [] };
    const message = { ...PROTOCOL, type: "response", id, result };
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #failAll(reason: string): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(`${reason}:\n${this.output.slice(-3000)}`));
    }
  }
}
