/**
 * Chats of Cursor's editor, which keeps them as values by key in its state, `state.vscdb`, with the state of all
 * its other parts. Only read, by key: the database can have gigabytes, and the editor has it open.
 */

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { SegueError } from "../../errors.ts";
import { eachReadable, readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { array, isObject, member, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { reading, tablesOf } from "../shared/sqlite.ts";
import { STATE, textOf, valueIn, workspaceFolder, workspacesOf } from "../shared/state.ts";
import type { Found, Summary } from "../types.ts";
import { isoTime } from "./records.ts";

const TABLE = "cursorDiskKV";
/** The chats of the editor's versions before composers, in the state of each workspace. */
const TABS = "workbench.panel.aichat.view.aichat.chatdata";
/** The composers of a workspace; the first versions have what was said in them. */
const COMPOSERS = "composer.composerData";

/** Other editors have a state of this name without Cursor's table, and Cursor's has it. */
export function holdsState(path: string): boolean {
  if (basename(path) !== STATE) return false;
  const tables = tablesOf(path);
  if (tables === null) return false;
  if (tables.has(TABLE) && tables.has("ItemTable")) return true;
  return tables.has("ItemTable") && olderAt(path).length > 0;
}

export function refuseState(path: string): never {
  throw new SegueError("refused", "Segue does not write to the state of Cursor's editor", {
    where: path,
    hint: "the editor keeps it open, and what it has in memory replaces it; its CLI opens sessions that Segue writes",
  });
}

function valueAt(path: string, table: string, key: string): string | null {
  return readOr(path, null, () => reading(path, (db) => valueIn(db, table, key)));
}

/** The lines of a chat; null if there is none of this id. */
export function readState(path: string, id: string): string[] | null {
  return reading(path, (db) => {
    if (tablesOf(path)?.has(TABLE) === true) {
      const text = valueIn(db, TABLE, `composerData:${id}`);
      if (text !== null) return composerLines(db, path, id, text);
    }
    const older = olderIn(db).find((one) => one.id === id);
    if (older === undefined) return null;
    return [JSON.stringify({ ...older.record, ...present(workspaceFolder(dirname(path))) })];
  });
}

/** A chat of the first versions, which the state of its workspace holds as a whole. */
interface Older {
  id: string;
  record: { tab: JsonObject } | { composer: JsonObject };
}

function olderIn(db: DatabaseSync): Older[] {
  const listOf = (key: string, name: string) =>
    array(member(parseValue(valueIn(db, "ItemTable", key) ?? "null") ?? null, name));
  const tabs = listOf(TABS, "tabs").filter(isObject);
  const composers = listOf(COMPOSERS, "allComposers").filter(isObject).filter(holdsBubbles);
  const all = [
    ...tabs.map((tab) => ({ id: string(tab.tabId) ?? "", record: { tab } })),
    ...composers.map((composer) => ({
      id: string(composer.composerId) ?? "",
      record: { composer },
    })),
  ];
  return all.filter(({ id }) => id !== "");
}

function olderAt(path: string): Older[] {
  return readOr(path, [], () => reading(path, olderIn));
}

function holdsBubbles(composer: Json): boolean {
  const inside = member(composer, "conversationMap");
  return (
    array(member(composer, "conversation")).length > 0 ||
    (isObject(inside) && Object.keys(inside).length > 0)
  );
}

function present(folder: string | null): JsonObject {
  return folder === null ? {} : { folder };
}

/** The composer, then its bubbles in the order of its list, then those that the list does not name. */
function composerLines(db: DatabaseSync, path: string, id: string, text: string): string[] {
  const composer = parseValue(text) ?? null;
  const folder = JSON.stringify(folderFor(path, id, composer));
  const isPlain = isObject(composer) && !/[\r\n]/.test(text);
  const head = isPlain ? text : JSON.stringify(isObject(composer) ? composer : { composerId: id });
  const prefix = `bubbleId:${id}:`;
  const at = db.prepare(`SELECT value FROM "${TABLE}" WHERE key = ?`);
  const listed = bubblesOf(composer).map((bubble) =>
    bubbleLine(bubble, at.get(prefix + bubble)?.value),
  );
  const named = new Set(bubblesOf(composer));
  // The range of the keys with this prefix, which the index gives.
  const rest = db
    .prepare(`SELECT key, value FROM "${TABLE}" WHERE key >= ? AND key < ? ORDER BY rowid`)
    .all(prefix, `bubbleId:${id};`)
    .map(({ key, value }) => ({ bubble: String(key).slice(prefix.length), value }))
    .filter(({ bubble }) => !named.has(bubble));
  for (const { bubble } of rest) named.add(bubble);
  // Those that the composer itself holds, and that nothing else names.
  const inside = Object.keys(object(member(composer, "conversationMap")) ?? {});
  return [
    `{"composer":${head}${folder === "null" ? "" : `,"folder":${folder}`}}`,
    ...listed,
    ...rest.map(({ bubble, value }) => bubbleLine(bubble, value)),
    ...inside.filter((bubble) => !named.has(bubble)).map((bubble) => bubbleLine(bubble, undefined)),
  ];
}

function bubblesOf(composer: Json): string[] {
  const headers = array(member(composer, "fullConversationHeadersOnly"));
  return [...new Set(headers.flatMap((header) => string(member(header, "bubbleId")) ?? []))];
}

function bubbleLine(id: string, value: SQLOutputValue | undefined): string {
  const name = `{"bubble":${JSON.stringify(id)}`;
  const text = textOf(value);
  if (text !== null) {
    const isJson = !/[\r\n]/.test(text) && isObject(parseValue(text));
    return isJson ? `${name},"json":${text}}` : `${name},"text":${JSON.stringify(text)}}`;
  }
  if (!(value instanceof Uint8Array)) return `${name},"value":null}`;
  return `${name},"bytes":"${Buffer.from(value).toString("base64")}"}`;
}

/** The folder that the composer names; or else the workspace whose state lists it. */
function folderFor(path: string, id: string, composer: Json): string | null {
  const uri = member(member(composer, "workspaceIdentifier"), "uri");
  const own = string(member(uri, "fsPath")) ?? string(member(uri, "path"));
  if (own) return own;
  const row = rowOfHead(path, id);
  const listed = string(member(member(member(row, "workspaceIdentifier"), "uri"), "fsPath"));
  return listed ?? foldersBelow(path).get(id) ?? null;
}

/** Since 3.x, a table lists the composers. */
function rowOfHead(path: string, id: string): Json {
  if (tablesOf(path)?.has("composerHeaders") !== true) return null;
  const text = reading(path, (db) => {
    const row = db.prepare("SELECT value FROM composerHeaders WHERE composerId = ?").get(id);
    return textOf(row?.value);
  });
  return parseValue(text ?? "null") ?? null;
}

const folders = new Map<string, ReadonlyMap<string, string>>();

/** Which composers the workspaces beside this state list, and the folders of these. */
function foldersBelow(path: string): ReadonlyMap<string, string> {
  const known = folders.get(path);
  if (known) return known;
  const found = new Map<string, string>();
  for (const { state, folder } of workspacesOf(dirname(dirname(path)))) {
    const text = folder === null ? null : valueAt(state, "ItemTable", COMPOSERS);
    const value = parseValue(text ?? "null") ?? null;
    const ids = [
      ...array(member(value, "allComposers")).map((one) => member(one, "composerId")),
      ...array(member(value, "selectedComposerIds")),
    ];
    for (const id of ids) if (typeof id === "string" && folder !== null) found.set(id, folder);
  }
  folders.set(path, found);
  return found;
}

/** The chats of a state, without reading what was said in them. */
export function findState(path: string): Found[] {
  const tables = tablesOf(path);
  if (tables === null) return [];
  const composers = tables.has(TABLE) ? findComposers(path) : [];
  // The states of workspaces have an empty table of this name, too.
  return [...composers, ...findOlder(path)];
}

/** Those before a damaged place are found as well. */
function findComposers(path: string): Found[] {
  const found: Found[] = [];
  readOr(path, undefined, () => reading(path, (db) => addComposers(db, path, found)));
  return found;
}

function addComposers(db: DatabaseSync, path: string, found: Found[]): void {
  const said = (id: string) =>
    db
      .prepare(`SELECT 1 FROM "${TABLE}" WHERE key >= ? AND key < ? LIMIT 1`)
      .get(`bubbleId:${id}:`, `bubbleId:${id};`) !== undefined;
  const query = db.prepare(
    `SELECT key, value FROM "${TABLE}" WHERE key >= 'composerData:' AND key < 'composerData;'`,
  );
  query.setReadBigInts(true);
  for (const { key, value } of query.iterate()) {
    const id = String(key).slice("composerData:".length);
    readOr(`${path}#${id}`, undefined, () => {
      const composer = parseValue(textOf(value) ?? "null");
      if (holdsBubbles(composer ?? null) || said(id))
        found.push(foundOf(path, id, composer ?? null));
      else if (composer === undefined) throw new SyntaxError("not JSON");
    });
  }
}

function foundOf(path: string, id: string, composer: Json): Found & { summary: Summary } {
  const createdAt = isoTime(member(composer, "createdAt"));
  const updatedAt = isoTime(member(composer, "lastUpdatedAt")) ?? createdAt;
  const isSub = member(composer, "subagentInfo");
  return {
    agent: "cursor",
    id,
    path,
    mtime: Date.parse(updatedAt ?? "") || 0,
    bytes: 0,
    summary: {
      title: string(member(composer, "name")) || null,
      cwd: folderFor(path, id, composer),
      model: modelOf(composer),
      createdAt,
      updatedAt,
      messages: Math.max(
        bubblesOf(composer).length,
        array(member(composer, "conversation")).length,
      ),
      parent: string(member(isSub, "parentComposerId")) ?? null,
    },
  };
}

/** "default" stands for whatever the editor chooses. */
export function modelOf(composer: Json): string | null {
  const name = string(member(member(composer, "modelConfig"), "modelName"));
  return name === undefined || name === "" || name === "default" ? null : name;
}

/** Those that the editor took over into its own state since are found there. */
function findOlder(path: string): Found[] {
  const folder = workspaceFolder(dirname(path));
  const user = dirname(dirname(dirname(path)));
  const own = olderAt(path).filter(({ id }) => !hasComposer(user, id));
  return eachReadable(
    own,
    ({ id }) => `${path}#${id}`,
    ({ id, record }) => {
      if ("tab" in record) return tabFound(path, id, { tab: record.tab, folder });
      const found = foundOf(path, id, record.composer);
      return { ...found, summary: { ...found.summary, cwd: folder } };
    },
  );
}

function tabFound(
  path: string,
  id: string,
  { tab, folder }: { tab: JsonObject; folder: string | null },
): Found {
  const time = isoTime(tab.lastSendTime);
  return {
    agent: "cursor",
    id,
    path,
    mtime: Date.parse(time ?? "") || 0,
    bytes: 0,
    summary: {
      title: string(tab.chatTitle) || null,
      cwd: folder,
      model: null,
      createdAt: null,
      updatedAt: time,
      messages: array(tab.bubbles).length,
      parent: null,
    },
  };
}

/** Is there a chat of this id in one of the states of these users? */
export function hasComposer(user: string, id: string): boolean {
  const path = join(user, "globalStorage", STATE);
  if (!existsSync(path) || tablesOf(path)?.has(TABLE) !== true) return false;
  return valueAt(path, TABLE, `composerData:${id}`) !== null;
}
