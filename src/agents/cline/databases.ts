/** Both kinds of folders that Cline's sessions are in, as one kind of database: tasks, and sessions. */

import { SegueError } from "../../errors.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { holdsTasks, taskDatabase } from "../shared/tasks/database.ts";
import { CLINE } from "../shared/tasks/dialect.ts";
import { unwrap } from "../shared/tasks/records.ts";
import type { Database } from "../types.ts";
import { database as sessions } from "./database.ts";

const isTasks = (path: string): boolean => holdsTasks(path, CLINE);
const tasks = taskDatabase(CLINE, isTasks);

export const database: Database = {
  holds: (path) => isTasks(path) || sessions.holds(path),
  read: (path, id) => (isTasks(path) ? tasks : sessions).read(path, id),
  replace(path, id, before, after) {
    const amongTasks = isTasks(path);
    if (after !== null && isTask(after) !== amongTasks) throw otherForm(amongTasks, path);
    (amongTasks ? tasks : sessions).replace(path, id, before, after);
  },
  renamed: (lines, newId, path) => (isTask(lines) ? tasks : sessions).renamed(lines, newId, path),
  // Where there are tasks, nothing is missing.
  import(request) {
    if (!isTasks(request.path)) sessions.import?.(request);
  },
};

function isTask(lines: readonly string[]): boolean {
  return unwrap(parseValue(lines[0] ?? "") ?? null, CLINE).kind === "task";
}

/** Cline itself makes sessions of tasks only once, when version 4.1 starts for the first time. */
function otherForm(amongTasks: boolean, where: string): SegueError {
  const [one, others] = amongTasks ? ["session", "tasks"] : ["task", "sessions"];
  return new SegueError("refused", `a ${one} cannot be stored among Cline's ${others} as it is`, {
    where,
    hint: "nothing was changed; continue it where it is stored, or in another agent",
  });
}
