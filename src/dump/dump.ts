/**
 * Exports many sessions to a folder: what changed since the last time, each file completely or not
 * at all.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { nameOf } from "../agents/profile.ts";
import type { Agent, Found } from "../agents/types.ts";
import { realOr } from "../catalog/project.ts";
import { childrenOf, closeBases, openBases } from "../convert/read/bases.ts";
import { openSession, rowsAt } from "../convert/read/open.ts";
import { entriesOf, readHeader } from "../convert/read/session.ts";
import type { BaseInput } from "../convert/survey/survey-file.ts";
import { isFull, SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { Output } from "../io/output.ts";
import { isRunning } from "../io/process.ts";
import { watchReading } from "../io/progress.ts";
import type { Env } from "../io/state.ts";
import { REDACTION } from "../redact/version.ts";
import { isWithin, rulesFor } from "../session/paths.ts";
import { type Entry, SESSION_SCHEMA } from "../session/types.ts";
import { CONTENTS, listedAt, writeContents } from "./contents.ts";
import { alreadyThere, Foreign, foreign, type Piece } from "./foreign.ts";
import { htmlPage } from "./html.ts";
import { type Made, Manifest } from "./manifest.ts";
import { nameFor, pageName, partName } from "./names.ts";
import { markdownPage, type Page } from "./pages.ts";
import { type Content, redacted } from "./redacted.ts";

export const FORMATS = ["native", "session", "markdown", "html", "json"] as const;
export type Format = (typeof FORMATS)[number];

const ENDINGS: { [format in Exclude<Format, "native">]: string } = {
  session: ".session.json",
  markdown: ".md",
  html: ".html",
  json: ".json",
};

/** Increase it when a format's files change: then all are written again. */
const VERSION = 4;

export interface Wanted {
  agent: Agent;
  found: Found;
  /** A path, or `path#id`. */
  place: string;
}

export interface DumpOptions {
  folder: string;
  format: Format;
  /** Replace secrets with placeholders; not with `native`. */
  redact: boolean;
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
  progress(done: number, total: number): void;
  /** Called for each session that cannot be exported. */
  failed(place: string, error: unknown): void;
  /** Called with the number of unreadable lines in the list of exported sessions at `path`. */
  damaged(path: string, lines: number): void;
  /** Overwrite files that were changed since they were exported. */
  force: boolean;
  /**
   * Called for each file that was kept because it was changed; `isOld`: the session has changed,
   * too.
   */
  kept(path: string, isOld: boolean): void;
  /** Called between two sessions. */
  pause(): Promise<void>;
}

export interface DumpResult {
  written: number;
  unchanged: number;
  failed: number;
  /**
   * Sessions whose files were changed by somebody; and those of them that would have been written
   * again.
   */
  kept: number;
  outdated: number;
  /** The number of replaced secrets, each counted once in each session that was written. */
  secrets: number;
  /** With `redact`: files of earlier runs in which no secret was replaced. */
  unredacted: string[];
}

