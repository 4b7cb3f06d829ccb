/** `segue check`: proves the laws on a session of the user's own. */
import { Command } from "commander";
import { agentNamed, findAgent } from "../agents/registry.ts";
import type { Selected } from "../catalog/select.ts";
import { allSessions, isNothing, placeOf } from "../catalog/stores.ts";
import { type Check, checkSession, type Sent } from "../convert/check.ts";
import { SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { renderEntry } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { type PlaceOptions, placesOf, positive, selectOrStdin, withPlaces } from "./common.ts";
import { oneLine, print, printJson, table } from "./terminal.ts";

interface Options extends PlaceOptions {
  from?: string;
  all?: boolean;
  number?: number;
  json?: boolean;
}

export function command(): Command {
  return withPlaces(new Command("check"))
    .description("prove on a session that nothing is lost: same bytes, there and back, losses")
    .argument("[session]", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent the session is of")
    .option("--all", "check the newest sessions of every store")
    .option("-n, --number <n>", "with --all: how many of each agent (default: 20)", positive)
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nWith --verbose it also lists what each agent's model is sent.")
    .action(run);
}

async function run(
  selector: string | undefined,
  options: Options,
  command: Command,
): Promise<void> {
  const { verbose = false } = command.optsWithGlobals<{ verbose?: boolean }>();
  const checks: Check[] = [];
  const sent = new Map<Check, string[]>();
  await withScratch(async (scratch) => {
    for (const session of await chosen(selector, options, scratch)) {
      const lines: string[] = [];
      const tell: Sent = (through, entry) => lines.push(...sentLine(through, entry));
      const check = await checkSession(
        session,
        scratch,
        verbose && !options.json ? tell : undefined,
      );
      checks.push(check);
      sent.set(check, lines);
    }
  });
  if (options.json) printJson(jsonOf(checks, options.all ?? false));
  else for (const check of checks) printCheck(check, sent.get(check) ?? []);
  if (checks.some(({ laws }) => laws.some(({ ok }) => !ok))) process.exitCode = 1;
}

async function chosen(
  selector: string | undefined,
  options: Options,
  scratch: string,
): Promise<Selected[]> {
  const places = placesOf(options);
  const from = options.from === undefined ? undefined : agentNamed(options.from);
  if (!options.all) {
    if (selector === undefined) throw new SegueError("usage", "name a session, or give --all");
    return [await selectOrStdin(selector, places, from, scratch)];
  }
  const taken = new Map<string, number>();
  return (await allSessions(places, from)).flatMap((found) => {
    const { agent: id, id: session, bytes } = found;
    const n = (taken.get(id) ?? 0) + 1;
    taken.set(id, n);
    const agent = findAgent(id);
    if (!agent || isNothing(bytes, agent) || n > (options.number ?? 20)) return [];
    const path = placeOf(found, agent);
    return [{ agent, path, id: session, name: path }];
  });
}

/** What a target's model is sent, an entry a line. */
function sentLine(through: string, entry: Entry): string[] {
  const text = renderEntry(entry, "brief");
  return text === null ? [] : [`  sent to ${through}: ${oneLine(text, 160)}`];
}

function jsonOf(checks: readonly Check[], all: boolean): unknown {
  const [only] = checks;
  if (!all && only) return { schema: "segue/check@1", ...only };
  return { schema: "segue/check@1", sessions: checks };
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
      `  unknown to this version, kept as it is: ${oneLine(what, 100)} ×${count}, first in line ${line}`,
    );
  }
  for (const { through, code, count, what } of check.losses) {
    print(`  ${through}: ${code} ×${count}: ${what}`);
  }
  for (const line of sent) print(line);
}

function wordsFor(law: number, through: string | null): string {
  if (law === 4) return "all content is read, or reported";
  return through === null ? "same bytes" : `there and back through ${through}`;
}
