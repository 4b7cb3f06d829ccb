/** The form in which the native tests' results are recorded; see proven.ts. */

export interface Proven {
  /** Version of each agent's CLI, by the agent's id. */
  versions: { [agent: string]: string };
  pairs: ProvenPair[];
}

/**
 * A session of `from`, recorded by its own CLI, was opened in `to`, continued there, brought back,
 * and handed over again. `counts` and `losses` are those of the first handover.
 */
export interface ProvenPair {
  from: string;
  to: string;
  /** Date of the test, such as 2026-11-21. */
  date: string;
  /** The commit of Segue that was tested, to twelve digits, if it was one. */
  commit?: string;
  ok: boolean;
  /** Why it failed. */
  why?: string;
  counts?: { [what: string]: number };
  losses?: { code: string; count: number }[];
}