export async function dump(all: readonly Wanted[], options: DumpOptions): Promise<DumpResult> {
  const { folder, format } = options;
  const manifest = new Manifest(folder);
  if (manifest.damaged > 0) options.damaged(manifest.path, manifest.damaged);
  removeLeftovers(folder);
  const inside = new Set<string>();
  const counts = { written: 0, unchanged: 0, failed: 0, kept: 0, outdated: 0 };
  const result: DumpResult = { ...counts, secrets: 0, unredacted: [] };
  const total = all.reduce((sum, { found }) => sum + found.bytes, 0);
  let begun = 0;
  for (const wanted of all) {
    const before = begun;
    begun += wanted.found.bytes;
    options.progress(before, total);
    watchReading((done, all) => {
      options.progress(before + (wanted.found.bytes * done) / Math.max(1, all), total);
    });
    await options.pause();
    const key = `${format}:${wanted.agent.id}:${wanted.place}`;
    const { mtime, bytes } = wanted.found;
    const version = options.redact ? `${VERSION}-redacted-${REDACTION}` : VERSION;
    const state = `${version}:${mtime}:${bytes}`;
    try {
      for (const file of manifest.get(key)?.files ?? []) refuseLink(folder, file, inside);
      manifest.refuseOther(key);
      const isCurrent = manifest.isCurrent(key, state);
      const edited = manifest.edited(key);
      if (edited.length > 0 && !options.force) {
        result.kept++;
        if (!isCurrent) result.outdated++;
        for (const path of edited) options.kept(path, !isCurrent);
        continue;
      }
      if (isCurrent && edited.length === 0) {
        result.unchanged++;
        continue;
      }
      const done = await one(wanted, { key, state, manifest }, options);
      result.secrets += done.secrets;
      if (done.wrote) result.written++;
      else result.unchanged++;
    } catch (error) {
      if (isFull(error)) throw error;
      result.failed++;
      options.failed(wanted.place, error);
    }
  }
  watchReading(null);
  manifest.tidy();
  result.unredacted = options.redact ? unredacted(manifest, options) : [];
  if (format === "html" && !listPages(manifest, options, result.unredacted)) result.failed++;
  return result;
}

/**
 * Files of earlier runs that still contain their secrets: their sessions no longer exist, or are
 * not part of this run.
 */
function unredacted(manifest: Manifest, { folder, format }: DumpOptions): string[] {
  const plain = manifest.entriesIn(format).filter(({ state }) => !/^\d+-redacted-/.test(state));
  return plain.flatMap(({ files }) => files.map((file) => join(folder, file)));
}

/**
 * Lists all existing pages, including those of earlier runs, except those whose secrets should be
 * replaced.
 */
function listPages(
  manifest: Manifest,
  { folder, force, kept, failed }: DumpOptions,
  plain: readonly string[],
): boolean {
  const files = manifest.entriesIn("html").flatMap(({ files }) => files.slice(0, 1));
  const shown = files.filter((file) => !plain.includes(join(folder, file)));
  try {
    const pages = shown.map((file) => listedAt(folder, file));
    if (!writeContents(folder, pages, { force })) kept(join(folder, CONTENTS), false);
    return true;
  } catch (error) {
    if (isFull(error)) throw error;
    failed(join(folder, CONTENTS), error);
    return false;
  }
}

/**
 * Removes what killed runs left behind, except files of a run in progress. Does not follow links.
 */
function removeLeftovers(folder: string): void {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) removeLeftovers(path);
    const [, pid] = /^\.segue-(\d+)-[0-9a-f]{12}\.tmp$/.exec(item.name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(path, { force: true });
  }
}

/** Is the file only copied? Then it need not be readable as a session. */
function asItLies(place: string, format: Format): boolean {
  return format === "native" && rowsAt(place) === null;
}

interface Done {
  /** The number of secrets that were replaced in what was written. */
  secrets: number;
  wrote: boolean;
}

interface Target {
  key: string;
  state: string;
  manifest: Manifest;
}

async function one(wanted: Wanted, target: Target, options: DumpOptions): Promise<Done> {
  const { agent, found, place } = wanted;
  const { format, scratch, env } = options;
  const { key, manifest } = target;
  const input = asItLies(place, format) ? new Input(place) : openSession(place, { scratch });
  const bases = await openBases(agent, place, { env, scratch });
  const source = { agent, input, bases };
  const readable = format === "html" ? await readableName(source, found.id, options) : null;
  const ending = format === "native" ? nativeEnding(place) : ENDINGS[format];
  const name = (id: string): string => `${nameOf(agent)}/${id}${ending}`;
  const [last] = manifest.get(key)?.files ?? [];
  const before = readable !== null && options.redact ? undefined : last;
  const named = (isFree: (id: string) => boolean): string =>
    before ?? name(nameFor(readable ?? found.id, place, isFree));
  const file = named((id) => !manifest.isTaken(name(id), key));
  try {
    return await put(await piecesOf(source, place, file, options), target, options);
  } catch (error) {
    const other = named(() => false);
    if (!(error instanceof Foreign) || other === file) throw error;
    return await put(await piecesOf(source, place, other, options), target, options);
  } finally {
    closeBases(bases);
    input.close();
    // The temporary files for this session are no longer needed.
    if (input.path !== place) rmSync(input.path, { force: true });
  }
}

