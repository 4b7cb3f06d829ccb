/** `segue check`: checks the laws on the user's own sessions. */

import { Command } from "commander";
import { type Check, checkSession, newestSessions, type Sent } from "../core/check.ts";
import type { Selected } from "../core/find.ts";
import { watchReading } from "../core/process.ts";
import { withScratch } from "../core/read.ts";
import { isFull, SegueError, wordsOf } from "../errors.ts";
import { renderEntry } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { counted } from "../words.ts";
import { table } from "./cells.ts";
import {
  named,
  type PlaceOptions,
  placesOf,
  positive,
  selectOrStdin,
  withPlaces,
} from "./common.ts";
import { Passes } from "./reading.ts";
import { UnreadSoFar } from "./sessions.ts";
import { oneLine, ProgressLine, print, printJson } from "./terminal.ts";

interface Options extends PlaceOptions {
  from?: string;
  all?: boolean;
  number?: number;
  json?: boolean;
}

export function command(): Command {
  return withPlaces(new Command("check"))
    .description("check that a session converts without loss: same bytes, there and back, losses")
    .argument("[session]", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent that the session belongs to")
    .option("--all", "check the newest sessions in every store")
    .option(
      "-n, --number <n>",
      "with --all: how many sessions of each agent (default: 20)",
      positive,
    )
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nWith --verbose, also lists what is sent to each agent's model.")
    .action(run);
}

/** A session that could not be checked, and why. */
interface Unread {
  agent: string;
  path: string;
  why: string;
}

async function run(
  selector: string | undefined,
  options: Options,
  command: Command,
): Promise<void> {
  const { verbose = false } = command.optsWithGlobals<{ verbose?: boolean }>();
  const { all = false, json = false } = options;
  const checks: Check[] = [];
  const unreadable: Unread[] = [];
  const progress = new ProgressLine("checking");
  await withScratch(async (scratch) => {
    const sessions = await chosen(selector, options, scratch);
    for (const [i, session] of sessions.entries()) {
      const told = follow((share) => progress.update(i + share, sessions.length));
      const sent: string[] = [];
      const tell: Sent = (through, entry) => sent.push(...sentLine(through, entry));
      try {
        const how = { sent: verbose && !json ? tell : undefined, progress: told };
        const check = await checkSession(session, scratch, how);
        checks.push(check);
        progress.clear();
        if (!json) printCheck(check, sent);
      } catch (error) {
        // An error in one session does not stop the check of the others.
        if (!all || isFull(error)) throw error;
        const unread = { agent: session.agent.id, path: session.path, why: wordsOf(error) };
        unreadable.push(unread);
        progress.clear();
        if (!json) print(oneLine(`${unread.agent} ${unread.path}: ${unread.why}`));
      }
    }
  });
  watchReading(null);
  progress.clear();
  const summary = summaryOf(checks, unreadable);
  if (json) printJson(all ? jsonOfAll(checks, unreadable, summary) : jsonOf(checks));
  else if (all) print(summaryText(summary));
  if (summary.failed > 0 || summary.unreadable > 0) process.exitCode = 1;
}

/** The steps of a check, and their combined progress. */
function follow(update: (share: number) => void): (step: number, steps: number) => void {
  const begin = (step: number, steps: number): void => {
    const passes = new Passes(PASSES);
    update(step / steps);
    watchReading((done, total) => update((step + passes.share(done, total)) / steps));
  };
  begin(0, STEPS);
  return begin;
}

/** For the first step, before the number of steps is known. */
const STEPS = 10;
/** How often a step reads the session or its result. */
const PASSES = 5;

interface Summary {
  sessions: number;
  passed: number;
  failed: number;
  unreadable: number;
}

function summaryOf(checks: readonly Check[], unread: readonly Unread[]): Summary {
  const passed = checks.filter(({ laws }) => laws.every(({ ok }) => ok)).length;
  return {
    sessions: checks.length + unread.length,
    passed,
    failed: checks.length - passed,
    unreadable: unread.length,
  };
}

function summaryText({ sessions, passed, failed, unreadable }: Summary): string {
  if (sessions === 0) return "no sessions found";
  const rest = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unreadable > 0 ? [`${unreadable} could not be read`] : []),
  ];
  return `${counted(sessions, "session")} checked: ${[`${passed} passed`, ...rest].join(", ")}`;
}

async function chosen(
  selector: string | undefined,
  options: Options,
  scratch: string,
): Promise<Selected[]> {
  const places = placesOf(options);
  const from = named(options.from);
  if (options.all && selector !== undefined) {
    throw new SegueError("usage", "--all checks the sessions of every store, not a single one", {
      hint: "use --from AGENT to check one agent's sessions",
    });
  }
  if (!options.all) {
    if (selector === undefined) throw new SegueError("usage", "specify a session or --all");
    return [await selectOrStdin(selector, places, from, scratch)];
  }
  const unread = new UnreadSoFar();
  const all = await newestSessions({ ...places, unread: unread.note }, from, options.number ?? 20);
  unread.say();
  return all;
}

/** What a target's model is sent, one line per entry. */
function sentLine(through: string, entry: Entry): string[] {
  const text = renderEntry(entry, "brief");
  return text === null ? [] : [`  sent to ${through}: ${oneLine(text, 160)}`];
}

const SCHEMA = "segue/check@1";

function jsonOf([only]: readonly Check[]): unknown {
  return { schema: SCHEMA, ...only };
}

function jsonOfAll(
  sessions: readonly Check[],
  unreadable: readonly Unread[],
  summary: Summary,
): unknown {
  return { schema: SCHEMA, sessions, unreadable, summary };
}

function printCheck(check: Check, sent: readonly string[]): void {
  print(`${check.agent} ${check.path ?? "stdin"}`);
  const laws = check.laws.map(({ law, through, ok, detail }) => [
    ok ? "  ok" : "  FAILED",
    `law ${law}`,
    wordsFor(law, through),
    detail,
  ]);
  print(table(laws));
  for (const { what, count, line } of check.unknown) {
    print(
      `  not known to this version, kept unchanged: ${oneLine(what, 100)} ×${count}, first in line ${line}`,
    );
  }
  for (const { through, code, count, what } of check.losses) {
    print(`  ${through}: ${code} ×${count}: ${what}`);
  }
  for (const line of sent) print(line);
}

function wordsFor(law: number, through: string | null): string {
  if (law === 4) return "all content is read or reported";
  return through === null ? "same bytes" : `there and back through ${through}`;
}
