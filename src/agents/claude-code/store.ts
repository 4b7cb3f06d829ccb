/** Where Claude Code stores its sessions. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesIn, listFiles } from "../../io/files.ts";
import { hostOf } from "../../io/host.ts";
import type { Header } from "../../session/types.ts";
import { lastModel } from "../shared/claude/models.ts";
import { openedIn } from "../shared/opened.ts";
import { subagentOf } from "../shared/subagent.ts";
import type { Found, Store } from "../types.ts";

const SLUG_LIMIT = 200;

/**
 * The folder name for a project: every character outside [A-Za-z0-9] becomes "-". A long name is
 * cut and ends in a hash of the path (2.1.197 [run]).
 */
export function slug(cwd: string): string {
  const plain = cwd.replace(/[^A-Za-z0-9]/g, "-");
  return plain.length <= SLUG_LIMIT ? plain : `${plain.slice(0, SLUG_LIMIT)}-${hash(cwd)}`;
}

/** The 32-bit hash of strings in Java, in base 36. */
function hash(text: string): string {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return Math.abs(h).toString(36);
}

export const store: Store = {
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

  // projects/<slug>/<sessionId>.jsonl; folders below a slug contain subagents and large results.
  async find(root) {
    const found: Found[] = [];
    for (const file of filesIn(root, 2)) {
      const name = basename(file.path);
      const ours =
        name.endsWith(".jsonl") && !name.startsWith("agent-") && dirname(file.path) !== root;
      if (ours) found.push({ ...file, agent: "claude-code", id: name.slice(0, -".jsonl".length) });
    }
    return found;
  },

  // <config>/sessions/<pid>.json, since about 2.1.
  opened: (root, id) => openedIn(join(dirname(root), "sessions"), id),

  // <sessionId>/subagents/agent-<agentId>.jsonl beside the session's file, since 2.1.
  async children(path) {
    const found: string[] = [];
    for await (const file of listFiles(join(path.slice(0, -".jsonl".length), "subagents"), 1)) {
      if (file.path.endsWith(".jsonl")) found.push(file.path);
    }
    return found;
  },

  /**
   * The folder's name is the project's: records name other folders after a `cd`, or old names if
   * the project was renamed since.
   */
  folder(path, { cwd, cwds }) {
    const name = basename(dirname(path));
    return cwds.find((one) => slug(one) === name) ?? cwd;
  },

  model: lastModel,

  pathFor(root, header: Header) {
    const folder = join(root, slug(header.cwd ?? "/"));
    const isSubagent = subagentOf(header) !== null;
    const below = isSubagent ? join(header.parent ?? "", "subagents") : "";
    return join(folder, below, `${header.id}.jsonl`);
  },

  takesChildren: true,

  childId: (uuid) => `agent-a${uuid.replaceAll("-", "").slice(-16)}`,

  /** What the CLI stores beside a subagent's file: its id, and its purpose. */
  companions(_root, path, header) {
    if (subagentOf(header) === null) return [];
    const meta = { agentType: "general-purpose", description: header.title ?? "", spawnDepth: 1 };
    return [{ path: path.replace(/\.jsonl$/, ".meta.json"), text: JSON.stringify(meta) }];
  },
};
