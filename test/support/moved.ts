/** Sessions of fixtures as if they had just been written: limits end, and what was used is forgotten. */
import { globSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** As Kimi Code has them. */
const MILLISECONDS = /(?<="(?:time|created_at)":)1\d{12}\b/g;
const TIME = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Moves all times in the files below `folder` so that the newest of each file is at `end`. */
export function moveTimes(folder: string, end: number): void {
  for (const path of filesIn(folder)) moveFile(path, end, newestIn(path));
}

/** The same with the newest of all files, so that times which are the same in several of them remain so. */
export function moveTogether(folder: string, end: number): void {
  const newest = Math.max(...filesIn(folder).map(newestIn));
  for (const path of filesIn(folder)) moveFile(path, end, newest);
}

function filesIn(folder: string): string[] {
  return globSync("{.*/,}**/*.{jsonl,json}", { cwd: folder }).map((name) => join(folder, name));
}

/** -Infinity without times. */
function newestIn(path: string): number {
  const text = readFileSync(path, "utf8");
  const seconds = [...text.matchAll(MILLISECONDS)].map(([time]) => Number(time));
  const times = [...text.matchAll(TIME)].map(([time]) => Date.parse(time));
  return Math.max(...times, ...seconds);
}

function moveFile(path: string, end: number, newest: number): void {
  if (!Number.isFinite(newest)) return;
  const by = end - newest;
  const text = readFileSync(path, "utf8");
  const moved = text
    .replace(TIME, (time) => new Date(Date.parse(time) + by).toISOString())
    .replace(MILLISECONDS, (time) => String(Number(time) + by))
    .replace(
      /"resets_at":(\d+)/g,
      (_, seconds) => `"resets_at":${Math.round(Number(seconds) + by / 1000)}`,
    );
  writeFileSync(path, moved);
  utimesSync(path, end / 1000, end / 1000);
}
