/** Sessions of Qoder CLI 1.1.52: what it writes and reads otherwise than Claude Code [source]. */
import type { Json } from "../../session/types.ts";
import type { Dialect } from "../shared/claude/dialect.ts";
import { TIERS } from "../shared/claude/signs.ts";

const VERSION = "1.1.52";

export const QODER: Dialect = {
  id: "qoder",
  version: VERSION,
  sign: { version: VERSION },
  model: "auto",
  knowsModel: (name) => TIERS.has(name),
  leaf: {
    type: "active-leaf",
    back: (leafUuid, sessionId, time) => leaf(leafUuid, sessionId, time, { rewound: true }),
    // It follows each chain of new lines; the newest one names the end of the conversation.
    on: (leafUuid, sessionId, time) => leaf(leafUuid, sessionId, time),
  },
};

function leaf(
  leafUuid: string | null,
  sessionId: string,
  time: string | null,
  rewound: { rewound?: true } = {},
): Json {
  const timestamp = Date.parse(time ?? "") || 0;
  const explicit = rewound.rewound === true;
  return { type: "active-leaf", sessionId, leafUuid, explicit, ...rewound, timestamp };
}
