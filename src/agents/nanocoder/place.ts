/** Nanocoder's folders. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

type Env = NodeJS.ProcessEnv;

/** The folder of its data, which has its sessions. */
export function dataFolder(env: Env, platform: NodeJS.Platform = process.platform): string {
  if (env.NANOCODER_DATA_DIR) return resolve(env.NANOCODER_DATA_DIR);
  if (env.XDG_DATA_HOME) return resolve(env.XDG_DATA_HOME, "nanocoder");
  const home = homeOf(env);
  if (platform === "win32") return join(appData(env), "nanocoder");
  if (platform === "darwin") return join(home, "Library", "Application Support", "nanocoder");
  return join(home, ".local", "share", "nanocoder");
}

/** Where its settings are: those of a project come first, unless a variable names the folder. */
export function settingsFolders(
  cwd: string,
  env: Env,
  platform: NodeJS.Platform = process.platform,
): string[] {
  if (env.NANOCODER_CONFIG_DIR) return [resolve(env.NANOCODER_CONFIG_DIR)];
  return [cwd, join(settingsOf(env, platform), "nanocoder")];
}

function settingsOf(env: Env, platform: NodeJS.Platform): string {
  if (platform === "win32") return appData(env);
  if (platform === "darwin") return join(homeOf(env), "Library", "Preferences");
  return env.XDG_CONFIG_HOME || join(homeOf(env), ".config");
}

function appData(env: Env): string {
  return env.APPDATA || join(homeOf(env), "AppData", "Roaming");
}

function homeOf(env: Env): string {
  return env.HOME || env.USERPROFILE || homedir();
}
