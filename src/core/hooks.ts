/**
 * Adds a hook of Segue's to an agent's settings, and removes exactly what was added. What else is in
 * the file, comments included, stays as it is.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse as parseToml } from "smol-toml";
import { envOf, nameOf } from "../agents/profile.ts";
import type { Agent } from "../agents/types.ts";
import { fileError, SegueError } from "../errors.ts";
import { bytesIn, textOrNone } from "../io/door.ts";
import { withLock } from "../io/lock.ts";
import { makeFolders, missingFolder, removeEmptyFolders } from "../io/made.ts";
import { putFile } from "../io/output.ts";
import { findProgram } from "../io/program.ts";
import { type Env, stateFolder } from "../io/state.ts";
import { parseValue } from "../lossless/json-text.ts";
import {
  addToList,
  applied,
  type Edit,
  removeFromList,
  reversed,
  settingsIn,
  takenBack,
} from "../lossless/jsonc.ts";
import { type HookPlace, hookPlaceOf, posixWord } from "./hook-places.ts";

/** A change of an agent's settings that was not made yet. Texts are null for a file that is not there. */
export interface HookChange {
  path: string;
  before: string | null;
  after: string | null;
  note: string | null;
  /** Makes the change, if the file is still as it was. @throws SegueError `refused` if it is not. */
  apply(): void;
}

/** What was added, so that exactly that can be removed. */
interface Added {
  path: string;
  edits: Edit[];
  sha256: string;
  isNew: boolean;
  madeFolder: string | null;
}

const MOST_BYTES = 16 << 20;

/** The change that adds the hook; null if it is there already. @throws SegueError `refused` */
export function addedHook(agent: Agent, env: Env): HookChange | null {
  const hook = placeOf(agent, env);
  const { path } = hook;
  const words = commandWords(agent, env);
  const before = textOf(path);
  if (before !== null && isInstalled(hook, before, agent)) return null;
  const edits = editsFor(hook, before, words, agent);
  const after = applied(before ?? "", edits);
  if (!isInstalled(hook, after, agent)) throw unknownForm(agent, path, words);
  const note = isPlain(after) ? hook.note : (hook.noteIfNotPlain ?? hook.note);
  return change({ path, before, after, note }, env, () => {
    const madeFolder = missingFolder(dirname(path));
    makeFolders(dirname(path));
    const isNew = before === null;
    const added: Added = { path, edits, sha256: digest(after), isNew, madeFolder };
    const record = recordFile(agent, env);
    makeFolders(dirname(record));
    putFile(record, JSON.stringify(added));
    putFile(path, after);
  });
}

/** The change that removes the hook; null if there is none. @throws SegueError `refused` */
export function removedHook(agent: Agent, env: Env): HookChange | null {
  const hook = placeOf(agent, env);
  const record = recordFile(agent, env);
  const { path } = hook;
  const added = readRecord(record, path);
  const before = textOf(path);
  if (before === null || !isInstalled(hook, before, agent)) return null;
  const isAsWritten = added !== null && added.sha256 === digest(before);
  const after = isAsWritten
    ? added.isNew
      ? null
      : applied(before, reversed(added.edits))
    : withoutHook(hook, before, agent, added);
  return change({ path, before, after, note: null }, env, () => {
    if (after === null) {
      rmSync(path, { force: true });
      removeEmptyFolders(dirname(path), added?.madeFolder ?? null);
    } else putFile(path, after);
    if (added !== null) rmSync(record, { force: true });
  });
}

function change(
  { path, before, ...rest }: Omit<HookChange, "apply">,
  env: Env,
  make: () => void,
): HookChange {
  const apply = (): void => {
    withLock(env, path, () => {
      if (textOf(path) !== before) {
        throw new SegueError("refused", "the file has changed in the meantime", {
          where: path,
          hint: "nothing was written; run the command again",
        });
      }
      try {
        make();
      } catch (error) {
        throw fileError(error, path, "write the agent's settings");
      }
    });
  };
  return { path, before, ...rest, apply };
}

function placeOf(agent: Agent, env: Env): HookPlace {
  const hook = hookPlaceOf(agent, envOf(agent, env));
  if (hook) return { ...hook, path: realOf(hook.path) };
  throw new SegueError("refused", `${agent.name} has no hook for a request that was refused`, {
    hint: "nothing is needed for it: `segue watch` and `segue limits` read what its sessions say",
  });
}

/** Behind links, which stay. */
function realOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  throw new SegueError("refused", "the settings are a link to a file that does not exist", {
    where: path,
    hint: "create that file, or remove the link",
  });
}

/** `segue hook AGENT`, as the agent will start it. */
function commandWords(agent: Agent, env: Env): string[] {
  const name = nameOf(agent);
  if (findProgram("segue", env) !== null) return ["segue", "hook", name];
  const script = process.argv[1];
  return script === undefined ? ["segue", "hook", name] : [process.execPath, script, "hook", name];
}

function editsFor(hook: HookPlace, before: string | null, words: string[], agent: Agent): Edit[] {
  const command = words.map(posixWord).join(" ");
  const text = before ?? "";
  switch (hook.form) {
    case "json": {
      const edits = addToList(text, hook.place, hook.entry(command));
      if (edits === null) throw unknownForm(agent, hook.path, words);
      return edits;
    }
    case "toml": {
      const fits = (edit: Edit): boolean => isInstalled(hook, applied(text, [edit]), agent);
      const edit = tomlEdits(text, hook.event, command).find(fits);
      if (edit === undefined) throw unknownForm(agent, hook.path, words);
      return [edit];
    }
    case "file":
      if (before === null) return [{ at: 0, removed: "", added: hook.text(words) }];
      throw new SegueError("refused", "there is another file in the hook's place", {
        where: hook.path,
        hint: "move it away first; nothing was changed",
      });
  }
}

