/** Settings by their names, and putting one into the user's own file. */
import type { Edited } from "../config/edit.ts";
import { hostOf } from "../io/host.ts";
import { configFile, type Env } from "../io/state.ts";

export { fullName, unknownKey } from "../config/names.ts";

/**
 * Puts a setting into the user's own config file. `folder`: what a path in it starts from.
 * @throws SegueError for a key that there is not, a value that it does not take, a file that is no YAML.
 */
export async function setSetting(
  env: Env,
  name: string,
  value: string,
  folder: string,
): Promise<Edited> {
  const { setInFile } = await import("../config/edit.ts");
  return setInFile(configFile(env), name, value, { home: hostOf(env).home, folder });
}
