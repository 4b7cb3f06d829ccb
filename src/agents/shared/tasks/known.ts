/** What is known of the lines of a task. */
import type { Frames, Shape } from "../../../session/codec.ts";
import { isObject, member } from "../../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../known.ts";
import { PREFIXED } from "./content.ts";
import type { TaskDialect } from "./dialect.ts";
import { unwrap } from "./records.ts";

const detail = keys("type id format index signature data", { text: CONTENT, summary: CONTENT });
const details: Readonly<Record<string, Shape>> = { reasoning_details: { each: detail } };

const text = keys("type citations cache_control call_id signature", { text: CONTENT, ...details });
const image = keys("type cache_control", {
  source: keys("type media_type", { data: CONTENT, url: CONTENT }),
});
const said = by("type", { text, image });

const block = by("type", {
  text,
  image,
  thinking: keys("type signature summary call_id", { thinking: CONTENT }),
  reasoning: keys("type encrypted_content id", { text: CONTENT, summary: CONTENT }),
  redacted_thinking: keys("type data call_id"),
  thoughtSignature: keys("type thoughtSignature"),
  tool_use: keys("type id cache_control call_id signature", {
    name: CONTENT,
    input: CONTENT,
    ...details,
  }),
  tool_result: keys("type tool_use_id is_error cache_control call_id", { content: blocks(said) }),
});

const MESSAGE =
  `role ts id condenseId condenseParent truncationId truncationParent isTruncationMarker
  isSummary modelInfo metrics`.replaceAll("\n", " ");

const message = keys(MESSAGE, {
  content: blocks(block),
  reasoning_content: CONTENT,
  ...details,
});

const TASK =
  `id ulid rootTaskId parentTaskId number ts task tokensIn tokensOut cacheWrites cacheReads
  totalCost size workspace cwdOnTaskInitialization conversationHistoryDeletedRange mode apiConfigName status
  delegatedToId childIds awaitingChildId completedByChildId completionResultSummary isFavorited
  fileNotfound toolProtocol modelId isLegacy checkpointManagerErrorMessage shadowGitConfigWorkTree`.replaceAll(
    "\n",
    " ",
  );

export function knownOf(dialect: TaskDialect): Shape {
  const { keys: names } = dialect;
  const one = (key: string, shape: Shape): Shape => ({ keys: { [key]: shape } });
  return {
    name(record) {
      const stored = unwrap(record, dialect);
      if (stored.kind === "unknown") return String(member(stored.said, "role") ?? "unknown");
      if (stored.kind !== "other") return stored.kind;
      return isObject(record) ? (Object.keys(record)[0] ?? "") : typeof record;
    },
    of: {
      task: one(names.task, keys(TASK)),
      spelling: one("spelling", keys("indent end raw")),
      message: one(names.message, message),
      reasoning: one(names.message, reasoning),
    },
  };
}

const reasoning = keys(`${MESSAGE} type encrypted_content content segueCarry`, {
  text: CONTENT,
  summary: CONTENT,
});

/** What is put around what was typed. */
export const frames: Frames = {
  around: [
    [
      /^<(?:task|user_message|feedback|answer)>\n|\n<\/(?:task|user_message|feedback|answer)>$/g,
      "",
    ],
    // The words before are a part of their own.
    [PREFIXED, "$3"],
  ],
};
