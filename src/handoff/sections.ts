/** The contents of a handoff, section by section. */

import { counted } from "../words.ts";
import type { Section, Unit } from "./budget.ts";
import type { Command, Ended, Facts, FileFact, Recent, Said, Used } from "./facts.ts";
import type { GitNow } from "./git.ts";
import { cleaned, clip, quoted, quotedLine, within } from "./quote.ts";
import type { Count } from "./tokens.ts";

export interface Telling {
  facts: Facts;
  git: GitNow | null;
  /** The maximum number of commands. */
  maxSamples: number;
  count: Count;
}

/** In the order of the document. */
export function sectionsOf(telling: Telling): Section[] {
  const { facts, git, maxSamples } = telling;
  const { commands } = facts;
  const tests = lastRuns(commands.filter(({ isTest }) => isTest));
  const told = new Set(tests);
  return [
    requests(telling),
    state(telling),
    list("asked", "Questions and answers", facts.asked.map(used), 0.1),
    files(facts.files),
    list("tests", "Tests: the last run of each", tests.map(command), 0.1),
    commandsRun(
      commands.filter((run) => !told.has(run)),
      maxSamples,
    ),
    list("git", "Git", gitUnits(git), 0.06),
    list("subagents", "Subagents and their reports", facts.subagents.map(used), 0.1),
    list("web", "Web", facts.web.map(used), 0.04),
    list("mcp", "MCP tools", facts.mcp.map(used), 0.04),
    list("other", "Other tools", facts.other.map(used), 0.03),
    list("summaries", "Earlier summaries", facts.summaries.map(saidUnit(telling.count)), 0.15),
    list("reasoning", "Reasoning", thoughts(telling), 0.06),
    recent(telling),
  ];
}

/** Names of sections, the most important first. */
export const WORTH: readonly string[] = [
  "requests",
  "state",
  "asked",
  "files",
  "tests",
  "recent",
  "git",
  "commands",
  "summaries",
  "subagents",
  "reasoning",
  "mcp",
  "web",
  "other",
];

/** The newest are the most important. */
function list(name: string, title: string, units: Unit[], share: number): Section {
  return { name, title, units, order: units.toReversed(), share };
}

/** The last request is the current task, the first is the overall goal. */
function requests({ facts, count }: Telling): Section {
  const all = facts.requests;
  const units = all.map((said, at): Unit => {
    const unit = saidUnit(count)(said);
    const must = all.length === 1 ? 0.45 : at === all.length - 1 ? 0.28 : at === 0 ? 0.22 : null;
    return must === null ? unit : { ...unit, must };
  });
  const title = "What the user asked";
  return { ...list("requests", title, units, 0.35), order: firstAndNewest(units) };
}

function firstAndNewest(units: readonly Unit[]): Unit[] {
  const [first, ...more] = units;
  const newest = more.toReversed();
  const last = newest.shift();
  return [last, first, ...newest].flatMap((unit) => (unit ? [unit] : []));
}

function state({ facts, count }: Telling): Section {
  const { answer, todo, ended, asked } = facts;
  const units: Unit[] = [];
  if (answer) units.push({ ...saidUnit(count, "Last answer")(answer), must: 0.25 });
  const items = todo?.items ?? [];
  if (todo && items.some(({ status }) => status !== "completed")) {
    const lines = items.map((item) => `${MARKS[item.status]} ${item.text.replace(/\s+/g, " ")}`);
    units.push(noted(todo.n, "Plan:", lines.join("\n"), 0.15, count));
  }
  const open = asked.at(-1);
  if (open?.answer === null) units.push(noted(open.n, "Not answered yet:", open.input, 0.1, count));
  const last = ended.at(-1);
  if (last) units.push(noted(last.n, endedHow(last), last.text, 0.1, count));
  return { ...list("state", "Where it stands", units, 0.1), order: units };
}

const MARKS = { pending: "[ ]", in_progress: "[~]", completed: "[x]" };

function endedHow(ended: Ended): string {
  switch (ended.why) {
    case "limit":
      return ended.resetsAt === null
        ? "It ended at a usage limit:"
        : `It ended at a usage limit (until ${cleaned(ended.resetsAt).replace(/[^\w:.+-]/g, " ")}):`;
    case "error":
      return "It ended with an error:";
    case "interrupted":
      return ended.text === "" ? "It was interrupted." : "It ended before this call had a result:";
  }
}

/** Must be included. */
function noted(n: number, label: string, text: string, must: number, count: Count): Unit {
  const head = `[${n}] ${label}`;
  if (text === "") return { n, must, whole: () => head };
  return {
    n,
    must,
    whole: () => `${head}\n${quoted(text)}`,
    short: (most) => `${head}\n${within(text, Math.max(16, most - 12), count)}`,
  };
}

function saidUnit(count: Count, label = ""): (said: Said) => Unit {
  return ({ n, text, images }) => {
    const shown =
      images === 0 ? "" : ` (with ${counted(images, "image or file", "images or files")})`;
    const head = `[${n}]${label === "" ? "" : ` ${label}`}${shown}${label === "" ? "" : ":"}`;
    return {
      n,
      whole: () => `${head}\n${quoted(text)}`,
      short: (most) => `${head}\n${within(text, Math.max(16, most - 12), count)}`,
    };
  };
}

