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
 * The arguments for `target`, which goes on with what `home` was started for: the same model, effort,
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
  const notes = unknown.map((flag) => `${flag}: left out, Segue does not know this flag`);
  if (!own || !other) return { args: [], notes };
  const told = given.uses.filter(({ about }) => about !== "session" && about !== "own");
  const words = told.flatMap((use) => use.words);
  const made = translateFlags(
    words,
    { name: home.name, flags: own },
    { name: target.name, flags: other },
    { force },
  );
  if (isHeadless && !force) refuseBold(target, home, own, told);
  return { args: made.args, notes: [...notes, ...made.notes] };
}

/** Of its own flags those that are not about the session or the prompt. */
function sameArgs({ launch }: Agent, { uses }: Given): string[] {
  const { by = [], prompts = [] } = launch.headless ?? {};
  const isLeft = ({ about, name }: Use): boolean =>
    about === "session" || prompts.includes(name) || by.includes(name);
  return uses.filter((use) => !isLeft(use)).flatMap(({ words }) => words);
}

/** Some ask nobody when they run without a screen. */
function refuseBold(target: Agent, home: Agent, own: Flags, told: readonly Use[]): void {
  const { grants } = target.launch.headless ?? {};
  const asked = own.grants(
    told.filter(({ about }) => about === "permission" || about === "config"),
  );
  const isLess = told.some(({ about }) => about === "restricts");
  if (!grants || (asked === null && !isLess)) return;
  if (asked !== null && !isLess && within(grants, asked)) return;
  throw new SegueError(
    "refused",
    `without a screen, ${target.name} does everything without asking, and ${home.name} was started with less`,
    { hint: `leave ${target.name} out, or use --force` },
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
  for (const target of targets) {
    if (given.isHeadless && !target.launch.headless) {
      throw new SegueError("usage", `${target.name} cannot go on with a session without a screen`, {
        hint: `leave it out of --failover`,
      });
    }
    argsFor(target, home, given, force);
  }
}
