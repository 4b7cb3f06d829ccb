/** `segue list`: sessions, newest first, this project's first. */
import { Command, Option } from "commander";
import {
  conversations,
  damageWords,
  type Listed,
  listSessions,
  type Relative,
  type SessionList,
  wasLeft,
} from "../core/list.ts";
import { onlyAt } from "../core/places.ts";
import { settings } from "../core/settings.ts";
import { counted } from "../words.ts";
import { clean, clip } from "./cells.ts";
import { expanded } from "./options.ts";
import { type PlaceOptions, placesFor, positive, requireProject, withPlaces } from "./places.ts";
import { whileReading } from "./reading.ts";
import { type Line, sessionLines, when } from "./session-table.ts";
import { rowOf, sayProblems, since, unreadOf } from "./sessions.ts";
import {
  paint,
  printJson,
  printJsonLine,
  printPainted,
  say,
  sayMore,
  screenWidth,
  warn,
} from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string;
  all?: boolean;
  since?: number;
  limited?: boolean;
  number?: number;
  json?: boolean;
  jsonl?: boolean;
}

const SCHEMA = "segue/list@1";

export function command(): Command {
  return withPlaces(new Command("list").alias("ls"))
    .description("list sessions of all agents: this project's first, newest first")
    .argument(
      "[path]",
      "an export of ChatGPT or Claude.ai, or another store, instead of all stores",
    )
    .option("--agent <agent>", "only the sessions of this agent or profile")
    .option(
      "--since <time>",
      "only sessions updated since a time: 30m, 3h, 2d, 1w, or an ISO date",
      since,
    )
    .option("--limited", "only sessions that stopped at a usage limit")
    .option("--all", "show all sessions")
    .option(
      "-n, --number <n>",
      "how many sessions to show (default: 30, or the `list.number` setting)",
      positive,
    )
    .option("--json", "print one JSON document")
    .addOption(new Option("--jsonl", "print one line of JSON per session").conflicts("json"))
    .action(run);
}

async function run(
  path: string | undefined,
  { agent: named, since, limited, all, number, ...how }: Options,
): Promise<void> {
  const most = number ?? (all ? undefined : (settings().count("list.number") ?? undefined));
  const folded = !how.json && !how.jsonl;
  const places = await placesFor(how);
  const agent = path === undefined ? named : await onlyAt(places, expanded(path), named);
  const asked = { agent, since, limited, most, folded };
  const list = await whileReading("reading", 1, () => listSessions(places, asked));
  if (!list.sessions.some(({ here }) => here)) requireProject(how.cwd);
  for (const one of list.damage)
    warn(`segue: ${damageWords(one)}: some sessions may be listed without where they continue`);
  if (how.json || how.jsonl || list.sessions.length === 0) show(list, how);
  else await printTable(list.sessions, list.ids);
  sayProblems(list);
  if (list.empty > 0) sayMore(`skipped because they have no messages: ${list.empty}`);
  if (list.more > 0 && !how.json && !how.jsonl) say(`${list.more} more: add --all`);
}

function show({ sessions, problems }: SessionList, options: Options): void {
  if (options.jsonl) {
    for (const session of sessions) printJsonLine({ schema: SCHEMA, ...rowOf(session) });
  } else if (options.json) {
    printJson({ schema: SCHEMA, sessions: sessions.map(rowOf), unread: unreadOf({ problems }) });
  } else say("no sessions found");
}

/** In a terminal, fitted to its width; elsewhere complete, with full ids, for programs to read. */
async function printTable(
  sessions: readonly Listed[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const isWhole = !process.stdout.isTTY;
  const nameOf = await agentNames(sessions);
  const width = isWhole ? WIDE : screenWidth(process.stdout, WIDE);
  // In a terminal, an id is cut if it would leave no space for the rest.
  const most = Math.max(8, Math.floor(width / 3));
  const idOf = ({ id }: Listed): string => (isWhole ? id : clip(clean(ids.get(id) ?? id), most));
  const lines = conversations(sessions).flatMap((group) => linesOf(group, idOf, nameOf));
  printPainted(sessionLines(lines, { width, paint }));
}

const WIDE = 200;

/** A conversation that was handed over takes several lines; subagents are only counted. */
function linesOf(
  [head, ...parts]: readonly Listed[],
  idOf: (session: Listed) => string,
  nameOf: (session: Relative) => string,
): Line[] {
  if (!head) return [];
  const subagents = parts.filter(({ isSubagent }) => isSubagent);
  const others = parts.filter(({ isSubagent }) => !isSubagent);
  const lineOf = (session: Listed, isPart: boolean, note: string | null): Line => {
    return { session, id: idOf(session), isPart, note };
  };
  const [newest] = subagents;
  return [
    lineOf(head, false, null),
    ...others.map((one) => lineOf(one, true, wasLeft(one) ? noteOf(one, nameOf) : null)),
    ...(newest ? [lineOf(newest, true, counted(subagents.length, "subagent"))] : []),
  ];
}

function noteOf({ continuedIn }: Listed, nameOf: (session: Relative) => string): string | null {
  const newest = continuedIn.at(-1);
  return newest ? `continued in ${nameOf(newest)}, ${when(newest.time)}` : null;
}

/** Agents' names are loaded with the agents, so only if one is shown. */
async function agentNames(sessions: readonly Listed[]): Promise<(session: Relative) => string> {
  if (sessions.every(({ continuedIn }) => continuedIn.length === 0)) return ({ agent }) => agent;
  const { agentNamed } = await import("../core/names.ts");
  return ({ agent, profile }) => {
    const { name } = agentNamed(agent);
    return profile ? `${name} (${profile})` : name;
  };
}
