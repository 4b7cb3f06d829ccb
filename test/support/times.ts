/** Sessions of another time: what its records say counts, not what the file system says. */
import { readFileSync, utimesSync, writeFileSync } from "node:fs";

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Moves all times in a session's file so that the last one is `last`; the file is of then, too. */
export function lastWentOn(path: string, last: Date): void {
  const text = readFileSync(path, "utf8");
  const newest = Math.max(...(text.match(TIME) ?? []).map((time) => Date.parse(time)));
  const by = last.getTime() - newest;
  const moved = text.replace(TIME, (time) => new Date(Date.parse(time) + by).toISOString());
  writeFileSync(path, moved);
  utimesSync(path, last, last);
}
