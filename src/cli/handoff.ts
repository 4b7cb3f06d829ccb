/** `segue handoff`: a session as a document, for whoever cannot take the session itself. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { agentNamed } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { realOr } from "../catalog/project.ts";
import { isFolder, type Selected } from "../catalog/select.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";
import type { Source } from "../config/layers.ts";
import { type Setting, settings } from "../config/settings.ts";
import { readTokens } from "../config/values.ts";
import { refuseSource } from "../convert/file.ts";
import { refuseStore } from "../core/refuse.ts";
import { SegueError } from "../errors.ts";
import { LEAST } from "../handoff/document.ts";
import { handoffOf, type Made } from "../handoff/handoff.ts";
import { type Amounts, amountsOf, PRESETS, type Preset } from "../handoff/presets.ts";
import { type Task, taskText } from "../handoff/prompt.ts";
import { withScratch } from "../io/folders.ts";
import { heedSignals } from "../io/interrupt.ts";
import { exists, putFile } from "../io/output.ts";
import { stateFolder } from "../io/state.ts";
import { isWithin, localForm, rulesFor } from "../session/paths.ts";
import { counted } from "../words.ts";
import { outputFile, type PlaceOptions, placesOf, selectOrStdin, withPlaces } from "./common.ts";
import { ask, printJson, say } from "./terminal.ts";

/** What can be said of a document, whichever command makes it. */
export interface DocumentOptions extends PlaceOptions {
  preset?: Preset;
  budget?: number;
  then?: string;
  go?: boolean;
  redact?: boolean;
}

interface Options extends DocumentOptions {
  for?: string;
  from?: string;
  output?: string;
  json?: boolean;
  force?: boolean;
}

export function command(): Command {
  const handoff = withPlaces(new Command("handoff"))
    .description("write a session down as a document, under a budget of tokens")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent the session is of")
    .option("--for <agent>", "name tools as this agent knows them");
  return withDocumentOptions(handoff)
    .option("-o, --output <file>", "write it there (default: stdout)")
    .option("--force", "replace the file if it exists")
    .option("--json", "print one JSON document: the text, its tokens, what each section took")
    .action(run);
}

export function withDocumentOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--preset <preset>", "how much it tells (default: standard)").choices(PRESETS),
    )
    .option("--budget <tokens>", "its size at most: 8000, 20k (default: the preset's)", budget)
    .option("--then <prompt>", "what its reader is to do (default: confirm and wait)")
    .option("--go", "its reader is to go on with the work at once")
    .option("--redact", "put placeholders for secrets")
    .option("--no-redact", "leave secrets as they are, and ask nothing");
}

function budget(text: string): number {
  const tokens = readTokens(text);
  if (tokens === undefined) throw new InvalidArgumentError("It must be like 8000 or 20k.");
  return tokens;
}

async function run(selector: string, options: Options): Promise<void> {
  const places = placesOf(options);
  const from = options.from === undefined ? undefined : agentNamed(options.from);
  const receiver = options.for === undefined ? null : agentNamed(options.for);
  const output = options.output === undefined ? null : outputFile("-o", options.output);
  if (output !== null) refuseOutput(output, options, places);
  await withScratch(async (scratch) => {
    const selected = await selectOrStdin(selector, places, from, scratch);
    if (output !== null) refuseSource(output, selected.path);
    const leaves = output !== null && !isOurs(output, places);
    const redact = await redaction(options, leaves);
    const task = taskText(taskOf(options.then, options.go));
    const made = await documentOf({ selected, receiver, task, redact, places, scratch }, options);
    await heedSignals();
    deliver(made, output, options);
  });
}

function deliver(made: Made, output: string | null, { json }: Options): void {
  // Only its owner may read it.
  if (output !== null) putFile(output, made.markdown);
  if (json) printJson(jsonOf(made, output, null));
  else if (output === null) process.stdout.write(made.markdown);
  if (output === null) return;
  const { tokens, budget } = made;
  say(`${counted(tokens, "token")}${budget === null ? "" : ` of ${budget}`}: ${output}`);
}

