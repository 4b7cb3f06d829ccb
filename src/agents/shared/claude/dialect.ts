/** What sets the agents apart that store sessions in Claude Code's form. */
import type { Json, JsonObject } from "../../../session/types.ts";
import { DEFAULT_MODEL, isKnownModel } from "./models.ts";

export interface Dialect {
  id: "claude-code" | "claude-desktop" | "qoder";
  /** Written if the session's version is unknown: the version from which the form was learned. */
  version: string;
  /** For answers of models that the CLI does not know. */
  model: string;
  /** Does the CLI know this model, so that it can continue with it? */
  knowsModel(name: string): boolean;
  leaf: LeafRecord;
  /** In a line that holds a carry, which may be all there is of a session in which nothing was said: whose it is. */
  sign?: JsonObject;
}

/** The record that says where in the tree of its lines a session continues. */
export interface LeafRecord {
  type: string;
  /** After a rewind to this line; null: to before the first prompt. */
  back(leaf: string | null, sessionId: string, time: string | null): Json;
  /** After new lines, if the CLI does not find them without it. */
  on?(leaf: string, sessionId: string, time: string | null): Json;
}

/** Claude Code's own, also where another program runs it. */
export function ofClaudeCode(id: "claude-code" | "claude-desktop"): Dialect {
  return {
    id,
    version: "2.1.197",
    model: DEFAULT_MODEL,
    knowsModel: isKnownModel,
    leaf: {
      type: "last-prompt",
      back: (leafUuid, sessionId) => ({ type: "last-prompt", leafUuid, explicit: true, sessionId }),
    },
  };
}
