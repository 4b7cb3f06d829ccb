/** Why an entry is not sent: the loss that the report names. */
import type { Visibility } from "../../session/survey.ts";
import type { Entry, EventBody, Message } from "../../session/types.ts";
import type { LossCode } from "../report/losses.ts";
import { UNREAD } from "./demote.ts";

/** Why a message in the model's view is not sent. */
export function unsentCode(entry: Message): LossCode | null {
  if (entry.scaffold || entry.role === "system") return "scaffold-carried";
  return entry.stop === "error" || entry.stop === "aborted" ? "failed-carried" : null;
}

/** What the model would not see again anyway is not a loss. */
function unreadCode(
  { reason }: Extract<EventBody, { event: "unread" }>,
  visibility: Visibility,
): LossCode {
  const isSeen = !["compacted", "branch", "foreign"].includes(visibility);
  return isSeen ? UNREAD[reason] : "event-carried";
}

/** Titles are written in advance, and records of another session have their own losses. */
function isOnlyTold(entry: Entry): boolean {
  return entry.kind === "event" && (entry.event === "title" || entry.event === "session");
}

/** Why an entry outside the model's view is kept in the carry. */
export function asideCode(entry: Entry, visibility: Visibility): LossCode | null {
  if (entry.kind === "event" && entry.event === "unread") return unreadCode(entry, visibility);
  switch (visibility) {
    case "sidechain":
      return "subagent-carried";
    case "hidden":
      return "hidden-carried";
    case "branch":
      return entry.kind === "message" ? "branch-carried" : "event-carried";
    case "foreign":
      return entry.kind === "message" ? "record-foreign" : "event-carried";
    case "compacted":
      return entry.kind === "message" ? "compacted-carried" : "event-carried";
    case "replaced":
      return entry.kind === "message" ? (unsentCode(entry) ?? "fitted-carried") : "event-carried";
    case "outside":
      return isOnlyTold(entry) ? null : "event-carried";
    case "live":
      return null;
  }
}