function used({ n, what, input, answer, failed }: Used): Unit {
  const result = answer === null ? "no result" : failed ? "failed" : "";
  const head = `[${n}] ${what}${result === "" ? "" : ` (${result})`}: ${input}`;
  const said = answer === null || answer === "" ? "" : `\n${quoted(answer)}`;
  return {
    n,
    whole: () => quotedLine(head) + said,
    short: (most) => quotedLine(clip(head, most * 3)),
  };
}

function command({ n, command, output, exitCode, failed }: Command): Unit {
  const code =
    exitCode !== null
      ? `exit ${exitCode}`
      : output === null
        ? "no result"
        : failed
          ? "failed"
          : "ok";
  const head = `[${n}] ${code} · ${command}`;
  const said = output === null || output === "" ? "" : `\n${quoted(output)}`;
  const short = (most: number): string => quotedLine(clip(head, most * 3));
  return { n, whole: () => quotedLine(head) + said, short };
}

/** The last run of each test command, in order. */
function lastRuns(tests: readonly Command[]): Command[] {
  const last = new Map<string, Command>();
  for (const run of tests) {
    const key = run.command.replace(/\s+/g, " ").trim();
    last.delete(key);
    last.set(key, run);
  }
  return [...last.values()];
}

/** Failed commands with their output; for the others, the command is enough. */
function commandsRun(all: readonly Command[], most: number): Section {
  const units = all.map((run) => {
    const unit = command(run);
    return { run, unit };
  });
  const newest = units.toReversed();
  const order = [
    ...newest.filter(({ run }) => run.failed),
    ...newest.filter(({ run }) => !run.failed),
  ];
  return {
    ...list("commands", "Commands", [], 0.12),
    units: units.map(({ unit }) => unit),
    order: order.slice(0, most).map(({ unit }) => unit),
  };
}

function files(facts: readonly FileFact[]): Section {
  const changed = facts.filter(({ state }) => state !== "read");
  const read = facts.filter(({ state }) => state === "read");
  const units = [...changed.map(changedFile), ...(read.length > 0 ? [readFiles(read)] : [])];
  const order = units.slice(0, changed.length).toReversed().concat(units.slice(changed.length));
  return { ...list("files", "Files", [], 0.25), units, order };
}

function changedFile({ path, state, diff, isWhole, added, removed, last }: FileFact): Unit {
  const counts = state === "deleted" ? "" : ` (+${added} −${removed})`;
  const note =
    diff === null ? "" : diff === "" ? "; no net change" : isWhole ? "" : "; edit by edit";
  const head = `${state} ${path}${counts}${note}`;
  const body = diff === null || diff === "" ? "" : `\n${quoted(diff)}`;
  const short = (most: number): string => quotedLine(clip(head, most * 3));
  return { n: last, whole: () => quotedLine(head) + body, short };
}

function readFiles(facts: readonly FileFact[]): Unit {
  const line = (some: readonly FileFact[]): string => {
    const rest = facts.length - some.length;
    const names = some.map(({ path }) => path).join(", ");
    return `read: ${names}${rest > 0 ? `, and ${rest} more` : ""}`;
  };
  return {
    n: facts[0]?.first ?? 0,
    whole: () => quotedLine(line(facts)),
    short: (most) => quotedLine(clip(line(facts.slice(-8)), most * 3)),
  };
}

function gitUnits(git: GitNow | null): Unit[] {
  return (git?.lines ?? []).map((line) => ({ n: 0, whole: () => quoted(line) }));
}

/** Those of the newest entries are in the section "Recent turns". */
function thoughts({ facts, count }: Telling): Unit[] {
  const from = facts.recent[0]?.n ?? Number.POSITIVE_INFINITY;
  return facts.reasoning.filter(({ n }) => n < from).map(saidUnit(count));
}

/** Repeats the newest entries, except for what is already above. */
function recent({ facts, count }: Telling): Section {
  const { requests: all, answer } = facts;
  const above = new Set([all[0]?.n, all.at(-1)?.n, answer?.n]);
  const units = facts.recent.flatMap((entry) => {
    const only = entry.pieces.filter(({ kind }) => !above.has(entry.n) || kind !== "text");
    const body = only.map(pieceText).filter((one) => one !== "");
    return body.length === 0 ? [] : [recentUnit(entry, body.join("\n"), count)];
  });
  return list("recent", "Recent turns", units, 0.2);
}

function recentUnit({ n, role }: Recent, body: string, count: Count): Unit {
  const head = `[${n}] ${role}`;
  return {
    n,
    whole: () => `${head}\n${quoted(body)}`,
    short: (most) => `${head}\n${within(body, Math.max(16, most - 8), count)}`,
  };
}

function pieceText({ kind, text, failed }: Recent["pieces"][number]): string {
  if (text.trim() === "" && kind !== "result") return "";
  switch (kind) {
    case "text":
    case "told":
      return text;
    case "reasoning":
      return `(reasoning) ${text}`;
    case "call":
      return `→ ${text}`;
    case "result":
      return `←${failed ? " failed:" : ""} ${text === "" ? "(no output)" : text}`;
    case "image":
      return `(${text})`;
  }
}
