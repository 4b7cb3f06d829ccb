/** `segue resume`: the main job. Converts a session into another agent's store and opens it there. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { type Report, reportText } from "../core/convert.ts";
import { isFolder, type Selected, select } from "../core/find.ts";
import { sortFlags } from "../core/flags.ts";
import {
  commit,
  noteTitle,
  type Outcome,
  prepare,
  refuseTooLong,
  startCommand,
} from "../core/handover.ts";
import { type Agent, agentNamed } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import { withScratch } from "../core/read.ts";
import { settings } from "../core/settings.ts";
import { launch, requireInstalled } from "../core/start.ts";
import { Overtaken, SegueError } from "../errors.ts";
import { shellWord } from "../session/text.ts";
import { didYouMean } from "../suggest.ts";
import { placesOf, withPlaces } from "./common.ts";
import { tokens } from "./fit.ts";
import { handOn, refuseDocumentOptions } from "./hand-on.ts";
import { withDocumentOptions } from "./handoff.ts";
import { reasoningFate, reasoningOption } from "./reasoning.ts";
import {
  elsewhere,
  folderHere,
  forwarded,
  launches,
  type Place,
  type ResumeOptions,
} from "./starting.ts";
import { ProgressLine, print, printJson, say, warn } from "./terminal.ts";

export const ARGS =
  "after --: arguments for the agent, in its terms or in those of the session's own";

export function command(after: number): Command {
  const resume = new Command("resume")
    .usage("[options] <session> [agent] [-- args...]")
    .description("open a session in another agent, with all its history")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, or a path")
    .argument("[args...]", ARGS)
    .allowUnknownOption()
    .option("--from <agent>", "only look at this agent's sessions");
  return withResumeOptions(resume)
    .addHelpText(
      "after",
      `
Examples:
  segue resume 5bc111 --in codex
  segue resume claude#2 --in pi --prompt "go on with the tests"
  segue resume latest --in codex --fit 200k
  segue resume latest --in codex -- --model gpt-5.5`,
    )
    .action((selector: string, all: string[], options: ResumeOptions) => {
      const { words, args } = sorted(resume, all, after);
      return run(selector, args, { ...options, ...agentAmong(words, options) });
    });
}

/**
 * What stands for Segue, and what for the agent: the last `after` words, which stood after "--", and
 * flags before them that an agent knows by their long names.
 */
export function sorted(
  command: Command,
  all: readonly string[],
  after: number,
): { words: string[]; args: string[] } {
  const count = Math.max(0, all.length - after);
  const { words, flags, unknown } = sortFlags(all.slice(0, count));
  if (unknown === null) return { words, args: [...flags, ...all.slice(count)] };
  const own = command.options.flatMap(({ long }) => long ?? []);
  const meant = didYouMean(unknown, own);
  throw new SegueError("usage", `unknown option '${unknown}'`, {
    hint: meant ?? `flags of the agent go after --; see \`segue ${command.name()} --help\``,
  });
}

/** `segue resume SESSION codex` is `segue resume SESSION --in codex`. */
function agentAmong(words: readonly string[], { in: named }: ResumeOptions): { in?: string } {
  const [word, ...more] = words;
  if (word === undefined) return {};
  if (named === undefined && more.length === 0) return { in: agentNamed(word).id };
  throw new SegueError("usage", `\`segue resume\` does not take "${words.join(" ")}"`, {
    hint: "name one agent to open it in; arguments for that go after --",
  });
}

/** What can be said of a resume, whichever command it is. */
export function withResumeOptions(command: Command): Command {
  const places = withPlaces(command)
    .option("--in <agent>", "the agent to open it in (default: its own, or `in` of the config)")
    .option("--dry-run", "write nothing; say what would happen and what would be lost")
    .option("--no-launch", "write the session and print the command instead of running it")
    .option("--prompt <text>", "the first new prompt")
    .option("--full-history", "send what came before a compaction as well")
    .addOption(reasoningOption())
    .option(
      "--fit <tokens>",
      "let a handoff entry stand for older turns, so that it fits: 200k, 1m",
      tokens,
    )
    .option(
      "--subagents",
      "its subagents' sessions come along, where the agent has a place for them",
    )
    .option("--fork", "write a new session even where the original could be continued")
    .option(
      "--force",
      "write a session that does not verify, or to one that is open in its agent; start the agent even if its permission flags cannot be translated",
    )
    .option("--json", "print the report as JSON (with --dry-run or --no-launch)")
    .option("--handoff", "begin a new session there with a document about this one")
    .option("--debug-prompt", "print that document, and do nothing else");
  return withDocumentOptions(places);
}

async function run(selector: string, args: string[], options: ResumeOptions): Promise<void> {
  const places = placesOf(options, options.in ?? settings().text("in"));
  const from = options.from === undefined ? undefined : agentNamed(options.from);
  await resume(await select(selector, places, from), places, args, options);
}

