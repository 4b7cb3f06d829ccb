/**
 * What the support of an agent rests on whose program Segue's tests cannot run: it needs an account, or
 * is no program for this machine.
 */
import { SegueError } from "../errors.ts";

/**
 * - `vendor-code`: the vendor's own loading code accepted it when it was run alone
 * - `vendor-source`: the vendor's source code
 * - `vendor-docs`: the vendor's documentation, or a schema that it publishes
 * - `third-party`: readers and writers of others, whose authors saw real sessions
 */
export type Evidence = "vendor-code" | "vendor-source" | "vendor-docs" | "third-party";

export interface Claim {
  /** What reading its sessions rests on. */
  read: Evidence;
  /** What writing them rests on; or why no session can be written that it would open. */
  write: Evidence | { never: string };
}

/** An agent, as far as these functions need it. */
interface Claimed {
  name: string;
  claim?: Claim;
}

const WORDS: Readonly<Record<Evidence, string>> = {
  "vendor-code": "the vendor's own loading code",
  "vendor-source": "the vendor's source code",
  "vendor-docs": "the vendor's documentation",
  "third-party": "what other tools found",
};

/** "the vendor's source code", for a sentence. */
export function evidenceWords(evidence: Evidence): string {
  return WORDS[evidence];
}

/** Why no session can be written for this agent: completes the sentence "…, because". null if one can. */
export function neverWritten({ claim }: Claimed): string | null {
  const write = claim?.write;
  return typeof write === "object" ? write.never : null;
}

/** Before anything is written. @throws SegueError `refused` if no session can be written for this agent. */
export function refuseUnwritable(agent: Claimed): void {
  const why = neverWritten(agent);
  if (why === null) return;
  throw new SegueError("refused", `cannot write sessions for ${agent.name}: ${why}`, {
    hint: "name another agent; or `segue handoff SESSION` writes a document that you can give to it",
  });
}

/** What to know before a session of this agent is written; null for an agent that the tests run. */
export function unprovenNote({ name, claim }: Claimed): string | null {
  if (claim === undefined || typeof claim.write === "object") return null;
  return `no test has opened a session in ${name} itself: the format is taken from ${evidenceWords(claim.write)}`;
}
