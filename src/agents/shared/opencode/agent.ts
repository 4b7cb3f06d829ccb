/** OpenCode, or its fork, put together. */
import type { Agent } from "../../types.ts";
import type { Flags } from "../flags.ts";
import type { Flavour } from "./flavour.ts";
import { exportForm, isRecord } from "./forms.ts";
import { sessionId } from "./ids.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { OpenCodeReader } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { OpenCodeWriter } from "./write.ts";

export function agentOf(flavour: Flavour, flags: Flags): Agent {
  const { id, name, aliases } = flavour;
  return {
    id,
    name,
    aliases,
    recognises: (record) => isRecord(record, flavour),
    known,
    takesReasoning: true,
    sessionId,
    documents: [exportForm(flavour)],
    reader: () => new OpenCodeReader(id),
    writer: (options) => new OpenCodeWriter(flavour, options),
    tools,
    store: store(flavour),
    launch: launch(flavour.command, flags),
  };
}
