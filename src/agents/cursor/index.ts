import { uuid4 } from "../shared/ids.ts";
import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { transcript } from "./transcript.ts";
import { writer } from "./write.ts";

export const cursor: Agent = {
  id: "cursor",
  name: "Cursor",
  aliases: ["cursor-agent", "cursor-cli"],
  cutsOff: true,
  // Its own are of version 4, and other tools take none but those for Cursor's.
  sessionId: (uuid) => uuid4(uuid, 0),
  keepsSeals: true,
  recognises,
  known,
  frames,
  text: transcript,
  reader,
  writer,
  tools,
  store,
  launch,
  claim: { read: "third-party", write: "vendor-code" },
};
