/**
 * Keeps the pages in docs/ true: what stands between `<!-- docs:NAME -->` and `<!-- /docs -->` is
 * made from the code. `node scripts/docs.ts` writes it anew; test/unit/docs.test.ts compares.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { agents } from "../src/agents/registry.ts";
import type { Agent } from "../src/agents/types.ts";
import { closeBases, countChildren, openBases } from "../src/convert/bases.ts";
import { type Converted, convert } from "../src/convert/convert.ts";
import { LOSSES, type LossCode } from "../src/convert/losses.ts";
import { surveyFile } from "../src/convert/survey-file.ts";
import { Input } from "../src/io/input.ts";
import { Output } from "../src/io/output.ts";

const ROOT = join(import.meta.dirname, "..");
const DOCS = join(ROOT, "docs");
const FIXTURES = join(ROOT, "test/fixtures");

/** What becomes of a part that the target does not get as it was, in the words of law 4. */
const FATE: { [code in LossCode]: "projected" | "demoted" | "carried" | "left" } = {
  "scaffold-carried": "carried",
  "settings-carried": "carried",
  "event-carried": "carried",
  "branch-carried": "carried",
  "compacted-carried": "carried",
  "subagent-carried": "carried",
  "subagent-elsewhere": "left",
  "hidden-carried": "carried",
  "failed-carried": "carried",
  "limit-carried": "carried",
  "blank-carried": "carried",
  "call-id-changed": "projected",
  "reasoning-as-text": "demoted",
  "reasoning-unsealed": "projected",
  "reasoning-sealed": "carried",
  "tool-reworded": "projected",
  "tool-foreign": "projected",
  "tool-adapted": "projected",
  "result-missing": "projected",
  "result-orphan": "carried",
  "file-as-text": "demoted",
  "compaction-as-text": "demoted",
  "parent-missing": "projected",
  "line-unreadable": "carried",
};

const FATES = ["projected", "demoted", "carried", "left"] as const;

const SECTIONS: { [name: string]: () => string | Promise<string> } = {
  losses: lossTable,
  cli: helpPages,
  agents: agentTable,
  pairs: pairTables,
};

/** Each page of docs/ that has a section made from the code: its path, and its text as it should be. */
export async function pages(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of readdirSync(DOCS)) {
    if (!name.endsWith(".md")) continue;
    const path = join(DOCS, name);
    const text = readFileSync(path, "utf8");
    if (/<!-- docs:/.test(text)) found.set(path, formatted(path, await renew(text)));
  }
  return found;
}

function formatted(path: string, text: string): string {
  const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  return execFileSync(process.execPath, [biome, "format", `--stdin-file-path=${path}`], {
    cwd: ROOT,
    encoding: "utf8",
    input: text,
  });
}

async function renew(text: string): Promise<string> {
  let out = "";
  let from = 0;
  for (const match of text.matchAll(/(<!-- docs:([a-z]+) -->\n)[\s\S]*?(<!-- \/docs -->)/g)) {
    const [whole, begin = "", name = "", end = ""] = match;
    const section = SECTIONS[name];
    if (!section) throw new Error(`nothing makes the section "${name}"`);
    out += `${text.slice(from, match.index)}${begin}\n${await section()}\n\n${end}`;
    from = match.index + whole.length;
  }
  return out + text.slice(from);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function lossTable(): string {
  const entries = Object.entries(FATE);
  const rows = Object.entries(LOSSES).map(([code, [severity, what]]) => {
    const fate = entries.find(([name]) => name === code)?.[1] ?? "";
    return [`\`${code}\``, severity, fate, what];
  });
  return table(["code", "severity", "fate", "meaning"], rows);
}

/** What `--help` prints, of Segue and of each command that it names. */
function helpPages(): string {
  const top = help([]);
  const [, listed = ""] = /\nCommands:\n([\s\S]*?)\n\n/.exec(top) ?? [];
  const names = [...listed.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = ""]) => name);
  const own = names.filter((name) => name !== "help");
  return [["segue", top], ...own.map((name) => [`segue ${name}`, help([name])])]
    .map(([name, text = ""]) => `## ${name}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``)
    .join("\n\n");
}

function help(args: readonly string[]): string {
  return execFileSync(process.execPath, [join(ROOT, "src/bin.ts"), ...args, "--help"], {
    encoding: "utf8",
    env: { NO_COLOR: "1" },
  });
}

function agentTable(): string {
  const rows = agents.map(({ id, name, aliases, proven }) => [
    name,
    [id, ...aliases].map((word) => `\`${word}\``).join(", "),
    "yes",
    "yes",
    "yes",
    proven ? `${proven.version} on ${proven.date}` : "never",
  ]);
  return table(["agent", "names", "read", "write", "resume", "proven with"], rows);
}

