/** Finds problems in the sessions on this machine, and in Segue's own data. */
import { accessSync, constants, readdirSync } from "node:fs";
import { join } from "node:path";
import { commandOf, installedVersion } from "../agents/command.ts";
import { isSameAccount } from "../agents/profile.ts";
import { provenWith } from "../agents/proven.ts";
import { accounts, agentNamed } from "../agents/registry.ts";
import { unknowns } from "../agents/shared/known.ts";
import type { Agent, Found } from "../agents/types.ts";
import { HOW_TO_ASK, unsupportedStores } from "../agents/unsupported.ts";
import { closeBases, openBases } from "../convert/read/bases.ts";
import { isThere, openSession } from "../convert/read/open.ts";
import { isFolder, linksOut } from "../io/files.ts";
import type { Input } from "../io/input.ts";
import { heedSignals, interruptible } from "../io/interrupt.ts";
import { damageWords, Journal } from "../io/journal.ts";
import { findCommand } from "../io/launch.ts";
import { rowPlace } from "../io/row-place.ts";
import { type Env, readCarry, stateFolder } from "../io/state.ts";
import { isFrame } from "../lossless/document.ts";
import { Records } from "../lossless/feed.ts";
import type { Lost } from "../lossless/recover.ts";
import type { Entry } from "../session/types.ts";
import { newestFirst, type Places, placeOf, type Walked, walk } from "./stores.ts";

export interface Finding {
  /** `attention`: something is lost, or will be unless the user acts. */
  severity: "attention" | "info";
  about: "store" | "session" | "record" | "tool" | "journal" | "carry" | "config";
  agent: string | null;
  /** File or folder; the first one if there are several. */
  path: string | null;
  what: string;
  count: number;
  /** What to do. */
  hint: string | null;
}

export interface Examination {
  findings: Finding[];
  /** The number of sessions that were read, and of all sessions. */
  read: number;
  sessions: number;
}

export interface DoctorOptions {
  scratch: string;
  /** How many of the newest sessions of each agent are read. */
  each: number;
  progress?: (done: number, total: number) => void;
}

export async function examine(
  places: Places,
  only: Agent | undefined,
  { scratch, each, progress }: DoctorOptions,
): Promise<Examination> {
  const chosen = only ? [only] : accounts(places.profiles);
  const stores = await walk(places, only);
  const findings = new Findings();
  for (const store of stores) examineStore(findings, store);
  for (const agent of chosen) {
    // The same CLI is examined once.
    if (only || !agent.profile) examineTool(findings, agent, stores, places.env);
  }
  const tasks = chosen.flatMap((agent) => newestOf(agent, stores).slice(0, each));
  const total = tasks.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const found of tasks) {
    const agent = agentNamed(found.profile ?? found.agent, places.profiles);
    interruptible(() => examineSession(findings, agent, found, scratch));
    await examineBase(findings, agent, found, { env: places.env, scratch });
    done += found.bytes;
    progress?.(done, total);
    await heedSignals();
  }
  if (!only) {
    examineJournal(findings, places.env);
    examineCarries(findings, places.env);
    examineUnsupported(findings, places.env);
  }
  const sessions = stores.reduce((sum, { found }) => sum + found.length, 0);
  return { findings: findings.all, read: tasks.length, sessions };
}

/** Findings of the same kind are counted, and the first one is named. */
class Findings {
  readonly #all = new Map<string, Finding>();

  add(finding: Omit<Finding, "count">, isOne = false): void {
    const { about, agent, what, path } = finding;
    const key = [about, agent, what, isOne ? path : ""].join("\0");
    const before = this.#all.get(key);
    if (before) before.count++;
    else this.#all.set(key, { ...finding, count: 1 });
  }

