/** Kinds of steps by their numbers, and where what they hold stands: see README.md. */
import type { Hint } from "./wire.ts";

export const USER = 14;
export const PLANNER = 15;
export const GENERIC = 132;

export const DONE = 3;
export const CANCELED = 6;
export const FAILED = 7;

export interface Kind {
  name: string;
  /** The field of the payload that holds what is its own. */
  field: number;
}

/** Steps that a tool's call leads to. */
export const TOOLS: { readonly [type: number]: Kind } = {
  5: { name: "code_action", field: 10 },
  7: { name: "grep_search", field: 13 },
  8: { name: "view_file", field: 14 },
  9: { name: "list_directory", field: 15 },
  21: { name: "run_command", field: 28 },
  38: { name: "mcp_tool", field: 47 },
  86: { name: "file_change", field: 98 },
  112: { name: "shell_exec", field: 127 },
  128: { name: "write_blob", field: 142 },
  132: { name: "generic", field: 140 },
};

/** What Antigravity puts between the messages. */
export const NOTES: { readonly [type: number]: Kind } = {
  90: { name: "ephemeral_message", field: 103 },
  101: { name: "system_message", field: 114 },
};

/** What only says how the conversation stands. */
export const STATES: { readonly [type: number]: Kind } = {
  23: { name: "checkpoint", field: 30 },
  98: { name: "conversation_history", field: 111 },
};

const TIME: Hint = {};
const CALL: Hint = { 1: "text", 2: "text", 3: "text", 9: "text" };
const METADATA: Hint = { 1: TIME, 4: CALL, 9: {}, 12: "text", 20: { 1: "text", 4: "text" } };

/** A replacement in a file, or a new one. */
const ACTION: Hint = {
  1: { 4: { 5: "text" }, 9: { 1: "text", 2: "text" } },
  2: { 1: "text", 2: { 5: "text" } },
};

export const PAYLOAD: Hint = {
  5: METADATA,
  10: { 1: ACTION, 2: { 1: { 8: "text", 10: "text" } } },
  13: { 3: "text", 5: "text" },
  14: { 1: "text", 4: "text", 9: "text" },
  15: { 1: "text", 3: { 1: "text" } },
  19: { 1: "text", 2: "text", 3: { 1: "text" }, 5: { 1: "text", 2: "text" } },
  20: { 1: "text", 3: "text", 4: "text", 6: "text", 7: CALL, 8: "text" },
  28: {
    2: "text",
    4: "text",
    5: "text",
    21: { 1: "text" },
    23: "text",
    25: "text",
    26: { 1: "text" },
  },
  30: { 4: "text", 10: "text" },
  47: { 2: CALL, 3: "text", 8: "text" },
  98: {},
  103: {},
  111: {},
  114: {},
  127: { 1: "text", 3: "text", 4: "text" },
  140: { 1: { 1: "text", 2: "text" }, 2: { 1: "text" } },
  142: {},
};

/** The column `error_details`. */
export const ERROR: Hint = { 1: "text", 2: "text", 9: "text" };

/** The blob that describes the whole. */
export const MAIN: Hint = {
  1: { 1: "text", 2: "text", 4: "text" },
  2: TIME,
  6: "text",
  7: "text",
  18: "text",
};

export { METADATA };
