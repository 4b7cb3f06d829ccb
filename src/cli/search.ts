/** `segue search`: full text over every session. */
import { Command, Option } from "commander";
import { onInterrupt } from "../core/process.ts";
import {
  KINDS,
  MARK_OFF,
  MARK_ON,
  type Match,
  parseQuery,
  searchSessions,
} from "../core/search.ts";
import { counted } from "../words.ts";
import { unshielded } from "./dashes.ts";
import { type PlaceOptions, placesFor, positive, withPlaces } from "./places.ts";
import { folderName, when } from "./session-table.ts";
import { rowOf, sayProblems, since } from "./sessions.ts";
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
    .description("search the full text of all sessions: messages, commands, output, paths, titles")
    .argument("<query...>", 'words, "phrases", prefix*, -not, a OR b, tool:bash, file:a.ts, …')
    .option("--agent <agent>", "only this agent's sessions")
    .option(
      "--since <time>",
      "only sessions updated since a time: 30m, 3h, 2d, 1w, or an ISO date",
      since,
    )
    .option("--limited", "only sessions that stopped at a usage limit")
    .option("--all", "show all matches")
    .option("-n, --number <n>", `how many sessions to show (default: ${SHOWN})`, positive)
    .option("--json", "print one JSON document")
    .addOption(new Option("--jsonl", "print one line of JSON per session").conflicts("json"))
    .addHelpText(
      "after",
      `
Filters in a query: agent:codex, cwd:. (that project), since:2d, tool:bash,
file:src/x.ts, title:words. Kinds of text to search, or to exclude with -:
${KINDS.map((kind) => `in:${kind}`).join(", ")}

Examples:
  segue search '"connection refused" since:1w'
  segue search 'ENOENT in:output'       errors that tools printed
  segue search zebra -in:output         not in what tools printed
  segue search 'migrat* file:schema.sql agent:codex'
  segue show SESSION --range N          show a session from a match on`,
    )
    .action(run);
}

async function run(words: string[], options: Options): Promise<void> {
  const query = parseQuery(unshielded(words).join(" "));
  const { agent, since, limited, all, number } = options;
  const most = number ?? (all ? undefined : SHOWN);
  const places = await placesFor({
    ...options,
    ...(query.cwd === undefined ? {} : { cwd: query.cwd }),
  });
  const reading = readMuch;
  const found = await searchSessions(places, query, { agent, since, limited, most, reading });
  const { matches, missing, isCut } = found;
  show(matches, missing, options);
  sayProblems(found);
  if (isCut) say("only the newest texts were searched for the phrase; --all searches every text");
  if (missing > 0) say(`${counted(missing, "session")} could not be read and were not searched`);
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
  else if (found.length === 0) say("no matches");
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
