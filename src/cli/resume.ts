/**
 * `segue resume`: the main command. Converts a session into another agent's store and opens it
 * there.
 */
import { Command } from "commander";
import { envOf, nameOf } from "../core/accounts.ts";
import { type Report, reportText } from "../core/convert.ts";
import type { Selected } from "../core/find.ts";
import { foreignFlag, type Refused, sortFlags } from "../core/flags.ts";
import {
  commit,
  noteTitle,
  type Outcome,
  prepare,
  prepareStart,
  refuseTooLong,
  startCommand,
} from "../core/handover.ts";
import { type Agent, agentNamed } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import { withScratch } from "../core/read.ts";
import { adviceOn, destinationOf, noteDestination } from "../core/sending.ts";
import { settings } from "../core/settings.ts";
import {
  launch,
  refuseFolder,
  refusePrompt,
  refuseUnwritable,
  requireInstalled,
} from "../core/start.ts";
import { Overtaken, SegueError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { named, placesOf, sessionNamed, withPlaces } from "./common.ts";
import { tokens } from "./fit.ts";
import { handOn, refuseDocumentOptions } from "./hand-on.ts";
import { withDocumentOptions } from "./handoff.ts";
import { reasoningFate, reasoningOption } from "./reasoning.ts";
import {
  commandLine,
  elsewhere,
  folderHere,
  forwarded,
  launches,
  type Place,
  type ResumeOptions,
} from "./starting.ts";
import { ProgressLine, print, printJson, say, warn } from "./terminal.ts";

export const ARGS =
  "the agent's long flags, or any arguments after --; those of the source agent are translated";

export function command(after: number): Command {
  const resume = new Command("resume")
    .usage("[options] <session> [agent] [-- args...]")
    .description("open a session in another agent, with all its history")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, or a path")
    .argument("[args...]", ARGS)
    .allowUnknownOption()
    .option("--from <agent>", "the source agent or profile: only look at its sessions");
  return withResumeOptions(resume)
    .addHelpText(
      "after",
      `
Examples:
  segue resume 5bc111 --in codex
  segue resume claude#2 --in pi --prompt "continue with the tests"
  segue resume latest --in codex --fit 200k
  segue resume latest --in codex --model gpt-5.5`,
    )
    .action((selector: string, all: string[], options: ResumeOptions) => {
      const given = sorted(resume, all, after);
      return run(selector, given, { ...options, ...agentAmong(given.words, options) });
    });
}

/** The words of a command line, sorted by recipient: see `sortFlags`. */
export interface Given {
  words: string[];
  /** For the agent: flags that it knows, and the last `after` words, which followed "--". */
  args: string[];
  /** @throws SegueError for a flag that neither the source nor the target has. */
  check(source: Agent, target: Agent): void;
}

export function sorted(
  command: Command,
  all: readonly string[],
  after: number,
  named: readonly Agent[] = [],
): Given {
  const count = Math.max(0, all.length - after);
  const { words, flags, refused } = sortFlags(all.slice(0, count), named);
  if (refused !== null) throw notPassed(refused, command);
  return {
    words,
    args: [...flags.flat(), ...all.slice(count)],
    check(source, target) {
      const foreign = foreignFlag(flags, [source, target]);
      if (foreign !== null) throw notPassed(foreign, command);
    },
  };
}

function notPassed({ flag, why }: Refused, command: Command): SegueError {
  if (why === "value") return new SegueError("usage", `${flag} needs a value`);
  if (why === "session") {
    const hint = "specify the session as for every command: `segue codex 2`, `segue resume ID`";
    return new SegueError("usage", `${flag} is not passed on: Segue chooses the session`, { hint });
  }
  const own = command.options.flatMap(({ long }) => long ?? []);
  return new SegueError("usage", `unknown option '${flag}'`, {
    hint:
      didYouMean(flag, own) ??
      `flags of the agent go after --; see \`segue ${command.name()} --help\``,
  });
}

/** `segue resume SESSION codex` is `segue resume SESSION --in codex`. */
function agentAmong(words: readonly string[], { in: named }: ResumeOptions): { in?: string } {
  const [word, ...more] = words;
  if (word === undefined) return {};
  if (named === undefined && more.length === 0)
    return { in: nameOf(agentNamed(word, settings().profiles)) };
  throw new SegueError("usage", `\`segue resume\` does not take "${words.join(" ")}"`, {
    hint: "specify one target agent; arguments for the agent go after --",
  });
}

/** The options of a handover, for all commands that do one. */
export function withResumeOptions(command: Command): Command {
  const places = withPlaces(command)
    .option(
      "--in <agent>",
      "the target agent or profile (default: the session's own, or the `in` setting)",
    )
    .option("--dry-run", "write nothing; show what would happen and what would be lost")
    .option("--no-launch", "write the session and print the command instead of running it")
    .option("--prompt <text>", "the first prompt to send")
    .option("--full-history", "also send the messages before a compaction")
    .addOption(reasoningOption())
    .option(
      "--fit <tokens>",
      "replace older turns with a handoff entry to fit this size: 200k, 1m",
      tokens,
    )
    .option(
      "--subagents",
      "also hand over its subagents' sessions, if the target agent can store them",
    )
    .option("--fork", "write a new session even if an existing one could be continued")
    .option(
      "--force",
      "write even if verification fails or the session is open in its agent; start the agent even if permission flags cannot be translated",
    )
    .option("--json", "print the report as JSON (with --dry-run or --no-launch)")
    .option("--handoff", "start a new session from a handoff document instead")
    .option("--debug-prompt", "print the handoff document and exit");
  return withDocumentOptions(places);
}

async function run(selector: string, given: Given, options: ResumeOptions): Promise<void> {
  const places = placesOf(options, options.in ?? settings().text("in"));
  const from = named(options.from);
  const selected = await sessionNamed(selector, places, from);
  given.check(selected.agent, targetOf(selected, options));
  await resume(selected, places, given.args, options);
}

/** Hands the session over and becomes its agent, according to the options. */
export async function resume(
  selected: Selected,
  places: Places,
  given: readonly string[],
  options: ResumeOptions,
): Promise<void> {
  if (options.fit !== undefined && options.fullHistory) throw eitherOr();
  if (options.cwd !== undefined) refuseFolder(options.cwd);
  if (options.json && launches(options) && !options.debugPrompt) throw noReport();
  const target = targetOf(selected, options);
  if (options.handoff || options.debugPrompt) {
    await handOn({ selected, target, places, args: given }, options);
    return;
  }
  refuseDocumentOptions(options);
  refuseUnwritable(target);
  refusePrompt(target, options.prompt ?? null);
  if (launches(options)) requireInstalled(target, places.env);
  const args = forwarded(given, selected.agent, target, options);
  const { command, cwd } = await withScratch((scratch) =>
    handOver({ selected, target, places, scratch }, args, options),
  );
  if (launches(options)) await launch(command, cwd, envOf(target, process.env));
}

function noReport(): SegueError {
  return new SegueError(
    "usage",
    "--json cannot be used when the agent is started: its output would follow the report",
    {
      hint: "add --dry-run or --no-launch",
    },
  );
}

function eitherOr(): SegueError {
  return new SegueError("usage", "--fit and --full-history cannot be used together", {
    hint: "use one of them",
  });
}

/** The agent to open it in, according to the option or the settings; else its own. */
export function targetOf(selected: Selected, options: ResumeOptions): Agent {
  const { profiles } = settings();
  if (options.in !== undefined) return agentNamed(options.in, profiles);
  const { value, where } = settings().get("in");
  if (typeof value !== "string") return selected.agent;
  say(`opening it in ${value}, as set by ${where} (--in overrides it)`);
  return agentNamed(value, profiles);
}

interface Handover {
  selected: Selected;
  target: Agent;
  places: Places;
  scratch: string;
}

/** How often another process may be faster: as many as hand over the same session at once. */
const TRIES = 10;

/**
 * Writes the session for its new agent, and returns the command that starts it. If another process
 * has written it in the meantime, everything is checked again: the session now exists, and is
 * opened.
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
  if (selected.agent !== target) {
    noteDestination(report, await destinationOf(target, request.args, places));
  }
  const command = startCommand(target, outcome, request, places.env);
  report.target.command = command;
  if (launches(options)) refuseTooLong(command, outcome, envOf(target, places.env));
  const canOpen = heedHindrance(target, outcome, options);
  advise(report, target, options);
  if (options.dryRun) outcome.discard();
  else {
    commit(outcome);
    const why = await noteTitle(target, outcome, places.env);
    if (why !== null) say(`cannot set the title in ${target.name}: ${why}`);
    prepareStart(target, outcome);
  }
  // What the note says comes true only in an agent that opens the session.
  show(
    report,
    options,
    canOpen ? commandLine(target, command) : null,
    canOpen ? outcome.note : null,
  );
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
 * Continues where the session's agent can start: in its folder, or, if that no longer exists or is
 * unknown, in one that the user names.
 */
async function orElsewhere(
  outcome: Outcome,
  { path, name }: Selected,
  options: ResumeOptions,
  again: (cwd: string) => Promise<Outcome>,
): Promise<{ outcome: Outcome; folder: string }> {
  const place: Place = { wanted: outcome.cwd, session: name ?? path };
  const folder = folderHere(place, options);
  if (folder !== null) {
    if (launches(options)) orDiscard(outcome, () => refuseFolder(folder));
    return { outcome, folder };
  }
  outcome.discard();
  const other = await elsewhere(place, options);
  return { outcome: await again(other), folder: other };
}

function orDiscard(outcome: Outcome, check: () => void): void {
  try {
    check();
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/** Can the agent open it? Reports what keeps it from that; Segue does not change the session for that. */
function heedHindrance(target: Agent, outcome: Outcome, options: ResumeOptions): boolean {
  const found = target.launch.hindrance?.(outcome);
  if (!found) return true;
  const { why, how } = found;
  if (!launches(options)) {
    say(`the session ${why}: ${how}`);
    return false;
  }
  outcome.discard();
  throw new SegueError("failed", `the session ${why}, so ${target.name} cannot open it`, {
    where: outcome.path,
    hint: how,
  });
}

/** What it takes to send the session to its new agent. */
function advise(report: Report, target: Agent, { json }: ResumeOptions): void {
  const advice = adviceOn(report, target);
  if (advice?.isTooLong) warn(`segue: ${advice.text}`);
  else if (advice && !json) say(advice.text);
}

/** `command`, `note`: null if nothing opens the session. */
function show(
  report: Report,
  options: ResumeOptions,
  command: string | null,
  note: string | null,
): void {
  if (options.json) {
    printJson(report);
    return;
  }
  for (const line of reportText(report)) say(line);
  if (note !== null) say(note);
  if (options.dryRun) say("dry run: nothing was written");
  if (command !== null && (options.dryRun || !options.launch)) print(command);
}
