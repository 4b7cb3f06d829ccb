/** What is OpenClaw's own in the form that it shares with Pi. */
import { basename } from "node:path";
import { uuid4 } from "../shared/ids.ts";
import type { Dialect } from "../shared/pi/dialect.ts";
import { PI_WORDS } from "../shared/pi/texts.ts";
import { editDetails } from "../shared/pi/tools.ts";
import { said } from "./said.ts";
import { fromNative, parseResult, printResult } from "./tools.ts";

export const OPENCLAW: Dialect = {
  id: "openclaw",
  // CURRENT_SESSION_VERSION of 2026.9.6. What was in files had 3.
  version: 4,
  idInName: (path) => basename(path).replace(/\.jsonl$/, "") || undefined,
  ids: (seed) => (n) => uuid4(seed, n),
  words: PI_WORDS,
  plainPrompts: true,
  navigates: true,
  said,
  tools: { fromNative, parseResult, printResult, details: editDetails },
};
