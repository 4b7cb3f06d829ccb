import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AcpClient, textsIn } from "../acp.ts";
import type { Lab } from "../lab.ts";
import { obj, objs, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, failure, jsonLines, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(run_commands|read_files|editor)$/;

const PROVIDER = "anthropic";
/** The one that Claude Code uses by itself: after a change of models it leaves old thinking out. */
const MODEL = "claude-opus-5-5";

const SESSIONS = ".cline/data/sessions";

export const cline: Driver = {
  id: "cline",
  command: "cline",
  program: [process.env.SEGUE_LAB_CLINE ?? pinned("node_modules/@cline/cli-linux-x64/bin/cline")],
  env: () => ({
    // No daemon that outlives a run and holds sessions.
    CLINE_SESSION_BACKEND_MODE: "local",
    CLINE_NO_AUTO_UPDATE: "1",
    CLINE_TELEMETRY_DISABLED: "1",
    // An advertisement that takes the next key.
    CLINE_DISABLE_CLINE_PASS_NOTICE: "1",
    // For the Agent Client Protocol: it asks for a login otherwise.
    CLINE_API_KEY: API_KEY,
    CLINE_PROVIDER: PROVIDER,
    CLINE_MODEL: MODEL,
  }),
  configure,
  run: (lab, options) => (options.resume === undefined ? begin(lab, options) : goOn(lab, options)),
  sessionPath: (lab, id) => `${join(lab.home, SESSIONS)}#${id}`,
  bytes: (lab, id) => conversation(lab, id),
  tools,
  // 3.0.65 stores no signatures, and Anthropic takes no thinking without.
  own: (markers) => markers.filter(({ role }) => role !== "reasoning"),
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["cline", ...args],
  listArgs: ["history"],
  rename(lab, id, title) {
    const path = join(lab.home, SESSIONS, id, `${id}.json`);
    const manifest = obj(parseJson(readFileSync(path, "utf8")));
    const renamed = { ...manifest, metadata: { ...obj(manifest.metadata), title } };
    writeFileSync(path, `${JSON.stringify(renamed, null, 2)}\n`);
  },
  acp: ["--acp"],
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: `${SESSIONS}/*/*.messages.json`,
};

function configure({ home, url }: Place): void {
  const folder = join(home, ".cline/data/settings");
  mkdirSync(folder, { recursive: true });
  const settings = {
    provider: PROVIDER,
    apiKey: API_KEY,
    model: MODEL,
    baseUrl: `${url}/v1`,
  };
  const updatedAt = "2026-11-01T00:00:00.000Z";
  const providers = {
    version: 1,
    lastUsedProvider: PROVIDER,
    modes: {},
    providers: { [PROVIDER]: { settings, updatedAt, tokenSource: "manual" } },
  };
  writeFileSync(join(folder, "providers.json"), JSON.stringify(providers));
}

/** What was said, in order. */
function conversation(lab: Lab, id: string): Buffer {
  const path = join(lab.home, SESSIONS, id, `${id}.messages.json`);
  const { messages } = obj(parseJson(readFileSync(path, "utf8")));
  return Buffer.from(
    objs(messages)
      .map((message) => `${JSON.stringify(message)}\n`)
      .join(""),
  );
}

/** `cline --json`, which tells of itself in JSON lines. */
async function begin(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--json", "--auto-approve", "true", "-P", PROVIDER, "--thinking", "medium"];
  if (options.model !== undefined) args.push("-m", options.model);
  args.push(...(options.args ?? []), `${options.prompt}${attached(options)}`);
  const done = await runProgram(lab, "cline", args, options);
  const events = jsonLines(done.stdout);
  const result = events.findLast((event) => event.type === "run_result");
  const bad = events.find((event) => event.type === "error");
  return {
    ...done,
    agent: "cline",
    sessionId: newest(lab),
    text: str(result?.text) ?? null,
    error: failure(done, str(bad?.message) ?? null),
  };
}

/** The newest session: the stream does not name it. Ids begin with the time. */
function newest(lab: Lab): string | null {
  return readdirSync(join(lab.home, SESSIONS)).sort().at(-1) ?? null;
}

function attached({ image }: CliOptions): string {
  if (image === undefined) return "";
  return ` @${image}`;
}

/** Without a screen it continues with a session only as an editor's agent. */
async function goOn(lab: Lab, options: CliOptions): Promise<CliRun> {
  const started = Date.now();
  const id = options.resume ?? "";
  const { cwd = lab.cwd } = options;
  const client = await AcpClient.start(lab, join(lab.bin, "cline"), [
    "--acp",
    "--auto-approve",
    "true",
    ...(options.args ?? []),
  ]);
  let error: string | null = null;
  let told = "";
  try {
    await client.load(id, cwd);
    const since = client.updates.length;
    const prompt = [{ type: "text", text: options.prompt }];
    await client.request("session/prompt", { sessionId: id, prompt });
    const said = client.updates.slice(since).filter(({ kind }) => kind === "agent_message_chunk");
    told = said.flatMap(({ update }) => textsIn(obj(update.content).text)).join("");
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  } finally {
    await client.leave();
  }
  const ms = Date.now() - started;
  const run = { code: 0, signal: null, stdout: told, stderr: "", ms };
  return { ...run, agent: "cline", sessionId: id, text: told || null, error };
}
