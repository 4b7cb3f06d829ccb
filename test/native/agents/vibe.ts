import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { database } from "../../../src/agents/vibe/database.ts";
import type { Lab } from "../lab.ts";
import { obj, parseJson, str } from "../model-server/json.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import { API_KEY, failure, jsonLines, reasoningAsText, runProgram, unchanged } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(bash|read_file|write_file|edit)$/;

const SESSIONS = ".vibe/logs/session";

export const vibe: Driver = {
  id: "vibe",
  command: "vibe",
  program: [process.env.SEGUE_LAB_VIBE ?? pythonProgram("vibe", "bin/vibe")],
  absent: () => (process.env.SEGUE_LAB_VIBE === undefined ? whyNoPython("vibe") : null),
  env: () => ({ LAB_KEY: API_KEY }),
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, SESSIONS)}#${id}`,
  bytes: (lab, id) => Buffer.from(said(lab, id).join("\n")),
  tools,
  attachesImages: false,
  own: unchanged,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["vibe", "--trust", ...args],
  listArgs: ["--resume"],
  rename(lab, id, title) {
    const path = join(lab.home, SESSIONS, `unified/${id}/meta.json`);
    const meta = obj(parseJson(readFileSync(path, "utf8")));
    writeFileSync(path, JSON.stringify({ ...meta, title, title_source: "manual" }, null, 2));
  },
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: `{*.jsonl,${SESSIONS}/session_*/messages.jsonl,${SESSIONS}/unified/*/CURRENT}`,
};

/** What its model is sent, line by line; after an import, that of the session that continues. */
function said(lab: Lab, id: string): string[] {
  const lines = database.read(join(lab.home, SESSIONS), id);
  if (!lines) throw new Error(`there is no vibe session ${id}`);
  return lines.slice(1);
}

function configure({ home, url }: Place): void {
  mkdirSync(join(home, ".vibe"), { recursive: true });
  const config = `active_model = "lab"
enable_telemetry = false
enable_update_checks = false
enable_auto_update = false
[[providers]]
name = "lab"
api_base = "${url}/v1"
api_key_env_var = "LAB_KEY"
api_style = "openai"
backend = "generic"
[[models]]
name = "chat-lab"
provider = "lab"
alias = "lab"
supports_images = true
`;
  writeFileSync(join(home, ".vibe/config.toml"), config);
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--trust", "--yolo", "--output", "streaming"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  args.push(...(options.args ?? []), "-p", options.prompt);
  const done = await runProgram(lab, "vibe", args, options);
  const said = jsonLines(done.stdout).findLast(({ role }) => role === "assistant");
  return {
    ...done,
    agent: "vibe",
    sessionId: options.resume ?? newestSession(lab),
    text: str(said?.content) ?? null,
    error: failure(done, null),
  };
}

function newestSession(lab: Lab): string | null {
  const metas = globSync(`${SESSIONS}/unified/*/meta.json`, { cwd: lab.home }).map((path) =>
    obj(parseJson(readFileSync(join(lab.home, path), "utf8"))),
  );
  const times = metas.map((meta) => [str(meta.start_time) ?? "", str(meta.session_id) ?? ""]);
  return times.sort().at(-1)?.[1] ?? null;
}
