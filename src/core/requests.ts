/**
 * Checks arguments that programs without types may get wrong: each function returns the value, or
 * throws a `SegueError` of kind `usage` with the argument, what it accepts, and what it got.
 */
import { SegueError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";

/**
 * The smallest number of tokens that a session can be made to fit: a conversation needs space
 * beside the handoff entry.
 */
export const LEAST_FIT = 2000;

export function text(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(name, "a text", value);
}

export function optionalText(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : text(name, value);
}

/** Whole numbers from `least` on. */
export function whole(name: string, value: unknown, least: number): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  throw wrong(name, `a whole number of ${least} or more`, value);
}

export function optionalWhole(name: string, value: unknown, least: number): number | undefined {
  return value === undefined ? undefined : whole(name, value, least);
}

/** Milliseconds since the epoch. */
export function optionalTime(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
  throw wrong(name, "a time in milliseconds since the epoch", value);
}

export function texts(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw wrong(name, "a list of texts", value);
}

export function optionalChoice<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  const meant = typeof value === "string" ? didYouMean(value, choices) : null;
  throw wrong(name, `one of ${choices.join(", ")}`, value, meant);
}

function wrong(
  name: string,
  takes: string,
  value: unknown,
  hint: string | null = null,
): SegueError {
  const message = `${name} takes ${takes}, not ${inWords(value)}`;
  return new SegueError("usage", message, hint === null ? {} : { hint });
}

function inWords(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return `${value}`;
  if (typeof value === "string") return value === "" ? "an empty text" : `"${value}"`;
  return Array.isArray(value) ? "a list" : typeof value;
}
