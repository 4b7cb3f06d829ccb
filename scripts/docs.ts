/**
 * Keeps README.md and the pages in docs/ up to date: the text between `<!-- docs:NAME -->` and
 * `<!-- /docs -->` is generated from the code. `node scripts/docs.ts` writes it;
 * test/unit/docs.test.ts compares it.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evidenceWords } from "../src/agents/claim.ts";
import { passes, provenWith } from "../src/agents/proven.ts";
import { proven } from "../src/agents/proven-data.ts";
import type { ProvenPair } from "../src/agents/proven-pairs.ts";
import { agents, writable } from "../src/agents/registry.ts";
import { permissionName } from "../src/agents/shared/flags.ts";
import { LOSSES, type LossCode } from "../src/convert/report/losses.ts";
import { hostOf } from "../src/io/host.ts";

const ROOT = join(import.meta.dirname, "..");
const DOCS = join(ROOT, "docs");

/** What happens to a part that the target does not get unchanged, in the terms of law 4. */
const FATE: { [code in LossCode]: "projected" | "demoted" | "carried" | "left" } = {
  "scaffold-carried": "carried",
  "settings-carried": "carried",
  "event-carried": "carried",
  "branch-carried": "carried",
  "compacted-carried": "carried",
  "fitted-carried": "carried",
  "subagent-carried": "carried",
  "subagent-elsewhere": "left",
  "hidden-carried": "carried",
  "failed-carried": "carried",
  "limit-carried": "carried",
  "blank-carried": "carried",
  "text-repaired": "projected",
  "line-end-changed": "projected",
  "call-id-changed": "projected",
  "path-relocated": "projected",
  "reasoning-as-text": "demoted",
  "reasoning-omitted": "carried",
  "reasoning-unsealed": "projected",
  "reasoning-sealed": "carried",
  "tool-reworded": "projected",
  "argument-carried": "carried",
  "tool-foreign": "projected",
  "tool-adapted": "projected",
  "call-as-text": "demoted",
  "result-as-text": "demoted",
  "result-missing": "projected",
  "result-cut-by-target": "projected",
  "result-replaced-by-target": "projected",
  "result-replaced-by-source": "projected",
  "history-cut-by-target": "projected",
  "result-orphan": "carried",
  "file-as-text": "demoted",
  "compaction-as-text": "demoted",
  "parent-missing": "projected",
  "line-recovered": "projected",
  "line-unreadable": "carried",
  "file-inlined": "demoted",
  "image-as-text": "demoted",
  "request-too-large": "projected",
  "content-as-text": "demoted",
  "content-unknown": "demoted",
  "content-cut": "demoted",
  "content-sealed": "carried",
  "compaction-sealed": "carried",
  "base-missing": "left",
  "content-unsent": "carried",
  "prompt-queued": "carried",
  "content-missing": "left",
  "record-unknown": "carried",
  "record-repeated": "carried",
  "record-foreign": "carried",
  "compacted-calls": "carried",
};

const FATES = ["projected", "demoted", "carried", "left"] as const;

const SECTIONS: { [name: string]: () => string | Promise<string> } = {
  losses: lossTable,
  cli: helpPages,
  agents: agentTable,
  unrun: unrunTable,
  stores: storeTable,
  pairs: pairTables,
  flags: flagTables,
  peers: peerTable,
};

/**
 * README.md and each page of docs/ with a generated section: its path, and its text as it should
 * be.
 */
