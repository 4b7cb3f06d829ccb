/** The place of a session in a database: `<path>#<id>`. */
import { existsSync } from "node:fs";

export interface RowPlace {
  path: string;
  /** "" if the place names none. */
  id: string;
}

/**
 * Both the path and the id may contain a `#`: the path is the longest that exists, and of a database
 * that is not there yet, all before the last one.
 */
export function rowPlace(place: string): RowPlace {
  const last = place.lastIndexOf("#");
  if (last < 1) return { path: place, id: "" };
  for (let at = last; at > 0; at = place.lastIndexOf("#", at - 1)) {
    if (existsSync(place.slice(0, at))) return cut(place, at);
  }
  return cut(place, last);
}

function cut(place: string, at: number): RowPlace {
  return { path: place.slice(0, at), id: place.slice(at + 1) };
}
