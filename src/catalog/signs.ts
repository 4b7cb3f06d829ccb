/** Tokens that were used, and signs of accounts, in the catalog file. */
import type { CatalogFile } from "./database.ts";
import type { Sign } from "./row.ts";
import { newerSign } from "./sign.ts";
import type { Used } from "./use.ts";

/** Stores what a reading of a session shows; what an earlier one showed stays until there is something newer. */
export function putSign(file: CatalogFile, sid: number, sign: Sign): void {
  if (Object.values(sign).every((one) => one === null)) return;
  const [row] = file.all("SELECT sign FROM sign WHERE sid = ?", sid);
  const now = row ? newerSign(parseSign(String(row[0])), sign) : sign;
  file.run("INSERT OR REPLACE INTO sign (sid, sign) VALUES (?, ?)", sid, JSON.stringify(now));
}

/** The signs of all sessions, by their numbers. */
export function signsIn(file: CatalogFile): Map<number, Sign> {
  const rows = file.all("SELECT sid, sign FROM sign");
  return new Map(rows.map(([sid, sign]) => [Number(sid), parseSign(String(sign))]));
}

// Only this module writes them, in the format version that the file's name contains.
function parseSign(text: string): Sign {
  return JSON.parse(text);
}

/** A count is negative if what was counted earlier turned out to be less. */
export function addUsed(file: CatalogFile, sid: number, used: readonly Used[]): void {
  for (const { step, model, input, output, cacheRead, cacheWrite } of used) {
    file.run(
      `INSERT INTO used (sid, step, model, input, output, cacheRead, cacheWrite)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (sid, step, model) DO UPDATE SET
         input = input + excluded.input, output = output + excluded.output,
         cacheRead = cacheRead + excluded.cacheRead, cacheWrite = cacheWrite + excluded.cacheWrite`,
      ...[sid, step, model, input, output, cacheRead, cacheWrite],
    );
  }
}

/** What sessions have used since a time, by their numbers; one of a session's steps may have begun before. */
export function usedSince(file: CatalogFile, since: number): [sid: number, used: Used][] {
  const rows = file.all(
    `SELECT sid, step, model, input, output, cacheRead, cacheWrite FROM used WHERE step >= ?`,
    since,
  );
  return rows.map(([sid, step, model, input, output, cacheRead, cacheWrite]) => [
    Number(sid),
    {
      ...{ step: Number(step), model: String(model) },
      ...{ input: Number(input), output: Number(output) },
      ...{ cacheRead: Number(cacheRead), cacheWrite: Number(cacheWrite) },
    },
  ]);
}
