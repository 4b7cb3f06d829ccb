import type { Agent } from "../types.ts";
import { history } from "./document.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { media, tokensIn } from "./limits.ts";
import { LINE_ENDS } from "./marks.ts";
import { reader, recognises } from "./read.ts";
import { blockOf } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const aider: Agent = {
  id: "aider",
  name: "Aider",
  aliases: [],
  recognises,
  known,
  contextTokens(record) {
    const block = blockOf(record);
    return block?.kind === "output" ? tokensIn(block.text) : undefined;
  },
  takesTools: false,
  text: history,
  media,
  cutsOff: true,
  // Its history is a file in UTF-8.
  wellFormedOnly: true,
  lineEnds: LINE_ENDS,
  // Enough of the UUID that two are never the same.
  sessionId: (uuid) => uuid.replaceAll("-", "").slice(-16),
  reader,
  writer,
  tools,
  store,
  launch,
};
