/** What is written down of the native tests; see proven.ts. */

export interface Proven {
  /** Version of each agent's CLI, by the agent's id. */
  versions: { [agent: string]: string };
  pairs: ProvenPair[];
}

/**
 * A session of `from`, recorded by its own CLI, opened in `to`, worked on there, taken home, and
 * over again. `counts` and `losses` are those of the first handover.
 */
export interface ProvenPair {
  from: string;
  to: string;
  /** Day of the test, as 2026-11-21. */
  date: string;
  /** The commit of Segue's that was tested, to twelve digits, where it was one. */
  commit?: string;
  ok: boolean;
  /** Why it failed. */
  why?: string;
  counts?: { [what: string]: number };
  losses?: { code: string; count: number }[];
}
