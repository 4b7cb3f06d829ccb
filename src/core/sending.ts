/** What a session takes in the agent that it is handed over to: its whole history is sent again there. */
import { existsSync } from "node:fs";
import { type Shown, shownIn } from "../catalog/accounts.ts";
import { openCatalog } from "../catalog/catalog.ts";
import { rootsOf } from "../catalog/stores.ts";
import type { Report } from "../convert/report/report.ts";
import { modelNamed, PRICED_ON, ratesFor } from "../limits/prices.ts";
import type { Agent } from "./names.ts";
import type { Places } from "./places.ts";

/** As vendors count them, roughly. */
const IMAGE_TOKENS = 1600;
/** An agent's own instructions and tools need space beside the session. */
const OWN_SHARE = 0.1;
const FIT_SHARE = 0.8;
/** In US dollars: less is not worth a line. */
const LEAST_COST = 0.01;

/** What is known about where the session goes. */
export interface Destination {
  /** The model that it is sent to, if that is known. */
  model: string | null;
  /** How many tokens the agent sends to it at most. */
  window: number | null;
}

/**
 * The model that the arguments name, or the agent's settings, or else the one that answered last; and
 * the window that the agent recorded with it, else the model's.
 */
export async function destinationOf(
  target: Agent,
  args: readonly string[],
  places: Places,
): Promise<Destination> {
  const shown = await shownOf(target, places);
  const model = modelIn(args) ?? modelSet(target, places) ?? newest(shown, "answered")?.model;
  if (!model) return { model: null, window: null };
  const same = shown.filter(({ window }) => window?.model === model);
  const recorded = newest(same, "window")?.tokens;
  return { model, window: recorded ?? modelNamed(model)?.window ?? null };
}

/** Writes it into the report. */
export function noteDestination({ tokens, counts }: Report, { model, window }: Destination): void {
  if (tokens.estimate === 0) return;
  const known = modelNamed(model);
  const all = tokens.estimate + counts.images * IMAGE_TOKENS;
  tokens.model = model;
  tokens.modelWindow = window;
  const rates = known && ratesFor(known, all);
  tokens.cost = rates && Number(((all * rates.input) / 1e6).toFixed(4));
}

/** What the user should know before the switch; null for nothing. */
export interface Advice {
  text: string;
  /** Will the agent hardly be able to send it? */
  isTooLong: boolean;
}

export function adviceOn({ tokens, counts }: Report, { name }: Agent): Advice | null {
  const { estimate, model, modelWindow: window, cost } = tokens;
  if (estimate === 0) return null;
  const all = estimate + counts.images * IMAGE_TOKENS;
  const much = `about ${thousands(all)} tokens`;
  if (window !== null && all > window * (1 - OWN_SHARE)) {
    const fit = thousands(window * FIT_SHARE);
    const text = `${much} may not fit: ${name} sends at most ${thousands(window)} to ${model}; add --fit ${fit}`;
    return { text, isTooLong: true };
  }
  if (cost === null || cost < LEAST_COST) return null;
  const price = `about $${cost.toFixed(2)}`;
  const text = `${much} to send again, without the cache: ${price} at the list price of ${model} (${PRICED_ON})`;
  return { text, isTooLong: false };
}

function thousands(tokens: number): string {
  return tokens < 1000 ? String(Math.round(tokens)) : `${Math.floor(tokens / 1000)}k`;
}

function modelIn(args: readonly string[]): string | null {
  const at = args.findLastIndex((arg) => /^(?:--model|-m)(?:=|$)/.test(arg));
  const arg = args[at];
  if (arg === undefined) return null;
  return arg.includes("=") ? arg.slice(arg.indexOf("=") + 1) : (args[at + 1] ?? null);
}

/** For agents whose sessions name a model of the installation. */
function modelSet(target: Agent, places: Places): string | null {
  const roots = rootsOf(target, places);
  const root = roots.find((folder) => existsSync(folder)) ?? roots[0];
  return root === undefined ? null : (target.store.model?.(root, places.env) ?? null);
}

/** What the agent's own sessions show; nothing if they cannot be read: the switch is possible all the same. */
async function shownOf(target: Agent, places: Places): Promise<Shown[]> {
  try {
    const catalog = await openCatalog(places, target);
    try {
      const profile = target.profile?.name ?? null;
      return shownIn(catalog).filter(
        ({ owner }) => owner.agent === target.id && owner.profile === profile,
      );
    } finally {
      catalog.close();
    }
  } catch {
    return [];
  }
}

function newest<K extends "answered" | "window">(
  shown: readonly Shown[],
  key: K,
): NonNullable<Shown[K]> | undefined {
  let best: NonNullable<Shown[K]> | undefined;
  for (const one of shown) {
    const value = one[key];
    if (value && value.model !== null && (!best || value.at > best.at)) best = value;
  }
  return best;
}
