import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { install, programs } from "./install.ts";
import { isObj, type Obj, obj, objs, parseJson, str } from "./model-server/json.ts";
import { ModelServer, type ServerOptions } from "./model-server/server.ts";
import { type RunResult, run } from "./process.ts";

export type Agent = "claude" | "codex" | "pi";
export const AGENTS: Agent[] = ["claude", "codex", "pi"];

/** A private HOME and project in a folder of their own, with a model server that the CLIs there talk to. */
export interface Lab {
  root: string;
  home: string;
  /** The project: a git repository with a file hello.txt. */
  cwd: string;
  /** Holds `claude`, `codex` and `pi`; it is the first folder of the lab's PATH. */
  bin: string;
  server: ModelServer;
  /** The whole environment that the CLIs get; nothing of the host's leaks in. */
  env: Record<string, string>;
  close(): Promise<void>;
}

export interface LabOptions extends ServerOptions {
  /** pi's default model; one of PI_MODELS. */
  piModel?: string;
  /** codex's default model. */
  codexModel?: string;
}

export interface CliOptions {
  prompt: string;
  /** The id of the session to go on with; for claude and pi a path works too. */
  resume?: string;
  /** The path of a PNG to send along. */
  image?: string;
  /** claude and codex: a model's name; pi: provider/model (see PI_MODELS). */
  model?: string;
  /** The default is the lab's project. */
  cwd?: string;
  /** Further arguments, before the prompt. */
  args?: string[];
  timeoutMs?: number;
}

/** What one headless run of a CLI came to. */
export interface CliRun extends RunResult {
  agent: Agent;
  /** The session that was started or resumed, where the CLI told. */
  sessionId: string | null;
  /** The last text of the assistant. */
  text: string | null;
  /** An error that the CLI told of, whatever its exit code. */
  error: string | null;
}

/** The models of the lab's pi, one for each protocol. */
export const PI_MODELS = {
  anthropic: "lab-anthropic/claude-lab",
  responses: "lab-responses/gpt-lab",
  chat: "lab-chat/chat-lab",
  gemini: "lab-gemini/gemini-3-lab",
} as const;

const API_KEY = "sk-ant-lab-0123456789abcdefghijklmnopqrstuvwxyz";

