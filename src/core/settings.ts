/** The user's settings. */
export { KEYS, keyFor } from "../config/keys.ts";
export type { Source } from "../config/layers.ts";
export {
  loadSettings,
  readSettings,
  type Setting,
  type Settings,
  settings,
} from "../config/settings.ts";
