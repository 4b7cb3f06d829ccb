/** A session with placeholders in place of its secrets. */
import type { Redactor } from "../redact/redactor.ts";
import type { Entry, Header } from "../session/types.ts";

/** The source of a file in a dump. */
export interface Content {
  header: Header;
  /** From the start, each time. */
  entries(): Iterable<Entry> | AsyncIterable<Entry>;
  /** The number of secrets replaced so far. */
  readonly secrets: number;
}

/** How many characters of JSON are searched at once: sessions are larger than memory. */
const AT_ONCE = 4_000_000;

/**
 * First reads all of it for secrets, so that a secret that is only recognized later is replaced
 * everywhere. Throws reading errors, and a RangeError for an entry that is nested too deeply to
 * print.
 */
export async function redacted({ header, entries }: Content): Promise<Content> {
  // Not loaded by a dump without redaction.
  const [{ Redactor }, { learnJson, redactJson }] = await Promise.all([
    import("../redact/redactor.ts"),
    import("../redact/values.ts"),
  ]);
  const redactor = new Redactor();
  await learnJson(redactor, [JSON.stringify(header)]);
  for await (const batch of batches(entries())) await learnJson(redactor, batch);
  const [first = "{}"] = await redactJson(redactor, [JSON.stringify(header)]);
  return {
    header: JSON.parse(first),
    async *entries() {
      for await (const batch of batches(entries())) {
        for (const text of await redactJson(redactor, batch)) {
          const entry: Entry = JSON.parse(text);
          yield entry;
        }
      }
    },
    get secrets() {
      return secretsOf(redactor);
    },
  };
}

function secretsOf({ found }: Redactor): number {
  return [...found.values()].reduce((sum, count) => sum + count, 0);
}

async function* batches(entries: ReturnType<Content["entries"]>): AsyncGenerator<string[]> {
  let [batch, length]: [string[], number] = [[], 0];
  for await (const entry of entries) {
    const text = JSON.stringify(entry);
    batch.push(text);
    length += text.length;
    if (length < AT_ONCE) continue;
    yield batch;
    [batch, length] = [[], 0];
  }
  yield batch;
}
