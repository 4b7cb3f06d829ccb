/** `--fit TOKENS`: what the option takes. */
import { InvalidArgumentError } from "commander";
import { readTokens } from "../core/tokens.ts";

/** Below this there is no room for a conversation beside the handoff entry. */
const LEAST = 2000;

/** Reads `200000`, `200k` or `1.5m`. */
export function tokens(value: string): number {
  const wanted = readTokens(value);
  if (wanted !== undefined && wanted >= LEAST) return wanted;
  throw new InvalidArgumentError(`It must be ${LEAST} tokens or more, such as 200000 or 200k.`);
}
