import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderName } from "../../../src/agents/kimi/place.ts";
import { AcpClient } from "../acp.ts";
import type { Lab } from "../lab.ts";
import { type Obj, obj, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import {
  API_KEY,
  failure,
  fileBytes,
  jsonLines,
  newest,
  reasoningAsText,
  runProgram,
  unchanged,
} from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(Bash|Read|Write|Edit)$/;

/** The models of the lab's kimi, one for each protocol. */
export const KIMI_MODELS = {
  kimi: "lab",
  anthropic: "lab-anthropic",
  responses: "lab-responses",
  chat: "lab-chat",
} as const;

export const kimi: Driver = {
  id: "kimi",
  command: "kimi",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_KIMI ?? pinned("node_modules/@moonshot-ai/kimi-code/dist/main.mjs"),
  ],
  env: () => ({ KIMI_CODE_NO_AUTO_UPDATE: "1" }),
  configure,
  run,
  sessionPath,
  bytes: (lab, id) => fileBytes(sessionPath(lab, id)),
  tools,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["kimi", ...args],
  listArgs: ["--session"],
  rename(lab, id, title) {
    const path = join(dirname(dirname(dirname(sessionPath(lab, id)))), "state.json");
    const state = obj(parseJson(readFileSync(path, "utf8")));
    const renamed = { ...state, title, titleKind: "custom", isCustomTitle: true };
    writeFileSync(path, JSON.stringify(renamed));
  },
  acp: ["acp"],
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".kimi-code/sessions/*/*/agents/main/wire.jsonl",
};

function sessionPath(lab: Lab, id: string): string {
  return newest(lab, `.kimi-code/sessions/*/${id}/agents/main/wire.jsonl`, `kimi session ${id}`);
}

function configure({ home, url, folders }: Place): void {
  const trusted = join(home, ".kimi-code/workspace-trust");
  mkdirSync(trusted, { recursive: true });
  for (const root of folders) {
    writeFileSync(join(trusted, folderName(root)), JSON.stringify({ root, trustedAt: 0 }));
  }
  const provider = (name: string, type: string, base: string): string =>
    `[providers.${name}]\ntype = "${type}"\nbase_url = "${base}"\napi_key = "${API_KEY}"\n`;
  const model = (alias: string, provided: string, name: string): string =>
    `[models.${alias}]\nprovider = "${provided}"\nmodel = "${name}"\nmax_context_size = 400000\ncapabilities = [ "thinking", "image_in", "tool_use" ]\n`;
  const config = [
    'default_model = "lab"\ntelemetry = false\n',
    provider("lab-kimi", "kimi", `${url}/v1`),
    provider("lab-anthropic", "anthropic", url),
    provider("lab-responses", "openai_responses", `${url}/v1`),
    provider("lab-chat", "openai", `${url}/v1`),
    model("lab", "lab-kimi", "kimi-k2-lab"),
    model("lab-anthropic", "lab-anthropic", "claude-sonnet-4-5"),
    model("lab-responses", "lab-responses", "gpt-lab"),
    model("lab-chat", "lab-chat", "chat-lab"),
  ];
  writeFileSync(join(home, ".kimi-code/config.toml"), config.join("\n"));
  // Its screen would ask first whether to take over what the older CLI, Kimi CLI, has here.
  writeFileSync(join(home, ".kimi-code/.skip-migration-from-kimi-cli"), "");
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  if (options.image !== undefined || isEditors(lab, options.resume)) return runAcp(lab, options);
  const args = ["--output-format", "stream-json"];
  if (options.resume !== undefined) args.push("--session", options.resume);
  const model = options.model ?? (hasModel(lab, options.resume) ? undefined : KIMI_MODELS.kimi);
  if (model !== undefined) args.push("--model", model);
  args.push(...(options.args ?? []), "--prompt", options.prompt);
  const done = await runProgram(lab, "kimi", args, options);
  const events = jsonLines(done.stdout);
  const hint = events.findLast((event) => event.type === "session.resume_hint");
  const said = events.findLast((event) => event.role === "assistant");
  return {
    ...done,
    agent: "kimi",
    sessionId: str(hint?.session_id) ?? null,
    text: str(said?.content) ?? null,
    error: failure(done, null),
  };
}

/** Without its screen, the CLI wants to be told the model of a session that names none. */
function hasModel(lab: Lab, id: string | undefined): boolean {
  if (id === undefined) return true;
  return readFileSync(sessionPath(lab, id), "utf8").includes('"modelAlias"');
}

/** A session that an editor began has no tools but in an editor (2.1.0). */
function isEditors(lab: Lab, id: string | undefined): boolean {
  if (id === undefined) return false;
  const bound = jsonLines(readFileSync(sessionPath(lab, id), "utf8")).findLast(
    ({ type }) => type === "runtime.set_binding",
  );
  return str(bound?.runtimeId)?.startsWith("acp:") ?? false;
}

/** As an editor does, by the Agent Client Protocol: `--prompt` takes no images. */
async function runAcp(lab: Lab, options: CliOptions): Promise<CliRun> {
  const { cwd = lab.cwd, prompt, image, resume, model } = options;
  const started = Date.now();
  const client = await AcpClient.start(lab, join(lab.bin, "kimi"), ["acp"]);
  try {
    const opened = await client.request(
      resume === undefined ? "session/new" : "session/load",
      resume === undefined ? { cwd, mcpServers: [] } : { sessionId: resume, cwd, mcpServers: [] },
    );
    const sessionId = resume ?? str(opened.sessionId) ?? "";
    await client.request("session/set_mode", { sessionId, modeId: "auto" });
    if (model !== undefined)
      await client.request("session/set_model", { sessionId, modelId: model });
    const since = client.updates.length;
    const blocks: Obj[] = [{ type: "text", text: prompt }];
    if (image !== undefined) {
      const data = readFileSync(image).toString("base64");
      blocks.push({ type: "image", mimeType: "image/png", data });
    }
    const done = await client.request("session/prompt", { sessionId, prompt: blocks });
    const updates: Obj[] = client.updates.slice(since).map(({ update }) => update);
    const texts = updates
      .filter(({ sessionUpdate }) => sessionUpdate === "agent_message_chunk")
      .map(({ content }) => str(obj(content).text) ?? "");
    const ended = str(done.stopReason) ?? "";
    return {
      ...{ code: 0, signal: null, stdout: JSON.stringify(updates), stderr: "" },
      ms: Date.now() - started,
      agent: "kimi",
      sessionId,
      text: texts.join("") || null,
      error: ended === "end_turn" ? null : ended,
    };
  } finally {
    await client.end();
  }
}
