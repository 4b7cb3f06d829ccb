/** `segue run`: an agent as if started by hand; at a limit, the work continues in another one. */
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { ReasoningFate } from "../core/convert.ts";
import { reportText } from "../core/convert.ts";
import { isFolder } from "../core/find.ts";
import { type Agent, accounts, agentNamed, findAgent } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import {
  argsOf,
  checkArgs,
  endLike,
  nameOf,
  type RunRequest,
  runAgent,
  type Selected,
  type Stop,
  sharesAccount,
  type Tell,
  TIMES,
} from "../core/run.ts";
import { settings } from "../core/settings.ts";
import { canContinue, isInstalled, refuseUnwritable, startedBy } from "../core/start.ts";
import { timeSpan } from "../core/time.ts";
import { SegueError } from "../errors.ts";
import { shellWord } from "../session/text.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { tokens } from "./fit.ts";
import { reasoningFate, reasoningOption } from "./reasoning.ts";
import { ask, oneLine, say, warn } from "./terminal.ts";

interface Options extends PlaceOptions {
  failover?: string[];
  return?: boolean;
  hold?: number;
  wait?: number;
  idle?: number;
  fit?: number;
  force?: boolean;
  reasoning?: ReasoningFate;
}

export function command(): Command {
  const run = new Command("run")
    .usage("[options] <agent> [args...]")
    .description("run an agent, and continue its session in another one at a usage limit")
    .argument("<agent>", "the agent to start")
    .argument("[args...]", "its own arguments, as if it were started by hand")
    .option(
      "--failover <agents>",
      "continue in these agents without asking, in this order: codex,gemini,pi",
      names,
    )
    .option("--return", "bring the session home when the first agent is free again")
    .option("--hold <time>", "the least time between two switches (default: 10s)", span)
    .option("--wait <time>", "how long to wait when all of them are at a limit (default: 0s)", span)
    .option(
      "--idle <time>",
      "treat an agent without a screen as stalled after printing and recording nothing for this long",
      idleSpan,
    )
    .option(
      "--fit <tokens>",
      "replace older turns with a handoff entry to fit this size: 200k, 1m",
      tokens,
    )
    .option("--force", "leave out flags that cannot be translated for the other agents");
  return withPlaces(run.addOption(reasoningOption()), "the folder to run in")
    .addHelpText(
      "after",
      `
What follows the agent's name is for the agent. --failover, --return, --hold,
--wait and --idle may also come right after it.

Examples:
  segue run claude
  segue run --failover codex,gemini --return claude --model opus
  segue run --failover codex,pi claude -p "fix the failing test"
  segue run --failover codex --wait 5h claude -p "update the documentation"`,
    )
    .action(runIt);
}

/** Commands and flags of agents that run them for another program. */
const SERVER = /^(?:acp|app-server|mcp|mcp-server|serve|server|web)$/;
const SERVING = /^--(?:acp|experimental-acp|wire|mode=rpc)$/;

async function runIt(named: string, args: string[], options: Options): Promise<void> {
  const agent = agentNamed(named, settings().profiles);
  const places = placesOf(options);
  const targets = targetsOf(agent, options);
  refuseSameAccount([agent, ...targets], places);
  if (targets.length > 0) refuseServer(agent, args);
  const { cwd = process.cwd() } = options;
  if (!isFolder(cwd)) {
    const hint = "--cwd is the folder to run in; by default, the current one";
    throw new SegueError("not-found", "there is no such folder", { where: cwd, hint });
  }
  for (const one of [agent, ...targets]) refuseMissing(one, places);
  const isPiped = !process.stdin.isTTY || !process.stdout.isTTY;
  const given = argsOf(agent, args, isPiped);
  const force = options.force ?? false;
  checkArgs(agent, targets, given, force);
  const { hold = TIMES.hold, wait = TIMES.wait } = options;
  const request: RunRequest = {
    ...{ agent, args, given, targets, force, places },
    unasked: targets.length > 0,
    returns: options.return ?? false,
    times: { ...TIMES, hold, wait },
    cwd: resolve(cwd),
    reasoning: reasoningFate(options.reasoning),
    fit: options.fit,
    idle: options.idle ?? null,
    always: ({ id }) => settings().words(`agents.${id}.args`),
    tell: tellIn(places, given.isHeadless),
  };
  endLike(await runAgent(request));
}

/** A program talks to it, and could not talk to another one. */
function refuseServer({ name }: Agent, args: readonly string[]): void {
  const isRpc = (arg: string, n: number): boolean => arg === "rpc" && args[n - 1] === "--mode";
  const word = SERVER.test(args[0] ?? "")
    ? args[0]
    : args.find((arg, n) => SERVING.test(arg) || isRpc(arg, n));
  if (word === undefined) return;
  throw new SegueError("usage", `with "${word}", ${name} serves another program`, {
    hint: "it can only be started without --failover",
  });
}

/** It would be at the same limit. */
function refuseSameAccount(agents: readonly Agent[], places: Places): void {
  for (const [n, one] of agents.entries()) {
    const other = agents.slice(0, n).find((before) => sharesAccount(before, one, places));
    if (other === undefined) continue;
    throw new SegueError("usage", `${nameOf(one)} and ${nameOf(other)} are the same account`, {
      hint: "they have the same folder, and the same variables besides; see docs/profiles.md",
    });
  }
}

function refuseMissing(agent: Agent, places: Places): void {
  const { name, launch } = agent;
  if (isInstalled(agent, places.env)) return;
  const hint = launch.install === undefined ? {} : { hint: `to install it: ${launch.install}` };
  const command = startedBy(agent, places.env);
  throw new SegueError(
    "failed",
    `${name} is not installed: there is no "${command}" on PATH`,
    hint,
  );
}

