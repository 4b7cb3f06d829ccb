import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { isMessage, isSession } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const hermes: Agent = {
  id: "hermes",
  name: "Hermes Agent",
  aliases: ["hermes-agent"],
  // gptme's messages have texts for times.
  recognises: (record) =>
    isSession(record) || (isMessage(record) && typeof record.timestamp !== "string"),
  known,
  frames,
  cutsOff: true,
  // A tool's result is a text for the API, and a document has no place in a message.
  media: { resultImages: false },
  // `<date>_<time>_<six hexadecimal digits>`.
  sessionId(uuid, createdAt) {
    const at = new Date(Math.max(0, Date.parse(createdAt ?? "") || 0)).toISOString();
    const [date = "", time = ""] = at.replace(/[-:]/g, "").split("T");
    return `${date}_${time.slice(0, 6)}_${uuid.replaceAll("-", "").slice(-6)}`;
  },
  reader,
  writer,
  tools,
  store,
  launch,
};
