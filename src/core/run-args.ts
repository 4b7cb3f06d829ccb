/** The arguments of an agent that is run, and what the next one gets of them. */

import { type Flags, type Use, within } from "../agents/shared/flags.ts";
import type { Agent } from "../agents/types.ts";
import { translateFlags, usesOf } from "../convert/flags.ts";
import { SegueError } from "../errors.ts";

/** A command line of an agent, taken apart. */
export interface Given {
  uses: readonly Use[];
  /** Does it run without a screen? */
  isHeadless: boolean;
  /** Flags that Segue does not know of this agent. */
  unknown: readonly string[];
}

/** `isPiped`: input or output is not a terminal, so that there is no screen. */
export function argsOf(agent: Agent, args: readonly string[], isPiped: boolean): Given {
  const { by = [], byPrompt = false } = agent.launch.headless ?? {};
  const flags = flagsOf(agent);
  const isCommand = args[0] !== undefined && !args[0].startsWith("-") && by.includes(args[0]);
  const rest = isCommand ? args.slice(1) : args;
  const uses = flags ? usesOf(rest, flags) : [];
  const { unknown, prompts } = others(rest, uses);
  const isHeadless =
    isPiped || isCommand || uses.some(({ name }) => by.includes(name)) || (byPrompt && prompts > 0);
  return { uses, isHeadless, unknown };
}

/** The words that belong to no flag, in one pass over both lists. */
function others(
  args: readonly string[],
  uses: readonly Use[],
): { unknown: string[]; prompts: number } {
  const unknown: string[] = [];
  let [prompts, next] = [0, 0];
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? "";
    const use = uses[next];
    if (word === "--") return { unknown, prompts: prompts + args.length - i - 1 };
    if (use?.words.every((one, n) => args[i + n] === one)) {
      i += use.words.length - 1;
      next++;
    } else if (/^-./.test(word)) unknown.push(word);
    else prompts++;
  }
  return { unknown, prompts };
}

/** Its flags with a screen and without. */
function flagsOf({ launch }: Agent): Flags | undefined {
  const { flags, headless } = launch;
  if (!flags || !headless?.table) return flags;
  const table: { [about: string]: readonly string[] } = { ...flags.table };
  for (const [about, more] of Object.entries(headless.table)) {
    // A flag may mean something else without a screen.
    table[about] = [...(table[about] ?? []), ...more];
  }
  return { ...flags, table };
}

/**
 * The arguments for `target`, which continues what `home` was started for: the same model, effort,
 * folders and permissions, as far as it has them, and nothing that permits more. No prompt is repeated.
 * @throws SegueError `refused`
 */
export function argsFor(
  target: Agent,
  home: Agent,
  given: Given,
  force: boolean,
): { args: string[]; notes: string[] } {
  if (target.id === home.id) return { args: sameArgs(target, given), notes: [] };
  const [own, other] = [flagsOf(home), flagsOf(target)];
  const { isHeadless, unknown } = given;
  const notes = [
    ...unknown.map((flag) => `${flag}: left out, Segue does not know this flag`),
    ...ownOf(home, given).map((flag) => `${flag}: left out, it is ${home.name}'s own`),
  ];
  if (!own || !other) return { args: [], notes };
  const said = given.uses.filter(({ about }) => about !== "session" && about !== "own");
  const words = said.flatMap((use) => use.words);
  const made = translateFlags(
    words,
    { name: home.name, flags: own },
    { name: target.name, flags: other },
    { force },
  );
  if (isHeadless && !force) refuseBold(target, home, own, said);
  return { args: made.args, notes: [...notes, ...made.notes] };
}

/** Its flags that no other agent has, but for those that only make it run without a screen. */
function ownOf({ launch }: Agent, { uses }: Given): string[] {
  const { by = [], prompts = [] } = launch.headless ?? {};
  const own = uses.filter(
    ({ about, name }) => about === "own" && ![...by, ...prompts].includes(name),
  );
  return own.map(({ words }) => words.join(" "));
}

/** Of its own flags those that are not about the session or the prompt. */
function sameArgs({ launch }: Agent, { uses }: Given): string[] {
  const { by = [], prompts = [], formats = [] } = launch.headless ?? {};
  const isRepeated = ({ about, name }: Use): boolean =>
    formats.includes(name) ||
    (about !== "session" && !prompts.includes(name) && !by.includes(name));
  return uses.filter(isRepeated).flatMap(({ words }) => words);
}

/** What agents call the text that they print for people, which is their default. */
const PLAIN = /^(?:text|plain|default)$/;

/** Whoever asked for JSON reads it with a program, which cannot read another agent's. */
function refuseFormats(target: Agent, home: Agent, { uses }: Given): void {
  const { formats = [] } = home.launch.headless ?? {};
  const isAsked = ({ name, values: [value = ""] }: Use): boolean =>
    formats.includes(name) && !PLAIN.test(value);
  const use = target.id === home.id ? undefined : uses.find(isAsked);
  if (!use) return;
  const flag = use.words.join(" ");
  throw new SegueError(
    "refused",
    `${target.name} does not print what "${flag}" asks ${home.name} for`,
    {
      hint: "omit it; or use --force, and be prepared for text",
    },
  );
}

/** A session that is not stored cannot be continued elsewhere. */
function refuseUnstored({ name, launch }: Agent, { uses }: Given): void {
  const { unstored = [] } = launch.headless ?? {};
  const use = uses.find((one) => unstored.some((flag) => isUsed(flag, one)));
  if (!use) return;
  const flag = use.words.join(" ");
  throw new SegueError("usage", `with ${flag}, ${name} stores no session to continue`, {
    hint: `omit ${flag}, or --failover`,
  });
}

/** `flag`: with a value after "=", only that value counts; else any but `false`. */
function isUsed(flag: string, { name, values: [value = ""] }: Use): boolean {
  const [own, wanted] = flag.split("=");
  return name === own && (wanted === undefined ? value !== "false" : value === wanted);
}

/** Some ask nobody when they run without a screen: they may follow only one that asks nobody either. */
function refuseBold(target: Agent, home: Agent, own: Flags, said: readonly Use[]): void {
  const { grants } = target.launch.headless ?? {};
  const given = own.grants(
    said.filter(({ about }) => about === "permission" || about === "config"),
  );
  const asked = given ?? home.launch.headless?.grants ?? null;
  const isLess = said.some(({ about }) => about === "restricts");
  if (!grants || (asked !== null && !isLess && within(grants, asked))) return;
  throw new SegueError(
    "refused",
    `without a screen, ${target.name} does everything without asking; ${home.name} is not started so`,
    { hint: `leave ${target.name} out of --failover, or use --force` },
  );
}

/**
 * Before anything is started: what would only come up in the middle of a night.
 * @throws SegueError `usage` or `refused`
 */
export function checkArgs(
  home: Agent,
  targets: readonly Agent[],
  given: Given,
  force: boolean,
): void {
  const [flag] = given.unknown;
  if (flag !== undefined && targets.some(({ id }) => id !== home.id) && !force) {
    throw new SegueError("refused", `${flag} is no flag of ${home.name} that Segue can translate`, {
      hint: "it may restrict what the agent does; --force leaves it out for the other agents",
    });
  }
  if (targets.length > 0) refuseUnstored(home, given);
  for (const target of targets) {
    if (given.isHeadless && !target.launch.headless) {
      throw new SegueError("usage", `${target.name} cannot continue a session without a screen`, {
        hint: "leave it out of --failover",
      });
    }
    if (given.isHeadless && !force) refuseFormats(target, home, given);
    argsFor(target, home, given, force);
  }
}
