/** Places that no command may write to. */
import { accounts } from "../agents/registry.ts";
import { realOr } from "../catalog/project.ts";
import { type Places, rootsOf } from "../catalog/stores.ts";
import { SegueError } from "../errors.ts";
import { isWithin, rulesFor } from "../session/paths.ts";

export { refuseSource } from "../convert/file.ts";

/**
 * A file there would be taken for the agent's own, and is not in the journal.
 * @throws SegueError `refused`
 */
export function refuseStore(path: string, places: Places): void {
  const rules = rulesFor(process.platform);
  const real = realOr(path);
  for (const agent of accounts(places.profiles)) {
    const home = agent.store.home?.(places.env);
    for (const folder of [...rootsOf(agent, places), ...(home === undefined ? [] : [home])]) {
      if (!isWithin(real, realOr(folder), rules)) continue;
      throw new SegueError("refused", `this is in ${agent.name}'s store, ${folder}`, {
        where: path,
        hint: "choose another place; only `segue resume` writes to a store",
      });
    }
  }
}
