import { uuid4 } from "../shared/ids.ts";
import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const antigravity: Agent = {
  id: "antigravity",
  name: "Antigravity",
  aliases: ["agy"],
  claim: { read: "third-party", write: "third-party" },
  cutsOff: true,
  // A text is stored as UTF-8.
  wellFormedOnly: true,
  media: { imageUrls: false, resultImages: false },
  sessionId: (uuid) => uuid4(uuid, 0),
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
