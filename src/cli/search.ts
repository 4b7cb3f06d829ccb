/** `segue search`: full-text search over all sessions. */
import { Command, Option } from "commander";
import {
  KINDS,
  type Match,
  parseQuery,
  type SearchResults,
  searchSessions,
  withSubagents,
} from "../core/search.ts";
import { counted } from "../words.ts";
import { unshielded } from "./dashes.ts";
import { matchText, unmarked } from "./matches.ts";
import { paged } from "./paged.ts";
import { type PlaceOptions, placesFor, positive, requireProject, withPlaces } from "./places.ts";
import { readMuch, whileReading } from "./reading.ts";
import { rowOf, sayProblems, since, unreadOf } from "./sessions.ts";
import { printJson, printJsonLine, say } from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string;
  all?: boolean;
  since?: number;
  limited?: boolean;
  number?: number;
  pick?: boolean;
  pager: boolean;
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
    .addOption(
      new Option("--pick", "choose among the matches in the picker").conflicts([
        ...["since", "limited", "all", "number", "json", "jsonl"],
      ]),
    )
    .option("--no-pager", "do not use a pager")
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
  segue search zebra --pick             choose among the matches in the picker
  segue show SESSION --range N-         show a session from match [N] on`,
    )
    .action(run);
}

async function run(words: string[], options: Options): Promise<void> {
  const text = unshielded(words).join(" ");
  const query = parseQuery(text);
  if (options.pick) {
    const { pick } = await import("./pick.ts");
    await pick(options, { query: text, agent: options.agent });
    return;
  }
  const { agent, since, limited, all, number } = options;
  const most = number ?? (all ? undefined : SHOWN);
  const places = await placesFor({
    ...options,
    ...(query.cwd === undefined ? {} : { cwd: query.cwd }),
  });
  const reading = readMuch("the next search or `segue scan`");
  const folded = !options.json && !options.jsonl;
  const asked = { agent, since, limited, most, reading, folded };
  const found = await whileReading("reading", 1, () => searchSessions(places, query, asked));
  const { missing, isCut } = found;
  if (found.matches.length === 0) requireProject(options.cwd ?? query.cwd);
  await show(found, options);
  sayProblems(found);
  if (isCut) say("only the newest texts were searched for the phrase; --all searches every text");
  if (missing > 0) say(`${counted(missing, "session")} could not be read and were not searched`);
}

async function show(found: SearchResults, options: Options): Promise<void> {
  const { matches, missing } = found;
  if (options.jsonl)
    for (const match of matches) printJsonLine({ schema: SCHEMA, ...plain(match) });
  else if (options.json) {
    const unread = unreadOf(found);
    printJson({ schema: SCHEMA, sessions: matches.map(plain), missing, unread });
  } else if (matches.length === 0) say("no matches");
  else await showText(found, options);
}

function plain({ session, hits }: Match): object {
  const shown = hits.map(({ entry, snippet }) => ({ entry, snippet: unmarked(snippet) }));
  return { ...rowOf(session), hits: shown };
}

/**
 * In a terminal, in the pager and with the command that opens a match; elsewhere, for programs to
 * read.
 */
async function showText({ matches, starters, ids }: SearchResults, { pager }: Options) {
  const isScreen = process.stdout.isTTY;
  const idOf = ({ id }: { id: string }): string => (isScreen ? (ids.get(id) ?? id) : id);
  await paged(pager, async (out) => {
    for (const group of withSubagents(matches, starters)) {
      if (!(await out.write(matchText(group, { idOf, isScreen })))) return;
    }
  });
  const [first] = matches.filter(({ hits }) => hits.length > 0);
  if (!isScreen || !first) return;
  const at = first.hits[0]?.entry ?? 1;
  say(`to read on from a match: segue show ${idOf(first.session)} --range ${at}-`);
}
