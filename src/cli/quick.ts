/** `segue AGENT [n]` and `segue latest`: short ways to continue a session. */
import { Argument, Command } from "commander";
import { nameOf, type Profile } from "../core/accounts.ts";
import { type Agent, agentNames, findAgent, noAgent, unsupportedAgent } from "../core/names.ts";
import { SegueError } from "../errors.ts";
import { alike, didYouMean } from "../suggest.ts";
import { placesOf, sessionNamed } from "./common.ts";
import { ARGS, resume, sorted, targetOf, withResumeOptions } from "./resume.ts";
import type { ResumeOptions } from "./starting.ts";

/**
 * The command for a word; null for none. `after`: how many words follow "--"; `profiles`: words that
 * mean other accounts of agents.
 */
export function command(
  word: string,
  after: number,
  profiles: readonly Profile[] = [],
): Command | null {
  const agent = findAgent(word, profiles);
  if (!agent && word !== "latest") return null;
  const quick = withResumeOptions(new Command(word)).description(
    agent
      ? `continue a session of ${agent.name}, there or in another agent`
      : "continue the newest session of this project, in its own agent or in another",
  );
  if (agent) quick.argument("[n]", "the n-th newest, with this project's first (default: 1)");
  return quick
    .allowUnknownOption()
    .addArgument(new Argument("[args...]", ARGS))
    .action(async () => {
      const options = quick.opts<ResumeOptions>();
      const to = options.in === undefined ? undefined : findAgent(options.in, profiles);
      const named = agent ? [agent, ...(to ? [to] : [])] : [];
      const given = sorted(quick, quick.args, after, named);
      const { words, args } = given;
      const places = placesOf(options, options.in);
      const selected = await sessionNamed(agent ? nth(agent, words) : only(word, words), places);
      // A user who names an agent means that agent, whatever the general settings say.
      const own = agent ? { in: nameOf(agent) } : {};
      const all = { ...own, ...options };
      given.check(selected.agent, targetOf(selected, all));
      await resume(selected, places, args, all);
    });
}

function nth(agent: Agent, [n = "1", ...more]: readonly string[]): string {
  if (/^[1-9]\d*$/.test(n) && more.length === 0) return `${nameOf(agent)}#${n}`;
  throw new SegueError("usage", `"${[n, ...more].join(" ")}" is not a session number`, {
    hint: `segue ${nameOf(agent)} 3 opens its third newest session; arguments for the agent go after --`,
  });
}

function only(word: string, words: readonly string[]): string {
  if (words.length === 0) return word;
  throw new SegueError("usage", `\`segue ${word}\` does not take "${words.join(" ")}"`, {
    hint: "arguments for the agent go after --",
  });
}

/** The error for a word that is neither a command nor an agent; `rest` are the words after it. */
export function unknownWord(
  word: string,
  rest: readonly string[],
  commands: readonly string[],
  profiles: readonly Profile[] = [],
): SegueError {
  const names = agentNames(profiles);
  const looksLikeSession = /[#:/\\]/.test(word) || /^(?=.*\d)[0-9a-f-]{4,}$/i.test(word);
  if (looksLikeSession) {
    const hint = `to open a session: segue resume ${word}`;
    return new SegueError("usage", `unknown command "${word}"`, { hint });
  }
  const [first = ""] = alike(word, [...commands, "latest", ...names]);
  const [next = ""] = rest;
  // Words that can only be about an agent, or are nearly the name of one.
  const isAgent = /^\d+$/.test(next) || rest.includes("--in") || names.includes(first);
  if (isAgent || unsupportedAgent(word) !== undefined) return noAgent(word, profiles);
  const meant = didYouMean(word, [...commands, "latest", ...names]);
  const hint = "`segue --help` lists all commands";
  return new SegueError("usage", `unknown command "${word}"`, {
    hint: meant === null ? hint : `${meant} ${hint}`,
  });
}
