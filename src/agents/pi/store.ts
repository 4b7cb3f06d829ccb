import { join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { type Host, hostOf } from "../../io/host.ts";
import { member, string } from "../../session/json.ts";
import type { Header } from "../../session/types.ts";
import { isTitleSlot } from "../shared/pi/signs.ts";
import { expand, fileName, folderName, headLines, parse, sessionsIn } from "../shared/pi/store.ts";
import type { Store } from "../types.ts";

export const store: Store = {
  variables: ["PI_CODING_AGENT_DIR", "PI_CODING_AGENT_SESSION_DIR"],

  roots(env, host = hostOf(env)) {
    const named = expand(env.PI_CODING_AGENT_SESSION_DIR, host);
    if (named !== undefined) return [named];
    const usual = host.path.join(agentFolder(env, host), "sessions");
    const set = setFolder(env, host);
    // Sessions written before the setting are still in the usual folder.
    return set === undefined || set === usual ? [usual] : [set, usual];
  },

  home: (env) => agentFolder(env, hostOf(env)),

  find: async (root) => sessionsIn(root, "pi").filter(({ path }) => !isElsewhere(root, path)),

  pathFor(root, header: Header, env) {
    const isFlat = root === flatRoot(env, hostOf(env));
    const folder = isFlat ? root : join(root, folderName(header.cwd ?? "/"));
    return join(folder, fileName(header));
  },
};

function agentFolder(env: NodeJS.ProcessEnv, host: Host): string {
  return expand(env.PI_CODING_AGENT_DIR, host) ?? host.path.join(host.home, ".pi", "agent");
}

/** If a variable or a setting names a folder, it contains all sessions side by side. */
function flatRoot(env: NodeJS.ProcessEnv, host: Host): string | undefined {
  return expand(env.PI_CODING_AGENT_SESSION_DIR, host) ?? setFolder(env, host);
}

/**
 * `sessionDir` in the settings: the project's takes precedence over the user's, as in Pi's
 * docs/settings.md.
 */
function setFolder(env: NodeJS.ProcessEnv, host: Host): string | undefined {
  const places = [host.path.resolve(".pi"), agentFolder(env, host)];
  for (const place of places) {
    const settings = parse(textOrNone(host.path.join(place, "settings.json")) ?? "");
    const folder = settings && string(member(settings, "sessionDir"));
    if (folder) return expand(folder, host);
  }
  return undefined;
}

/**
 * oh-my-pi's, which it keeps in the same folder if `PI_CODING_AGENT_DIR` is set: it reads that
 * variable, too.
 */
function isElsewhere(root: string, path: string): boolean {
  if (root.endsWith(join(".pi", "agent", "sessions"))) return false;
  const [first = ""] = headLines(path, 256);
  return isTitleSlot(parse(first) ?? null);
}
