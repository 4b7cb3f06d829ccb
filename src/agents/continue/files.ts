/** A session's file in the store. */

import { basename, dirname } from "node:path";
import { rowPlace } from "../../io/row-place.ts";
import { sessionFile } from "../shared/documents.ts";

/** Lists all sessions, beside their files. */
export const INDEX = "sessions.json";

/** The file of a session at `root#id`, or at its own path. */
export function fileOf(place: string): string {
  const { path, id } = rowPlace(place);
  return id !== "" && basename(dirname(place)) !== "sessions" ? sessionFile(path, id) : place;
}
