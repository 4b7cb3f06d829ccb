/**
 * A small index in memory with what the large one lacks: texts, and the positions of their words.
 * It splits texts into words in the same way, determines which of a few texts a query finds, and
 * shows where.
 *
 *     trial.words("Größe: 3")                  // ["grosse", "3"], or however it spells them
 *     trial.find('"connection refused"', new Map([[1, "…"], [2, "…"]]))
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { sqlite } from "../io/sqlite.ts";
import { TOKENIZER } from "./database.ts";
import { MARK_OFF, MARK_ON } from "./text.ts";

export interface Found {
  n: number;
  snippet: string;
}

const SNIPPET_WORDS = 16;

// Texts are stored separately from their index, so that all can be removed at once.
const TABLES = `
  PRAGMA journal_mode = OFF;
  CREATE TABLE source (n INTEGER PRIMARY KEY, words TEXT);
  CREATE VIRTUAL TABLE text USING fts5 (words, content = source, content_rowid = n, ${TOKENIZER});
  CREATE VIRTUAL TABLE word USING fts5vocab (text, instance);
`;

export class Trial {
  readonly #db: DatabaseSync;
  readonly #insert: [source: StatementSync, index: StatementSync];
  readonly #find: StatementSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(TABLES);
    this.#insert = [
      db.prepare("INSERT INTO source (n, words) VALUES (?, ?)"),
      db.prepare("INSERT INTO text (rowid, words) VALUES (?, ?)"),
    ];
    this.#find = db.prepare(
      `SELECT rowid, snippet(text, 0, '${MARK_ON}', '${MARK_OFF}', '…', ${SNIPPET_WORDS}) AS snippet
       FROM text WHERE text MATCH ? ORDER BY rank, rowid`,
    );
  }

  static open(): Trial {
    return new Trial(new (sqlite().DatabaseSync)(":memory:"));
  }

  words(text: string): string[] {
    this.#fill([[1, text]]);
    const rows = this.#db.prepare("SELECT term FROM word ORDER BY offset").all();
    return rows.map(({ term }) => String(term));
  }

  /** The texts that match the query, best first. */
  find(query: string, texts: Iterable<readonly [n: number, text: string]>): Found[] {
    this.#fill(texts);
    const rows = this.#find.all(query);
    return rows.map(({ rowid, snippet }) => ({ n: Number(rowid), snippet: String(snippet) }));
  }

  #fill(texts: Iterable<readonly [n: number, text: string]>): void {
    this.#db.exec("BEGIN; DELETE FROM source; INSERT INTO text (text) VALUES ('delete-all');");
    for (const [n, text] of texts) {
      for (const insert of this.#insert) insert.run(BigInt(n), text);
    }
    this.#db.exec("COMMIT");
  }

  close(): void {
    this.#db.close();
  }
}
