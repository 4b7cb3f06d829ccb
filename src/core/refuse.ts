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
  const stores = accounts(places.profiles).flatMap((agent) => {
    const home = agent.store.home?.(places.env);
    const folders = [...rootsOf(agent, places), ...(home === undefined ? [] : [home])];
    return folders
      .filter((folder) => isWithin(real, realOr(folder), rules))
      .map((folder) => ({ agent, folder }));
  });
  // Antigravity's is in Gemini CLI's.
  const [nearest] = stores.sort((a, b) => b.folder.length - a.folder.length);
  if (nearest === undefined) return;
  throw new SegueError("refused", `this is in ${nearest.agent.name}'s store, ${nearest.folder}`, {
    where: path,
    hint: "choose another place; only `segue resume` writes to a store",
  });
}
