/** Stores of sessions in Claude Code's form: a folder for each project, with a file for each session. */
import { basename, dirname, join } from "node:path";
import { filesIn, listFiles } from "../../../io/files.ts";
import type { Header } from "../../../session/types.ts";
import type { Found, Store } from "../../types.ts";
import { subagentOf } from "../subagent.ts";

const SLUG_LIMIT = 200;

/**
 * The folder name for a project: every character outside [A-Za-z0-9] becomes "-". A long name is
 * cut and ends in a hash of the path, in base 36 (Claude Code 2.1.197 [run], Qoder 1.1.52 [source]).
 */
export function slugOf(cwd: string, hash: (text: string) => number): string {
  const plain = cwd.replace(/[^A-Za-z0-9]/g, "-");
  if (plain.length <= SLUG_LIMIT) return plain;
  return `${plain.slice(0, SLUG_LIMIT)}-${Math.abs(hash(cwd)).toString(36)}`;
}

/** What the stores of this form have in common; `agent` is whose it is, `slug` names a project's folder. */
export function storeOf(
  agent: string,
  slug: (cwd: string) => string,
): Required<
  Pick<
    Store,
    "find" | "children" | "folder" | "pathFor" | "takesChildren" | "childId" | "companions"
  >
> {
  return {
    // projects/<slug>/<sessionId>.jsonl; folders below a slug contain subagents and large results.
    async find(root) {
      const found: Found[] = [];
      for (const file of filesIn(root, 2)) {
        const name = basename(file.path);
        const ours =
          name.endsWith(".jsonl") && !name.startsWith("agent-") && dirname(file.path) !== root;
        if (ours) found.push({ ...file, agent, id: name.slice(0, -".jsonl".length) });
      }
      return found;
    },

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
}
