import { frames, knownOf } from "../shared/pi/known.ts";
import { reader, recognises } from "../shared/pi/read.ts";
import { isOhMyPis, isOpenClaws } from "../shared/pi/signs.ts";
import { tools } from "../shared/pi/tools.ts";
import { writer } from "../shared/pi/write.ts";
import type { Agent } from "../types.ts";
import { PI } from "./dialect.ts";
import { launch } from "./launch.ts";
import { store } from "./store.ts";

export const pi: Agent = {
  id: "pi",
  name: "Pi",
  aliases: [],
  recognises: (record) => recognises(record) && !isOpenClaws(record) && !isOhMyPis(record),
  known: knownOf(),
  frames,
  reader: () => reader(PI),
  writer: (options) => writer(PI, options),
  tools,
  store,
  launch,
};
