/** `--fit TOKENS`: what the option takes, and what is made of it. */
import { InvalidArgumentError } from "commander";
import type { Agent } from "../agents/types.ts";
import { readTokens } from "../config/values.ts";
import type { Fit } from "../convert/survey/fit.ts";

/** Below this there is no room for a conversation beside the handoff entry. */
const LEAST = 2000;

/** Reads `200000`, `200k` or `1.5m`. */
export function tokens(value: string): number {
  const wanted = readTokens(value);
  if (wanted !== undefined && wanted >= LEAST) return wanted;
  throw new InvalidArgumentError(
    `It must be a number of tokens of ${LEAST} or more: 200000, 200k.`,
  );
}

/** Loads what counts tokens: half a second, so only where it is asked for. `agent`: the session's own. */
export async function fitTo(window: number, agent: Agent): Promise<Fit> {
  const { spendable, tokenCounter } = await import("../handoff/tokens.ts");
  const { writeFitEntry } = await import("../handoff/fit.ts");
  const count = await tokenCounter();
  return {
    window,
    limit: spendable(window),
    count,
    write: (replaced) => writeFitEntry(replaced, agent, count),
  };
}
