import { member, number } from "../../session/json.ts";
import { uuid7 } from "../shared/ids.ts";
import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { isStep, isThread, TOKENS } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const deepagents: Agent = {
  id: "deepagents",
  name: "Deep Agents Code",
  aliases: ["dcode", "deepagents-code"],
  recognises: (record) => isThread(record) || isStep(record),
  known,
  frames,
  contextTokens: (record) =>
    member(record, "channel") === TOKENS ? number(member(record, "value")) : undefined,
  keepsSeals: true,
  // After an interruption, all messages are written once more.
  restates: true,
  // MessagePack's texts are UTF-8.
  wellFormedOnly: true,
  sessionId: (uuid, createdAt) => uuid7(uuid, 0, createdAt),
  reader,
  writer,
  tools,
  store,
  launch,
};