/** Hands the session over and becomes its agent, as the options say. */
export async function resume(
  selected: Selected,
  places: Places,
  given: readonly string[],
  options: ResumeOptions,
): Promise<void> {
  if (options.fit !== undefined && options.fullHistory) throw eitherOr();
  if (options.cwd !== undefined && existsSync(options.cwd) && !isFolder(options.cwd)) {
    throw new SegueError("usage", "--cwd names a file, not a folder", { where: options.cwd });
  }
  if (options.json && launches(options) && !options.debugPrompt) throw noReport();
  const target = targetOf(selected, options);
  if (options.handoff || options.debugPrompt) {
    await handOn({ selected, target, places, args: given }, options);
    return;
  }
  refuseDocumentOptions(options);
  if (launches(options)) requireInstalled(target, places.env);
  const args = forwarded(given, selected.agent, target, options);
  const { command, cwd } = await withScratch((scratch) =>
    handOver({ selected, target, places, scratch }, args, options),
  );
  if (launches(options)) await launch(command, cwd, process.env);
}

function noReport(): SegueError {
  return new SegueError(
    "usage",
    "--json prints a report, but what the agent prints would follow it",
    {
      hint: "give --dry-run or --no-launch as well",
    },
  );
}

function eitherOr(): SegueError {
  return new SegueError("usage", "--fit leaves older turns out, and --full-history sends them", {
    hint: "give one of the two",
  });
}

/** The agent to open it in: as the option says, or the config; else its own. */
function targetOf(selected: Selected, options: ResumeOptions): Agent {
  if (options.in !== undefined) return agentNamed(options.in);
  const { value, where } = settings().get("in");
  if (typeof value !== "string") return selected.agent;
  say(`in ${value}, as ${where} says (--in is for another agent)`);
  return agentNamed(value);
}

interface Handover {
  selected: Selected;
  target: Agent;
  places: Places;
  scratch: string;
}

/** So often another process may be quicker; as many hand the same session over at once. */
const TRIES = 10;

/**
 * Writes the session for its new agent, and gives what starts that. Where another process has done
 * so meanwhile, all is looked at once more: the session is there by now, and is opened.
 */
async function handOver(
  handover: Handover,
  args: string[],
  options: ResumeOptions,
): Promise<Started> {
  for (let n = 1; ; n++) {
    try {
      return await tryOver(handover, args, options);
    } catch (error) {
      if (!(error instanceof Overtaken) || n === TRIES) throw error;
    }
  }
}

interface Started {
  command: string[];
  cwd: string;
}

async function tryOver(
  handover: Handover,
  args: string[],
  options: ResumeOptions,
): Promise<Started> {
  const { selected, target, places } = handover;
  const prepared = await preparedFor(handover, options, options.cwd);
  const { outcome, folder } = await orElsewhere(prepared, selected, options, (cwd) =>
    preparedFor(handover, options, cwd),
  );
  const { report } = outcome;
  const always = settings().words(`agents.${target.id}.args`);
  const request = { prompt: options.prompt ?? null, args: [...always, ...args] };
  const command = startCommand(target, outcome, request, places.env);
  report.target.command = command;
  if (launches(options)) refuseTooLong(command, outcome, places.env);
  heedHindrance(target, outcome, options);
  if (options.dryRun) outcome.discard();
  else {
    commit(outcome);
    const why = await noteTitle(target, outcome, places.env);
    if (why !== null) say(`the title could not be noted in ${target.name}: ${why}`);
  }
  show(report, options, command, outcome.note);
  return { command, cwd: folder };
}

async function preparedFor(
  { selected, target, places, scratch }: Handover,
  options: ResumeOptions,
  cwd: string | undefined,
): Promise<Outcome> {
  const line = new ProgressLine();
  const outcome = await prepare(selected, target, places, {
    ...options,
    scratch,
    cwd,
    reasoning: reasoningFate(options.reasoning),
    warn: (text) => warn(`segue: ${text}`),
    progress: line.update,
  });
  line.clear();
  return outcome;
}

/**
 * What goes on where the session's agent can start: in its folder, or, when that is gone or nothing
 * tells it, in one that the user names.
 */
async function orElsewhere(
  outcome: Outcome,
  { path, name }: Selected,
  options: ResumeOptions,
  again: (cwd: string) => Promise<Outcome>,
): Promise<{ outcome: Outcome; folder: string }> {
  const place: Place = { wanted: outcome.cwd, session: name ?? path };
  const folder = folderHere(place, options);
  if (folder !== null) return { outcome, folder };
  outcome.discard();
  const other = await elsewhere(place, options);
  return { outcome: await again(other), folder: other };
}

/** What keeps the agent from opening it is said; Segue changes nothing of a session for it. */
function heedHindrance(target: Agent, outcome: Outcome, options: ResumeOptions): void {
  const found = target.launch.hindrance?.(outcome);
  if (!found) return;
  const { why, how } = found;
  if (!launches(options)) {
    say(`the session ${why}: ${how}`);
    return;
  }
  outcome.discard();
  throw new SegueError("failed", `the session ${why}, so ${target.name} does not open it`, {
    where: outcome.path,
    hint: how,
  });
}

function show(report: Report, options: ResumeOptions, command: string[], note: string): void {
  if (options.json) {
    printJson(report);
    return;
  }
  for (const line of reportText(report)) say(line);
  say(note);
  if (options.dryRun) say("dry run: nothing was written");
  if (options.dryRun || !options.launch) print(command.map(shellWord).join(" "));
}
