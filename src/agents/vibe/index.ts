import { uuid4 } from "../shared/ids.ts";
import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const vibe: Agent = {
  id: "vibe",
  name: "Mistral Vibe",
  aliases: ["mistral-vibe", "mistral"],
  cutsOff: true,
  // It does not open the session [run].
  wellFormedOnly: true,
  // It tells sessions by the first eight digits, which in UUIDs of version 7 are the time.
  sessionId: (uuid) => uuid4(uuid, 0),
  media,
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
