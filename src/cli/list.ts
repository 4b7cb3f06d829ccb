/** `segue list`: sessions, newest first, this project's first. */
import { Command, InvalidArgumentError } from "commander";
import { agentNamed, findAgent } from "../agents/registry.ts";
import { type Glance, glance } from "../catalog/peek.ts";
import { allSessions, hereFirst, placeOf } from "../catalog/stores.ts";
import { settings } from "../config/settings.ts";
import { type PlaceOptions, placesOf, positive, withPlaces } from "./common.ts";
import { oneLine, print, printJson, printJsonLine, say, table } from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string;
  all?: boolean;
  since?: number;
  number?: number;
  json?: boolean;
  jsonl?: boolean;
}

const SCHEMA = "segue/list@1";

export function command(): Command {
  return withPlaces(new Command("list"))
    .description("sessions of every agent, newest first, this project's first")
    .option("--agent <agent>", "only this agent's")
    .option(
      "--since <time>",
      "only those that went on since: 30m, 3h, 2d, 1w, or an ISO date",
      since,
    )
    .option("--all", "all there are")
    .option("-n, --number <n>", "how many (default: 30, or `list.number` of the config)", positive)
    .option("--json", "print one JSON document")
    .option("--jsonl", "print one JSON line a session")
    .action(run);
}

const UNITS: { [unit: string]: number } = { m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** Milliseconds since the epoch. */
export function since(text: string): number {
  const [, n, unit = ""] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const time = n === undefined ? Date.parse(text) : Date.now() - Number(n) * (UNITS[unit] ?? 0);
  if ((n !== undefined || /^\d{4}-\d\d/.test(text)) && !Number.isNaN(time)) return time;
  throw new InvalidArgumentError("it must be like 3h, 2d, or 2026-01-31.");
}

async function run(options: Options): Promise<void> {
  const places = placesOf(options);
  const only = options.agent === undefined ? undefined : agentNamed(options.agent);
  const { since: oldest = 0 } = options;
  const found = (await allSessions(places, only)).filter(({ mtime }) => mtime >= oldest);
  const most = options.number ?? (options.all ? found.length : settings().count("list.number"));
  const glances: Glance[] = [];
  let unreadable = 0;
  for (const session of hereFirst(found, places)) {
    if (most !== null && glances.length >= most) break;
    const agent = findAgent(session.agent);
    const seen = agent && glance(agent, session);
    if (seen) glances.push(seen);
    else unreadable++;
  }
  if (options.jsonl) {
    for (const seen of glances) printJsonLine({ schema: SCHEMA, ...row(seen) });
  } else if (options.json) printJson({ schema: SCHEMA, sessions: glances.map(row) });
  else printTable(glances);
  if (unreadable > 0) say(`sessions that cannot be read: ${unreadable}`);
  const rest = found.length - glances.length - unreadable;
  if (rest > 0 && !options.json && !options.jsonl) say(`${rest} more: add --all`);
}

function printTable(glances: readonly Glance[]): void {
  if (glances.length === 0) {
    say("no session was found");
    return;
  }
  const rows = glances.map((seen) => [
    seen.agent,
    new Date(seen.mtime).toISOString().slice(0, 16).replace("T", " "),
    seen.id,
    oneLine(seen.header.cwd ?? "", 28),
    oneLine(seen.title ?? "", 50),
  ]);
  print(table(rows));
}

function row(seen: Glance): { [key: string]: unknown } {
  const { header } = seen;
  return {
    agent: seen.agent,
    id: seen.id,
    title: seen.title,
    cwd: header.cwd,
    createdAt: header.createdAt,
    updatedAt: header.updatedAt ?? new Date(seen.mtime).toISOString(),
    messages: seen.messages,
    tokens: null,
    model: header.model,
    path: placeOf(seen),
    branch: header.gitBranch,
    parent: header.parent,
    limit: null,
  };
}
