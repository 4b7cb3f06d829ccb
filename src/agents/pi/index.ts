import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const pi: Agent = {
  id: "pi",
  name: "Pi",
  aliases: [],
  recognises,
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
