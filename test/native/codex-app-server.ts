import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Lab } from "./lab.ts";
import { isObj, type Obj, obj, objs, parseJson } from "./model-server/json.ts";
import { PATIENCE_MS, timedOut } from "./process.ts";

interface Waiting {
  resolve(result: Obj): void;
  reject(error: Error): void;
}

/** A client for `codex app-server`: JSON-RPC, one message a line, over standard input and output. */
export class CodexAppServer {
  /** What the server told without being asked, oldest first. */
  readonly notifications: Obj[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #stderr = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(lab: Lab): Promise<CodexAppServer> {
    const child = spawn(join(lab.bin, "codex"), ["app-server"], {
      cwd: lab.cwd,
      env: lab.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const server = new CodexAppServer(child);
    createInterface({ input: child.stdout }).on("line", (line) => server.#receive(line));
    child.stderr.on("data", (chunk: Buffer) => {
      server.#stderr += chunk.toString("utf8");
    });
    child.on("exit", (code) => server.#failAll(`codex app-server ended with code ${code}`));
    await server.request("initialize", {
      clientInfo: { name: "segue-lab", title: "Segue's laboratory", version: "0.0.0" },
      capabilities: { experimentalApi: true },
    });
    server.#send({ method: "initialized" });
    return server;
  }

  request(method: string, params: Obj = {}): Promise<Obj> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<Obj>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(timedOut(`codex app-server did not answer ${method}; stderr:\n${this.#stderr}`));
      }, PATIENCE_MS);
      this.#waiting.set(id, {
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#send({ id, method, params });
    });
  }

  /** The threads as Codex's own picker lists them (every page). */
  async listThreads(params: Obj = {}): Promise<Obj[]> {
    const threads: Obj[] = [];
    let cursor: unknown = null;
    do {
      const page = await this.request("thread/list", { ...ALL_SOURCES, ...params, cursor });
      threads.push(...objs(page.data));
      cursor = page.nextCursor ?? null;
    } while (cursor !== null);
    return threads;
  }

  /** A thread with its turns, as Codex's own transcript shows it. */
  async readThread(threadId: string): Promise<Obj> {
    const { thread } = await this.request("thread/read", { threadId, includeTurns: true });
    return obj(thread);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(timer);
  }

  #send(message: Obj): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #receive(line: string): void {
    const message = parseJson(line);
    if (!isObj(message)) return;
    const waiting = typeof message.id === "number" ? this.#waiting.get(message.id) : undefined;
    if (!waiting || typeof message.id !== "number") {
      this.notifications.push(message);
      return;
    }
    this.#waiting.delete(message.id);
    if (isObj(message.error)) waiting.reject(new Error(`codex: ${JSON.stringify(message.error)}`));
    else waiting.resolve(obj(message.result));
  }

  #failAll(reason: string): void {
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new Error(`${reason}; stderr:\n${this.#stderr}`));
    }
    this.#waiting.clear();
  }
}

/** Without this the list holds interactive threads only, not those of `codex exec`. */
const ALL_SOURCES: Obj = { sourceKinds: ["cli", "vscode", "exec", "appServer", "unknown"] };