/**
 * A page's name is for people: its date, and its title. The name of a redacted page contains
 * nothing that only the rest of the session identifies as a secret.
 */
async function readableName(
  { agent, input, bases }: Source,
  id: string,
  { redact }: DumpOptions,
): Promise<string> {
  const own = readHeader(agent, input, bases);
  const { header } = await redacted({ header: own, entries: () => [], secrets: 0 });
  const { title, createdAt } = header;
  return pageName({ title: redact ? null : title, createdAt, id });
}

/** The page's name before its secrets were replaced: that page still contains them. */
function removeOld(folder: string, files: readonly string[], now: readonly string[]): void {
  for (const file of files) if (!now.includes(file)) rmSync(join(folder, file), { force: true });
}

async function put(
  pieces: readonly Piece[],
  { key, state, manifest }: Target,
  options: DumpOptions,
): Promise<Done> {
  const { folder } = options;
  for (const { file } of pieces) {
    if (manifest.isTaken(file, key)) throw foreign(join(folder, file));
    refuseLink(folder, file);
  }
  const old = manifest.get(key)?.files ?? [];
  const there = await alreadyThere(pieces, manifest, options);
  const entry = { key, state, files: pieces.map((piece) => piece.file) };
  manifest.add({ ...entry, begun: true });
  const made: Made[] = [];
  let secrets = 0;
  for (const piece of pieces) {
    const is = there.get(piece.file);
    const done = is ? { made: is, secrets: 0 } : await commit(folder, piece);
    made.push(done.made);
    secrets += done.secrets;
  }
  manifest.add({ ...entry, made });
  if (options.format === "html" && options.redact) removeOld(folder, old, entry.files);
  return { secrets, wrote: there.size < pieces.length };
}

async function piecesOf(
  source: Source,
  place: string,
  file: string,
  options: DumpOptions,
): Promise<Piece[]> {
  const { format, redact } = options;
  if (format === "native") return nativePieces(source, place, file);
  const own = (out: Output) => writeSession(out, format, redact, source);
  return [{ file, write: own }, ...(await childPieces(source.agent, place, file, format, options))];
}

async function writeSession(
  out: Output,
  format: Exclude<Format, "native">,
  redact: boolean,
  source: Source,
): Promise<number> {
  const content = contentOf(source);
  const shown = redact ? await redacted(content) : content;
  await write(out, format, shown);
  return shown.secrets;
}

const RULES = rulesFor(process.platform);

/** A link in place of a folder of the dump may lead anywhere, for example into an agent's store. */
function refuseLink(folder: string, file: string, inside?: Set<string>): void {
  const place = dirname(join(folder, file));
  if (inside?.has(place)) return;
  if (isWithin(realOr(place), realOr(folder), RULES)) {
    inside?.add(place);
    return;
  }
  throw new SegueError("refused", "a link leads out of the dump's folder", { where: place });
}

async function commit(
  folder: string,
  { file, write }: Piece,
): Promise<{ made: Made; secrets: number }> {
  const path = join(folder, file);
  const out = new Output(path);
  try {
    const secrets = await write(out);
    out.commit({ replace: true });
    const { bytes, sha256 } = out;
    return { made: { bytes, mtime: statSync(path).mtimeMs, sha256 }, secrets };
  } catch (error) {
    out.discard();
    throw error;
  }
}

function nativeEnding(place: string): string {
  if (rowsAt(place)) return ".jsonl";
  const name = basename(place);
  const [ending = ""] = /\.[A-Za-z0-9]{1,8}(?:\.zst)?$/.exec(name) ?? [];
  return ending || extname(name);
}

