/** `segue search`: full text over every session. */
import { Command, Option } from "commander";
import { type Catalog, type Filter, openCatalog } from "../catalog/catalog.ts";
import { pending } from "../catalog/pending.ts";
import { parseQuery, type Query } from "../catalog/query.ts";
import { type Match, search } from "../catalog/search.ts";
import { KINDS, MARK_OFF, MARK_ON } from "../catalog/text.ts";
import { SegueError } from "../errors.ts";
import { onInterrupt } from "../io/interrupt.ts";
import { counted } from "../words.ts";
import { unshielded } from "./dashes.ts";
import { agentFor, type PlaceOptions, placesFor, positive, withPlaces } from "./places.ts";
import { folderName, when } from "./session-table.ts";
import { rowOf, sayProblems, since, timeAgo } from "./sessions.ts";
import {
  hasColor,
  oneLine,
  ProgressLine,
  print,
  printJson,
  printJsonLine,
  printMarked,
  say,
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

const SCHEMA = "segue/search@1";
const SHOWN = 20;

export function command(): Command {
  return withPlaces(new Command("search"))
    .description("full text of every session: what was said, run and printed, paths, titles")
    .argument("<query...>", 'words, "phrases", prefix*, -not, a OR b, tool:bash, file:a.ts, …')
    .option("--agent <agent>", "only this agent's")
    .option("--since <time>", "only sessions updated since: 30m, 3h, 2d, 1w, or an ISO date", since)
    .option("--limited", "only those that stopped at a usage limit")
    .option("--all", "all that match")
    .option("-n, --number <n>", `how many sessions (default: ${SHOWN})`, positive)
    .option("--json", "print one JSON document")
    .addOption(new Option("--jsonl", "print one JSON line a session").conflicts("json"))
    .addHelpText(
      "after",
      `
In a query: agent:codex, cwd:. (of that project), since:2d, tool:bash,
file:src/x.ts, title:words. These search, or with - leave out, kinds of text:
${KINDS.map((kind) => `in:${kind}`).join(", ")}

Examples:
  segue search '"connection refused" since:1w'
  segue search 'ENOENT in:output'       an error that a tool printed
  segue search zebra -in:output         not in what tools printed
  segue search 'migrat* file:schema.sql agent:codex'
  segue show SESSION --range N          opens a session at a hit's number`,
    )
    .action(run);
}

async function run(words: string[], options: Options): Promise<void> {
  const query = parseQuery(unshielded(words).join(" "));
  const places = await placesFor({
    ...options,
    ...(query.cwd === undefined ? {} : { cwd: query.cwd }),
  });
  const name = options.agent ?? query.agent;
  const only = name === undefined ? undefined : await agentFor(name);
  const catalog = await openCatalog(places, only);
  let missing = await catchUp(catalog, only?.id);
  const filter: Filter = {
    since: options.since ?? sinceOf(query),
    limited: options.limited,
    here: query.cwd !== undefined,
  };
  const most = options.number ?? (options.all ? Number.POSITIVE_INFINITY : SHOWN);
  const { rebuilds } = catalog.file;
  const look = () => search(catalog, query, filter, most);
  let found = await catalog.file.guardedLater(look);
  if (catalog.file.rebuilds !== rebuilds) {
    await catalog.refresh();
    missing = await catchUp(catalog, only?.id);
    found = await look();
  }
  catalog.close();
  missing += found.unread;
  show(found.matches, missing, options);
  sayProblems(catalog);
  if (found.isCut) say("only the newest texts were searched for the phrase: add --all");
  if (missing > 0) say(`${counted(missing, "session")} could not be read and were not searched`);
}

function sinceOf({ since: text }: Query): number | undefined {
  if (text === undefined) return undefined;
  const time = timeAgo(text);
  if (time !== undefined) return time;
  throw new SegueError("usage", `since:${text} is not a time`, {
    hint: "as in since:3h, since:2d, since:2026-01-31",
  });
}

/** So much is read in no time; of more, it is said. */
const LITTLE = 24e6;

/** Reads what is new or has changed, all of it the first time; gives the number of sessions that cannot be read. */
async function catchUp(catalog: Catalog, agent: string | undefined): Promise<number> {
  const tasks = pending(catalog).filter((task) => agent === undefined || task.agent === agent);
  if (tasks.length === 0) return 0;
  const { indexSessions } = await import("../catalog/indexing.ts");
  const bytes = tasks.reduce((sum, task) => sum + task.bytes, 0);
  const done =
    bytes <= LITTLE
      ? await indexSessions(catalog, tasks, { threads: 0 })
      : await readMuch(tasks.length, bytes, (progress) =>
          indexSessions(catalog, tasks, { progress }),
        );
  return done.failed.length;
}

/** Long work that is done once: says so, and what becomes of it when it is broken off. */
async function readMuch<T>(
  sessions: number,
  bytes: number,
  read: (progress: ProgressLine["update"]) => Promise<T>,
): Promise<T> {
  say(
    `indexing ${counted(sessions, "new or changed session")} (${Math.ceil(bytes / 1e6)} MB) first`,
  );
  const progress = new ProgressLine("indexing");
  const interrupted = onInterrupt(() => {
    progress.clear();
    say("what has been indexed is kept; the next search or `segue scan` continues from there");
  });
  try {
    return await read(progress.update);
  } finally {
    interrupted();
    progress.clear();
  }
}

function show(found: readonly Match[], missing: number, options: Options): void {
  const plain = found.map(({ session, hits }) => ({
    ...rowOf(session),
    hits: hits.map(({ entry, snippet }) => ({ entry, snippet: unmarked(snippet) })),
  }));
  if (options.jsonl) for (const row of plain) printJsonLine({ schema: SCHEMA, ...row });
  else if (options.json) printJson({ schema: SCHEMA, sessions: plain, missing });
  else if (found.length === 0) say("nothing was found");
  else for (const match of found) printMatch(match);
}

function printMatch({ session, hits }: Match): void {
  const { agent, time, cwd, id, title } = session;
  print(`${agent} ${id}  ${when(time)}  ${folderName(cwd)}  ${oneLine(title ?? "", 60)}`);
  for (const { entry, snippet } of hits) printMarked(`  [${entry}] `, marked(snippet));
}

function unmarked(snippet: string): string {
  return oneLine(snippet.replaceAll(MARK_ON, "").replaceAll(MARK_OFF, ""));
}

/** Pieces of a snippet, of which every second one is what was looked for. */
function marked(snippet: string): string[] {
  if (!hasColor()) return [unmarked(snippet)];
  return snippet
    .replace(/\s+/g, " ")
    .trim()
    .split(new RegExp(`[${MARK_ON}${MARK_OFF}]`));
}
