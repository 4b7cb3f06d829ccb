/** Tokens that were used, and signs of accounts, in the catalog file. */
import type { CatalogFile } from "./database.ts";
import type { Sign } from "./row.ts";
import { newerSign } from "./sign.ts";
import { type Answer, LENGTHS, type Used } from "./use.ts";

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

/** As `lengthOf` in use.ts. */
const LENGTH = `CASE ${LENGTHS.toReversed()
  .map((length) => `WHEN input + cacheRead + cacheWrite > ${length} THEN ${length + 1}`)
  .join(" ")} ELSE 0 END`;

/**
 * What was used in these sessions since a time, each answer once: where it is copied, it counts in the
 * session in which it is oldest.
 */
export function usedSince(
  file: CatalogFile,
  sids: Sids,
  since: number,
): [sid: number, used: Used][] {
  const others = othersThan(file, sids);
  const where = others.length === 0 ? "" : `WHERE sid NOT IN (${others.join()})`;
  // SQLite takes the other columns from the row with the smallest step.
  const rows = file.all(
    `SELECT sid, step, model, ${LENGTH} AS prompt, sum(input), sum(output), sum(cacheRead),
       sum(cacheWrite), sum(longWrite)
     FROM (SELECT min(step) AS step, sid, model, input, output, cacheRead, cacheWrite, longWrite
           FROM used ${where} GROUP BY same)
     WHERE step >= ? GROUP BY sid, step, model, prompt`,
    since,
  );
  return rows.map(([sid, step, model, ...counts]) => {
    const [prompt = 0, input = 0, output = 0, ...cache] = counts.map(Number);
    const [cacheRead = 0, cacheWrite = 0, longWrite = 0] = cache;
    const named = { step: Number(step), model: String(model), prompt };
    return [Number(sid), { ...named, input, output, cacheRead, cacheWrite, longWrite }];
  });
}

interface Sids {
  size: number;
  has(sid: number): boolean;
}

/** Sessions of other stores, which are in the file as well. */
function othersThan(file: CatalogFile, sids: Sids): number[] {
  const [count] = file.all("SELECT count(*) FROM session");
  if (Number(count?.[0]) <= sids.size) return [];
  return file
    .all("SELECT sid FROM session")
    .flatMap(([sid]) => (sids.has(Number(sid)) ? [] : Number(sid)));
}