/** @throws SegueError `usage` for options that say nothing without others. */
function targetsOf(agent: Agent, { failover = [], ...options }: Options): Agent[] {
  const targets = failover.map((name) => agentNamed(name, settings().profiles));
  for (const target of targets) refuseUnwritable(target);
  const own = targets.find((one) => nameOf(one) === nameOf(agent));
  if (own) {
    throw new SegueError("usage", `--failover names ${own.name}, which runs first anyway`, {
      hint: "name the agents that continue when it is at a limit",
    });
  }
  const twice = targets.find((one, n) => targets.indexOf(one) !== n);
  if (twice) {
    throw new SegueError("usage", `--failover names ${twice.name} twice`, {
      hint: "name each agent once, in the order in which they are to continue",
    });
  }
  if (targets.length > 0) return targets;
  const alone = (["return", "hold", "wait", "idle"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (alone === undefined) return targets;
  throw new SegueError("usage", `--${alone} needs --failover`, {
    hint: "for example: --failover codex,gemini",
  });
}

function names(value: string): string[] {
  const all = value.split(",").map((name) => name.trim());
  if (all.some((name) => name === "")) {
    throw new InvalidArgumentError("It must be names of agents, separated by commas.");
  }
  return all;
}

/** An agent that works prints nothing most of the time: 0 would end each one. */
function idleSpan(value: string): number {
  const time = span(value);
  if (time > 0) return time;
  throw new InvalidArgumentError("It must be longer than 0s.");
}

function span(value: string): number {
  const time = timeSpan(value);
  if (time !== undefined) return time;
  throw new InvalidArgumentError("It must be a time such as 30s, 10m or 5h.");
}

function tellIn(places: Places, isHeadless: boolean): Tell {
  return {
    say: (text) => say(text),
    switching(from, to, signal) {
      const why = signal === null ? "" : `${limitWords({ agent: from, signal })}; `;
      say(`segue: ${why}continuing in ${to.name}`);
    },
    switched(report, note) {
      for (const line of reportText(report)) say(line);
      say(note);
    },
    waiting(until, session) {
      say(`segue: waiting until ${clock(until)} (Ctrl-C ends it)`);
      if (session) say(`  to continue without waiting: segue resume ${selectorOf(session)}`);
    },
    offer: (stop) => offer(stop, places, isHeadless),
    gaveUp(stop, until) {
      const when = until === null ? "" : `; the first is free again at ${clock(until)}`;
      warn(`segue: ${limitWords(stop)}, and no other agent can continue${when}`);
      const { session } = stop;
      if (session) warn(`  to continue later: segue resume ${selectorOf(session)}`);
    },
    broughtHome: (session) => say(`segue: the session is home again: ${selectorOf(session)}`),
    unclear({ name }, rival) {
      warn(`segue: ${name} also ran here as process ${rival}: which session is whose was not seen`);
      warn(
        "  none of them was followed; run it in another folder, or give the prompt as an argument",
      );
    },
    left(session) {
      say(`segue: the session is in ${session.agent.name}: segue resume ${selectorOf(session)}`);
    },
  };
}

/** "Claude Code is at its weekly limit until 15:00". */
function limitWords({ agent, signal }: Pick<Stop, "agent" | "signal">): string {
  const { name } = agent;
  if (signal === null) return `${name} has ended`;
  const { kind, scope, resetsAt, text } = signal;
  const until = resetsAt === null ? "" : ` until ${clock(resetsAt)}`;
  const own = scope === "unknown" ? "its" : SCOPES[scope];
  const state = {
    quota: `is at ${own} limit${until}`,
    rate: `is refused because of too many requests${until}`,
    overload: `gets no answer${until}`,
    auth: "is not logged in",
    context: "cannot send so long a session",
  }[kind];
  return `${name} ${state} (${oneLine(text, 120)})`;
}

const SCOPES = {
  session: "its session",
  daily: "its daily",
  weekly: "its weekly",
  monthly: "its monthly",
  model: "its model's",
  credits: "its credit",
};

/** A time of today, or with its date. */
function clock(at: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time}`;
}

/** `codex:5bc111…`, as a word of a shell. */
function selectorOf({ agent, id }: Selected): string {
  return shellWord(`${nameOf(agent)}:${id}`);
}

/** Asks where to continue; without a terminal, says how to. */
async function offer(stop: Stop, places: Places, isHeadless: boolean): Promise<Agent | null> {
  const { agent, session } = stop;
  warn(`segue: ${limitWords(stop)}`);
  if (!session) return null;
  const others = accounts(settings().profiles).filter(
    (one) => nameOf(one) !== nameOf(agent) && canContinue(one, places.env),
  );
  const [first] = others;
  if (!first) {
    warn("  no other agent is installed here");
    return null;
  }
  const listed = others.map(nameOf).join(", ");
  const question = `continue in another agent? [y: ${nameOf(first)}; ${listed}; N] `;
  const answer = isHeadless ? null : await ask(question);
  const chosen = answer === null ? undefined : chosenOf(answer, others);
  if (chosen) return chosen;
  if (answer !== null && !/^(?:no?)?$/i.test(answer)) warn(`  "${answer}" is none of them`);
  const how = `segue resume ${selectorOf(session)} --in ${nameOf(first)}`;
  warn(`  to continue in another agent (${listed}): ${how}`);
  return null;
}

/** "y" is the first one. */
function chosenOf(answer: string, others: readonly Agent[]): Agent | undefined {
  if (/^y(?:es)?$/i.test(answer)) return others[0];
  const named = findAgent(answer, settings().profiles);
  return others.find((one) => named !== undefined && nameOf(one) === nameOf(named));
}
