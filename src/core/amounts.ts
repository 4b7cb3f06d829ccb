/** How much a handoff contains: the combined result of options, settings and presets. */
import type { Source } from "../config/layers.ts";
import type { Setting, Settings } from "../config/settings.ts";
import { SegueError } from "../errors.ts";
import { type Amounts, amountsOf, LEAST, PRESETS, type Preset } from "../handoff/presets.ts";

/** The setting for each amount. */
export const AMOUNT_KEYS: { readonly [key: string]: keyof Amounts } = {
  budget: "budget",
  recentMessages: "recentMessages",
  "shell.maxSamples": "maxSamples",
  "shell.stdoutLines": "stdoutLines",
};

interface Chosen {
  preset: Preset;
  source: Source;
}

function chosen(flag: Preset | undefined, settings: Settings): Chosen {
  const set = settings.get("preset");
  const preset = flag ?? PRESETS.find((name) => name === set.value) ?? "standard";
  return { preset, source: flag === undefined ? set.source : "flag" };
}

/** Options override settings; a preset overrides settings of weaker layers than its own. */
export function amounts(
  options: { preset?: Preset; budget?: number },
  settings: Settings,
): Amounts {
  const preset = chosen(options.preset, settings);
  const base = amountsOf(preset.preset);
  const count = (key: string, otherwise: number): number => {
    const { value, source } = settings.get(key);
    return typeof value === "number" && beats(source, preset.source) ? value : otherwise;
  };
  const wanted = options.budget ?? count("budget", base.budget);
  if (wanted < LEAST) {
    throw new SegueError("usage", `a handoff needs at least ${LEAST} tokens, not ${wanted}`);
  }
  return {
    budget: wanted,
    recentMessages: count("recentMessages", base.recentMessages),
    maxSamples: count("shell.maxSamples", base.maxSamples),
    stdoutLines: count("shell.stdoutLines", base.stdoutLines),
  };
}

/**
 * The effective setting of an amount: the preset's, unless a stronger layer sets it. Others are
 * returned unchanged.
 */
export function inForce(setting: Setting, settings: Settings): Setting {
  const amount = AMOUNT_KEYS[setting.key];
  if (amount === undefined) return setting;
  const { preset, source } = chosen(undefined, settings);
  if (setting.value !== null && beats(setting.source, source)) return setting;
  const value = amountsOf(preset)[amount];
  const all = Number.isFinite(value) ? value : "all";
  return { ...setting, value: all, source, where: `preset ${preset}` };
}

const LAYERS: readonly Source[] = ["default", "user", "project", "environment", "flag"];

function beats(source: Source, preset: Source): boolean {
  return LAYERS.indexOf(source) >= LAYERS.indexOf(preset);
}