export async function pages(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const documents = readdirSync(DOCS).map((name) => join(DOCS, name));
  for (const path of [join(ROOT, "README.md"), ...documents]) {
    if (!path.endsWith(".md")) continue;
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

/** The output of `--help`, for Segue and for each of its commands. */
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

/** Agents whose programs no native test has run: what their support rests on. */
function unrunTable(): string {
  const rows = agents.flatMap(({ id, name, aliases, claim }) => {
    if (claim === undefined) return [];
    const { read, write } = claim;
    return [
      [
        name,
        [id, ...aliases].map(code).join(", "),
        evidenceWords(read),
        typeof write === "string" ? evidenceWords(write) : `never: ${write.never}`,
        `[facts and sources](../src/agents/${id}/README.md)`,
      ],
    ];
  });
  return table(["agent", "names", "read by", "written by", "sources"], rows);
}

function agentTable(): string {
  const rows = agents
    .filter(({ claim }) => claim === undefined)
    .map(({ id, name, aliases }) => {
      const [from, into] = [passes("from", id), passes("to", id)];
      const with_ = provenWith(id);
      return [
        name,
        [id, ...aliases].map((word) => `\`${word}\``).join(", "),
        `${from.passed} of ${from.tried}`,
        `${into.passed} of ${into.tried}`,
        with_ ? `${with_.version} on ${with_.date}` : "never",
      ];
    });
  return table(["agent", "names", "read from", "written and resumed", "proven with"], rows);
}

/** For new readers: which agents there are, where their sessions are, and what is proven. */
function storeTable(): string {
  const home = "/home/you";
  const rows = agents.map(({ id, name, aliases, store, claim }) => {
    const roots = store.roots({ HOME: home }, hostOf({ HOME: home }, "linux"), PROJECT);
    const [from, into] = [passes("from", id), passes("to", id)];
    const version = provenWith(id);
    return [
      name,
      [id, ...aliases].map(code).join(", "),
      storesAt(roots, home, store.inProjects === true),
      claim ? "not run" : `${from.passed} of ${from.tried}`,
      claim ? "not run" : `${into.passed} of ${into.tried}`,
      version ? `${version.version} on ${version.date}` : "",
    ];
  });
  const head = [
    "agent",
    "names",
    "sessions in",
    "proven as source",
    "proven as target",
    "with version",
  ];
  return table(head, rows);
}

/** How each agent is given permissions, and which of its other flags can be translated. */
const PROJECT = "/project";

function storesAt(roots: readonly string[], home: string, inProjects: boolean): string {
  if (roots.length === 0) return "its export, wherever that is";
  const own = roots.filter((root) => root.startsWith(`${PROJECT}/`));
  if (own.length > 0) {
    return `${own.map((root) => code(root.slice(PROJECT.length + 1))).join(", ")} in each project`;
  }
  const all = roots.map((root) => code(root.replace(home, "~"))).join(", ");
  return inProjects ? `projects, listed in ${all}` : all;
}

function flagTables(): string {
  const known = agents.flatMap(({ name, launch: { flags } }) => (flags ? [{ name, flags }] : []));
  const modes = known.flatMap(({ name, flags }) =>
    flags.modes.map(({ args, grants }) => [
      name,
      permissionName(grants),
      code(args.join(" ")) || "no flag",
    ]),
  );
  const others = known.map(({ name, flags: { models, effort, dirs, table: named } }) => [
    name,
    models.vendors.join(", "),
    effort?.levels.join(", ") ?? "",
    code(dirs?.(["DIR"]).join(" ") ?? ""),
    (named.restricts ?? []).map((flag) => code(/--[\w-]+/.exec(flag)?.[0] ?? "")).join(", "),
  ]);
  const head = ["agent", "models of", "effort", "folders", "flags that only restrict"];
  return `${table(["agent", "permission", "flags"], modes)}\n\n${table(head, others)}`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function pairTables(): string {
  const [proofs, details]: [string[][], string[][]] = [[], []];
  for (const pair of proven.pairs) {
    const name = `${nameOf(pair.from)} → ${nameOf(pair.to)}`;
    proofs.push([name, ...proofOf(pair)]);
    if (pair.ok) details.push([name, ...fatesOf(pair)]);
  }
  const sent = ["messages", "tool calls", "by own tools", "results", "reasoning", "images"];
  const head = ["from → to", "proven", ...sent];
  return `${table(head, proofs)}\n\n${table(["from → to", ...FATES], details)}`;
}

/** What was measured of other tools, and of Segue at the time; how much Segue does now is counted. */
function peerTable(): string {
  const ok = proven.pairs.filter((pair) => pair.ok).length;
  return table(
    ["", "Segue", "txcript", "session-migrate", "lossless-agent-context", "continues"],
    [
      ["language", "TypeScript", "Rust", "Python", "TypeScript (Bun)", "TypeScript"],
      [
        "moves a session as",
        ...Array.from({ length: 4 }, () => "native session"),
        "text in a prompt",
      ],
      [
        "agents read / written",
        `${agents.length} / ${writable.length}`,
        "17 / 11",
        "18 / 18",
        "3 / 3",
        "16 / –",
      ],
      ["there and back, 62 real files × 2 targets: same bytes", "124 of 124", "0", "0", "73", "–"],
      [
        "real CLI resumes with the whole history (strict server)",
        `${ok} of ${proven.pairs.length} pairs`,
        "0 of 8",
        "0 of 11",
        "0 of 3",
        "–",
      ],
      [
        "Claude Code → Codex, 10 MB: time, peak memory",
        "0.70 s, 138 MB",
        "0.13 s, 43 MB",
        "0.42 s, 69 MB",
        "0.61 s, 297 MB",
        "–",
      ],
      [
        "Claude Code → Codex, 100 MB: time, peak memory",
        "2.9 s, 172 MB",
        "1.10 s, 399 MB",
        "3.6 s, 477 MB",
        "3.6 s, 2,390 MB",
        "–",
      ],
      ["list 2,000 sessions again", "0.15 to 0.23 s", "0.77 s", "0.15 s", "–", "0.28 s"],
    ],
  );
}

function nameOf(id: string): string {
  return agents.find((agent) => agent.id === id)?.name ?? id;
}

function proofOf({
  ok,
  date: day,
  commit,
  why = "",
  counts = {},
  losses = [],
}: ProvenPair): string[] {
  const date = commit === undefined ? day : `${day}, ${commit.slice(0, 7)}`;
  if (!ok) return [`**FAILED** on ${date}: ${why.replaceAll("|", "\\|")}`, "", "", "", "", "", ""];
  const { messages = 0, toolCalls = 0, toolResults = 0, reasoning = 0, images = 0 } = counts;
  const foreign = losses.find(({ code }) => code === "tool-foreign")?.count ?? 0;
  const sent = [messages, toolCalls, toolCalls - foreign, toolResults, reasoning, images];
  return [date, ...sent.map(String)];
}

function fatesOf({ losses = [] }: ProvenPair): string[] {
  const fates = new Map(Object.entries(FATE));
  return FATES.map((fate) =>
    losses
      .filter(({ code }) => fates.get(code) === fate)
      .sort((a, b) => a.code.localeCompare(b.code))
      .map(({ code, count }) => `\`${code}\` ${count}`)
      .join(", "),
  );
}

if (import.meta.main) {
  for (const [path, text] of await pages()) writeFileSync(path, text);
}
