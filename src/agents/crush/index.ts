import type { Media } from "../../session/codec.ts";
import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { CrushReader } from "./read.ts";
import { isRow } from "./rows.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { CrushWriter } from "./write.ts";

/** What it sends natively if the model accepts it. An address of an image is not sent at all. */
const MEDIA = {
  documents: ["application/pdf"],
  imageUrls: false,
  resultImages: "alone",
} as const satisfies Media;

export const crush: Agent = {
  id: "crush",
  name: "Crush",
  aliases: [],
  cutsOff: true,
  keepsSeals: true,
  recognises: isRow,
  known,
  media: MEDIA,
  reader: () => new CrushReader(),
  writer: (options) => new CrushWriter(options),
  tools,
  store,
  launch,
};
