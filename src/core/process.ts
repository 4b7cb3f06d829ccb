/** What a program that is Segue, and no other, does with its process: signals, and what it may leave behind. */
import { removeLeftovers, tempsFolder } from "../io/leftovers.ts";
import { removeStaleLocks } from "../io/lock.ts";
import { type Env, unfinishedIn } from "../io/state.ts";
import { noteTemps } from "../io/temps.ts";

export {
  abandon,
  catchSignals,
  heedSignals,
  onInterrupt,
  withoutSignals,
} from "../io/interrupt.ts";
export { tempsFolder } from "../io/leftovers.ts";
export { type Out, pagerIn, withPager } from "../io/pager.ts";
export { watchReading } from "../io/progress.ts";
export type { Env } from "../io/state.ts";
export { noteTemps } from "../io/temps.ts";

/**
 * What this process may leave behind is noted, and what dead ones left is removed; `removed` is told of each.
 * @throws what keeps Segue's own folder from being read.
 */
export async function cleanUp(env: Env, removed: (path: string) => void): Promise<void> {
  noteTemps(tempsFolder(env));
  for (const path of removeLeftovers(env)) removed(path);
  removeStaleLocks(env);
  if (unfinishedIn(env).length === 0) return;
  const { settleUnfinished } = await import("../convert/store/unfinished.ts");
  settleUnfinished(env);
}
