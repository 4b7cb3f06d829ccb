/** What is oh-my-pi's own in the form that it shares with Pi. */
import type { Dialect } from "../shared/pi/dialect.ts";
import { entryIds } from "../shared/pi/ids.ts";
import { idInName } from "../shared/pi/store.ts";
import { parseResult, printResult } from "../shared/pi/tools.ts";
import { records } from "./records.ts";
import { fromNative } from "./tools.ts";

export const OMP: Dialect = {
  id: "omp",
  // CURRENT_SESSION_VERSION of 18.2.3.
  version: 3,
  idInName,
  ids: entryIds,
  words: {
    branch: ["Branch-return summary:\n\n<summary>\n", "\n</summary>"],
    compaction: [
      "Prior model work/tool state available.\nMUST build on prior work; NEVER duplicate prior work.\n\n<summary>\n",
      "\n</summary>",
    ],
  },
  own: records,
  tools: { fromNative, parseResult, printResult, details: () => undefined },
};
