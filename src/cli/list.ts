/** `segue list`: sessions, newest first, this project's first. */
import { Command, Option } from "commander";
import { type Listed, listSessions } from "../core/list.ts";
import { settings } from "../core/settings.ts";
import { type PlaceOptions, placesFor, positive, withPlaces } from "./places.ts";
import { rowOf, sayProblems, sessionTable, since } from "./sessions.ts";
import { print, printJson, printJsonLine, say, sayMore } from "./terminal.ts";

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
  return withPlaces(new Command("list"))
    .description("sessions of every agent, newest first, this project's first")
    .option("--agent <agent>", "only this agent's")
    .option("--since <time>", "only sessions updated since: 30m, 3h, 2d, 1w, or an ISO date", since)
    .option("--limited", "only those that stopped at a usage limit")
    .option("--all", "all there are")
    .option("-n, --number <n>", "how many (default: 30, or `list.number` of the config)", positive)
    .option("--json", "print one JSON document")
    .addOption(new Option("--jsonl", "print one JSON line a session").conflicts("json"))
    .action(run);
}

async function run({ agent, since, limited, all, number, ...how }: Options): Promise<void> {
  const most = number ?? (all ? undefined : (settings().count("list.number") ?? undefined));
  const list = await listSessions(await placesFor(how), { agent, since, limited, most });
  show(list.sessions, how);
  sayProblems(list);
  if (list.empty > 0) sayMore(`left out, as nobody has said anything in them: ${list.empty}`);
  if (list.more > 0 && !how.json && !how.jsonl) say(`${list.more} more: add --all`);
}

function show(sessions: readonly Listed[], options: Options): void {
  if (options.jsonl) {
    for (const session of sessions) printJsonLine({ schema: SCHEMA, ...rowOf(session) });
  } else if (options.json) printJson({ schema: SCHEMA, sessions: sessions.map(rowOf) });
  else if (sessions.length === 0) say("no session was found");
  else print(sessionTable(sessions));
}
