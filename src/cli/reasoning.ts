/** `--reasoning`: how reasoning is sent to another vendor's model. */
import { Option } from "commander";
import { reasoningFate as fate, type ReasoningFate } from "../core/convert.ts";
import { settings } from "../core/settings.ts";

export function reasoningOption(): Option {
  const about = "how reasoning is sent to another vendor's model: as quoted text, or not at all";
  return new Option("--reasoning <how>", about).choices(["text", "omit"]);
}

/** According to the option, else the settings. */
export function reasoningFate(given: ReasoningFate | undefined): ReasoningFate {
  return fate(given, settings());
}
