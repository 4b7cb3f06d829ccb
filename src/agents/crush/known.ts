/** The rows, parts and keys that Crush 0.90 writes. */
import type { Shape } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { KNOWN } from "./schema.ts";

const part = (names: string, more: Readonly<Record<string, Shape>> = {}): Shape =>
  keys("type", { data: keys(names, more) });

/** What stands beside a picture says nothing more. */
function isLoaded(text: Json): boolean {
  return typeof text === "string" && /^Loaded \S+ content$/.test(text);
}

const parts: Shape = {
  each: by("type", {
    text: part("", { text: CONTENT }),
    reasoning: part("signature thought_signature tool_id responses_data started_at finished_at", {
      thinking: CONTENT,
    }),
    image_url: part("detail", { url: CONTENT }),
    binary: part("Path MIMEType", { Data: CONTENT }),
    tool_call: part("id provider_executed finished", { name: CONTENT, input: CONTENT }),
    tool_result: part("tool_call_id name mime_type metadata is_error", {
      content: {
        name: (text) => (isLoaded(text) ? "loaded" : ""),
        of: { loaded: true, "": CONTENT },
      },
      data: CONTENT,
    }),
    finish: part("reason time message details segue_carry"),
    shell_command: part("exit_code", { command: CONTENT, output: CONTENT }),
  }),
};

const columns = (table: keyof typeof KNOWN): string => KNOWN[table].join(" ");

export const known: Shape = {
  name: tableOf,
  of: {
    sessions: { keys: { sessions: keys(columns("sessions")) } },
    messages: { keys: { messages: keys(columns("messages"), { parts }) } },
  },
};

/** As the reader tells rows apart: by the object under a table's name. */
function tableOf(record: Json): string {
  if (!isObject(record)) return "";
  const table = ["sessions", "messages"].find((name) => isObject(member(record, name) ?? null));
  return table ?? Object.keys(record)[0] ?? "";
}
