/** Tokens that were used, and signs of accounts, in the catalog file. */
import type { CatalogFile } from "./database.ts";
import type { Sign } from "./row.ts";
import { newerSign } from "./sign.ts";
import { type Answer, lengthOf, type Used } from "./use.ts";

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

/** Stores answers; of one that is there already, the counts are replaced. */
export function putUsed(file: CatalogFile, sid: number, answers: readonly Answer[]): void {
  for (const { key, same, step, model, ...counts } of answers) {
    const { input, output, cacheRead, cacheWrite, longWrite } = counts;
    file.run(
      `INSERT INTO used VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (sid, key) DO UPDATE SET
         step = excluded.step, model = excluded.model, input = excluded.input,
         output = excluded.output, cacheRead = excluded.cacheRead,
         cacheWrite = excluded.cacheWrite, longWrite = excluded.longWrite`,
      ...[sid, key, same, step, model, input, output, cacheRead, cacheWrite, longWrite],
    );
  }
}

/** Removes answers of which nothing is shown any more. */
export function forgetUsed(file: CatalogFile, before: number): void {
  file.run("DELETE FROM used WHERE step < ?", before);
}

/**
 * What was used in these sessions since a time, each answer once: where it is copied, it counts in the
 * session in which it is oldest.
 */
export function usedSince(
  file: CatalogFile,
  sids: { has(sid: number): boolean },
  since: number,
): [sid: number, used: Used][] {
  const rows = file.each(
    `SELECT sid, same, step, model, input, output, cacheRead, cacheWrite, longWrite
     FROM used ORDER BY step, sid`,
  );
  const seen = new Set<number>();
  const all = new Map<string, [number, Used]>();
  for (const [sid, same, step, model, ...counts] of rows) {
    const answer = Number(same);
    if (!sids.has(Number(sid)) || seen.has(answer)) continue;
    seen.add(answer);
    if (Number(step) < since) continue;
    const [input = 0, output = 0, cacheRead = 0, cacheWrite = 0, longWrite = 0] =
      counts.map(Number);
    const prompt = lengthOf({ input, output, cacheRead, cacheWrite });
    const key = `${sid} ${step} ${prompt} ${model}`;
    const sum = all.get(key)?.[1];
    if (!sum) {
      const named = { step: Number(step), model: String(model), prompt };
      const used = { ...named, input, output, cacheRead, cacheWrite, longWrite };
      all.set(key, [Number(sid), used]);
      continue;
    }
    sum.input += input;
    sum.output += output;
    sum.cacheRead += cacheRead;
    sum.cacheWrite += cacheWrite;
    sum.longWrite += longWrite;
  }
  return [...all.values()];
}
