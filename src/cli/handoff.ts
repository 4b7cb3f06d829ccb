/** `segue handoff`: a session as a document, for receivers that cannot open the session itself. */
import { existsSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { amounts } from "../core/amounts.ts";
import { exists, putFile } from "../core/convert.ts";
import {
  type DocumentRequest,
  documentOf,
  isOurs,
  type Made,
  PRESETS,
  type Preset,
  type Task,
  taskText,
} from "../core/handoff.ts";
import type { Places } from "../core/places.ts";
import { heedSignals } from "../core/process.ts";
import { withScratch } from "../core/read.ts";
import { refuseSource, refuseStore } from "../core/refuse.ts";
import { settings } from "../core/settings.ts";
import { readTokens } from "../core/tokens.ts";
import { SegueError } from "../errors.ts";
import { counted } from "../words.ts";
import {
  named,
  outputFile,
  type PlaceOptions,
  placesOf,
  requireFolder,
  selectOrStdin,
  withPlaces,
} from "./common.ts";
import { whileReading } from "./reading.ts";
import { ask, printJson, say } from "./terminal.ts";

/** The options of a document, for all commands that write one. */
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
    .description("write a handoff document for a session, within a token budget")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent that the session belongs to")
    .option("--for <agent>", "use this agent's tool names");
  return withDocumentOptions(handoff)
    .option("-o, --output <file>", "write to a file (default: stdout)")
    .option("--force", "overwrite the file if it exists")
    .option(
      "--json",
      "print one JSON document: the text, its tokens, and the tokens of each section",
    )
    .action(run);
}

export function withDocumentOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--preset <preset>", "how detailed the document is (default: standard)").choices(
        PRESETS,
      ),
    )
    .option(
      "--budget <tokens>",
      "maximum size of the document: 8000, 20k (default: the preset's)",
      budget,
    )
    .option("--then <prompt>", "what the receiving agent does next (default: confirm and wait)")
    .option("--go", "the receiving agent continues the work at once")
    .option("--redact", "replace secrets with placeholders")
    .option("--no-redact", "keep secrets, and do not ask");
}

function budget(text: string): number {
  const tokens = readTokens(text);
  if (tokens === undefined)
    throw new InvalidArgumentError("It must be a number such as 8000 or 20k.");
  return tokens;
}

async function run(selector: string, options: Options): Promise<void> {
  const places = placesOf(options);
  const from = named(options.from);
  const receiver = named(options.for) ?? null;
  const output = options.output === undefined ? null : outputFile("-o", options.output);
  if (output !== null) refuseOutput(output, options, places);
  if (output !== null && !isOurs(output, places)) requireFolder("-o", options.output ?? output);
  await withScratch(async (scratch) => {
    const selected = await selectOrStdin(selector, places, from, scratch);
    if (output !== null) refuseSource(output, selected.path);
    const leaves = output !== null && !isOurs(output, places);
    const task = taskText(taskOf(options.then, options.go));
    const write = (redact: boolean): Promise<Made> =>
      written({ selected, receiver, task, redact, places, scratch }, options);
    const choice = redaction(options, leaves);
    let made = await write(choice ?? true);
    if (choice === null && !(await mayReplace(made))) made = await write(false);
    await heedSignals();
    deliver(made, output, options);
  });
}

function deliver(made: Made, output: string | null, { json }: Options): void {
  // Readable only by its owner.
  if (output !== null) putFile(output, made.markdown);
  if (json) printJson(jsonOf(made, output, null));
  else if (output === null) process.stdout.write(made.markdown);
  if (output === null) return;
  const { tokens, budget } = made;
  say(`${counted(tokens, "token")}${budget === null ? "" : ` of ${budget}`}: ${output}`);
}

/** `file`: the written file; `command`: the command that starts an agent with it. */
export function jsonOf(made: Made, file: string | null, command: string[] | null): object {
  const { markdown, tokens, budget, sections, redacted } = made;
  const schema = "segue/handoff@1";
  return { schema, markdown, tokens, budget, redacted, file, command, sections };
}

/** Checked before anything is asked or read. */
function refuseOutput(path: string, { force = false }: Options, places: Places): void {
  refuseStore(path, places);
  if (!force && existsSync(path)) throw exists(path);
}

/** The document, according to the options and settings. */
export async function written(
  request: Omit<DocumentRequest, "amounts" | "cwd">,
  options: DocumentOptions,
): Promise<Made> {
  const how = { amounts: amounts(options, settings()), cwd: options.cwd };
  const made = await whileReading("reading", 2, () => documentOf({ ...request, ...how }));
  const { redacted } = made;
  if (redacted !== null) say(`${counted(redacted, "secret")} replaced`);
  return made;
}

/**
 * The receiver's task, according to the options.
 * @throws SegueError if they contradict each other.
 */
export function taskOf(instead: string | undefined, go: boolean | undefined): Task {
  if (instead !== undefined && go) {
    throw new SegueError("usage", "--then and --go cannot be used together", {
      hint: "--then specifies a task, --go continues the work",
    });
  }
  return { ...(instead === undefined ? {} : { instead }), ...(go === undefined ? {} : { go }) };
}

/**
 * According to the options or settings; null if the user decides: for files outside Segue's folder.
 */
export function redaction({ redact }: DocumentOptions, leaves: boolean): boolean | null {
  if (redact !== undefined) return redact;
  const set = settings().text("redact");
  if (set === "always" || set === "never") return set === "always";
  return leaves ? null : false;
}

/** Asks only if there are secrets and a terminal; without a terminal, secrets are replaced. */
async function mayReplace({ redacted }: Made): Promise<boolean> {
  if (!redacted) return true;
  const found = `${counted(redacted, "secret")} found, and the file may leave this machine`;
  const answer = await ask(`${found}: replace ${redacted === 1 ? "it" : "them"}? [Y/n] `);
  return answer === null || !/^no?$/i.test(answer);
}
