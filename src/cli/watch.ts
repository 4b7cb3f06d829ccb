/** `segue watch`: reports limits as they are reached, and does what a policy says. */
import { constants } from "node:os";
import { Command } from "commander";
import { agentNamed } from "../core/names.ts";
import { readPolicy } from "../core/policy.ts";
import { abandon, leaveSignals } from "../core/process.ts";
import { settings } from "../core/settings.ts";
import {
  bodyOf,
  DEFAULT_POLICY,
  type Notice,
  type Preparation,
  titleOf,
  type Watched,
  watch,
  watchTargets,
} from "../core/watch.ts";
import { wordsOf } from "../errors.ts";
import { shellWord } from "../session/text.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { reasoningFate } from "./reasoning.ts";
import { alert, oneLine, print, printJsonLine, say, sayMore, warn } from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string[];
  policy?: string;
  json?: boolean;
}

const SCHEMA = "segue/watch@1";

export function command(): Command {
  return withPlaces(new Command("watch"))
    .description("wait for agents to reach a usage limit, and act on it")
    .option("--agent <agents>", "only these agents or profiles, separated by commas", (value) =>
      value.split(",").map((name) => name.trim()),
    )
    .option("--policy <file>", "a file that says what to do at which limit (default: notify)")
    .option("--json", "print one line of JSON for each event")
    .action(run);
}

async function run({ agent = [], policy, json, ...where }: Options): Promise<void> {
  const places = placesOf(where);
  const targets = watchTargets(places, agent);
  const rules =
    policy === undefined ? DEFAULT_POLICY : readPolicy(policy, places.env, places.profiles);
  const { signal, restore } = untilSignal();
  const names = targets.map((target) => target.agent.name);
  const whom = agent.length === 0 ? "all agents" : names.join(", ");
  try {
    await watch(targets, {
      ...{ places, policy: rules, signal, reasoning: reasoningFate(undefined) },
      tell: json ? tellJson : tell,
      failed: (place, error) => sayMore(`cannot read ${place}: ${wordsOf(error)}`),
      began: () => say(`watching ${whom} (Ctrl-C ends it)`),
    });
  } finally {
    restore();
  }
}

/** The first signal ends the watch in an orderly way, the second one at once. */
function untilSignal(): { signal: AbortSignal; restore(): void } {
  const end = new AbortController();
  const ended = (name: NodeJS.Signals): void => {
    process.exitCode = 128 + constants.signals[name];
    if (end.signal.aborted) {
      abandon();
      process.exit();
    }
    end.abort();
  };
  leaveSignals();
  const names: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) process.on(name, ended);
  // Nobody reads it any more: `segue watch --json | head -1`.
  const closed = (): void => end.abort();
  process.stdout.on("error", closed);
  const restore = (): void => {
    process.stdout.off("error", closed);
    for (const name of names) process.off(name, ended);
  };
  return { signal: end.signal, restore };
}

function tell(one: Watched): void {
  switch (one.what) {
    case "notice": {
      const { notify } = one.actions;
      if (notify !== "all" && notify !== "terminal") return;
      const { notice } = one;
      const text = `${titleOf(notice)}. ${bodyOf(notice)}`;
      print(`${time(new Date())}  ${oneLine(text, 300)}`);
      alert(oneLine(titleOf(notice), 200));
      if (notice.event === "limited" && one.session) {
        const { id } = one.session;
        if (/^[\w-]+$/.test(id)) say(`  to continue elsewhere: segue resume ${id} --in AGENT`);
      }
      return;
    }
    case "preparation":
      tellPreparation(one.preparation);
      return;
    case "ran": {
      const { command: ran, code, why } = one;
      if (code === 0) return;
      const words = "shell" in ran ? ran.shell : ran.words.map(shellWord).join(" ");
      warn(`segue: ${oneLine(words, 100)}: ${why ?? `exit code ${code}`}`);
    }
  }
}

function tellPreparation({ event, session, target, id, why }: Preparation): void {
  const { profiles } = settings();
  const [name, from] = [agentNamed(target, profiles).name, oneLine(session.id, 60)];
  if (event === "failed") warn(`segue: cannot prepare ${from} for ${name}: ${oneLine(why ?? "")}`);
  if (event === "prepared") say(`  prepared ${from} for ${name}: ${oneLine(id ?? "", 80)}`);
  if (event === "removed") say(`  removed what was prepared of ${from} for ${name}`);
}

function tellJson(one: Watched): void {
  const now = new Date().toISOString();
  if (one.what === "notice")
    printJsonLine({ schema: SCHEMA, ...noticeRow(one.notice, one.session) });
  else if (one.what === "preparation") {
    const { event, session, target, id, path, why } = one.preparation;
    const { agent, profile, id: own, path: place } = session;
    const from = { agent, profile, session: own, path: place };
    printJsonLine({
      schema: SCHEMA,
      event,
      time: now,
      ...from,
      target: { agent: target, id, path },
      why,
    });
  } else {
    const { command: ran, code, why } = one;
    const words = "shell" in ran ? [ran.shell] : ran.words;
    printJsonLine({ schema: SCHEMA, event: "ran", time: now, command: words, code, why });
  }
}

function noticeRow(
  notice: Notice,
  session: Extract<Watched, { what: "notice" }>["session"],
): object {
  const { event, agent, profile, signal } = notice;
  const iso = (at: number | null): string | null =>
    at === null ? null : new Date(at).toISOString();
  const { kind, scope, usedPercent, retryable, source, text } = signal;
  return {
    ...{ event, time: new Date().toISOString(), agent, profile, kind, scope, usedPercent },
    ...{ resetsAt: iso(signal.resetsAt), retryable, source, at: iso(signal.at) },
    ...{ session: signal.session, path: session?.path || null, cwd: session?.cwd ?? null, text },
    by: notice.event === "clear" ? notice.by : null,
  };
}

function time(now: Date): string {
  return now.toTimeString().slice(0, 8);
}
