/**
 * What models cost, and how much they take: the vendors' list prices for an API key, in US dollars for a
 * million tokens. Subscriptions cost otherwise. A model that is not here has no price: it is not guessed.
 *
 * From excerpts of these pages, as a search of public text showed them on the date below:
 * - https://platform.claude.com/docs/en/about-claude/pricing and …/docs/en/models/haiku-5-5/overview;
 *   cache writes are those that last five minutes
 * - https://developers.openai.com/api/docs/models and …/api/docs/models/gpt-6.2-sol, …/gpt-5.6-luna
 *   and for other models of OpenAI, of Google (https://ai.google.dev/gemini-api/docs/pricing) and of xAI
 *   (https://docs.x.ai/developers/models) the table and the announcements in
 *   https://github.com/BerriAI/litellm
 *
 * Several models cost more in requests of more than 100,000 to 272,000 tokens; here is what short ones
 * cost.
 */
import type { Usage } from "../session/types.ts";

/** When the excerpts were read. */
export const PRICED_ON = "2026-11-30";

export interface Model {
  input: number;
  output: number;
  /** null if it was in no page. */
  cacheRead: number | null;
  /** Where writing to the cache costs nothing extra, the input's price; null if it was in no page. */
  cacheWrite: number | null;
  /** How many tokens it takes. */
  window: number;
}

type Line = readonly [
  names: string,
  input: number,
  output: number,
  cacheRead: number | null,
  cacheWrite: number | null,
  window: number,
];

const [K, M] = [1000, 1_000_000];

const LINES: readonly Line[] = [
  ["claude-fable-5-1 claude-mythos-5-1", 10, 50, 0.25, 12.5, M],
  ["claude-fable-5 claude-mythos-5", 10, 50, 1, 12.5, M],
  ["claude-opus-5-5", 4, 20, 0.2, 5, M],
  ["claude-opus-5 claude-opus-4-8 claude-opus-4-7 claude-opus-4-6", 5, 25, 0.5, 6.25, M],
  ["claude-opus-4-5", 5, 25, 0.5, 6.25, 200 * K],
  ["claude-opus-4-1 claude-opus-4 claude-opus-4-0", 15, 75, 1.5, 18.75, 200 * K],
  ["claude-sonnet-5-5", 2, 10, 0.1, 2.5, M],
  ["claude-sonnet-5", 2, 10, 0.2, 2.5, M],
  ["claude-sonnet-4-6", 3, 15, 0.3, 3.75, M],
  ["claude-sonnet-4-5 claude-sonnet-4 claude-sonnet-4-0", 3, 15, 0.3, 3.75, 200 * K],
  ["claude-haiku-5-5", 0.1, 0.5, 0.01, 0.125, M],
  ["claude-haiku-4-5", 1, 5, 0.1, 1.25, 200 * K],
  ["gpt-6-2-sol gpt-6-1-sol", 2, 10, 0.1, 2.5, 1_050_000],
  ["gpt-6-2-astra", 8, 40, 0.4, null, 1_050_000],
  ["gpt-6-1-terra", 1, 5, 0.05, null, 1_050_000],
  ["gpt-6-sol", 2, 10, 0.2, 2.5, 1_050_000],
  ["gpt-6-astra", 10, 50, 1, 12.5, 1_050_000],
  ["gpt-6-luna", 0.1, 0.5, 0.01, 0.125, 1_050_000],
  ["gpt-5-6-sol gpt-5-6", 4, 20, 0.4, 5, 1_050_000],
  ["gpt-5-6-terra", 2, 12, 0.2, 2.5, 1_050_000],
  ["gpt-5-6-luna", 0.2, 1.2, 0.02, 0.25, 1_050_000],
  ["gpt-5-5", 5, 30, 0.5, 5, 1_050_000],
  ["gpt-5-4", 2.5, 15, 0.25, 2.5, 1_050_000],
  ["gpt-5-4-mini", 0.75, 4.5, 0.075, 0.75, 400 * K],
  ["gpt-5-3-codex gpt-5-2-codex gpt-5-2", 1.75, 14, 0.175, 1.75, 400 * K],
  ["gpt-5-1-codex-max gpt-5-1-codex gpt-5-1 gpt-5-codex gpt-5", 1.25, 10, 0.125, 1.25, 400 * K],
  ["gpt-5-1-codex-mini gpt-5-mini", 0.25, 2, 0.025, 0.25, 400 * K],
  ["grok-4-5", 2, 6, 0.5, 2, 500 * K],
  ["grok-4-3", 1.25, 2.5, 0.2, 1.25, M],
  ["grok-build-0-1", 1, 2, 0.2, 1, 256 * K],
  ["gemini-3-1-pro-preview", 2, 12, null, null, 1_048_576],
  ["gemini-2-5-pro", 1.25, 10, null, null, 1_048_576],
  ["gemini-2-5-flash", 0.3, 2.5, null, null, 1_048_576],
];

const MODELS: ReadonlyMap<string, Model> = new Map(
  LINES.flatMap(([names, input, output, cacheRead, cacheWrite, window]) =>
    names.split(" ").map((name) => [name, { input, output, cacheRead, cacheWrite, window }]),
  ),
);

/**
 * What is known about a model, by any of the names that agents record: `anthropic/claude-sonnet-4.5`,
 * `claude-sonnet-4-5-20250929`, `claude-opus-4-6[1m]`.
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
  const own = name.toLowerCase().slice(name.lastIndexOf("/") + 1);
  const plain = own
    .replace(/\[1m\]$/, "")
    .replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, "")
    .replace(/-latest$/, "")
    .replaceAll(".", "-");
  return MODELS.get(plain) ?? null;
}

/** In US dollars; null if the price of any of these tokens is not known. */
export function costOf(model: string | null, usage: Usage): number | null {
  const known = modelNamed(model);
  if (!known) return null;
  const costs = [
    usage.input * known.input,
    usage.output * known.output,
    costIn(usage.cacheRead, known.cacheRead),
    costIn(usage.cacheWrite, known.cacheWrite),
  ];
  return costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost / M),
    0,
  );
}

function costIn(tokens: number, price: number | null): number | null {
  return tokens === 0 ? 0 : price === null ? null : tokens * price;
}
