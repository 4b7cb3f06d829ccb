/** Ids of prompts: `msg_` and a ULID. */
import { hash } from "node:crypto";

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Its first ten digits are the time (milliseconds since the epoch), the others follow from the seed. */
export function promptId(seed: string, n: number, time: number): string {
  const chance = BigInt(`0x${hash("sha1", `${seed} prompt\n${n}`)}`);
  return `msg_${digits(BigInt(Math.max(0, Math.trunc(time))), 10)}${digits(chance, 16)}`;
}

function digits(value: bigint, count: number): string {
  let out = "";
  for (let rest = value; out.length < count; rest /= 32n) out = DIGITS[Number(rest % 32n)] + out;
  return out;
}
