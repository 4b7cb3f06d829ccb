/** The index of conversations: one that is not in it is not offered. */

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { readOr } from "../../io/unread.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { array, string } from "../../session/json.ts";
import { columnsOf } from "../shared/columns.ts";
import { reading, tablesOf, writing } from "../shared/sqlite.ts";
import { folderAt } from "../shared/uri.ts";

const TABLE = "conversation_summaries";

/** As agy 1.1.16 makes it. */
const LAYOUT = `CREATE TABLE ${TABLE} (conversation_id text, title text NOT NULL DEFAULT "", preview text NOT NULL DEFAULT "",
  step_count integer NOT NULL DEFAULT 0, last_modified_time datetime NOT NULL, workspace_uris text NOT NULL,
  status text NOT NULL DEFAULT "", source text NOT NULL DEFAULT "", project_id text NOT NULL DEFAULT "",
  agent_name text NOT NULL DEFAULT "", parent_conversation_id text NOT NULL DEFAULT "", nesting_depth integer NOT NULL DEFAULT 0,
  battle_id text NOT NULL DEFAULT "", winning_conversation_id text NOT NULL DEFAULT "", not_fully_idle numeric NOT NULL DEFAULT false,
  killed numeric NOT NULL DEFAULT false, last_user_input_time datetime NOT NULL, last_user_input_step_index integer NOT NULL DEFAULT -1,
  app_data_dir text NOT NULL DEFAULT "", PRIMARY KEY (conversation_id));
CREATE INDEX idx_conversation_summaries_last_user_input_time ON ${TABLE}(last_user_input_time);
CREATE INDEX idx_conversation_summaries_last_modified_time ON ${TABLE}(last_modified_time);`;

export interface About {
  id: string;
  title: string | null;
  cwd: string | null;
  parent: string | null;
}

/** The index for the conversation at this path; null if it is in no store. */
function indexFor(path: string): string | null {
  const folder = dirname(path);
  return basename(folder) === "conversations" ? join(dirname(folder), `${TABLE}.db`) : null;
}

/** What the index of a store says of its conversations. */
export function aboutAll(root: string): About[] {
  const path = join(root, `${TABLE}.db`);
  if (tablesOf(path)?.has(TABLE) !== true) return [];
  return readOr(path, [], () =>
    reading(path, (db) => db.prepare(`SELECT * FROM ${TABLE}`).all().map(aboutOf)),
  );
}

function aboutOf(row: Record<string, SQLOutputValue>): About {
  const text = (name: string) => (typeof row[name] === "string" ? String(row[name]) : "");
  const [uri] = array(parseValue(text("workspace_uris")) ?? null).flatMap(
    (one) => string(one) ?? [],
  );
  return {
    id: text("conversation_id"),
    title: text("title") || null,
    cwd: folderAt(uri),
    parent: text("parent_conversation_id") || null,
  };
}

export interface Summary {
  id: string;
  title: string;
  preview: string;
  steps: number;
  lastInput: number;
  uri: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** @throws SegueError if the index does not take it. */
export function addSummary(path: string, summary: Summary): void {
  const index = indexFor(path);
  if (index === null) return;
  const isNew = !existsSync(index);
  const app = basename(dirname(index));
  const time = new Date(summary.at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "+00:00");
  const values: { [column: string]: SQLInputValue } = {
    conversation_id: summary.id,
    title: summary.title,
    preview: summary.preview,
    step_count: summary.steps,
    last_modified_time: time,
    workspace_uris: JSON.stringify([summary.uri]),
    source: app,
    project_id: "default-cli-project",
    last_user_input_time: time,
    last_user_input_step_index: summary.lastInput,
    app_data_dir: app,
  };
  writing(index, (db) => {
    if (isNew) db.exec(LAYOUT);
    const names = Object.keys(values).filter((name) => columnsOf(db, TABLE).has(name));
    const marks = names.map(() => "?").join(", ");
    const sql = `INSERT INTO ${TABLE} (${names.join(", ")}) VALUES (${marks})`;
    db.prepare(sql).run(...names.map((name) => values[name] ?? null));
  });
}

/** The number of steps changed. */
export function updateSummary(path: string, { id, steps, lastInput }: Summary): void {
  const index = indexFor(path);
  if (index === null || tablesOf(index)?.has(TABLE) !== true) return;
  writing(index, (db) => {
    const sql = `UPDATE ${TABLE} SET step_count = ?, last_user_input_step_index = ? WHERE conversation_id = ?`;
    db.prepare(sql).run(steps, lastInput, id);
  });
}

export function removeSummary(path: string, id: string): void {
  const index = indexFor(path);
  if (index === null || tablesOf(index)?.has(TABLE) !== true) return;
  writing(index, (db) => {
    db.prepare(`DELETE FROM ${TABLE} WHERE conversation_id = ?`).run(id);
  });
}
