/** `--fit TOKENS`: what the option takes, and what is made of it. */
import { InvalidArgumentError } from "commander";
import type { Fit } from "../convert/fit.ts";

/** Below this there is no room for a conversation beside the handoff entry. */
const LEAST = 2000;

const UNITS: { [unit: string]: number } = { "": 1, k: 1000, m: 1_000_000 };

/** Reads `200000`, `200k` or `1.5m`. */
export function tokens(value: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([km]?)$/.exec(value.toLowerCase()) ?? [];
  const wanted = Math.floor(Number(number) * (UNITS[unit] ?? 1));
  if (number !== "" && Number.isSafeInteger(wanted) && wanted >= LEAST) return wanted;
  throw new InvalidArgumentError(
    `it must be a number of tokens of ${LEAST} or more: 200000, 200k.`,
  );
}

/** Loads what counts tokens: half a second, so only where it is asked for. */
export async function fitTo(window: number): Promise<Fit> {
  const { countTokens: count, SAFETY } = await import("../handoff/tokens.ts");
  const { writeFitEntry } = await import("../handoff/fit.ts");
  return {
    window,
    limit: Math.floor(window * (1 - SAFETY)),
    count,
    write: (replaced) => writeFitEntry(replaced, count),
  };
}
