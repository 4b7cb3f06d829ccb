/** What the user set. */
export { KEYS } from "../config/keys.ts";
export type { Assigned, Layer, Source } from "../config/layers.ts";
export { loadSettings, type Setting, Settings, settings } from "../config/settings.ts";
export { readTokens } from "../config/values.ts";
