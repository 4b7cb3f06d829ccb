/** The columns of a table in an agent's database, which differ from version to version. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { perSchema } from "./sqlite.ts";

export interface Column {
  name: string;
  /** It must be given a value. */
  required: boolean;
  fallback: SQLInputValue;
}

/** By name, in their order; none if there is no such table. */
export type Columns = ReadonlyMap<string, Column>;

export const columnsOf: (db: DatabaseSync, table: string) => Columns = perSchema((db, table) => {
  const rows = db.prepare(`PRAGMA table_info("${table}")`).all();
  return new Map(
    rows.map(({ name: named, notnull, dflt_value: fallback, pk }) => {
      const name = String(named);
      const required = notnull === 1 && fallback === null && pk === 0;
      return [name, { name, required, fallback: literal(fallback) }];
    }),
  );
});

/** The value of a default that SQLite reports as an expression. */
function literal(expression: SQLOutputValue | undefined): SQLInputValue {
  if (typeof expression !== "string" || /^null$/i.test(expression)) return null;
  const quoted = /^'((?:[^']|'')*)'$/.exec(expression)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^false$/i.test(expression)) return 0;
  const n = Number(expression);
  return Number.isNaN(n) ? null : n;
}
