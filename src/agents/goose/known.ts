/** The records, kinds and keys of Goose 1.52.0 and 1.37.0, and of earlier ones as its source names them. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { isHead } from "./records.ts";
import { LEDGER_COLUMNS, SESSION_COLUMNS } from "./rows.ts";

const TEXT = "type annotations _meta";

/** Content as MCP has it. */
const mcp = {
  text: keys(TEXT, { text: CONTENT }),
  image: keys(`${TEXT} mimeType`, { data: CONTENT }),
  resource: keys(TEXT, { resource: keys("uri mimeType _meta", { text: CONTENT, blob: CONTENT }) }),
  resource_link: keys(`${TEXT} uri name title description mimeType size icons`),
  audio: keys(`${TEXT} mimeType data`),
} as const satisfies Record<string, Shape>;

const call: Shape = keys("status", {
  value: keys("_meta task", { name: CONTENT, arguments: CONTENT }),
  error: CONTENT,
});

const result: Shape = keys("status", {
  value: {
    name: (value) => (Array.isArray(value) ? "list" : "object"),
    of: {
      list: { each: by("type", mcp) },
      object: keys("resultType structuredContent isError _meta", {
        content: { each: by("type", mcp) },
      }),
    },
  },
  error: CONTENT,
});

const block: Shape = by("type", {
  text: mcp.text,
  image: mcp.image,
  document: keys("type mimeType name", { data: CONTENT }),
  toolRequest: keys("type id metadata _meta", { toolCall: call }),
  toolResponse: keys("type id metadata", { toolResult: result }),
  thinking: keys("type signature", { thinking: CONTENT }),
  redactedThinking: keys("type data"),
  reasoning: keys("type", { text: CONTENT }),
  toolConfirmationRequest: keys("type id toolName arguments prompt"),
  actionRequired: keys("type data"),
  frontendToolRequest: keys("type id toolCall"),
  systemNotification: keys("type notificationType data msg"),
  error: keys("type kind message"),
  conversationCompacted: keys("type msg"),
});

const metadata = keys(
  "userVisible agentVisible inference outputTokenLimitReached steer turnContext usage operations",
);

const blocks: Shape = { each: block };

const message: Shape = keys("message_id role created_timestamp timestamp tokens", {
  content_json: blocks,
  metadata_json: metadata,
});

const session = keys(SESSION_COLUMNS.join(" "));

export const known: Shape = {
  name: kindOf,
  of: {
    frame: true,
    session: { keys: { session, usage: { each: keys(LEDGER_COLUMNS.join(" ")) } } },
    message: { keys: { message } },
    head: keys(
      [
        "id working_dir name description user_set_name session_type created_at updated_at extension_data",
        "usage accumulated_usage accumulated_cost schedule_id recipe user_recipe_values message_count",
        "last_message_at provider_name model_config goose_mode archived_at project_id parent_session_id",
        "last_message_snippet total_tokens input_tokens output_tokens accumulated_total_tokens",
        "accumulated_input_tokens accumulated_output_tokens conversation",
      ].join(" "),
    ),
    plain: keys("id role created", { content: blocks, metadata }),
  },
};

function kindOf(record: Json): string {
  if (!isObject(record)) return "";
  if (record["segue.document"] !== undefined) return "frame";
  if (isObject(record.session)) return "session";
  if (isObject(record.message)) return "message";
  if (record.role !== undefined) return "plain";
  const names = Object.keys(record).join(",");
  return isHead(record) ? "head" : names;
}

/** What its shell tool says of how a command ended, or that it printed nothing. */
export const frames: Frames = {
  ends: /^(?:Command exited with code -?\d+|\(no output\))$/,
};
