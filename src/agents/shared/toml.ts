/** Settings in a vendor's config.toml. */
import { parse } from "smol-toml";

/** The setting at this place; undefined where there is none, or the file is no TOML. */
export function settingIn(toml: string, ...place: readonly string[]): unknown {
  // Most files do not have it.
  if (!place.every((key) => toml.includes(key))) return undefined;
  let value: unknown;
  try {
    value = parse(toml);
  } catch {
    return undefined;
  }
  for (const key of place) value = memberOf(value, key);
  return value;
}

/** A text that is not empty; null for anything else. */
export function textSetting(toml: string, ...place: readonly string[]): string | null {
  const value = settingIn(toml, ...place);
  return typeof value === "string" && value !== "" ? value : null;
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}
