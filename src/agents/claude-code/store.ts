/** Where Claude Code stores its sessions. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { hostOf } from "../../io/host.ts";
import { lastModel } from "../shared/claude/models.ts";
import { slugOf, storeOf } from "../shared/claude/store.ts";
import { openedIn } from "../shared/opened.ts";
import type { Store } from "../types.ts";

export function slug(cwd: string): string {
  return slugOf(cwd, hash);
}

/** The 32-bit hash of strings in Java. */
function hash(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h;
}

export const store: Store = {
  ...storeOf("claude-code", slug),

  variables: ["CLAUDE_CONFIG_DIR"],

  roots(env, { path, home } = hostOf(env)) {
    const named = env.CLAUDE_CONFIG_DIR;
    if (named) return [path.join(named, "projects")];
    // Versions around 1.0.30 stored them in the XDG folder, where the CLI no longer looks
    // (2.1.197).
    const xdg = path.join(env.XDG_CONFIG_HOME || path.join(home, ".config"), "claude", "projects");
    const usual = path.join(home, ".claude", "projects");
    return existsSync(xdg) ? [usual, xdg] : [usual];
  },

  home: (env) => env.CLAUDE_CONFIG_DIR || join(hostOf(env).home, ".claude"),

  // <config>/sessions/<pid>.json, since about 2.1.
  opened: (root, id) => openedIn(join(dirname(root), "sessions"), id),

  model: lastModel,
};
