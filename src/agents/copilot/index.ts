import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const copilot: Agent = {
  id: "copilot",
  name: "Copilot CLI",
  aliases: ["gh", "github-copilot", "copilot-cli"],
  cutsOff: true,
  recognises,
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