/** `file`: where it was written; `command`: what starts an agent with it. */
export function jsonOf(made: Made, file: string | null, command: string[] | null): object {
  const { markdown, tokens, budget, sections, redacted } = made;
  const schema = "segue/handoff@1";
  return { schema, markdown, tokens, budget, redacted, file, command, sections };
}

/** Before anything is asked or read. */
function refuseOutput(path: string, { force = false }: Options, places: Places): void {
  refuseStore(path, places);
  if (!force && existsSync(path)) throw exists(path);
}

export interface DocumentRequest {
  selected: Selected;
  receiver: Agent | null;
  task: string | null;
  redact: boolean;
  places: Places;
  scratch: string;
}

export async function documentOf(
  { selected, receiver, task, redact, places, scratch }: DocumentRequest,
  options: DocumentOptions,
): Promise<Made> {
  const { agent, path, name, id } = selected;
  const made = await handoffOf({
    agent,
    path,
    name,
    isStored: id !== "" || isInStore(selected, places),
    amounts: amounts(options),
    receiver,
    task,
    redact,
    folder: (cwd) => folderNow(options.cwd ?? cwd),
    env: places.env,
    scratch,
  });
  const { redacted } = made;
  if (redacted !== null) say(`${counted(redacted, "secret")} replaced`);
  return made;
}

function isInStore({ agent, path, name }: Selected, places: Places): boolean {
  const rules = rulesFor(process.platform);
  return (
    name !== null && rootsOf(agent, places).some((root) => isWithin(path, realOr(root), rules))
  );
}

function folderNow(folder: string | null): string | null {
  if (folder === null) return null;
  const local = localForm(folder, process.platform);
  return isFolder(local) ? resolve(local) : null;
}

/** What the reader is to do, as the options say. @throws SegueError when they say two things. */
export function taskOf(instead: string | undefined, go: boolean | undefined): Task {
  if (instead !== undefined && go) {
    throw new SegueError("usage", "--then and --go cannot both be given", {
      hint: "--then says what is to be done, --go that the work goes on",
    });
  }
  return { ...(instead === undefined ? {} : { instead }), ...(go === undefined ? {} : { go }) };
}

/** Flags beat what is set; a preset beats what is set on a weaker layer than its own. */
export function amounts({ preset: flag, budget: tokens }: DocumentOptions): Amounts {
  const set = settings().get("preset");
  const preset = flag ?? PRESETS.find((name) => name === set.value) ?? "standard";
  const from = flag === undefined ? set.source : "flag";
  const base = amountsOf(preset);
  const count = (key: string, otherwise: number): number => {
    const { value, source } = settings().get(key);
    return typeof value === "number" && beats(source, from) ? value : otherwise;
  };
  const wanted = tokens ?? count("budget", base.budget);
  if (wanted < LEAST) {
    throw new SegueError("usage", `a handoff takes at least ${LEAST} tokens, not ${wanted}`);
  }
  return {
    budget: wanted,
    recentMessages: count("recentMessages", base.recentMessages),
    maxSamples: count("shell.maxSamples", base.maxSamples),
    stdoutLines: count("shell.stdoutLines", base.stdoutLines),
  };
}

const LAYERS: readonly Source[] = ["default", "user", "project", "environment", "flag"];

function beats(source: Setting["source"], preset: Setting["source"]): boolean {
  return LAYERS.indexOf(source) >= LAYERS.indexOf(preset);
}

/** As the options say, or the config; else secrets are replaced in what leaves Segue's folder. */
export async function redaction({ redact }: DocumentOptions, leaves: boolean): Promise<boolean> {
  if (redact !== undefined) return redact;
  const set = settings().text("redact");
  if (set === "always" || set === "never") return set === "always";
  if (!leaves) return false;
  const answer = await ask("the file may leave this machine: replace secrets in it? [Y/n] ");
  return answer === null || !/^no?$/i.test(answer);
}

function isOurs(path: string, { env }: Places): boolean {
  const rules = rulesFor(process.platform);
  return isWithin(realOr(path), realOr(stateFolder(env)), rules);
}
