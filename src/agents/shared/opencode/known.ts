/** The record kinds and keys that 1.18.33 and Kilo 7.7.7 write, and those of the versions before. */
import { isObject, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";
import type { Shape } from "../../types.ts";
import { by, keys } from "../known.ts";
import { SESSION_COLUMNS } from "./forms.ts";

const time = keys("created completed updated compacting archived start end elapsed compacted");
const tokens = keys("total input output reasoning", { cache: keys("read write") });
const model = keys("id providerID modelID variant");

const state: Shape = by("status", {
  pending: keys("status input raw metadata"),
  running: keys("status input title metadata", { time }),
  completed: keys("status input output title metadata attachments", { time }),
  error: keys("status input error metadata", { time }),
});

const IDS = "id sessionID messageID type";

const part: Shape = by("type", {
  text: keys(`${IDS} text synthetic ignored metadata`, { time }),
  reasoning: keys(`${IDS} text metadata`, { time }),
  tool: keys(`${IDS} tool callID metadata`, { state }),
  file: keys(`${IDS} mime filename url source synthetic`),
  "step-start": keys(`${IDS} snapshot`, { time }),
  "step-finish": keys(`${IDS} reason snapshot cost metrics`, { time, tokens }),
  patch: keys(`${IDS} hash files`),
  snapshot: keys(`${IDS} snapshot`),
  compaction: keys(`${IDS} auto overflow tail_start_id`),
  subtask: keys(`${IDS} prompt description agent command`, { model }),
  agent: keys(`${IDS} name source`),
  retry: keys(`${IDS} attempt error`, { time }),
});

const message: Shape = by("role", {
  user: keys("id sessionID role agent summary system tools format variant metadata", {
    time,
    model,
  }),
  assistant: keys(
    "id sessionID parentID role mode agent cost modelID providerID finish error summary variant structured system",
    { time, tokens, path: keys("cwd root") },
  ),
});

const session = keys(
  "id slug projectID workspaceID directory path parentID title agent version cost metadata permission share revert",
  { time, tokens, model, summary: keys("additions deletions files diffs") },
);

const ROW = "id message_id session_id time_created time_updated";

export const known: Shape = {
  name: kindOf,
  of: {
    frame: true,
    removed: true,
    session: {
      keys: { session: keys(SESSION_COLUMNS.join(" ")), todos: true },
    },
    message: {
      keys: {
        message: keys(ROW, { data: message }),
        parts: { each: keys(ROW, { data: part }) },
      },
    },
    export: { keys: { info: session, messages: true } },
    exported: { keys: { info: message, parts: { each: part } } },
    v2: true,
  },
};

function kindOf(record: Json): string {
  if (!isObject(record)) return "";
  if (isObject(record.session)) return "session";
  if (isObject(record.message)) return "message";
  if (isObject(record.info)) return string(record.info.role) === undefined ? "export" : "exported";
  if (record["segue.document"] !== undefined) return "frame";
  if (record.removed !== undefined) return "removed";
  return record.session_message === undefined ? Object.keys(record).join(",") : "v2";
}
