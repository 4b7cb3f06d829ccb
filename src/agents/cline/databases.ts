/** Both kinds of folders that Cline's sessions are in, as one kind of database: tasks, and sessions. */

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
  replace: (path, id, before, after) =>
    (isTasks(path) ? tasks : sessions).replace(path, id, before, after),
  renamed(lines, newId, path) {
    const { kind } = unwrap(parseValue(lines[0] ?? "") ?? null, CLINE);
    return (kind === "task" ? tasks : sessions).renamed(lines, newId, path);
  },
  // Where there are tasks, nothing is missing.
  import(request) {
    if (!isTasks(request.path)) sessions.import?.(request);
  },
};
