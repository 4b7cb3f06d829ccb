/** A session's file in the store. */
import { basename, dirname } from "node:path";
import { sessionFile } from "../shared/documents.ts";

/** Lists all sessions, beside their files. */
export const INDEX = "sessions.json";

/** The file of a session at `root#id`, or at its own path. */
export function fileOf(place: string): string {
  const at = place.lastIndexOf("#");
  return at > 0 && basename(dirname(place)) !== "sessions"
    ? sessionFile(place.slice(0, at), place.slice(at + 1))
    : place;
}