/** The sum over an agent's fixtures, converted to one target. */
interface Sum {
  sessions: number;
  same: number;
  counts: Converted["counts"];
  losses: Map<LossCode, number>;
}

async function pairTables(): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), "segue-docs-"));
  try {
    const rows: string[][] = [];
    const details: string[][] = [];
    for (const from of agents) {
      for (const to of agents) {
        const sum = await sumOf(from, to, scratch);
        rows.push(pairRow(from, to, sum));
        if (from !== to) details.push(detailRow(from, to, sum));
      }
    }
    const head = ["from → to", "sessions", "same bytes again", "messages", "tool calls"];
    const more = ["of these by the target's own tools", "results", "reasoning", "images"];
    const fates = ["from → to", ...FATES];
    return `${table([...head, ...more], rows)}\n\n${table(fates, details)}`;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function pairRow(from: Agent, to: Agent, { sessions, same, counts, losses }: Sum): string[] {
  const name = `${from.name} → ${to.name}`;
  const proof = [String(sessions), `${same} of ${sessions}`];
  if (from === to) return [name, ...proof, "copied", "", "", "", "", ""];
  const { messages, toolCalls, toolResults, reasoning, images } = counts;
  const native = toolCalls - (losses.get("tool-foreign") ?? 0);
  const sent = [messages, toolCalls, native, toolResults, reasoning, images];
  return [name, ...proof, ...sent.map(String)];
}

function detailRow(from: Agent, to: Agent, { losses }: Sum): string[] {
  const cells = FATES.map((fate) =>
    [...losses]
      .filter(([code]) => FATE[code] === fate)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([code, count]) => `\`${code}\` ${count}`)
      .join(", "),
  );
  return [`${from.name} → ${to.name}`, ...cells];
}

async function sumOf(from: Agent, to: Agent, scratch: string): Promise<Sum> {
  const counts = { messages: 0, toolCalls: 0, toolResults: 0, reasoning: 0, images: 0 };
  const sum: Sum = { sessions: 0, same: 0, counts, losses: new Map() };
  const files = readdirSync(join(FIXTURES, from.id), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".jsonl")).sort()) {
    const done = await converted(from, to, file, scratch);
    if (!done) continue;
    sum.sessions++;
    if (done.verified) sum.same++;
    counts.messages += done.counts.messages;
    counts.toolCalls += done.counts.toolCalls;
    counts.toolResults += done.counts.toolResults;
    counts.reasoning += done.counts.reasoning;
    counts.images += done.counts.images;
    for (const { code, count } of done.losses) {
      sum.losses.set(code, (sum.losses.get(code) ?? 0) + count);
    }
  }
  return sum;
}

/** What `segue check` does for one target. Undefined for a file that is no session. */
async function converted(
  from: Agent,
  to: Agent,
  file: string,
  scratch: string,
): Promise<Converted | undefined> {
  const path = join(FIXTURES, from.id, file);
  const [variant = ""] = file.split(sep);
  const input = new Input(path);
  const bases = await openBases(from, path, { HOME: join(FIXTURES, from.id, variant) });
  try {
    const survey = surveyFile(from, input, { bases });
    if (survey.plan.header.id === "") return undefined;
    const out = new Output(join(scratch, "out"));
    const carryOut = from === to ? null : new Output(join(scratch, "carry"));
    const source = { agent: from, input, bases, children: await countChildren(from, path) };
    const done = convert({ source, target: { agent: to, out }, carryOut, carry: null, survey });
    out.discard();
    carryOut?.discard();
    return done;
  } finally {
    closeBases(bases);
    input.close();
  }
}

if (import.meta.main) {
  for (const [path, text] of await pages()) writeFileSync(path, text);
}