export async function createLab(options: LabOptions = {}): Promise<Lab> {
  install();
  const root = realpathSync(mkdtempSync(join(tmpdir(), "segue-lab-")));
  const folder = (name: string): string => {
    const path = join(root, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const home = folder("home");
  const cwd = folder("project");
  const bin = folder("bin");
  const server = await new ModelServer(options).start();
  const env = labEnv(home, bin, folder("tmp"), server.url);
  writePrograms(bin);
  writeClaudeConfig(home, [cwd]);
  writeCodexConfig(home, [cwd], server.url, options.codexModel ?? "gpt-5.5");
  writePiConfig(home, server.url, options.piModel ?? PI_MODELS.anthropic);
  createProject(cwd, env);
  const close = async (): Promise<void> => {
    await server.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  return { root, home, cwd, bin, server, env, close };
}

export function runCli(lab: Lab, agent: Agent, options: CliOptions): Promise<CliRun> {
  const runners = { claude: runClaude, codex: runCodex, pi: runPi };
  return runners[agent](lab, options);
}

/** `claude -p`, from the print mode's stream of JSON lines. */
export async function runClaude(lab: Lab, options: CliOptions): Promise<CliRun> {
  const content: Obj[] = [];
  if (options.image !== undefined) {
    const data = execFileSync("base64", ["-w0", options.image], { encoding: "utf8" });
    content.push({ type: "image", source: { type: "base64", media_type: "image/png", data } });
  }
  content.push({ type: "text", text: options.prompt });
  const args = ["-p", "--output-format", "stream-json", "--input-format", "stream-json"];
  args.push("--verbose", "--dangerously-skip-permissions");
  if (options.resume !== undefined) args.push("--resume", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  const input = `${JSON.stringify({ type: "user", message: { role: "user", content } })}\n`;
  const done = await runProgram(lab, "claude", [...args, ...(options.args ?? [])], options, input);
  const events = jsonLines(done.stdout);
  const result = events.findLast((event) => event.type === "result");
  const text = str(result?.result) ?? null;
  return {
    ...done,
    agent: "claude",
    sessionId: str(events.find((event) => str(event.session_id))?.session_id) ?? null,
    text,
    error: failure(done, result?.is_error === true ? text : null),
  };
}

/** `codex exec --json`. */
export async function runCodex(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["exec"];
  if (options.resume !== undefined) args.push("resume");
  args.push("--json", "--dangerously-bypass-approvals-and-sandbox", "--skip-git-repo-check");
  if (options.model !== undefined) args.push("-m", options.model);
  if (options.image !== undefined) args.push("-i", options.image);
  args.push(...(options.args ?? []), "--");
  if (options.resume !== undefined) args.push(options.resume);
  args.push(options.prompt);
  const done = await runProgram(lab, "codex", args, options);
  const events = jsonLines(done.stdout);
  const started = events.find((event) => event.type === "thread.started");
  const failed = events.find((event) => event.type === "turn.failed");
  const said = events
    .map((event) => obj(event.item))
    .findLast((item) => item.type === "agent_message");
  return {
    ...done,
    agent: "codex",
    sessionId: str(started?.thread_id) ?? null,
    text: str(said?.text) ?? null,
    error: failure(done, str(obj(failed?.error).message) ?? null),
  };
}

/** `pi --mode json`, which ends with exit code 0 after errors too: `error` tells. */
export async function runPi(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--mode", "json"];
  if (options.resume !== undefined) args.push("--session", options.resume);
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []));
  if (options.image !== undefined) args.push(`@${options.image}`);
  args.push(options.prompt);
  const done = await runProgram(lab, "pi", args, options);
  const events = jsonLines(done.stdout);
  const answers = events
    .filter((event) => event.type === "message_end")
    .map((event) => obj(event.message))
    .filter((message) => message.role === "assistant");
  const last = answers.at(-1);
  const texts = objs(last?.content).filter((part) => part.type === "text");
  const bad = last?.stopReason === "error" || last?.stopReason === "aborted";
  return {
    ...done,
    agent: "pi",
    sessionId: str(events.find((event) => event.type === "session")?.id) ?? null,
    text: str(texts.at(-1)?.text) ?? null,
    error: failure(done, bad ? (str(last?.errorMessage) ?? "error") : null),
  };
}

/** The file of a session in the agent's own store; the newest one when several carry the id. */
export function sessionPath(lab: Lab, agent: Agent, id: string): string {
  const patterns: Record<Agent, string> = {
    claude: `.claude/projects/*/${id}.jsonl`,
    codex: `.codex/sessions/**/rollout-*-${id}*.jsonl`,
    pi: `.pi/agent/sessions/*/*_${id}.jsonl`,
  };
  const found = globSync(patterns[agent], { cwd: lab.home }).sort();
  const last = found.at(-1);
  if (last === undefined) throw new Error(`${agent} wrote no file for session ${id}`);
  return join(lab.home, last);
}

/** The command line that opens a session in an agent's terminal interface (see tmux.ts). */
export function tuiCommand(agent: Agent, args: string[] = []): string[] {
  return agent === "codex" ? ["codex", "--no-daemon", ...args] : [agent, ...args];
}

async function runProgram(
  lab: Lab,
  agent: Agent,
  args: string[],
  options: CliOptions,
  input?: string,
): Promise<RunResult> {
  const { cwd = lab.cwd, timeoutMs = 60_000 } = options;
  const settings = { cwd, env: lab.env, timeoutMs };
  return run(join(lab.bin, agent), args, input === undefined ? settings : { ...settings, input });
}

function failure(done: RunResult, told: string | null): string | null {
  if (told !== null) return told;
  if (done.code === 0) return null;
  return `exit code ${done.code ?? done.signal}: ${done.stderr.slice(-2000) || done.stdout.slice(-2000)}`;
}

function jsonLines(text: string): Obj[] {
  return text.split("\n").map(parseJson).filter(isObj);
}

function labEnv(home: string, bin: string, tmp: string, url: string): Record<string, string> {
  return {
    PATH: [bin, dirname(process.execPath), process.env.PATH ?? "/usr/bin:/bin"].join(":"),
    HOME: home,
    TMPDIR: tmp,
    TMUX_TMPDIR: tmp,
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    TZ: "UTC",
    SHELL: "/bin/bash",
    GIT_CONFIG_NOSYSTEM: "1",
    // Claude Code
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: API_KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_MAX_RETRIES: "0",
    IS_SANDBOX: "1",
    // Pi
    PI_OFFLINE: "1",
    PI_TELEMETRY: "0",
    PI_SKIP_VERSION_CHECK: "1",
  };
}

/** Small scripts named like the CLIs, so that whatever starts `claude` by name gets the pinned one. */
function writePrograms(bin: string): void {
  const script = (command: string): string => `#!/bin/sh\nexec ${command} "$@"\n`;
  const node = process.execPath;
  const commands: Record<Agent, string> = {
    claude: `'${programs.claude}'`,
    codex: `'${node}' '${programs.codex}'`,
    pi: `'${node}' '${programs.pi}'`,
  };
  for (const agent of AGENTS) {
    writeFileSync(join(bin, agent), script(commands[agent]), { mode: 0o755 });
  }
}

/** Lets Claude Code's terminal interface start without its first-run questions in these folders. */
function writeClaudeConfig(home: string, folders: string[]): void {
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  const config = {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    theme: "dark",
    customApiKeyResponses: { approved: [API_KEY.slice(-20)], rejected: [] },
    projects: Object.fromEntries(folders.map((folder) => [folder, trusted])),
  };
  writeFileSync(join(home, ".claude.json"), JSON.stringify(config));
}

function writeCodexConfig(home: string, folders: string[], url: string, model: string): void {
  mkdirSync(join(home, ".codex"), { recursive: true });
  const trusted = folders.map((folder) => `[projects."${folder}"]\ntrust_level = "trusted"\n`);
  const config = `model = "${model}"
model_provider = "lab"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[model_providers.lab]
name = "lab"
base_url = "${url}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
${trusted.join("")}`;
  writeFileSync(join(home, ".codex/config.toml"), config);
}

function writePiConfig(home: string, url: string, defaultModel: string): void {
  const agentDir = join(home, ".pi/agent");
  mkdirSync(agentDir, { recursive: true });
  const provider = (api: string, baseUrl: string, id: string): Obj => ({
    baseUrl,
    api,
    apiKey: API_KEY,
    models: [
      {
        id,
        name: id,
        reasoning: true,
        input: ["text", "image"],
        contextWindow: 400_000,
        maxTokens: 32_000,
        cost: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
      },
    ],
  });
  const providers = {
    "lab-anthropic": provider("anthropic-messages", url, "claude-lab"),
    "lab-responses": provider("openai-responses", `${url}/v1`, "gpt-lab"),
    "lab-chat": provider("openai-completions", `${url}/v1`, "chat-lab"),
    "lab-gemini": provider("google-generative-ai", `${url}/v1beta`, "gemini-3-lab"),
  };
  writeFileSync(join(agentDir, "models.json"), JSON.stringify({ providers }));
  const [defaultProvider, name] = defaultModel.split("/");
  const settings = {
    defaultProvider,
    defaultModel: name,
    defaultThinkingLevel: "medium",
    enableInstallTelemetry: false,
    retry: { enabled: false },
  };
  writeFileSync(join(agentDir, "settings.json"), JSON.stringify(settings));
}

function createProject(cwd: string, env: Record<string, string>): void {
  writeFileSync(join(cwd, "hello.txt"), "Hello from the lab.\n");
  const git = (...args: string[]): void => {
    const who = ["-c", "user.name=Lab", "-c", "user.email=lab@example.com"];
    execFileSync("git", [...who, ...args], { cwd, env, stdio: "ignore" });
  };
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "A project for the lab");
}
