/** OpenCode, or its fork, assembled from its parts. */

import type { Media } from "../../../session/codec.ts";
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

/**
 * What it sends natively if the model accepts it (1.18.33 and Kilo 7.7.7, tested with Anthropic
 * Messages and OpenAI Responses); for other models, it says itself that it cannot.
 */
const MEDIA = {
  documents: ["application/pdf"],
  resultDocuments: ["application/pdf"],
} as const satisfies Media;

export function agentOf(flavour: Flavour, flags: Flags): Agent {
  const { id, name, aliases } = flavour;
  return {
    id,
    name,
    aliases,
    recognises: (record) => isRecord(record, flavour),
    known,
    takesReasoning: true,
    media: MEDIA,
    sessionId,
    documents: [exportForm(flavour)],
    reader: () => new OpenCodeReader(id),
    writer: (options) => new OpenCodeWriter(flavour, options),
    tools,
    store: store(flavour),
    launch: launch(flavour, flags),
  };
}
