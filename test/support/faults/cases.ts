/** Every command that writes. */
import { CONVERT_CASES } from "./convert-cases.ts";
import { KEEP_CASES } from "./keep-cases.ts";
import { STORE_CASES } from "./store-cases.ts";
import type { Case } from "./trial.ts";

export const CASES: readonly Case[] = [...CONVERT_CASES, ...STORE_CASES, ...KEEP_CASES];
