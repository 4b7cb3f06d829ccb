/** All agents: what is installed on this machine, and what Segue can do with them. */
import { existsSync } from "node:fs";
import { type Evidence, neverWritten } from "../agents/claim.ts";
import { installedVersion } from "../agents/command.ts";
import { passes, provenWith } from "../agents/proven.ts";
import { accounts } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { rootsOf, sessionsOf } from "../catalog/stores.ts";
import type { Places } from "./places.ts";

export { passes } from "../agents/proven.ts";
export { HOW_TO_ASK, type UnsupportedStore, unsupportedStores } from "../agents/unsupported.ts";
export { isNewer } from "../catalog/doctor.ts";

export interface AgentHere {
  id: string;
  /** Name of a profile, whose account this is; null for the agent's own. */
  profile: string | null;
  name: string;
  installed: boolean;
  /** Version of its CLI; null if it is not installed or does not report one. */
  version: string | null;
  /** Folders of its store that exist. */
  stores: string[];
  sessions: number;
  read: boolean;
  write: boolean;
  /** Did the native tests resume a session of another agent in this one? */
  resume: boolean;
  /** The tested version of its CLI, and the date, such as 2026-11-21; null if no test passed. */
  proven: { version: string; date: string } | null;
  /**
   * What its support rests on, for an agent whose program the native tests cannot run; `write` is null
   * if no session can be written for it. null for all others.
   */
  evidence: { read: Evidence; write: Evidence | null } | null;
}

function evidenceOf({ claim }: Agent): AgentHere["evidence"] {
  if (claim === undefined) return null;
  return { read: claim.read, write: typeof claim.write === "string" ? claim.write : null };
}

/** Asks each agent's CLI for its version, which starts the CLI. */
export function agentsHere(places: Places): Promise<AgentHere[]> {
  return Promise.all(
    accounts(places.profiles).map(async (agent) => {
      const version = installedVersion(agent, places.env);
      return {
        id: agent.id,
        profile: agent.profile?.name ?? null,
        name: agent.name,
        installed: version !== null,
        version,
        stores: rootsOf(agent, places).filter((root) => existsSync(root)),
        sessions: (await sessionsOf(agent, places)).length,
        read: true,
        write: neverWritten(agent) === null,
        resume: passes("to", agent.id).passed > 0,
        proven: provenWith(agent.id),
        evidence: evidenceOf(agent),
      };
    }),
  );
}
