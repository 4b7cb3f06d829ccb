/** Sessions of fixtures as if they had just been written: limits end, and what was used is forgotten. */
import { globSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TIME = /\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Moves all times in the files below `folder` so that the newest of each file is at `end`. */
export function moveTimes(folder: string, end: number): void {
  for (const name of globSync("{.*/,}**/*.{jsonl,json}", { cwd: folder })) {
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    const times = [...text.matchAll(TIME)].map(([time]) => Date.parse(time));
    if (times.length === 0) continue;
    const by = end - Math.max(...times);
    const moved = text
      .replace(TIME, (time) => new Date(Date.parse(time) + by).toISOString())
      .replace(
        /"resets_at":(\d+)/g,
        (_, seconds) => `"resets_at":${Math.round(Number(seconds) + by / 1000)}`,
      );
    writeFileSync(path, moved);
    utimesSync(path, end / 1000, end / 1000);
  }
}
