/** A session of 3.x as lines, and lines as a generation of it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { textOrNone } from "../../io/door.ts";
import { putFile } from "../../io/output.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member, string } from "../../session/json.ts";
import type { JsonObject } from "../../session/types.ts";
import { canonical, objectAt, text } from "./files.ts";
import { sessionLine } from "./folder.ts";
import {
  chunksOf,
  contextOf,
  currentGeneration,
  digestOf,
  endOf,
  type Generation,
  generationAt,
  isStep,
  isTold,
  journalOf,
  metaAt,
  noticesOf,
  shownOf,
  wasCompacted,
} from "./generation.ts";
import { CURRENT, foldersIn } from "./place.ts";
import { entriesFor } from "./projection.ts";
import { unwrap } from "./records.ts";

/** `id`: by which it was asked for, which is that of the session of 2.x that it continues, if it does. */
export function unifiedLines(folder: string, id: string, old: JsonObject | null): string[] | null {
  const generation = currentGeneration(folder);
  return generation === null ? null : linesOf(generation, id, old);
}

function linesOf(generation: Generation, id: string, old: JsonObject | null): string[] {
  const meta = metaAt(generation.folder);
  // An import begins anew; that of 2.x's continues.
  const own = { ...(old ?? meta), title: meta.title ?? old?.title ?? null, session_id: id };
  const outcome = endOf(generation);
  const items = contextOf(generation);
  const notices = noticesOf(generation);
  const isLast = outcome === null && notices.length === 0;
  const count = isLast ? items.length : ownItems(generation);
  return [
    sessionLine(own, { store: "unified" }),
    ...pastOf(generation),
    ...items.slice(0, count),
    ...(outcome === null ? [] : [text({ turn: outcome })]),
    ...notices.map((notice) => text({ notice })),
    ...items.slice(count),
    ...journalOf(generation).filter(isTold),
  ];
}

/** How many of the items the CLI wrote: that its last turn failed is said before those that came home. */
function ownItems({ folder, name, manifest }: Generation): number {
  const same = generationsIn(folder).filter((one) => one <= name);
  for (const one of same) {
    const generation = generationAt(folder, one);
    if (generation === null) continue;
    if (generation.manifest.snapshot_sequence === manifest.snapshot_sequence) {
      return contextOf(generation).length;
    }
  }
  return Number.POSITIVE_INFINITY;
}

function generationsIn(folder: string): string[] {
  const names = foldersIn(join(folder, "generations"));
  return names.filter((name) => /^\d{16}$/.test(name)).sort();
}

/** What is shown of the time before the newest compaction, which the model is no longer sent. */
function pastOf(generation: Generation): string[] {
  if (!wasCompacted(generation)) return [];
  const entries = shownOf(generation);
  const last = entries.findLastIndex((entry) => {
    return member(parseValue(entry) ?? null, "kind") === "compaction";
  });
  return entries.slice(0, last + 1).map((entry) => `{"shown":${entry}}`);
}

const isItem = (line: string): boolean => unwrap(parseValue(line) ?? null).kind === "item";

/** Does a turn of it still continue, or end when the CLI next opens it? */
export function isUnfinished(folder: string): boolean {
  const generation = currentGeneration(folder);
  if (generation === null) return true;
  return generation.manifest.execution_state !== "quiescent" || journalOf(generation).some(isStep);
}

/** Adds items to a session, or takes them away: a new generation, or the one before it. */
export function changeUnified(
  folder: string,
  before: readonly string[],
  after: readonly string[],
): void {
  const now = currentGeneration(folder);
  if (now === null || isUnfinished(folder)) {
    throw new SegueError("refused", "the session has an unfinished turn", {
      where: folder,
      hint: "open the session in Mistral Vibe, which finishes the turn, or use --fork to write a new session",
    });
  }
  const id = string(member(unwrapSession(after[0]), "session_id")) ?? "";
  const earlier = earlierOf(now, id, after);
  if (earlier !== null) stepBack(now, earlier);
  else if (extends_(before, after)) stepForth(now, after.slice(before.length).filter(isItem));
  else
    throw new SegueError("refused", "only the turns at the end of this session can be changed", {
      where: folder,
    });
}

