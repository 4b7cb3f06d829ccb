/** The command line: finds the command, runs it, and turns errors into messages and exit codes. */

import { Command, CommanderError, Option } from "commander";
import { abandon, catchSignals, cleanUp } from "../core/process.ts";
import { loadSettings, readSettings, type Source } from "../core/settings.ts";
import { settleOwnFolders, settleStores } from "../core/variables.ts";
import { fileError, SegueError, systemError, wordsOf } from "../errors.ts";
import { table } from "./cells.ts";
import { shielded, withoutOwn } from "./dashes.ts";
import { EXAMPLES as MORE } from "./examples.ts";
import { warnFaults } from "./faults.ts";
import { governOptions } from "./options.ts";
import {
  beQuiet,
  beVerbose,
  endOf,
  oneLine,
  sayMore,
  screenWidth,
  useColor,
  warn,
  warnError,
} from "./terminal.ts";

/** One file per command; only the requested one is loaded. `after`: how many words follow "--". */
const COMMANDS: { [name: string]: () => Promise<{ command(after: number): Command }> } = {
  pick: () => import("./pick.ts"),
  list: () => import("./list.ts"),
  search: () => import("./search.ts"),
  show: () => import("./show.ts"),
  info: () => import("./info.ts"),
  resume: () => import("./resume.ts"),
  run: () => import("./run.ts"),
  convert: () => import("./convert.ts"),
  handoff: () => import("./handoff.ts"),
  check: () => import("./check.ts"),
  dump: () => import("./dump.ts"),
  keep: () => import("./keep.ts"),
  restore: () => import("./restore.ts"),
  forget: () => import("./forget.ts"),
  agents: () => import("./agents.ts"),
  limits: () => import("./limits.ts"),
  doctor: () => import("./doctor.ts"),
  scan: () => import("./scan.ts"),
  config: () => import("./config.ts"),
  completions: async () => {
    const { command } = await import("./completions.ts");
    return { command: () => command(() => build([])) };
  },
  log: () => import("./log.ts"),
  undo: () => import("./undo.ts"),
  watch: () => import("./watch.ts"),
  "install-hooks": () => import("./install-hooks.ts"),
};

/** For completion scripts, not for people. */
const HIDDEN: typeof COMMANDS = {
  __sessions: () => import("./complete-sessions.ts"),
};

const NO_PROJECT: ReadonlySet<Source> = new Set(["project"]);
const NOTHING: ReadonlySet<Source> = new Set(["project", "user", "environment"]);

/**
 * Which settings a command can do without. Commands that recover, or report errors, work whatever a
 * file contains; those that only look for sessions do not depend on a project's settings.
 */
const DISPENSABLE: { [name: string]: ReadonlySet<Source> } = {
  ...{ undo: NOTHING, log: NOTHING, doctor: NOTHING, config: NOTHING, completions: NOTHING },
  ...{ agents: NO_PROJECT, scan: NO_PROJECT, check: NO_PROJECT, __sessions: NO_PROJECT },
  ...{ limits: NO_PROJECT, watch: NO_PROJECT, "install-hooks": NO_PROJECT },
  ...{ show: NO_PROJECT, info: NO_PROJECT, search: NO_PROJECT },
  ...{ keep: NO_PROJECT, restore: NO_PROJECT, forget: NO_PROJECT },
};

const EXAMPLES = `
Examples:
  segue                              choose a session and an agent
  segue resume 5bc111 --in codex     open a session in Codex with its history
  segue resume latest --in pi        the newest session of this project, in Pi
  segue resume latest --in work      in another account: see docs/profiles.md
  segue codex 3                      the third newest session of Codex
  segue claude --in codex --model gpt-5.5
  segue convert a.jsonl --to codex -o b.jsonl
  segue handoff latest --budget 4k   write the session as a document
  segue undo                         undo the last write`;

