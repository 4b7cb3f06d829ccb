/** The keys of Trae's sessions that readers of others name. Others are kept as well; `segue check` lists them. */
import type { Shape } from "../../session/codec.ts";
import { CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const call = keys("id", { name: CONTENT, params: CONTENT, result: CONTENT });

const item = keys(
  "id planItemId toolcall_id status confirm_info confirmInfo messageId agentId agentRunId parentAgentRunIds hide",
  {
    toolName: CONTENT,
    thought: CONTENT,
    content: CONTENT,
    text: CONTENT,
    reasoningContent: CONTENT,
    params: CONTENT,
    result: CONTENT,
    toolCallInfo: call,
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