  get all(): Finding[] {
    const all = [...this.#all.values()];
    return all.sort((a, b) => Number(a.severity === "info") - Number(b.severity === "info"));
  }
}

function newestOf(agent: Agent, stores: readonly Walked[]): Found[] {
  const own = stores.filter((store) => isSameAccount(store.agent, agent));
  return newestFirst(own.flatMap(({ found }) => found));
}

function examineStore(findings: Findings, { agent, root, found, dead, unread }: Walked): void {
  const about = { severity: "attention", about: "store", agent: agent.id } as const;
  if (dead !== null) {
    const what = `the file system ${dead} does not respond: its sessions are skipped`;
    findings.add({ ...about, path: root, what, hint: "mount it again, or unmount it" });
    return;
  }
  for (const { path, why, hint } of unread) {
    const isSession = rowPlace(path).id !== "";
    const what = `a ${isSession ? "session" : "file or folder"} cannot be read: ${why}`;
    findings.add({ ...about, about: isSession ? "session" : "store", path, what, hint }, true);
  }
  const noted = new Set(unread.map(({ path }) => path));
  for (const [path, why] of closedFolders(root, DEEPEST)) {
    if (noted.has(path)) continue;
    const hint = "its sessions are not found; make it readable";
    findings.add({ ...about, path, what: `a folder cannot be read: ${why}`, hint }, true);
  }
  for (const path of linksOut(root, DEEPEST)) {
    const hint =
      "copy the file into the store, or follow all links: `links: follow` in your own config file";
    findings.add({ ...about, path, what: "a link points outside the store and is skipped", hint });
  }
  for (const { path } of found) {
    const why = closed(path);
    if (why === null || noted.has(path)) continue;
    const hint = "make it readable";
    const session = { ...about, about: "session" } as const;
    findings.add({ ...session, path, what: `a session cannot be read: ${why}`, hint }, true);
  }
}

const DEEPEST = 6;

function* closedFolders(folder: string, depth: number): Generator<[path: string, why: string]> {
  // The store of some agents is a file, such as a database.
  if (depth === 0 || !isFolder(folder)) return;
  try {
    for (const item of readdirSync(folder, { withFileTypes: true })) {
      if (item.isDirectory()) yield* closedFolders(join(folder, item.name), depth - 1);
    }
  } catch (error) {
    yield [folder, reason(error)];
  }
}

function closed(path: string): string | null {
  try {
    accessSync(path, constants.R_OK);
    return null;
  } catch (error) {
    return reason(error);
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EIO") return "the disk reports an error";
  return error instanceof Error ? error.message : String(error);
}

/** For a session that continues another one: does that session exist? */
async function examineBase(
  findings: Findings,
  agent: Agent,
  found: Found,
  options: { env: Env; scratch: string },
): Promise<void> {
  if (!agent.store.bases || closed(found.path) !== null) return;
  try {
    const bases = await openBases(agent, found.path, options);
    const input = openSession(found.path, options);
    const [first = input] = bases.map((base) => base.input);
    const [opening] = first.lines();
    const entries = opening?.value === undefined ? [] : agent.reader().read(opening.value, 0);
    if (entries.some(isMissingBase)) {
      const what = "the session that this one continues is missing: only its own turns are read";
      const hint = "put the file of the session it was forked from back into the store";
      const about = { about: "session", agent: agent.id, path: found.path } as const;
      findings.add({ ...about, severity: "attention", what, hint }, true);
    }
    closeBases([...bases, { input, bytes: 0 }]);
  } catch {
    // Already reported as unreadable.
  }
}

function isMissingBase(entry: Entry): boolean {
  return entry.kind === "event" && entry.event === "unread" && entry.reason === "missing-base";
}

/** Lines that are not JSON, and kinds and keys that this version does not know. */
function examineSession(findings: Findings, agent: Agent, found: Found, scratch: string): void {
  const place = placeOf(found, agent);
  // Already reported.
  if (place === found.path && closed(found.path) !== null) return;
  const about = { about: "session", agent: agent.id, path: place } as const;
  let input: Input;
  try {
    input = openSession(place, { scratch });
  } catch (error) {
    const what = `a session cannot be read: ${reason(error)}`;
    findings.add({ ...about, severity: "attention", what, hint: null }, true);
    return;
  }
  try {
    examineLines(findings, agent, place, input);
  } finally {
    input.close();
  }
}

function examineLines(findings: Findings, agent: Agent, path: string, input: Input): void {
  const about = { agent: agent.id, path, hint: null } as const;
  const { known, recognises } = agent;
  const records = new Records(recognises);
  let broken = 0;
  let last = false;
  for (const line of input.lines()) {
    const { values, lost } = records.of(line);
    broken += linesOf(lost);
    last = line.value === undefined && values.length === 0 && line.text.trim() !== "";
    if (known === undefined) continue;
    for (const what of values.flatMap((value) => (isFrame(value) ? [] : unknowns(value, known)))) {
      const unknown = `unknown to this version of Segue, kept unchanged: ${what}`;
      findings.add({ ...about, severity: "info", about: "record", what: unknown });
    }
  }
  broken += linesOf(records.end());
  const torn = last && input.open ? 1 : 0;
  const session = { ...about, about: "session" } as const;
  if (torn > 0) {
    const what = "the last line is incomplete; it is kept unchanged";
    findings.add({ ...session, severity: "info", what });
  }
  if (broken > torn) {
    const what = `lines that are not JSON: ${broken - torn}; they are kept unchanged`;
    findings.add({ ...session, severity: "attention", what }, true);
  }
}

function linesOf(lost: readonly Lost[]): number {
  return lost.reduce((sum, { count }) => sum + count, 0);
}

function examineTool(findings: Findings, agent: Agent, stores: readonly Walked[], env: Env): void {
  const { id, name, launch } = agent;
  const command = commandOf(agent, env);
  if (command === null) return;
  const about = { severity: "info", about: "tool", agent: id } as const;
  const path = findCommand(command, env);
  const sessions = newestOf(agent, stores).length;
  if (path === null) {
    const what = `${name} is not installed, but has sessions here: ${sessions}`;
    const hint = "they can be opened in another agent: segue resume SESSION --in AGENT";
    if (sessions > 0) findings.add({ ...about, path: null, what, hint });
    return;
  }
  const version = installedVersion(agent, env);
  if (version === null) {
    const what = `${name} does not report its version`;
    const hint = `check what \`${command} ${launch.versionArgs.join(" ")}\` prints`;
    findings.add({ ...about, severity: "attention", path, what, hint });
    return;
  }
  const proven = provenWith(id);
  if (proven && isNewer(version, proven.version)) {
    const what = `${name} ${version} is newer than ${proven.version}, the version that Segue is proven with`;
    const hint = "`segue check --all` checks that its sessions are still read without loss";
    findings.add({ ...about, path, what, hint });
  }
}

/** Stores of agents that Segue knows by name only. */
function examineUnsupported(findings: Findings, env: Env): void {
  for (const { id, name, path, why } of unsupportedStores(env)) {
    const because = why === null ? "" : `: ${why}`;
    const what = `${name} has a store here, which Segue does not read${because}`;
    const hint = `how to ask for it: ${HOW_TO_ASK}; \`segue doctor --shapes ${id}\` prints what a report needs`;
    findings.add({ severity: "info", about: "store", agent: null, path, what, hint }, true);
  }
}

/** By the record's numbers. */
export function isNewer(version: string, than: string): boolean {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [a, b] = [numbers(version), numbers(than)];
  const at = a.findIndex((n, i) => n !== (b[i] ?? 0));
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function examineJournal(findings: Findings, env: Env): void {
  const journal = new Journal(env);
  const about = {
    about: "journal",
    agent: null,
    path: journal.path,
    severity: "attention",
  } as const;
  try {
    for (const damage of journal.damage()) {
      const hint = "writes recorded there cannot be undone or returned to the original";
      findings.add({ ...about, what: damageWords(damage), hint });
    }
  } catch (error) {
    const what = `the journal cannot be read: ${reason(error)}`;
    const hint = "without it, Segue cannot undo writes or find the original of a session";
    findings.add({ ...about, what, hint });
  }
}

/** The way back needs a complete carry for each write. */
function examineCarries(findings: Findings, env: Env): void {
  const needed = new Set<string>();
  for (const { carry, target } of journalOf(env)) {
    if (carry === null) continue;
    needed.add(carry);
    const about = { about: "carry", agent: target.agent, path: target.path } as const;
    if (!isThere(target.path)) {
      const what = "sessions that Segue wrote no longer exist";
      findings.add({ ...about, severity: "info", what, hint: null });
      continue;
    }
    const whole = readCarry(env, carry);
    whole?.close();
    if (whole) continue;
    const what = "a carry, which restores the original of a session, is missing or damaged";
    const hint = "the session is converted from scratch when it returns";
    findings.add({ ...about, severity: "attention", what, hint }, true);
  }
  // An unreadable line of the journal may need any of them.
  if (isJournalDamaged(env)) return;
  for (const name of carriesIn(env)) {
    if (needed.has(name)) continue;
    const what = "carries that are no longer used";
    const path = join(stateFolder(env), "carry", `${name}.segue`);
    findings.add({
      about: "carry",
      severity: "info",
      agent: null,
      path,
      what,
      hint: "they can be deleted",
    });
  }
}

function isJournalDamaged(env: Env): boolean {
  try {
    return new Journal(env).damage().length > 0;
  } catch {
    return true;
  }
}

function journalOf(env: Env): ReturnType<Journal["writes"]> {
  try {
    return new Journal(env).writes();
  } catch {
    return [];
  }
}

function carriesIn(env: Env): string[] {
  try {
    const names = readdirSync(join(stateFolder(env), "carry"));
    return names.flatMap((name) => /^([0-9a-f]{64})\.segue$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}