/**
 * The session's own file, and below its name those of its subagents and those that it continues.
 */
async function nativePieces(
  { agent, bases, input }: Source,
  place: string,
  file: string,
): Promise<Piece[]> {
  const isFile = rowsAt(place) === null;
  // A document or a compressed file is copied as it is, not as the lines made from it.
  const own = isFile ? place : input.path;
  const pieces: Piece[] = [{ file, write: (out) => copy(own, out) }];
  const children = isFile ? ((await agent.store.children?.(place)) ?? []) : [];
  const more = [...bases.map((base) => base.input.name ?? base.input.path), ...children];
  const folder = file.slice(0, file.length - nativeEnding(place).length);
  for (const path of more) {
    pieces.push({ file: `${folder}/${partName(basename(path))}`, write: (out) => copy(path, out) });
  }
  return pieces;
}

/** Its subagents' sessions, each in a file below the session's name. */
async function childPieces(
  agent: Agent,
  place: string,
  file: string,
  format: Exclude<Format, "native">,
  { redact, env, scratch }: DumpOptions,
): Promise<Piece[]> {
  const ending = ENDINGS[format];
  const folder = file.slice(0, file.length - ending.length);
  return (await childrenOf(agent, place)).map((child) => ({
    file: `${folder}/${partName(childName(child))}${ending}`,
    write: async (out: Output) => {
      const input = openSession(child, { scratch });
      const bases = await openBases(agent, child, { env, scratch });
      try {
        return await writeSession(out, format, redact, { agent, input, bases });
      } finally {
        closeBases(bases);
        input.close();
      }
    },
  }));
}

/** The id of a row, or a file's name without its extension. */
function childName(place: string): string {
  const rows = rowsAt(place);
  if (rows) return rows.id;
  return basename(place).replace(/\.jsonl?(?:\.zst)?$/, "");
}

function copy(path: string, out: Output): number {
  const input = new Input(path);
  try {
    input.settle();
    for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
    return 0;
  } finally {
    input.close();
  }
}

interface Source {
  agent: Agent;
  input: Input;
  bases: readonly BaseInput[];
}

async function write(
  out: Output,
  format: Exclude<Format, "native">,
  content: Content,
): Promise<void> {
  if (format === "markdown") await writePage(out, markdownPage(), content);
  else if (format === "html") await writePage(out, htmlPage(), content);
  else await writeModel(out, content, format === "json" ? 2 : 0);
}

function contentOf(source: Source): Content {
  source.input.settle();
  const { agent, input, bases } = source;
  // Known only when everything is read: so everything is read twice, and nothing is kept.
  const header = readHeader(agent, input, bases);
  return { header, entries: () => entries(source), secrets: 0 };
}

function entries({ agent, input, bases }: Source): Generator<Entry> {
  return entriesOf(agent, input, bases);
}

async function writePage(out: Output, page: Page, content: Content): Promise<void> {
  out.write(page.head(content.header));
  for await (const entry of content.entries()) out.write(page.entry(entry));
  out.write(page.tail());
}

async function writeModel(out: Output, content: Content, indent: number): Promise<void> {
  const [line, gap, deep] = indent > 0 ? ["\n", " ", "    "] : ["", "", ""];
  const shallow = indent > 0 ? "  " : "";
  const text = (value: object): string =>
    JSON.stringify(value, null, indent).replaceAll("\n", `\n${deep}`);
  const head = JSON.stringify(content.header, null, indent).replaceAll("\n", `\n${shallow}`);
  out.write(`{${line}${shallow}"schema":${gap}${JSON.stringify(SESSION_SCHEMA)},${line}`);
  out.write(`${shallow}"header":${gap}${head},${line}${shallow}"entries":${gap}[`);
  let first = true;
  for await (const entry of content.entries()) {
    out.write(`${first ? "" : ","}${line}${deep}${text(entry)}`);
    first = false;
  }
  out.write(`${first ? "" : line + shallow}]${line}}\n`);
}
