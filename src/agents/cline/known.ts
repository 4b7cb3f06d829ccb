/** What this folder knows of the records of Cline's sessions, as of 3.0.65. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, member, printed } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { isShownOnly } from "./limits.ts";
import { isSummary, unwrap } from "./records.ts";
import { isOperation, isOperations } from "./results.ts";

const image = keys("type mediaType", { data: CONTENT });
const text = keys("type signature", { text: CONTENT });
const file = keys("type source", { path: CONTENT, content: CONTENT });
const said = by("type", { text, image, file, media: keys("type", { media: CONTENT }) });

/** What a tool that is built in did; blocks of others. */
const given: Shape = {
  name: (value) => (isOperation(value) ? "operation" : ""),
  of: {
    operation: keys("query success duration", { result: blocks(said), error: CONTENT }),
    "": said,
  },
};

/** The same as JSON text, whose words are in parts of their own. */
const results: Shape = {
  name: (value) => (typeof value === "string" ? (isOperations(value) ? "told" : "text") : ""),
  of: { told: true, text: CONTENT, "": { each: given } },
};

const block = by("type", {
  text,
  image,
  file,
  media: keys("type", { media: CONTENT }),
  thinking: keys("type signature call_id details summary", { thinking: CONTENT }),
  redacted_thinking: keys("type data call_id"),
  tool_use: keys("type id call_id signature", { name: CONTENT, input: CONTENT }),
  tool_result: keys("type tool_use_id name is_error", { content: results }),
});

const MESSAGE = "id role ts agent sessionId";
const about: Readonly<Record<string, Shape>> = {
  modelInfo: keys("id provider family"),
  metrics: keys("inputTokens outputTokens cacheReadTokens cacheWriteTokens cost"),
  metadata: keys(
    `kind displayRole displayOnly userRunSpan summary details tokensBefore tokensAfter generatedAt
    reason sourceRunSpan segueCarry`.replaceAll("\n", " "),
  ),
};

const message: Shape = {
  name: (value) => (isShownOnly(value) ? "shown" : ""),
  of: {
    shown: keys(`${MESSAGE} content`, about),
    "": keys(MESSAGE, { ...about, content: blocks(block) }),
  },
};

/** Beside the summary, a compaction has messages that stand before it. */
const compacted: Shape = {
  name: (value) => (isSummary(value) ? "summary" : ""),
  of: { summary: message, "": true },
};

const manifest = keys(
  `version session_id source pid started_at ended_at exit_code status interactive provider model cwd
  workspace_root team_name enable_tools enable_spawn enable_teams prompt messages_path
  compaction_path`.replaceAll("\n", " "),
  {
    metadata: keys(
      `title checkpoint totalCost aggregatedAgentsCost usage aggregateUsage terminal_marker
      terminal_marker_at terminal_marker_pid terminal_marker_source`.replaceAll("\n", " "),
      {
        sessionHistoryOrigin: keys("mode version trigger"),
        git: keys("branch"),
        fork: keys("forkedFromSessionId forkedAt source checkpoints"),
      },
    ),
  },
);

export const known: Shape = {
  name: nameOf,
  of: {
    message,
    head: keys("version updated_at agent sessionId taskType system_prompt", {
      origin: keys("source mode sessionId parentThreadId subagent version"),
      messages: { each: message },
    }),
    manifest: { keys: { manifest } },
    compaction: { keys: { compaction: keys("", { messages: { each: compacted } }) } },
    spelling: { keys: { spelling: keys("indent end raw") } },
  },
};

function nameOf(record: Json): string {
  const { kind } = unwrap(record);
  if (kind !== "other") return kind;
  if (!isObject(record)) return typeof record;
  return printed(member(record, "type") ?? member(record, "role") ?? "unknown");
}

/** What is put around what was typed, and before an output. */
export const frames: Frames = {
  around: [
    [
      /^(?:\s|<mode_notice>[\s\S]*?<\/mode_notice>|<\/?user_(?:input|command)\b[^>]*>)+|<\/?user_(?:input|command)\b[^>]*>/g,
      "",
    ],
    [/^\[Command exited with code \d+\]\n/, ""],
  ],
  ends: /^Command exited with code -?\d+$/,
};
