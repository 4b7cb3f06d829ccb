/** `segue resume`: the main job. Converts a session into another agent's store and opens it there. */
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { agentNamed } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { type Selected, select } from "../catalog/select.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";
import { type Report, reportText } from "../convert/report.ts";
import { type Outcome, Transfer } from "../convert/transfer.ts";
import { SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { heedSignals } from "../io/interrupt.ts";
import { findCommand, installedVersion, launch } from "../io/launch.ts";
import type { Env } from "../io/state.ts";
import { shellWord } from "../session/text.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { ProgressLine, print, printJson, say, warn } from "./terminal.ts";

interface Options extends PlaceOptions {
  in?: string;
  from?: string;
  dryRun?: boolean;
  launch: boolean;
  prompt?: string;
  fullHistory?: boolean;
  fork?: boolean;
  json?: boolean;
}

export function command(): Command {
  return withPlaces(new Command("resume"))
    .description("open a session in another agent, with all its history")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, or a path")
    .argument("[args...]", "after --: arguments for the agent")
    .option("--in <agent>", "the agent to open it in (default: its own)")
    .option("--from <agent>", "only look at this agent's sessions")
    .option("--dry-run", "write nothing; say what would happen and what would be lost")
    .option("--no-launch", "write the session and print the command instead of running it")
    .option("--prompt <text>", "the first new prompt")
    .option("--full-history", "send what came before a compaction as well")
    .option("--fork", "write a new session even where the original could be continued")
    .option("--json", "print the report as JSON (with --dry-run or --no-launch)")
    .addHelpText(
      "after",
      `
Examples:
  segue resume 5bc111 --in codex
  segue resume claude#2 --in pi --prompt "go on with the tests"
  segue resume latest --in codex -- --model gpt-5.5`,
    )
    .action(run);
}

async function run(selector: string, args: string[], options: Options): Promise<void> {
  const places = placesOf(options);
  const from = options.from === undefined ? undefined : agentNamed(options.from);
  const selected = await select(selector, places, from);
  const target = options.in === undefined ? selected.agent : agentNamed(options.in);
  if (options.launch && !options.dryRun) requireInstalled(target, places.env);
  const { command, cwd } = await withScratch((scratch) =>
    handOver({ selected, target, places, scratch }, args, options),
  );
  if (options.dryRun || !options.launch) return;
  await launch(command, workFolder(cwd), places.env);
}

interface Handover {
  selected: Selected;
  target: Agent;
  places: Places;
  scratch: string;
}

/** Writes the session for its new agent, and gives what starts that. */
async function handOver(
  { selected, target, places, scratch }: Handover,
  args: string[],
  options: Options,
): Promise<{ command: string[]; cwd: string | null }> {
  const { env } = places;
  const progress = new ProgressLine();
  const transfer = new Transfer(
    selected,
    {
      agent: target,
      root: targetRoot(target, places),
      version: installedVersion(target, env),
      command: findCommand(target.launch.command, env),
    },
    {
      env,
      scratch,
      fullHistory: options.fullHistory ?? false,
      fork: options.fork ?? false,
      dryRun: options.dryRun ?? false,
      warn: (text) => warn(`segue: ${text}`),
      progress: progress.update,
      ...(options.cwd === undefined ? {} : { cwd: resolve(options.cwd) }),
    },
  );
  const outcome = selected.agent === target ? transfer.native() : await transfer.prepare();
  await heedSignals();
  progress.clear();
  const { id, path, cwd, report } = outcome;
  const request = { id, path, prompt: options.prompt ?? null, args };
  const command = [target.launch.command, ...target.launch.resumeArgs(request)];
  report.target.command = command;
  if (!options.dryRun) {
    outcome.commit();
    await noteTitle(target, outcome, env);
  }
  show(report, options, command, outcome.note);
  return { command, cwd };
}

/** Before anything is written for it. */
function requireInstalled({ name, launch: { command } }: Agent, env: Env): void {
  if (findCommand(command, env) !== null) return;
  throw new SegueError("failed", `${name} is not installed: there is no "${command}" on PATH`, {
    hint: "install it, or give --no-launch to write the session for later",
  });
}

/** A title that cannot be noted is a pity, not a failure: the session itself is written. */
async function noteTitle(target: Agent, { id, title }: Outcome, env: Env): Promise<void> {
  const command = findCommand(target.launch.command, env);
  if (title === null || command === null || !target.launch.setTitle) return;
  try {
    await target.launch.setTitle({ command, id, title, env });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say(`the title could not be noted in ${target.name}: ${why}`);
  }
}

function targetRoot(target: Agent, places: Places): string {
  const roots = rootsOf(target, places);
  const root = roots.find((path) => existsSync(path)) ?? roots[0];
  if (root === undefined) throw new SegueError("failed", `${target.name} has no store here`);
  return root;
}

function show(report: Report, options: Options, command: string[], note: string): void {
  if (options.json) {
    printJson(report);
    return;
  }
  for (const line of reportText(report)) say(line);
  say(note);
  if (options.dryRun) say("dry run: nothing was written");
  if (options.dryRun || !options.launch) print(command.map(shellWord).join(" "));
}

function workFolder(cwd: string | null): string {
  const folder = cwd ?? process.cwd();
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
  throw new SegueError("failed", "the session's folder is gone, so its agent cannot start there", {
    where: folder,
    hint: `make it again, or name another with --cwd (its parent is ${dirname(folder)})`,
  });
}
