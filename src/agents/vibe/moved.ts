/** Where Mistral Vibe keeps its sessions if not in its own folder: `save_dir` under `[session_logging]`. */
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { settingIn, textSetting } from "../shared/toml.ts";
import { isFile } from "./place.ts";

type Env = NodeJS.ProcessEnv;

export function homeOf(env: Env): string {
  return env.VIBE_HOME ? resolve(env.VIBE_HOME) : join(userHome(env), ".vibe");
}

function userHome(env: Env): string {
  return env.HOME || env.USERPROFILE || homedir();
}

/** Variables go before the project's settings, and these before the user's. null for none. */
export function savedIn(env: Env, cwd: string | undefined): string | null {
  const group = parseValue(env.VIBE_SESSION_LOGGING ?? "");
  const path =
    env.VIBE_SESSION_LOGGING__SAVE_DIR ||
    string(member(group, "save_dir")) ||
    (cwd === undefined ? null : projectsOwn(env, resolve(cwd))) ||
    setIn(join(homeOf(env), "config.toml"));
  if (path === null) return null;
  return resolve(cwd ?? "", path.replace(/^~(?=[\\/]|$)/, userHome(env)));
}

function setIn(file: string): string | null {
  return textSetting(textOrNone(file), "session_logging", "save_dir");
}

/** The nearest .vibe/config.toml counts if its folder is trusted. */
function projectsOwn(env: Env, cwd: string): string | null {
  const home = homeOf(env);
  for (let at = cwd; at !== dirname(home); at = dirname(at)) {
    const own = join(at, ".vibe");
    const file = join(own, "config.toml");
    if (isFile(file)) return isTrusted(home, own) ? setIn(file) : null;
    if (dirname(at) === at) return null;
  }
  return null;
}

/** By what the user decided of the nearest folder above it. */
function isTrusted(home: string, folder: string): boolean {
  const toml = textOrNone(join(home, "trusted_folders.toml"));
  const [trusted, untrusted] = ["trusted", "untrusted"].map((key) => {
    const listed = settingIn(toml, key);
    return new Set<unknown>(Array.isArray(listed) ? listed : []);
  });
  for (let at = folder; ; at = dirname(at)) {
    if (trusted?.has(at)) return true;
    if (untrusted?.has(at) || dirname(at) === at) return false;
  }
}