/**
 * An empty list that the agent wrote itself gives way: a file cannot have both. What looks like one may be in
 * another table, or in a text.
 */
const EMPTY_LIST = /^[ \t]*(?:hooks|"hooks"|'hooks')[ \t]*=[ \t]*\[\s*\]/gm;

/** What may be done; the first that has the effect is it. */
function tomlEdits(text: string, event: string, command: string): Edit[] {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const told = JSON.stringify(command);
  const added = `hooks = [{ event = "${event}", command = ${told} }]`;
  const inPlace = [...text.matchAll(EMPTY_LIST)].map(({ 0: removed, index: at }) => {
    return { at, removed, added };
  });
  const gap = text === "" ? "" : text.endsWith("\n") ? newline : newline + newline;
  const lines = ["[[hooks]]", `event = "${event}"`, `command = ${told}`, ""];
  return [...inPlace, { at: text.length, removed: "", added: gap + lines.join(newline) }];
}

function withoutHook(hook: HookPlace, text: string, agent: Agent, added: Added | null): string {
  const changed = (): SegueError =>
    new SegueError("refused", "the hook was changed since Segue added it", {
      where: hook.path,
      hint: "remove it by hand; nothing was changed",
    });
  const exact = added === null || hook.form === "file" ? null : takenBack(text, added.edits);
  if (exact !== null && isWithout(hook, exact, text, agent)) return exact;
  if (hook.form !== "json") throw changed();
  const rest = removeFromList(text, hook.place, (value) => isOurs(value, agent));
  if (rest === null || !isWithout(hook, rest, text, agent)) throw changed();
  return rest;
}

/** Is it the settings that `before` are, but for the hook? */
function isWithout(hook: HookPlace, after: string, before: string, agent: Agent): boolean {
  if (hook.form === "file" || isInstalled(hook, after, agent)) return false;
  if (hook.form === "json") return settingsIn(after) !== undefined;
  // What the user added below the hook's own lines would be another table's.
  const othersIn = (text: string): object => {
    const settings = parseToml(text);
    const list = Array.isArray(settings.hooks) ? settings.hooks : [];
    return { ...settings, hooks: list.filter((one) => !isCommand(itemOf(one, "command"), agent)) };
  };
  try {
    return isDeepStrictEqual(othersIn(after), othersIn(before));
  } catch {
    return false;
  }
}

function isInstalled(hook: HookPlace, text: string, agent: Agent): boolean {
  switch (hook.form) {
    case "json": {
      const list = hook.place.reduce<unknown>((value, key) => itemOf(value, key), settingsIn(text));
      return Array.isArray(list) && list.some((one) => isOurs(one, agent));
    }
    case "toml":
      try {
        const list = itemOf(parseToml(text), "hooks");
        return Array.isArray(list) && list.some((one) => isCommand(itemOf(one, "command"), agent));
      } catch {
        return false;
      }
    case "file":
      return isSegues(text) && /\bhook\b/.test(text) && text.includes(nameOf(agent));
  }
}

function isSegues(text: string): boolean {
  return /\bsegue\b|[\\/]bin\.[jt]s/.test(text);
}

function itemOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function isOurs(value: unknown, agent: Agent): boolean {
  const hooks = itemOf(value, "hooks");
  return (
    Array.isArray(hooks) &&
    hooks.length > 0 &&
    hooks.every((one) => isCommand(itemOf(one, "command"), agent))
  );
}

/** `segue hook claude-code`, however segue is started. */
function isCommand(command: unknown, agent: Agent): boolean {
  if (typeof command !== "string" || !isSegues(command)) return false;
  return command.endsWith(` hook ${nameOf(agent)}`);
}

function isPlain(text: string): boolean {
  return parseValue(text) !== undefined;
}

function unknownForm(agent: Agent, path: string, words: readonly string[]): SegueError {
  return new SegueError(
    "refused",
    `${agent.name}'s settings have a form that Segue cannot add to`,
    {
      where: path,
      hint: `nothing was changed; to add the hook by hand, its command is: ${words.join(" ")}`,
    },
  );
}

function textOf(path: string): string | null {
  if (!existsSync(path)) return null;
  try {
    return UTF8.decode(bytesIn(path, MOST_BYTES));
  } catch (error) {
    if (error instanceof TypeError) {
      throw new SegueError("refused", "the agent's settings are not valid UTF-8", {
        where: path,
        hint: "nothing was changed",
      });
    }
    throw fileError(error, path, "read the agent's settings");
  }
}

/** Other bytes would be replaced when the file is written. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function recordFile(agent: Agent, env: Env): string {
  return join(stateFolder(env), "hooks", `${nameOf(agent)}.json`);
}

/** null if there is none, or it is of settings in another folder. */
function readRecord(record: string, path: string): Added | null {
  const value: unknown = parseValue(textOrNone(record));
  if (!isAdded(value)) return null;
  return existsSync(value.path) && realpathSync(value.path) === path ? value : null;
}

/** Only this module writes them, in Segue's own folder. */
function isAdded(value: unknown): value is Added {
  return typeof value === "object" && value !== null && "edits" in value && "sha256" in value;
}
