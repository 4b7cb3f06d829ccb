import { appendFileSync } from "node:fs";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { anthropic } from "./anthropic.ts";
import { augment } from "./augment.ts";
import { failing } from "./failures.ts";
import { gemini } from "./gemini.ts";
import { isObj, type Obj, obj, parseJson } from "./json.ts";
import { freshId, Mint } from "./mint.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import { type Asked, brokenRules, type Protocol, type ProtocolId, type Reply } from "./protocol.ts";
import { type DeclaredTool, readSteps, Script, type ScriptedError, type Step } from "./script.ts";

export type { ProtocolId } from "./protocol.ts";
export type { ScriptedError, Step, ToolSpec } from "./script.ts";

export interface RecordedRequest {
  n: number;
  at: string;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  /** The parsed JSON body; a body that is not JSON stays text; null when there was none. */
  body: unknown;
  protocol: ProtocolId | null;
  /**
   * True when the request declares tools, or comes from a CLI that never does (see UNTOOLED): only such
   * a request uses up a step.
   */
  main: boolean;
}

export interface Refusal {
  n: number;
  protocol: ProtocolId;
  rule: string;
  message: string;
  /** Further rules that the same request breaks. */
  also: string[];
}

export interface ServerOptions {
  steps?: Step[];
  /** The key of the minted secrets; the default is the same in every run. */
  secret?: string;
  /** A JSONL file that every request is appended to. */
  log?: string;
  port?: number;
}

const PROTOCOLS: Protocol[] = [anthropic, openaiResponses, openaiChat, gemini, augment];

/** A model server for loopback: scripted answers, strict about the vendors' request rules, and it records all it is asked. */
export class ModelServer {
  readonly requests: RecordedRequest[] = [];
  readonly refusals: Refusal[] = [];
  readonly mint: Mint;
  /** Refuses a main request, which then uses up no step; null: it is answered. */
  limit: ((request: RecordedRequest) => ScriptedError | null) | null = null;
  readonly #script: Script;
  readonly #log: string | undefined;
  readonly #wantedPort: number;
  #http: Server | null = null;
  #port = 0;

  constructor(options: ServerOptions = {}) {
    this.mint = new Mint(options.secret);
    this.#script = new Script(options.steps);
    this.#log = options.log;
    this.#wantedPort = options.port ?? 0;
  }

