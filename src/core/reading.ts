/** Reads sessions that are new or have changed completely, for the text index and for what they used. */
import type { Catalog } from "../catalog/catalog.ts";
import type { Pending } from "../catalog/pending.ts";

/** Wraps reading what is new, if it is a lot: `sessions` sessions of `bytes` bytes. */
export type Reading = <T>(
  sessions: number,
  bytes: number,
  read: (progress: (done: number, total: number) => void) => Promise<T>,
) => Promise<T>;

/** Up to this size, reading takes no noticeable time; above it, progress is shown. */
const LITTLE = 24e6;

/** Returns the number of sessions that cannot be read. */
export async function catchUpWith(
  catalog: Catalog,
  tasks: readonly Pending[],
  reading: Reading,
): Promise<number> {
  if (tasks.length === 0) return 0;
  const { indexSessions } = await import("../catalog/indexing.ts");
  const bytes = tasks.reduce((sum, task) => sum + task.bytes, 0);
  const done =
    bytes <= LITTLE
      ? await indexSessions(catalog, tasks, { threads: 0 })
      : await reading(tasks.length, bytes, (progress) =>
          indexSessions(catalog, tasks, { progress }),
        );
  return done.failed.length;
}
