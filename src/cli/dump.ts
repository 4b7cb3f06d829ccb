/** `segue dump`: exports many sessions to a folder; later runs export what changed. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { dumpSessions, FORMATS, type Format } from "../core/dump.ts";
import { type Agent, agentNamed, findAgent } from "../core/names.ts";
import { settings } from "../core/settings.ts";
import { SegueError, wordsOf } from "../errors.ts";
import { counted } from "../words.ts";
import { type PlaceOptions, placesOf, sessionNamed, withPlaces } from "./common.ts";
import { expanded } from "./options.ts";
import { since, UnreadSoFar } from "./sessions.ts";
import { oneLine, ProgressLine, say, warn } from "./terminal.ts";

interface Options extends PlaceOptions {
  format: Format;
  redact?: boolean;
  since?: number;
  force?: boolean;
  session?: string;
}

export function command(): Command {
  return withPlaces(new Command("dump"), "only sessions of this project")
    .usage("[options] [agent|all] <dir>")
    .description("export sessions to a folder; later runs export only what changed")
    .argument("<what...>", "an agent or all (the default), followed by the folder")
    .addOption(
      new Option("--format <format>", "native: unchanged files; session, json: the session model")
        .choices(FORMATS)
        .default("native"),
    )
    .option(
      "--since <time>",
      "only sessions updated since a time: 3h, 2d, 1w, or an ISO date",
      since,
    )
    .option(
      "--session <session>",
      "only this session: id, prefix, agent:id, agent#n, latest, or a path",
    )
    .option("--redact", "replace keys, tokens and passwords with placeholders; not with native")
    .option("--force", "overwrite dumped files that were changed since")
    .addHelpText(
      "after",
      `
Examples:
  segue dump ~/sessions
  segue dump codex ~/sessions --format markdown --since 1w
  segue dump all public/sessions --format html --redact --cwd .`,
    )
    .action(run);
}

async function run(words: string[], options: Options): Promise<void> {
  const [only, dir] = parse(words);
  const places = placesOf(options);
  const folder = resolve(expanded(dir));
  const { format, redact = false } = options;
  if (redact && format === "native") {
    throw new SegueError("usage", "--redact: native files are copied byte for byte", {
      hint: "name another format, such as --format markdown",
    });
  }
  const { session } = options;
  const one = session === undefined ? null : await sessionNamed(session, places, only);
  const progress = new ProgressLine("dumping");
  const unread = new UnreadSoFar();
  const result = await dumpSessions(
    { ...places, unread: unread.note },
    {
      agent: one?.agent ?? only,
      ...(one && { path: one.path }),
      cwd: options.cwd,
      since: options.since,
      folder,
      format,
      redact,
      force: options.force ?? false,
      progress: progress.update,
      failed: (place, error) => {
        progress.clear();
        const where = error instanceof SegueError && error.where !== place ? error.where : null;
        const words = `${place}: ${wordsOf(error)}${where === null ? "" : ` (${where})`}`;
        warn(`segue: ${oneLine(words)}`);
      },
      damaged: (path, lines) => {
        progress.clear();
        const what = `${counted(lines, "damaged line")} in the list of dumped files`;
        const then = "existing files are recognized by their content";
        warn(`segue: ${oneLine(`${path}: ${what}: ${then}`)}`);
      },
      kept: (path, isOld) => {
        progress.clear();
        const also = isOld ? ", although its session has changed as well" : "";
        warn(
          `segue: ${oneLine(`${path}: kept because it was changed after it was dumped${also}`)}`,
        );
      },
    },
  );
  progress.clear();
  unread.say();
  const { written, unchanged, failed, kept, outdated, secrets } = result;
  const aside = kept > 0 ? `, ${kept} kept because you changed them (--force overwrites them)` : "";
  const rest = `${aside}${failed > 0 ? `, ${failed} failed` : ""}`;
  const replaced = redact ? `, ${counted(secrets, "secret")} replaced` : "";
  say(`${written} written, ${unchanged} unchanged${rest}${replaced}: ${folder}`);
  for (const path of result.unredacted) {
    warn(`segue: ${oneLine(`${path}: from an earlier dump, its secrets were not replaced`)}`);
  }
  if (failed > 0) process.exitCode = 1;
  else if (outdated > 0 || result.unredacted.length > 0) process.exitCode = 4;
}

function parse(words: readonly string[]): [only: Agent | undefined, dir: string] {
  const [first = "", second, ...more] = words;
  if (words.includes("")) throw new SegueError("usage", "a folder's name cannot be empty");
  if (more.length > 0) {
    throw new SegueError("usage", "segue dump takes at most an agent and a folder", {
      hint: "segue dump [agent|all] <dir>",
    });
  }
  const { profiles } = settings();
  if (second !== undefined)
    return [first === "all" ? undefined : agentNamed(first, profiles), second];
  if (first !== "all" && !findAgent(first, profiles)) return [undefined, first];
  throw new SegueError("usage", `segue dump ${first} needs a folder`, {
    hint: `segue dump ${first} <dir>; for a folder of that name, use ./${first}`,
  });
}