  async start(): Promise<this> {
    const http = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        sendJson(response, 500, { error: { message: `lab: ${String(error)}` } });
      });
    });
    await new Promise<void>((resolve, reject) => {
      http.once("error", reject);
      http.listen(this.#wantedPort, "127.0.0.1", resolve);
    });
    const address = http.address();
    this.#port = isObj(address) && typeof address.port === "number" ? address.port : 0;
    this.#http = http;
    return this;
  }

  async close(): Promise<void> {
    const http = this.#http;
    this.#http = null;
    if (!http) return;
    http.closeAllConnections();
    await new Promise<void>((resolve) => http.close(() => resolve()));
  }

  /** `http://127.0.0.1:PORT`, without a path. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Replaces the scenario; the next main request gets the first of these steps. */
  script(steps: Step[]): void {
    this.#script.replace(steps);
  }

  get stepsLeft(): number {
    return this.#script.left;
  }

  /** The requests that declare tools, oldest first. */
  mainRequests(since = 0): RecordedRequest[] {
    return this.requests.filter((request) => request.main && request.n >= since);
  }

  lastMain(): RecordedRequest {
    const last = this.mainRequests().at(-1);
    if (!last) {
      const seen = this.requests.map((request) => `${request.method} ${request.url}`).join(", ");
      throw new Error(`the model server saw no main request; it saw: ${seen || "nothing"}`);
    }
    return last;
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.requests.length = 0;
    this.refusals.length = 0;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const url = request.url ?? "/";
    const path = url.split("?")[0] ?? url;
    const text = await readBody(request);
    const parsed = text === "" ? null : (parseJson(text) ?? text);

    if (path.startsWith("/__lab/")) {
      this.#control(path, obj(parsed), response);
      return;
    }

    const protocol = PROTOCOLS.find((candidate) => candidate.handles(method, path)) ?? null;
    const asked: Asked = { url, headers: request.headers, body: obj(parsed) };
    const tools = protocol?.tools(asked) ?? [];
    const recorded: RecordedRequest = {
      n: this.requests.length,
      at: new Date().toISOString(),
      method,
      url,
      headers: request.headers,
      body: parsed,
      protocol: protocol?.id ?? null,
      main: (tools.length > 0 && !isForTitle(asked.body, tools)) || path.startsWith(UNTOOLED),
    };
    this.requests.push(recorded);
    if (this.#log !== undefined) appendFileSync(this.#log, `${JSON.stringify(recorded)}\n`);

    if (!protocol) {
      sendPlain(method, path, response);
      return;
    }
    const [first, ...more] = brokenRules(protocol.rules, asked, this.mint);
    if (first) {
      this.refusals.push({
        n: recorded.n,
        protocol: protocol.id,
        rule: first.rule,
        message: first.violation.message,
        also: more.map((broken) => broken.rule),
      });
      send(response, protocol.refusal(first.violation));
      return;
    }
    const limit = recorded.main ? (this.limit?.(recorded) ?? null) : null;
    const step = limit === null ? this.#script.next(recorded.main) : { error: limit };
    if (step.delayMs !== undefined) await sleep(step.delayMs);
    const error = step.fails === undefined ? step.error : failing(step.fails, protocol.id);
    if (error) {
      const { status, body, headers } = error;
      sendJson(response, status, body, headers);
      return;
    }
    send(response, protocol.answer(step, asked, this.mint));
  }

  #control(path: string, body: Obj, response: ServerResponse): void {
    if (path === "/__lab/script") {
      this.script(readSteps(body.steps));
      sendJson(response, 200, { ok: true });
    } else if (path === "/__lab/requests") {
      sendJson(response, 200, { requests: this.requests, refusals: this.refusals });
    } else {
      sendJson(response, 404, { error: { message: `lab: no control route ${path}` } });
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const raw = Buffer.concat(chunks);
  switch (request.headers["content-encoding"]) {
    case "gzip":
      return gunzipSync(raw).toString("utf8");
    case "zstd":
      return zstdDecompressSync(raw).toString("utf8");
    default:
      return raw.toString("utf8");
  }
}

/** Where a CLI is sent that declares no tools, and asks for no more than answers. */
export const UNTOOLED = "/without-tools";

/**
 * Codex (0.169) asks for a title with all of its tools declared, and for JSON as the answer; Grok
 * Build (0.2.111) with a tool that takes the title.
 */
function isForTitle({ text }: Obj, tools: readonly DeclaredTool[]): boolean {
  if (tools.every(({ name }) => name === "session_title")) return true;
  return obj(obj(text).format).type === "json_schema";
}

/** The small routes beside the model itself. */
function sendPlain(method: string, path: string, response: ServerResponse): void {
  if (method === "HEAD") {
    response.writeHead(200).end();
  } else if (/\/count_tokens$/.test(path)) {
    sendJson(response, 200, { input_tokens: 100 });
  } else if (/:countTokens$/.test(path)) {
    sendJson(response, 200, { totalTokens: 100 });
  } else if (path === "/api/cli/whoami") {
    // Droid's screen asks who is logged in before it shows anything.
    sendJson(response, 200, { userId: "user_lab", orgId: "org_lab" });
  } else if (path === "/get-models") {
    sendJson(response, 200, AUGMENT_MODELS);
  } else if (/\/models$/.test(path)) {
    sendJson(response, 200, { object: "list", data: [], models: [] });
  } else {
    sendJson(response, 404, { error: { message: `lab: no route ${method} ${path}` } });
  }
}

/** What Augment's CLI must know before it begins. */
const AUGMENT_MODELS = {
  default_model: "lab",
  models: [{ name: "lab", suggested_prefix_char_count: 0, suggested_suffix_char_count: 0 }],
  feature_flags: {},
  user: { id: "user_lab", email: "lab@example.com" },
};

function send(response: ServerResponse, reply: Reply): void {
  if (reply.kind === "json") {
    sendJson(response, reply.status, reply.body, reply.headers);
    return;
  }
  if (reply.kind === "lines") {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.end(reply.lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return;
  }
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "request-id": freshId("req_011"),
    "x-request-id": freshId("req_"),
  });
  for (const { event, data } of reply.events) {
    if (event !== undefined) response.write(`event: ${event}\n`);
    response.write(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
  }
  response.end();
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
