/** Converts one file: read, project, write, carry, verify, report. */
import type { Agent } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { type Carry, CarryDamaged, openCarry } from "../lossless/carry.ts";
import { goForward } from "./anew.ts";
import type { Conversion, Converted } from "./conversion.ts";
import { copy } from "./copy.ts";
import { comeHome } from "./home.ts";

export function convert(conversion: Conversion): Converted {
  const { source, target, carry, survey } = conversion;
  if (carry && carry.header.source.agent === target.agent.id) return comeHome(conversion, carry);
  const isSame = source.agent.id === target.agent.id && survey.plan.handoff === undefined;
  return isSame ? copy(conversion) : goForward(conversion);
}

/** A carry that belongs to this very session, or why it does not. */
export function matchCarry(carry: Carry, agent: Agent, id: string): string | null {
  const { target } = carry.header;
  if (target.agent !== agent.id) return `it belongs to a ${target.agent} session`;
  return target.id === id ? null : "it belongs to another session";
}

/**
 * Nothing is written that does not lead back, unless the user forces it.
 * @throws SegueError
 */
export function refuseUnverified(
  { verified, how }: Converted,
  where: string,
  force: boolean,
): void {
  if (verified !== false || force) return;
  const instead =
    how === "restored"
      ? "`convert --fresh` ignores the carry; --force writes the result anyway"
      : "--force writes the result anyway";
  throw new SegueError("refused", "the original cannot be restored byte for byte from the result", {
    where,
    hint: `nothing was written; ${instead}; please report this`,
  });
}

/** Opens a carry; for a damaged one, returns null and passes the reason to `complain`. */
export function tryOpenCarry(
  bytes: Parameters<typeof openCarry>[0],
  complain: (why: string) => void,
): Carry | null {
  try {
    return openCarry(bytes);
  } catch (error) {
    if (!(error instanceof CarryDamaged)) throw error;
    complain(error.message);
    return null;
  }
}
