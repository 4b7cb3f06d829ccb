import type { Agent } from "../types.ts";
import { cuts } from "./cuts.ts";
import { transcript } from "./document.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { store } from "./store.ts";
import { frames, known, reader, recognises, writer } from "./tasks.ts";
import { tools } from "./tools.ts";

export const cline: Agent = {
  id: "cline",
  name: "Cline",
  aliases: ["cline-cli"],
  cutsOff: true,
  recognises,
  known,
  frames,
  media,
  cuts,
  // `<milliseconds>_<five letters and digits>`.
  sessionId(uuid, createdAt) {
    const ms = Math.max(0, Date.parse(createdAt ?? "") || 0);
    const digits = BigInt(`0x${uuid.replaceAll("-", "")}`)
      .toString(36)
      .slice(-5);
    return `${ms}_${digits.padStart(5, "0")}`;
  },
  documents: [transcript],
  reader,
  writer,
  tools,
  store,
  launch,
};
