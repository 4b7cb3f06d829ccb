/** Hermes's profiles: each has a folder of its own, `profiles/<name>`, with a database. */
import { basename, dirname, join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { holds } from "./database.ts";

export const DATABASE = "state.db";

/** Where Hermes keeps new sessions: in the profile that it uses by itself, if there is one. */
export function usualDatabase(home: string): string {
  const name = profileInUse(home);
  const theirs = join(home, "profiles", name, DATABASE);
  return name !== "" && holds(theirs) ? theirs : join(home, DATABASE);
}

/** `hermes profile use NAME` notes it; "" for none but the usual one. */
function profileInUse(home: string): string {
  const name = textOrNone(join(home, "active_profile")).trim();
  return /^[a-z0-9][a-z0-9_-]*$/i.test(name) && name !== "default" ? name : "";
}

/** Arguments that open a session of this database, whichever profile Hermes uses by itself. */
export function profileArgs(database: string): string[] {
  const folder = dirname(database);
  if (basename(dirname(folder)) === "profiles") return ["--profile", basename(folder)];
  return profileInUse(folder) === "" ? [] : ["--profile", "default"];
}
