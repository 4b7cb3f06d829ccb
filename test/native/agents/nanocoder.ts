import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AcpClient } from "../acp.ts";
import type { Lab } from "../lab.ts";
import { type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import { pinned } from "../pins.ts";
import { API_KEY, reasoningAsText } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(execute_bash|read_file|write_file|string_replace)$/;

/** The providers of the lab's Nanocoder, one for each way to the API, and their models. */
export const NANOCODER_MODELS = { chat: "chat-lab", anthropic: "claude-lab" } as const;

export const nanocoder: Driver = {
  id: "nanocoder",
  command: "nanocoder",
  program: [
    process.execPath,
    process.env.SEGUE_LAB_NANOCODER ?? pinned("node_modules/@nanocollective/nanocoder/dist/cli.js"),
  ],
  env: () => ({ NANOCODER_INSTALL_METHOD: "nix", NANOCODER_LOG_DISABLE_FILE: "true" }),
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, SESSIONS)}#${id}`,
  bytes: (lab, id) => {
    const { messages } = obj(parseJson(readFileSync(fileOf(lab, id), "utf8")));
    const lines = objs(messages).map((message) => `${JSON.stringify(message)}\n`);
    return Buffer.from(lines.join(""));
  },
  tools,
  // It never sends reasoning again, not even its own.
  own: (markers) => markers.filter(({ role }) => role !== "reasoning"),
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["nanocoder", ...args],
  listArgs: ["--resume"],
  rename(lab, id, title) {
    const path = fileOf(lab, id);
    const session = obj(parseJson(readFileSync(path, "utf8")));
    writeFileSync(path, JSON.stringify({ ...session, title, titleManuallySet: true }, null, 2));
  },
  acp: ["--acp"],
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: ".local/share/nanocoder/sessions/*-*.json",
};

const SESSIONS = ".local/share/nanocoder/sessions";

function fileOf(lab: Lab, id: string): string {
  return join(lab.home, SESSIONS, `${id}.json`);
}

function configure({ home, url, folders }: Place): void {
  const folder = join(home, ".config/nanocoder");
  mkdirSync(folder, { recursive: true });
  const provider = (model: string, sdkProvider: string): Obj => ({
    name: model,
    sdkProvider,
    baseUrl: `${url}/v1`,
    apiKey: API_KEY,
    models: [model],
    contextWindow: 400_000,
  });
  const config = {
    nanocoder: {
      providers: [
        provider(NANOCODER_MODELS.chat, "openai-compatible"),
        provider(NANOCODER_MODELS.anthropic, "anthropic"),
      ],
      sessions: { saveInterval: 1000 },
    },
  };
  writeFileSync(join(folder, "agents.config.json"), JSON.stringify(config));
  const preferences = {
    lastProvider: NANOCODER_MODELS.chat,
    lastModel: NANOCODER_MODELS.chat,
    trustedDirectories: folders,
  };
  writeFileSync(join(folder, "nanocoder-preferences.json"), JSON.stringify(preferences));
}

/** As an editor does, by the Agent Client Protocol: without a screen, `nanocoder run` neither stores nor resumes sessions. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const { prompt, image, resume, model = NANOCODER_MODELS.chat, args = [] } = options;
  const { cwd = lab.cwd } = options;
  const started = Date.now();
  const command = ["--acp", "--provider", model, "--model", model, ...args];
  const client = await AcpClient.start({ ...lab, cwd }, join(lab.bin, "nanocoder"), command);
  try {
    const opened = await client.request(
      resume === undefined ? "session/new" : "session/load",
      resume === undefined ? { cwd, mcpServers: [] } : { sessionId: resume, cwd, mcpServers: [] },
    );
    const sessionId = resume ?? str(opened.sessionId) ?? "";
    await client.request("session/set_mode", { sessionId, modeId: "yolo" });
    const since = client.updates.length;
    const blocks: Obj[] = [{ type: "text", text: prompt }];
    if (image !== undefined) {
      const data = readFileSync(image).toString("base64");
      blocks.push({ type: "image", mimeType: "image/png", data });
    }
    const done = await client.request("session/prompt", { sessionId, prompt: blocks }).then(
      ({ stopReason }) => str(stopReason) ?? "",
      (error: unknown) => String(error),
    );
    const updates: Obj[] = client.updates.slice(since).map(({ update }) => update);
    const texts = updates
      .filter(({ sessionUpdate }) => sessionUpdate === "agent_message_chunk")
      .map(({ content }) => str(obj(content).text) ?? "");
    return {
      ...{ code: 0, signal: null, stdout: JSON.stringify(updates), stderr: "" },
      ms: Date.now() - started,
      agent: "nanocoder",
      sessionId,
      text: texts.join("") || null,
      error: done === "end_turn" ? null : done,
    };
  } finally {
    await client.end();
  }
}
