/** What completion scripts ask for: the sessions that complete a word, each with its title. */
import { Command } from "commander";
import { listSessions } from "../core/list.ts";
import { placesFor } from "./places.ts";
import { oneLine, print } from "./terminal.ts";

const MOST = 100;
const TITLE = 60;

/**
 * Prints one line per session: its id and, after a tab, its title. For completion scripts, so it is
 * hidden.
 */
export function command(): Command {
  return new Command("__sessions").argument("[word]").action(async (word = "") => {
    const list = await listSessions(await placesFor({}), { most: MOST, folded: true });
    for (const { agent, profile, id, title, isSubagent } of list.sessions) {
      const names = [list.ids.get(id) ?? id, id];
      const name = names.find((each) => each.startsWith(word));
      // They come from files: only those that are harmless on a command line.
      if (isSubagent || name === undefined || !/^[A-Za-z0-9._-]+$/.test(name)) continue;
      print(`${name}\t${profile ?? agent}: ${oneLine(title ?? "", TITLE)}`);
    }
    if ("latest".startsWith(word)) print("latest\tthe newest session of this project");
  });
}
