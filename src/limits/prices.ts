/** What models cost, by the names that agents record. A price that is not known is not guessed. */
import type { Usage } from "../session/types.ts";
import { LINES, type Line } from "./price-table.ts";

export { PRICED_ON } from "./price-table.ts";

/** In US dollars for a million tokens; null if it is not known. */
export interface Rates {
  input: number;
  output: number;
  cacheRead: number | null;
  cacheWrite: number | null;
  /** Of cache writes that last an hour. */
  longWrite: number | null;
}

export interface Model extends Rates {
  /** How many tokens it takes; null if that is not known. */
  window: number | null;
  /** The rates of longer requests, the longest last; null if they are not known. */
  above: readonly { tokens: number; rates: Rates | null }[];
}

/** What distinguishes requests with the same numbers of tokens. */
export interface Kind {
  /** Of the cache writes, those that last an hour. */
  longWrite?: number | undefined;
  /** How long the request is at least: input and cache. By default, it is a short one. */
  prompt?: number | undefined;
}

const M = 1_000_000;

const MODELS: ReadonlyMap<string, Model> = new Map(
  LINES.flatMap((line) => line[0].split(" ").map((name) => [name, modelOf(line)])),
);

function modelOf([, window, rates, ...above]: Line): Model {
  return {
    ...ratesOf(rates),
    window,
    above: above.map(([tokens, long]) => ({ tokens, rates: long && ratesOf(long) })),
  };
}

function ratesOf([input, output, cacheRead, cacheWrite, longWrite]: Line[2]): Rates {
  return {
    ...{ input, output, cacheRead: cacheRead ?? null },
    ...{ cacheWrite: cacheWrite ?? null, longWrite: longWrite ?? null },
  };
}

/**
 * What is known about a model, by any of the names that agents record: `anthropic/claude-sonnet-4.5`,
 * `claude-sonnet-4-5-20250929`, `claude-opus-4-6[1m]`, `us.anthropic.claude-opus-4-6-v1:0`.
 */
export function modelNamed(name: string | null): Model | null {
  if (name === null) return null;
  const before = found.get(name);
  if (before !== undefined) return before;
  const model = lookedUp(name);
  found.set(name, model);
  return model;
}

/** Each name is looked up for thousands of counts. */
const found = new Map<string, Model | null>();

function lookedUp(name: string): Model | null {
  const own = name
    .toLowerCase()
    .slice(name.lastIndexOf("/") + 1)
    .replace(/\[1m\]/, "")
    // On Bedrock and Vertex AI.
    .replace(/^(?:[a-z-]+\.)?anthropic\./, "")
    .replace(/-v\d+(?::\d+)?$/, "")
    .replace(/@(?:\d{8}|default|latest)$/, "")
    .replaceAll(".", "-");
  const dated = /[-@](?:\d{8}|\d{4}-\d{2}-\d{2})(-fast)?$/;
  const plain = own.replace(dated, "$1");
  return MODELS.get(plain) ?? MODELS.get(plain.replace(/-latest$/, "")) ?? null;
}

/** The rates of a request of this length; null if they are not known. */
export function ratesFor(model: Model, prompt: number): Rates | null {
  const long = model.above.findLast(({ tokens }) => prompt > tokens);
  return long ? long.rates : model;
}

/** In US dollars; null if the price of any of these tokens is not known. */
export function costOf(model: string | null, usage: Usage, kind: Kind = {}): number | null {
  const known = modelNamed(model);
  const rates = known && ratesFor(known, kind.prompt ?? 0);
  if (!rates) return null;
  const longWrite = Math.min(kind.longWrite ?? 0, usage.cacheWrite);
  const costs = [
    usage.input * rates.input,
    usage.output * rates.output,
    costIn(usage.cacheRead, rates.cacheRead),
    costIn(usage.cacheWrite - longWrite, rates.cacheWrite),
    costIn(longWrite, rates.longWrite),
  ];
  return costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost / M),
    0,
  );
}

function costIn(tokens: number, price: number | null): number | null {
  return tokens === 0 ? 0 : price === null ? null : tokens * price;
}
