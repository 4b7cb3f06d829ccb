/**
 * What only a program that is Segue itself does with its process: handling signals, and cleaning up
 * leftovers.
 */
import { removeLeftovers, tempsFolder } from "../io/leftovers.ts";
import { removeStaleLocks } from "../io/lock.ts";
import { type Env, unfinishedIn } from "../io/state.ts";
import { noteTemps } from "../io/temps.ts";

export {
  abandon,
  catchSignals,
  heedSignals,
  leaveSignals,
  onInterrupt,
  withoutSignals,
} from "../io/interrupt.ts";
export { tempsFolder } from "../io/leftovers.ts";
export { type Out, pagerIn, withPager } from "../io/pager.ts";
export { watchReading } from "../io/progress.ts";
export type { Env } from "../io/state.ts";
export { noteTemps } from "../io/temps.ts";

/**
 * Registers what this process may leave behind, and removes the leftovers of dead processes;
 * `removed` is called for each.
 * @throws if Segue's own folder cannot be read.
 */
export async function cleanUp(env: Env, removed: (path: string) => void): Promise<void> {
  noteTemps(tempsFolder(env));
  for (const path of removeLeftovers(env)) removed(path);
  removeStaleLocks(env);
  if (unfinishedIn(env).length === 0) return;
  const { settleUnfinished } = await import("../convert/store/unfinished.ts");
  settleUnfinished(env);
}
