/** What is Pi's own in the form that it shares with OpenClaw and oh-my-pi. */
import type { Dialect } from "../shared/pi/dialect.ts";
import { entryIds } from "../shared/pi/ids.ts";
import { idInName } from "../shared/pi/store.ts";
import { PI_WORDS } from "../shared/pi/texts.ts";
import { editDetails, fromNative, parseResult, printResult } from "../shared/pi/tools.ts";

export const PI: Dialect = {
  id: "pi",
  // CURRENT_SESSION_VERSION of every Pi from 0.73 to 1.5.2.
  version: 3,
  idInName,
  ids: entryIds,
  words: PI_WORDS,
  edits: true,
  tools: { fromNative, parseResult, printResult, details: editDetails },
};
