/** What completion scripts ask for: the sessions that a word can become, each with what it is about. */
import { Command } from "commander";
import { listSessions } from "../core/list.ts";
import { placesFor } from "./places.ts";
import { oneLine, print } from "./terminal.ts";

const MOST = 100;
const TITLE = 60;

/** Prints lines of a session and, after a tab, its title. Not for people, hence hidden. */
export function command(): Command {
  return new Command("__sessions").argument("[word]").action(async (word = "") => {
    const list = await listSessions(await placesFor({}), { most: MOST, folded: true });
    for (const { agent, id, title, isSubagent } of list.sessions) {
      const names = [list.ids.get(id) ?? id, id];
      const name = names.find((each) => each.startsWith(word));
      // They come from files: only such as can do nothing on a command line.
      if (isSubagent || name === undefined || !/^[A-Za-z0-9._-]+$/.test(name)) continue;
      print(`${name}\t${agent}: ${oneLine(title ?? "", TITLE)}`);
    }
    if ("latest".startsWith(word)) print("latest\tthe newest session of this project");
  });
}
