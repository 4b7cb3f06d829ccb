/** The handoff of a session, wherever it is stored. */
import type { Agent } from "../agents/types.ts";
import { closeBases, countChildren, openBases } from "../convert/read/bases.ts";
import { openSession } from "../convert/read/open.ts";
import { besideTitle } from "../convert/read/session.ts";
import { type BaseInput, nothingIn, surveyFile } from "../convert/survey/survey-file.ts";
import { type GitState, gitState } from "../io/git.ts";
import type { Input } from "../io/input.ts";
import type { Env } from "../io/state.ts";
import { Feed } from "../lossless/feed.ts";
import { asSeen } from "../session/survey.ts";
import { titleOf } from "../session/title.ts";
import type { Header } from "../session/types.ts";
import { compose, type Handoff, selectorOf } from "./document.ts";
import { type Facts, mapTexts } from "./facts.ts";
import { cutTo, Gatherer, type GatherOptions } from "./gather.ts";
import type { Amounts } from "./presets.ts";
import { spendable, tokenCounter } from "./tokens.ts";

export interface HandoffRequest {
  agent: Agent;
  path: string;
  /** Its name in errors; null for stdin. */
  name: string | null;
  /** Does `segue show` find it by its id? */
  isStored: boolean;
  amounts: Amounts;
  /** The receiving agent. */
  receiver: Agent | null;
  task: string | null;
  redact: boolean;
  /** The project's folder now; null if there is none. */
  folder(cwd: string | null): string | null;
  env: Env;
  scratch: string;
}

export interface Made extends Handoff {
  header: Header;
  /** How many secrets were replaced; null if Segue did not look for any. */
  redacted: number | null;
}

/** @throws SegueError if the session cannot be read, or the budget is too small. */
export async function handoffOf(request: HandoffRequest): Promise<Made> {
  const { agent, path, name, amounts, receiver, env, scratch } = request;
  const input = openSession(path, { scratch, name });
  const bases = await openBases(agent, path, { env, scratch });
  const tools = receiver?.tools ?? null;
  // A secret that was split by a cut can no longer be found.
  const stdoutLines = request.redact ? Number.POSITIVE_INFINITY : amounts.stdoutLines;
  const facts = gather(agent, input, bases, { ...amounts, stdoutLines, tools });
  const subagents = await countChildren(agent, path);
  closeBases(bases);
  input.close();
  const count = await tokenCounter();
  const place = name === null ? null : path;
  const { header } = facts;
  const now = stateNow(request.folder(header.cwd), header.gitCommit, env);
  const selector = request.isStored ? selectorOf(header.id, place) : selectorOf("", place);
  const given: Given = { facts, git: now, selector, path: place, task: request.task };
  const {
    facts: told,
    secrets,
    ...rest
  } = request.redact ? await redacted(given, amounts.stdoutLines) : { ...given, secrets: null };
  const handoff = compose(told, {
    ...rest,
    agent,
    subagents,
    budget: amounts.budget,
    limit: spendable(amounts.budget),
    maxSamples: amounts.maxSamples,
    count,
  });
  // The next agent is started in the real folder.
  return { ...handoff, header: { ...told.header, cwd: header.cwd }, redacted: secrets };
}

function gather(
  agent: Agent,
  input: Input,
  bases: readonly BaseInput[],
  options: GatherOptions,
): Facts {
  const { plan } = surveyFile(agent, input, { fullHistory: true, bases });
  if (plan.isEmpty) throw nothingIn(input.where);
  const gatherer = new Gatherer(options, plan.header.cwd);
  const feed = new Feed(agent);
  let n = 0;
  const lines = function* () {
    for (const base of bases) yield* base.input.lines({ end: base.bytes });
    yield* input.lines();
  };
  for (const line of lines()) {
    for (const entry of feed.entries(line)) {
      gatherer.add(asSeen(plan, entry, n), plan.visibility(n));
      n++;
    }
  }
  const own = plan.header.title ?? besideTitle(agent, input);
  return gatherer.facts({ ...plan.header, title: titleOf(own, plan.request) });
}

function stateNow(folder: string | null, commit: string | null, env: Env): GitState | null {
  return folder === null ? null : gitState(folder, commit, env);
}

/** Everything that a document is made from. */
interface Given {
  facts: Facts;
  git: GitState | null;
  selector: string | null;
  path: string | null;
  task: string | null;
}

/** All texts at once, so that a secret is replaced everywhere, even without context around it. */
async function redacted(given: Given, stdoutLines: number) {
  const { Redactor } = await import("../redact/redactor.ts");
  const redactor = new Redactor();
  const texts: string[] = [];
  mapGiven(given, (text) => {
    texts.push(text);
    return text;
  });
  const clean = await redactor.redactAll(texts);
  let at = 0;
  const told = mapGiven(given, (text) => clean[at++] ?? text);
  const secrets = [...redactor.found.values()].reduce((sum, n) => sum + n, 0);
  return { ...told, facts: cutTo(told.facts, stdoutLines), secrets };
}

function mapGiven(given: Given, map: (text: string) => string): Given {
  const orNull = (text: string | null): string | null => (text === null ? null : map(text));
  const { facts, git, selector, path, task } = given;
  return {
    facts: mapTexts(facts, map),
    git: git && {
      ...git,
      branch: orNull(git.branch),
      since: git.since?.map(map) ?? null,
      changed: git.changed.map(map),
    },
    selector: orNull(selector),
    path: orNull(path),
    task: orNull(task),
  };
}
