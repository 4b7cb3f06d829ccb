/** `--fit TOKENS`: the values of the option. */
import { InvalidArgumentError } from "commander";
import { LEAST_FIT } from "../core/requests.ts";
import { readTokens } from "../core/tokens.ts";

/** Reads `200000`, `200k` or `1.5m`. */
export function tokens(value: string): number {
  const wanted = readTokens(value);
  if (wanted !== undefined && wanted >= LEAST_FIT) return wanted;
  throw new InvalidArgumentError(`It must be ${LEAST_FIT} tokens or more, such as 200000 or 200k.`);
}
