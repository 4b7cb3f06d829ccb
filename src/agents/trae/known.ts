/** The keys of Trae's sessions that readers of others name. Others are kept as well; `segue check` lists them. */
import type { Shape } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import { CONTENT, keys } from "../shared/known.ts";
import { ENDS } from "./content.ts";
import { unwrap } from "./records.ts";

/** What the step that ends an answer gave is how it went, and its summary once more. */
function called(names: string, name: string, more: Readonly<Record<string, Shape>>): Shape {
  const of = (own: Shape, result: Shape) =>
    keys(names, { ...more, [name]: own, params: CONTENT, result });
  return {
    name: (value) => (ENDS.has(string(member(value, name)) ?? "") ? "end" : ""),
    of: { "": of(CONTENT, CONTENT), end: of(true, true) },
  };
}

const item = called(
  "id planItemId toolcall_id status confirm_info confirmInfo messageId agentId agentRunId parentAgentRunIds hide",
  "toolName",
  {
    thought: CONTENT,
    content: CONTENT,
    text: CONTENT,
    reasoningContent: CONTENT,
    toolCallInfo: called("id", "name", {}),
  },
);

const task: Shape = {
  name: (value) => (typeof value === "string" ? "text" : ""),
  of: {
    text: CONTENT,
    "": keys("", {
      content: CONTENT,
      text: CONTENT,
      proposal: CONTENT,
      proposalReasoningContent: CONTENT,
      guideline: keys("", { thought: CONTENT, planItems: { each: item } }),
    }),
  },
};

export const known: Shape = {
  name: (record) => unwrap(record).kind,
  of: {
    session: keys("folder", {
      traeSession: keys(
        "sessionId parentSessionId title name type sessionType createdAt updatedAt model",
      ),
    }),
    message: keys("", {
      traeMessage: keys(
        "role sessionId turnId turnIndex timestamp createdAt status agentId agentType agentName agentMessageId " +
          "agentMessageType messageId replyToMessageId model modelInfo",
        { content: CONTENT, parsedQuery: CONTENT, agentTaskContent: task },
      ),
    }),
  },
};
