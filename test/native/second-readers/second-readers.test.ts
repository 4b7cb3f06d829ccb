/**
 * Vendors' own readers beside Segue's. What they read of a session that their CLI wrote, Segue reads;
 * what Segue writes for an agent, its vendor's reader reads.
 */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { agentNamed } from "../../../src/agents/registry.ts";
import { createLab, type Lab } from "../lab.ts";
import { isObj, type Obj, obj, objs, parseJson, str } from "../model-server/json.ts";
import { enterNetns } from "../netns.ts";
import { linesOf } from "../oracle/compare.ts";
import { put, sessionsIn } from "../oracle/inputs.ts";
import { CHOSEN, REFUSED, SUPERSEDED } from "../oracle/sessions.ts";
import { hand, segue } from "../segue.ts";
import { ALL } from "../some.ts";
import { vendorReaders } from "./readers.ts";

enterNetns();

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

/** Every string in it, line by line. */
function linesIn(value: unknown): string[] {
  if (typeof value === "string") return [...linesOf(value), ...linesInJson(value)];
  if (Array.isArray(value)) return value.flatMap(linesIn);
  return isObj(value) ? Object.values(value).flatMap(linesIn) : [];
}

/** Calls' arguments are a text of JSON with some vendors. */
function linesInJson(text: string): string[] {
  return /^\s*[[{]/.test(text) ? linesIn(parseJson(text)) : [];
}

/** Made by hand without what Codex keeps for its screen, which is what thread/read goes by. */
const SILENT: ReadonlySet<string> = new Set([
  "codex compact-sealed rollout-2026-11-27T09-20-00-01a21000-0000-7000-8000-000000000003.jsonl",
  "codex compact-sealed rollout-2026-11-27T09-21-00-01a21000-0000-7000-8000-000000000004.jsonl",
  "codex unsent rollout-2026-11-27T09-10-00-01a21000-0000-7000-8000-000000000002.jsonl",
]);

/** What a vendor's reader shows a user, and its CLI does not send. */
const ON_SCREEN_ONLY: ReadonlySet<string> = new Set([
  "<EXTERNAL SESSION IMPORTED>",
  // Codex sends an MCP result's structuredContent in place of its content.
  "MARK-MCP-OUT for MARK-KEY",
]);

/** The id by which its vendor finds it; rows are put into its database first. */
async function idOf(lab: Lab, path: string, agent: string): Promise<string> {
  if (agentNamed(agent).store.database) {
    return (await hand(lab, path, agent, ["--cwd", lab.cwd])).id;
  }
  const { header } = obj(parseJson(await segue(lab, ["show", path, "--json"])));
  return str(obj(header).id) ?? "";
}

/** What is said of a session, to look for lines in. */
class Said {
  readonly #lines: ReadonlySet<string>;
  readonly #all: string;
  readonly #cwd: string;

  constructor(entries: unknown, cwd: string) {
    const lines = linesIn(entries);
    this.#lines = new Set(lines);
    this.#all = lines.join("\n");
    this.#cwd = cwd;
  }

  has(line: string): boolean {
    if (ON_SCREEN_ONLY.has(line)) return true;
    if (this.#lines.has(line) || (line.length > 4 && this.#all.includes(line))) return true;
    // Line numbers and exit codes are no texts in Segue's model.
    if (/^(?:Exit code )?\d+$/.test(line)) return true;
    return this.#lines.has(line.replace(/^\d+ /, "").replace(`${this.#cwd}/`, ""));
  }
}

async function withLab(use: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await createLab();
  try {
    await use(lab);
  } finally {
    await lab.close();
  }
}

for (const [agent, read] of Object.entries(vendorReaders)) {
  const variants = globSync("*", { cwd: join(FIXTURES, agent) }).sort();
  // In CI, of those whose CLI takes long to start, the richest ones.
  const chosen = agentNamed(agent).store.database && !ALL ? CHOSEN[agent] : undefined;
  for (const variant of chosen ?? variants) {
    for (const input of sessionsIn(agent, join(FIXTURES, agent, variant))) {
      const name = `${agent} ${variant} ${basename(input.path)}`;
      test(`${name}: Segue reads what its vendor reads`, () =>
        withLab(async (lab) => {
          const path = await put(lab, input);
          const why = REFUSED.get(name);
          if (why) return assert.rejects(read(lab, await idOf(lab, path, agent)), why);
          const shown = obj(parseJson(await segue(lab, ["show", path, "--json"])));
          const said = new Said(shown.entries, lab.cwd);
          const newer = SUPERSEDED.get(name);
          const texts = await read(lab, await idOf(lab, path, agent));
          assert.equal(texts.length === 0, SILENT.has(name), "its vendor reads nothing of it");
          const gone = linesIn(texts).filter(
            (line) => !said.has(line) && !(newer && line.includes(newer)),
          );
          assert.deepEqual(gone, []);
        }));
    }
  }
}

/** A session of Pi's with every kind of content, and one of Codex's. */
const SOURCES = ["pi/kinds", "codex/content"] as const;

for (const [to, read] of Object.entries(vendorReaders)) {
  for (const source of SOURCES.filter((one) => !one.startsWith(`${to}/`))) {
    test(`${source} → ${to}: its vendor reads what Segue writes`, () =>
      withLab(async (lab) => {
        const [agent = "", variant = ""] = source.split("/");
        const [input] = sessionsIn(agent, join(FIXTURES, agent, variant));
        assert.ok(input);
        const there = await hand(lab, await put(lab, input), to, ["--cwd", lab.cwd]);
        const vendor = new Said(await read(lab, there.id), lab.cwd);
        const { entries } = obj(parseJson(await segue(lab, ["show", there.path, "--json"])));
        const written = linesIn(objs(entries).flatMap(textsOf));
        assert.ok(written.length > 0);
        assert.deepEqual(
          written.filter((line) => !vendor.has(line)),
          [],
        );
      }));
  }
}

/** The texts of a message that a model sees. */
function textsOf({ parts, hidden }: Obj): unknown[] {
  if (hidden === true) return [];
  return objs(parts)
    .filter(({ kind }) => kind === "text")
    .map(({ text }) => text);
}