/** Runs a command line; returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const end = args.indexOf("--");
  const verbose = args.slice(0, end < 0 ? args.length : end).includes("--verbose");
  beVerbose(verbose);
  settleOwnFolders(process.env);
  catchSignals();
  await tidy();
  let broken: unknown;
  process.stdout.on("error", (error) => {
    if (broken !== undefined) return;
    broken = error;
    const code = report(fileError(error, "stdout", "write the output"), verbose);
    // That the reader has gone hides no failure.
    if (code !== 0 || process.exitCode === undefined) process.exitCode = code;
  });
  try {
    const words = args.length === 0 ? await alone() : args;
    const program = await build(words);
    if (words.length === 0) {
      warn(program.helpInformation());
      return 2;
    }
    const [only, another] = program.commands;
    await program.parseAsync(another ? words : prepared(words, only), { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return error === broken ? Number(process.exitCode) : report(error, verbose);
  } finally {
    abandon();
  }
}

/** For commands that take words which look like options, and are none of ours. */
function prepared(words: string[], command: Command | undefined): string[] {
  if (command?.name() === "search") return shielded(words, command);
  return command?.name() === "run" ? withoutOwn(words, command) : words;
}

/** Removes what dead processes left behind. */
async function tidy(): Promise<void> {
  try {
    await cleanUp(process.env, (path) =>
      sayMore(`removed a leftover of an interrupted run: ${path}`),
    );
  } catch (error) {
    // One of Segue's folders is unreadable: the command reports it if it matters.
    sayMore(`cannot check for leftovers of interrupted runs: ${wordsOf(error)}`);
  }
}

/** What `segue` without arguments means. */
async function alone(): Promise<string[]> {
  const { canPick } = await import("./pick.ts");
  return canPick() ? ["pick"] : [];
}

async function build(args: readonly string[]): Promise<Command> {
  const program = new Command("segue")
    .description("Move a coding session from one coding agent to another, natively, and back.")
    .option("--quiet", "print only errors and warnings")
    .option("--verbose", "print more, with stack traces for errors")
    .addOption(
      new Option("--color <when>", "when to use color").choices(["auto", "always", "never"]),
    )
    .option("-V, --version", "print the version")
    .addHelpText("after", EXAMPLES)
    .showSuggestionAfterError()
    .hook("preAction", async (_, command) => {
      const { quiet, color } = program.opts<{ quiet?: boolean; color?: string }>();
      beQuiet(quiet ?? false);
      await settleStores(process.env);
      const { cwd = "." } = command.opts<{ cwd?: string }>();
      const flags =
        color === undefined ? [] : [["color", { value: color, where: "--color" }] as const];
      const dispensable = DISPENSABLE[command.name()];
      const set = await loadSettings(process.env, cwd, {
        flags: new Map(flags),
        ...(dispensable ? { dispensable } : {}),
      });
      useColor(set.text("color"));
      // The doctor reports it in its own section; `config set` may be about to correct it.
      const says = command.name() === "doctor" || isSetting(command);
      if (!says) warnFaults(set.faults);
    });
  for (const command of await commandsFor(args)) program.addCommand(command);
  for (const command of program.commands) {
    const examples = MORE[command.name()];
    if (examples) command.addHelpText("after", `\nExamples:\n  ${examples.join("\n  ")}`);
  }
  for (const command of [program, ...program.commands]) {
    governOptions(command);
    command.exitOverride();
    const name = command === program ? "segue" : `segue ${command.name()}`;
    command.showHelpAfterError(`  see \`${name} --help\``);
    command.configureHelp({ showGlobalOptions: true });
    command.configureOutput({
      writeErr: (text) => warn(text.trimEnd()),
      outputError: (text) => warnError(restyled(text)),
      getOutHelpWidth: () => screenWidth(process.stdout, 80),
      getErrHelpWidth: () => screenWidth(process.stderr, 80),
    });
  }
  return program;
}

function isSetting(command: Command): boolean {
  return command.name() === "config" && command.args[0] === "set";
}

