/** The record kinds and keys that 1.18.33 and Kilo 7.7.7 write, and those of earlier versions. */

import type { Shape } from "../../../session/codec.ts";
import { isObject, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";
import { by, CONTENT, keys } from "../known.ts";
import { SESSION_COLUMNS } from "./forms.ts";

const time = keys("created completed updated compacting archived start end elapsed compacted");
const tokens = keys("total input output reasoning", { cache: keys("read write") });
const model = keys("id providerID modelID variant");

const IDS = "id sessionID messageID type";

const file = keys(`${IDS} mime filename source synthetic`, { url: CONTENT });
/** Old versions store attachments without a type. */
const attachments: Shape = { each: by("type", { file, "": file }) };

const state: Shape = by("status", {
  pending: keys("status metadata", { input: CONTENT, raw: CONTENT }),
  running: keys("status title metadata", { input: CONTENT, time }),
  completed: keys("status title metadata", { input: CONTENT, output: CONTENT, attachments, time }),
  error: keys("status metadata", { input: CONTENT, error: CONTENT, attachments, time }),
});

const part: Shape = by("type", {
  text: keys(`${IDS} synthetic ignored metadata`, { text: CONTENT, time }),
  reasoning: keys(`${IDS} metadata`, { text: CONTENT, time }),
  tool: keys(`${IDS} callID metadata`, { tool: CONTENT, state }),
  file,
  "step-start": keys(`${IDS} snapshot`, { time }),
  "step-finish": keys(`${IDS} reason snapshot cost metrics`, { time, tokens }),
  patch: keys(`${IDS} hash files`),
  snapshot: keys(`${IDS} snapshot`),
  compaction: keys(`${IDS} auto overflow tail_start_id`),
  subtask: keys(`${IDS} description agent command`, { prompt: CONTENT, model }),
  agent: keys(`${IDS} source`, { name: CONTENT }),
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

const block: Shape = by("type", {
  text: keys("type id", { text: CONTENT }),
  reasoning: keys("type id providerMetadata", { text: CONTENT }),
  tool: keys("type id provider", {
    name: CONTENT,
    time,
    state: keys("status title metadata outputPaths structured result", {
      input: CONTENT,
      content: {
        each: by("type", {
          text: keys("type", { text: CONTENT }),
          file: keys("type mime name description", { uri: CONTENT }),
        }),
      },
      error: keys("type", { message: CONTENT }),
    }),
  }),
});

/** Messages of the experimental store, by their type. */
const v2 = {
  user: keys("metadata agents", {
    text: CONTENT,
    files: { each: keys("mime name description source", { uri: CONTENT }) },
    time,
  }),
  synthetic: keys("sessionID metadata", { text: CONTENT, time }),
  system: keys("metadata", { text: CONTENT, time }),
  shell: keys("metadata callID shellID status exit", {
    command: CONTENT,
    output: CONTENT,
    time,
  }),
  assistant: keys("agent model snapshot finish cost error metadata", {
    content: { each: block },
    tokens,
    time,
  }),
  compaction: keys("reason metadata", { summary: CONTENT, recent: CONTENT, time }),
  "model-switched": true,
  "agent-switched": true,
} as const satisfies Record<string, Shape>;

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
    v2: { keys: { session_message: { name: typeOf, of: v2Rows() } } },
  },
};

function typeOf(row: Json): string {
  return isObject(row) ? (string(row.type) ?? "") : "";
}

function v2Rows(): Record<string, Shape> {
  const row = (data: Shape): Shape =>
    keys("id session_id type seq time_created time_updated", { data });
  return Object.fromEntries(Object.entries(v2).map(([type, data]) => [type, row(data)]));
}

function kindOf(record: Json): string {
  if (!isObject(record)) return "";
  if (isObject(record.session)) return "session";
  if (isObject(record.message)) return "message";
  if (isObject(record.info)) return string(record.info.role) === undefined ? "export" : "exported";
  if (record["segue.document"] !== undefined) return "frame";
  if (record.removed !== undefined) return "removed";
  return record.session_message === undefined ? Object.keys(record).join(",") : "v2";
}
