import { frames } from "../shared/pi/known.ts";
import { reader, recognises } from "../shared/pi/read.ts";
import { isOhMyPis } from "../shared/pi/signs.ts";
import { writer } from "../shared/pi/write.ts";
import type { Agent } from "../types.ts";
import { OMP } from "./dialect.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";

export const omp: Agent = {
  id: "omp",
  name: "oh-my-pi",
  aliases: ["oh-my-pi"],
  recognises: (record) => recognises(record) || isOhMyPis(record),
  known,
  frames,
  reader: (beside) => reader(OMP, beside),
  writer: (options) => writer(OMP, options),
  tools,
  store,
  launch,
};
