import { frames } from "../shared/pi/known.ts";
import { reader, recognises } from "../shared/pi/read.ts";
import { isNavigation } from "../shared/pi/signs.ts";
import { writer } from "../shared/pi/write.ts";
import type { Agent } from "../types.ts";
import { cuts } from "./cuts.ts";
import { OPENCLAW } from "./dialect.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";

export const openclaw: Agent = {
  id: "openclaw",
  name: "OpenClaw",
  aliases: ["clawdbot"],
  recognises: (record) => recognises(record) || isNavigation(record),
  cuts,
  known,
  frames,
  reader: () => reader(OPENCLAW),
  writer: (options) => writer(OPENCLAW, options),
  tools,
  store,
  launch,
};