/** Commander's errors, in the form of all other errors. */
function restyled(text: string): string {
  return text
    .trimEnd()
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.*)\?\)/, "\n  did you mean $1?")
    .replace(
      /^command-argument value '(.*)' is invalid for argument '(.*?)'/,
      "<$2> argument '$1' is invalid",
    )
    .replace(
      / argument '(.*)' is invalid\. (.)(.*?)\.?$/,
      (_, value, first, rest) => ` does not take "${value}": ${first.toLowerCase()}${rest}`,
    )
    .replace(/^option '(?:-\w, )?(--[\w-]+) (<.*?>)' argument missing$/, "$1 needs a value: $1 $2")
    .replace(/^option '(?:-\w, )?(--[\w-]+)[^']*' does not take/, "$1 does not take")
    .replace(/^missing required argument '(.*)'$/, "the argument <$1> is missing")
    .replace(
      /^too many arguments(?: for '.*')?\. Expected (\d+ arguments?) but got (\d+)\.?$/,
      "too many arguments: it takes $1, not $2",
    );
}

/** The names that the first word may mean. */
async function commandsFor(args: readonly string[]): Promise<Command[]> {
  const at = args.findIndex((arg, i) => !arg.startsWith("-") && args[i - 1] !== "--color");
  const [word, ...rest] = at < 0 ? [] : args.slice(at);
  if (word === undefined || word === "help") {
    const asked = rest.find((one) => !one.startsWith("-"));
    const one = asked === undefined || asked === "help" ? [] : await commandsFor([asked]);
    const all = Object.values(COMMANDS).map(async (load) => (await load()).command(0));
    const others = (await Promise.all(all)).filter((each) => each.name() !== one[0]?.name());
    return [...others, ...one];
  }
  const name = word === "ls" ? "list" : word;
  const all = { ...COMMANDS, ...HIDDEN };
  const load = Object.hasOwn(all, name) ? all[name] : undefined;
  const end = args.indexOf("--");
  const after = end < 0 ? 0 : args.length - end - 1;
  if (load) return [(await load()).command(after)];
  const { command, unknownWord } = await import("./quick.ts");
  const { profiles, faults } = await readSettings(process.env, ".", { dispensable: NOTHING });
  const quick = command(word, after, profiles);
  if (quick) return [quick];
  const [fault] = faults;
  // It may be the name of a profile in a file that cannot be read.
  throw fault ?? unknownWord(word, rest, Object.keys(COMMANDS), profiles);
}

function report(thrown: unknown, verbose: boolean): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  if (isBrokenPipe(thrown)) return 0;
  const error = systemError(thrown) ?? thrown;
  if (error instanceof SegueError) {
    const where = error.where === null ? "" : ` (${error.where})`;
    warnError(oneLine(error.message + where));
    if (error.hint !== null) warn(`  ${oneLine(error.hint)}`);
    if (error.candidates.length > 0) warn(listed(error.candidates));
    if (verbose && error.stack) warn(error.stack);
    return error.exit;
  }
  warnError(oneLine(error instanceof Error ? error.message : String(error)));
  warn("  this is a bug: run the command again with --verbose and report the output");
  if (verbose && error instanceof Error && error.stack) warn(error.stack);
  return 1;
}

/**
 * Agent, id and path are complete, so that they can be copied; folder and title share the rest of
 * the line.
 */
function listed(candidates: SegueError["candidates"]): string {
  const widest = (i: number): number =>
    candidates.reduce((most, row) => Math.max(most, row.length > 1 ? (row[i]?.length ?? 0) : 0), 0);
  const whole = 8 + widest(0) + widest(1) + (widest(4) > 0 ? 2 + widest(4) : 0);
  const room = Math.max(24, screenWidth(process.stderr, 200) - whole);
  const folder = Math.min(28, widest(2), Math.floor(room / 2));
  const title = Math.min(40, room - folder);
  return table(
    candidates.map(([agent = "", id, cwd = "", called = "", ...path]) =>
      id === undefined
        ? ["", agent]
        : ["", agent, id, endOf(cwd, folder), oneLine(called, title), ...path].map((cell) =>
            oneLine(cell),
          ),
    ),
  );
}

/** The reader of our output has gone: not an error. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
