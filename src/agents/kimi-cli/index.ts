import { member } from "../../session/json.ts";
import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { contextTokens, reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const kimiCli: Agent = {
  id: "kimi-cli",
  name: "Kimi CLI",
  aliases: [],
  keepsSeals: true,
  // It cannot send them [run].
  wellFormedOnly: true,
  // Moonshot's API takes no addresses (its documentation).
  media: { imageUrls: false },
  cutsOff: true,
  // Its own prompt.
  preface: (record) => member(record, "role") === "_system_prompt",
  recognises,
  known,
  frames,
  contextTokens,
  reader,
  writer,
  tools,
  store,
  launch,
};
