/** `segue check`: proves the laws on a session of the user's own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { agentNamed, findAgent } from "../agents/registry.ts";
import { allSessions, type Selected, select } from "../catalog/select.ts";
import { type Check, checkSession } from "../convert/check.ts";
import { SegueError } from "../errors.ts";
import { spool } from "../io/spool.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { print, printJson, table } from "./terminal.ts";

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
    .action(run);
}

function positive(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError("it must be a number above 0.");
  return Number(value);
}

async function run(selector: string | undefined, options: Options): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "segue-"));
  try {
    const checks: Check[] = [];
    for (const session of await chosen(selector, options, scratch)) {
      checks.push(await checkSession(session.agent, session.path, scratch));
    }
    if (options.json) printJson(jsonOf(checks, options.all ?? false));
    else for (const check of checks) printCheck(check);
    if (checks.some(({ laws }) => laws.some(({ ok }) => !ok))) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
    const name =
      selector === "-" ? await spool(process.stdin, join(scratch, "in.jsonl")) : selector;
    return [await select(name, places, from)];
  }
  const taken = new Map<string, number>();
  return (await allSessions(places, from)).flatMap(({ agent: id, path, id: session, bytes }) => {
    const n = (taken.get(id) ?? 0) + 1;
    taken.set(id, n);
    const agent = findAgent(id);
    return agent && bytes > 0 && n <= (options.number ?? 20) ? [{ agent, path, id: session }] : [];
  });
}

function jsonOf(checks: readonly Check[], all: boolean): unknown {
  const [only] = checks;
  if (!all && only) return { schema: "segue/check@1", ...only };
  return { schema: "segue/check@1", sessions: checks };
}

function printCheck(check: Check): void {
  print(`${check.agent} ${check.path}`);
  const laws = check.laws.map(({ law, through, ok, detail }) => [
    ok ? "  ok" : "  FAILED",
    `law ${law}`,
    through === null ? "same bytes" : `there and back through ${through}`,
    detail,
  ]);
  print(table(laws));
  for (const { through, code, count, what } of check.losses) {
    print(`  ${through}: ${code} ×${count}: ${what}`);
  }
}
