/** Settings by name, and writing one to the user's own file. */
import type { Profile } from "../agents/types.ts";
import type { Edited } from "../config/edit.ts";
import { hostOf } from "../io/host.ts";
import { configFile, type Env } from "../io/state.ts";

export { fullName, unknownKey } from "../config/names.ts";

/**
 * Writes a setting to the user's own config file. `folder`: the folder that a relative path in it
 * refers to.
 * @throws SegueError for an unknown key, an invalid value, or a file that is not YAML.
 */
export async function setSetting(
  env: Env,
  name: string,
  value: string,
  folder: string,
  profiles: readonly Profile[] = [],
): Promise<Edited> {
  const { setInFile } = await import("../config/edit.ts");
  return setInFile(configFile(env), name, value, { home: hostOf(env).home, folder, profiles });
}
