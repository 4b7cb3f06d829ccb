/** A small client of the Agent Client Protocol: JSON-RPC over standard input and output, a line a message. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Lab } from "./lab.ts";
import { type Obj, obj, parseJson, str } from "./model-server/json.ts";
import { killGroup, PATIENCE_MS, timedOut } from "./process.ts";

/** One `session/update` notification. */
export interface AcpUpdate {
  sessionId: string;
  /** "user_message_chunk", "agent_message_chunk", "tool_call" … */
  kind: string;
  update: Obj;
}

interface Waiting {
  resolve(result: Obj): void;
  reject(error: Error): void;
}

export class AcpClient {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;
  #stderr = "";
  readonly updates: AcpUpdate[] = [];

  private constructor(lab: Lab, command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { cwd: lab.cwd, env: lab.env, detached: true });
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#line(line));
    this.#process.stderr.on("data", (chunk) => {
      this.#stderr += String(chunk);
    });
    this.#process.on("exit", (code) => this.#fail(`the agent ended with ${code}`));
  }

  /** Starts an agent and shakes hands with it. */
  static async start(lab: Lab, command: string, args: readonly string[]): Promise<AcpClient> {
    const client = new AcpClient(lab, command, args);
    const capabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
    const clientInfo = { name: "segue-lab", version: "1" };
    try {
      const told = await client.request("initialize", {
        protocolVersion: 1,
        clientCapabilities: capabilities,
        clientInfo,
      });
      if (obj(told.agentCapabilities).loadSession !== true) {
        throw new Error(`the agent cannot load sessions: ${JSON.stringify(told)}`);
      }
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** Loads a session: all that was said in it comes as updates. */
  async load(sessionId: string, cwd: string): Promise<AcpUpdate[]> {
    const since = this.updates.length;
    await this.request("session/load", { sessionId, cwd, mcpServers: [] });
    await this.#quiet();
    return this.updates.slice(since).filter((update) => update.sessionId === sessionId);
  }

  request(method: string, params: Obj): Promise<Obj> {
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(timedOut(`no answer to ${method}: ${this.#stderr}`)),
        PATIENCE_MS,
      );
      const done = () => {
        clearTimeout(late);
        this.#waiting.delete(id);
      };
      this.#waiting.set(id, {
        resolve(result) {
          done();
          resolve(result);
        },
        reject(error) {
          done();
          reject(error);
        },
      });
      this.#send({ id, method, params });
    });
  }

  /** As an editor that is closed: the agent ends by itself, and is ended where it does not. */
  async leave(): Promise<void> {
    const ended = new Promise<boolean>((resolve) =>
      this.#process.once("exit", () => resolve(true)),
    );
    const late = new Promise<boolean>((resolve) =>
      setTimeout(() => resolve(false), 10_000).unref(),
    );
    this.#process.stdin.end();
    await Promise.race([ended, late]);
    this.close();
  }

  close(): void {
    this.#fail("closed");
    killGroup(this.#process.pid);
  }

  /** Lets the agent end by itself, so that all it has to write is written. */
  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    const late = setTimeout(() => killGroup(this.#process.pid), PATIENCE_MS);
    await ended;
    clearTimeout(late);
  }

  #send(message: Obj): void {
    this.#process.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  #line(line: string): void {
    const message = obj(parseJson(line));
    const { id, method } = message;
    if (method === "session/update") {
      const { sessionId, update } = obj(message.params);
      const body = obj(update);
      this.updates.push({
        sessionId: str(sessionId) ?? "",
        kind: str(body.sessionUpdate) ?? "",
        update: body,
      });
    } else if (typeof method === "string" && id !== undefined) {
      // The agent asks for something that this client does not have.
      this.#send({ id, error: { code: -32601, message: "method not found" } });
    } else if (typeof id === "number") this.#answer(id, message);
  }

  #answer(id: number, { result, error }: Obj): void {
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(obj(result));
    else waiting?.reject(new Error(`${JSON.stringify(error)}\n${this.#stderr}`));
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`${why}: ${this.#stderr}`));
  }

  /** Some agents answer before they have told all: waits until nothing more comes. */
  async #quiet(): Promise<void> {
    for (let before = -1; before < this.updates.length; ) {
      before = this.updates.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** The texts of an update, wherever in it they stand. */
export function textsIn(update: unknown): string[] {
  if (typeof update === "string") return [update];
  if (typeof update !== "object" || update === null) return [];
  return Object.values(update).flatMap(textsIn);
}