function unwrapSession(line: string | undefined): JsonObject {
  const stored = unwrap(parseValue(line ?? "") ?? null);
  return stored.kind === "session" ? stored.session : {};
}

function extends_(before: readonly string[], after: readonly string[]): boolean {
  return after.length >= before.length && before.every((line, at) => line === after[at]);
}

/** The generation before this one that Segue wrote, if it holds these lines. */
function earlierOf(now: Generation, id: string, lines: readonly string[]): Generation | null {
  const names = generationsIn(now.folder).filter((name) => name < now.name);
  const generation = generationAt(now.folder, names.at(-1) ?? "");
  if (generation === null) return null;
  if (generation.manifest.snapshot_sequence !== now.manifest.snapshot_sequence) return null;
  const there = linesOf(generation, id, null);
  const isSame =
    there.length === lines.length && there.every((line, n) => n === 0 || line === lines[n]);
  return isSame ? generation : null;
}

function stepBack(now: Generation, earlier: Generation): void {
  const manifest = textOrNone(join(earlier.folder, "generations", earlier.name, "manifest.json"));
  point(earlier.folder, earlier.name, manifest);
  rmSync(join(now.folder, "generations", now.name), { recursive: true, force: true });
  const kept = new Set(allChunks(earlier));
  for (const name of allChunks(now)) {
    if (!kept.has(name)) rmSync(join(now.folder, "chunks", `${name}.json`), { force: true });
  }
}

function allChunks({ manifest }: Generation): string[] {
  const files = [manifest.checkpoint, manifest.projection_state, manifest.runtime_state];
  return files.flatMap(chunksOf);
}

/**
 * A generation with the same state, and more items. It has the sequence number of the one before
 * it, as the CLI itself writes one when only the state changes; so the journal continues as it is.
 */
function stepForth(now: Generation, items: readonly string[]): void {
  const { folder, manifest } = now;
  const root = join(folder, "generations");
  const name = nextName(root);
  const aside = join(root, `.staging-${name}-segue`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { mode: 0o700 });
  try {
    for (const file of ["checkpoint.json", "projection-state.json", "runtime-state.json"]) {
      copyFileSync(join(root, now.name, file), join(aside, file));
    }
    const shown = entriesFor(items, string(manifest.session_id) ?? "", name).map(canonical);
    const changed = {
      ...manifest,
      checkpoint: withChunk(folder, manifest.checkpoint, items),
      projection_state: withChunk(folder, manifest.projection_state, shown),
      generation: name,
    };
    const written = `${canonical(changed)}\n`;
    putFile(join(aside, "manifest.json"), written);
    renameSync(aside, join(root, name));
    point(folder, name, written);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}

/** The description of a file, with one more piece; it must have been in pieces already. */
function withChunk(folder: string, file: unknown, items: readonly string[]): JsonObject {
  const body = `[${items.join(",")}]`;
  const name = digestOf(body);
  const path = join(folder, "chunks", `${name}.json`);
  const own = isDescription(file) ? file : null;
  if (own === null) {
    throw new SegueError(
      "refused",
      "the session has a format that this version of Segue cannot add to",
      {
        where: folder,
      },
    );
  }
  if (!existsSync(path)) putFile(path, `${body}\n`);
  return { ...own, chunks: [...chunksOf(own), name] };
}

function isDescription(file: unknown): file is JsonObject {
  return (
    typeof file === "object" && file !== null && "chunks" in file && Array.isArray(file.chunks)
  );
}

function nextName(root: string): string {
  const numbers = readdirSync(root)
    .filter((name) => /^\d{16}$/.test(name))
    .map(Number);
  return String(Math.max(...numbers) + 1).padStart(16, "0");
}

/** CURRENT names the generation and its manifest's digest; everything else in it stays. */
function point(folder: string, name: string, manifest: string): void {
  const path = join(folder, CURRENT);
  const current = objectAt(path);
  const sha256 = digestOf(manifest.replace(/\n$/, ""));
  if (!isObject(current ?? undefined))
    throw new SegueError("failed", "the file CURRENT cannot be read", { where: path });
  putFile(path, `${canonical({ ...current, generation: name, manifest_sha256: sha256 })}\n`);
}
