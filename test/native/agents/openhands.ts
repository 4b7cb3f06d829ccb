/** OpenHands: a CLI from PyPI, whose sessions are folders with a file an event. It needs half a minute of a processor's time to start. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import { pythonProgram, whyNoPython } from "../python.ts";
import { API_KEY, failure, reasoningAsText, runProgram } from "./shared.ts";
import type { CliOptions, CliRun, Driver, Place } from "./types.ts";

const tools = /^(terminal|file_editor)$/;
const STORE = ".openhands/conversations";

export const openhands: Driver = {
  id: "openhands",
  command: "openhands",
  program: [process.env.SEGUE_LAB_OPENHANDS ?? pythonProgram("openhands", "bin/openhands")],
  absent: () => whyNoPython("openhands"),
  // Without the first, every start looks for a list of prices.
  env: () => ({ LITELLM_LOCAL_MODEL_COST_MAP: "True", OPENHANDS_SUPPRESS_BANNER: "1" }),
  configure,
  run,
  sessionPath: (lab, id) => `${join(lab.home, STORE)}#${id}`,
  bytes: (lab, id) => Buffer.concat(events(lab, id).map(({ bytes }) => bytes)),
  tools,
  // A run without a screen takes a text alone.
  attachesImages: false,
  own: withoutReasoning,
  foreign: (markers) => reasoningAsText(markers, tools),
  tui: (args) => ["openhands", ...args],
  listArgs: ["--resume"],
  listsIds: true,
  rename: null,
  partners: ["claude-code", "codex", "gemini", "opencode"],
  // 1.16.0: the model is sent the history, and the user sees none of it.
  blank: "What do you want to build?",
  slow: true,
  fixtures: "{*.jsonl,.openhands/conversations/*/base_state.json}",
};

/** It is not sent to a model of Chat Completions. */
function withoutReasoning(markers: readonly Expected[]): Expected[] {
  return markers.filter(({ role }) => role !== "reasoning");
}

/** The events of a session, in order. */
function events(lab: Lab, id: string): { bytes: Buffer; event: Obj }[] {
  const names = globSync(`${STORE}/${id}/events/event-*.json`, { cwd: lab.home }).sort();
  return names.map((name) => {
    const bytes = readFileSync(join(lab.home, name));
    return { bytes, event: obj(parseJson(bytes.toString("utf8"))) };
  });
}

/** The model's name is one that it knows to see images. */
function configure({ home, url }: Place): void {
  const folder = join(home, ".openhands");
  mkdirSync(folder, { recursive: true });
  const llm = {
    model: "openai/gpt-4o",
    api_key: API_KEY,
    base_url: `${url}/v1`,
    usage_id: "agent",
  };
  const settings = { llm, tools: [], kind: "Agent" };
  writeFileSync(join(folder, "agent_settings.json"), JSON.stringify(settings));
}

/** Whatever goes wrong, the exit code is 0. */
async function run(lab: Lab, options: CliOptions): Promise<CliRun> {
  const args = ["--headless", "--json", "--exit-without-confirmation"];
  if (options.resume !== undefined) args.push("--resume", options.resume);
  args.push(...(options.args ?? []), `--task=${options.prompt}`);
  const done = await runProgram(lab, "openhands", args, options);
  const id = /^Conversation ID: ([0-9a-f]{32})/m.exec(done.stdout)?.[1] ?? options.resume ?? null;
  const last = id === null ? undefined : events(lab, id).at(-1)?.event;
  const trace = /^Traceback[\s\S]*/m.exec(`${done.stdout}\n${done.stderr}`)?.[0].slice(-2000);
  const told = last?.kind === "ConversationErrorEvent" ? (str(last.detail) ?? "an error") : null;
  return {
    ...done,
    agent: "openhands",
    sessionId: id,
    text: last?.kind === "MessageEvent" ? textOf(obj(last.llm_message).content) : null,
    error: failure(done, told ?? trace ?? null),
  };
}

function textOf(content: unknown): string | null {
  return (
    objs(content)
      .map(({ text }) => str(text) ?? "")
      .join("") || null
  );
}
