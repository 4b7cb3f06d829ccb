import { createHash, randomBytes } from "node:crypto";
import { existsSync, globSync, realpathSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { UNTOOLED } from "../model-server/server.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import { API_KEY, failure, fileBytes, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const MODEL = "openai/chat-lab";
const HISTORY = ".aider.chat.history";

export const aider: Driver = {
  id: "aider",
  command: "aider",
  program: [process.env.SEGUE_LAB_AIDER ?? pythonProgram("aider", "bin/aider")],
  absent: () => whyNoPython("aider"),
  // LiteLLM would ask GitHub for prices.
  env: () => ({ LITELLM_LOCAL_MODEL_COST_MAP: "True" }),
  configure,
  run,
  sessionPath: (lab, id) => `${fileOf(lab, id)}#${id}`,
  bytes: (lab, id) => fileBytes(fileOf(lab, id)),
  tools: /^$/,
  hasNoTools: true,
  attachesImages: false,
  own: (markers) => markers.filter(isSaid),
  foreign: (markers) => markers.map(asText),
  tui: (args) => ["aider", ...args],
  listArgs: [],
  says: "Restored previous conversation history.",
  rename: null,
  partners: ["claude-code", "codex", "gemini", "opencode"],
  fixtures: `${HISTORY}*.md`,
};

function isSaid({ role }: Expected): boolean {
  return role === "user" || role === "assistant";
}

/** Calls stand in the answers, results in messages of the user's role. */
function asText({ name: _, ...one }: Expected): Expected {
  return { ...one, role: one.role === "user" || one.role === "tool-result" ? "user" : "assistant" };
}

/** Its settings; JSON is YAML, too. */
function configure({ home, url }: Place): void {
  const settings = {
    model: MODEL,
    "openai-api-key": API_KEY,
    "edit-format": "diff",
    "analytics-disable": true,
    "check-update": false,
    "show-model-warnings": false,
    "show-release-notes": false,
    "auto-commits": false,
    gitignore: false,
    "map-tokens": 0,
  };
  writeFileSync(join(home, ".aider.conf.yml"), JSON.stringify(settings));
  // Its own setting of the address would yield to a variable that another CLI in the lab needs.
  const extra_params = { api_base: `${url}${UNTOOLED}/v1` };
  const models = [{ name: MODEL, edit_format: "diff", extra_params }];
  writeFileSync(join(home, ".aider.model.settings.yml"), JSON.stringify(models));
}

async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const { cwd = lab.cwd } = options;
  const usual = join(cwd, `${HISTORY}.md`);
  const fresh = join(cwd, `${HISTORY}.${randomBytes(8).toString("hex")}.md`);
  // All runs in a project continue in the same file.
  const own = existsSync(usual) ? fresh : usual;
  const path = options.resume === undefined ? own : fileOf(lab, options.resume);
  const args = ["--chat-history-file", path, "--yes-always", "--no-pretty", "--no-fancy-input"];
  if (options.resume !== undefined) {
    args.push("--restore-chat-history", "--max-chat-history-tokens", "1000000000");
  }
  if (options.model !== undefined) args.push("--model", options.model);
  args.push(...(options.args ?? []), "--message", options.prompt);
  const done = await runProgram(lab, "aider", args, options);
  const [error] = /^litellm\.\w+: .*$/m.exec(done.stdout) ?? [];
  return {
    ...done,
    agent: "aider",
    sessionId: idOf(path),
    text: done.stdout.trim() || null,
    error: failure(done, error ?? null),
  };
}

/** The history of this id in the lab's project, or where fixtures are put. */
function fileOf(lab: Lab, id: string): string {
  const paths = [lab.cwd, lab.home].flatMap((folder) =>
    globSync(`${HISTORY}*.md`, { cwd: folder }).map((name) => join(folder, name)),
  );
  const path = paths.find((one) => idOf(one) === id);
  if (path === undefined) throw new Error(`there is no history ${id}`);
  return path;
}

function idOf(path: string): string {
  const [, named] = /\.history\.([0-9a-f]{16})\.md$/.exec(basename(path)) ?? [];
  const real = join(realpathSync(join(path, "..")), basename(path));
  return named ?? createHash("sha256").update(real).digest("hex").slice(0, 16);
}
