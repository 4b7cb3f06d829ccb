/** What the model sees after a compaction: repeated messages, and a summary. */
import { member, printed, string } from "../../session/json.ts";
import { otherPart } from "../../session/other.ts";
import type { Json, Message, Part } from "../../session/types.ts";
import { readContent } from "./content.ts";
import { asReasoning, readAgents, readCall, readOutput, readReasoning, sealedIn } from "./items.ts";
import { byOrigin, isSummary } from "./scaffold.ts";

interface Restated {
  /** "" if there is no readable one. */
  summary: string;
  kept: Message[];
  /** There is a summary that only its vendor can read. */
  sealed: boolean;
}

/** The user's messages, and a summary as the last of them, or an encrypted one. */
export function restate(
  history: readonly Json[],
  message: string,
  id: string,
  time: string | null,
): Restated {
  const items = [...history];
  const last = items.findLastIndex((item) => isSummary(item) || isLastWord(item, message));
  const summary = last < 0 ? message : (contentText(items.splice(last, 1)[0]) ?? message);
  const kept = items.flatMap((item, i) =>
    keptOf(item).map((body, n): Message => {
      const own = n === 0 ? `${id}/kept${i}` : `${id}/kept${i}.${n}`;
      return { kind: "message", id: own, parentId: null, time, ...body };
    }),
  );
  return { summary, kept, sealed: items.some(isSealed) };
}

/** Codex puts its own words before the summary. */
function isLastWord(item: Json, message: string): boolean {
  if (message === "" || member(item, "role") !== "user") return false;
  return contentText(item)?.endsWith(message) ?? false;
}

function contentText(item: Json | undefined): string | undefined {
  const [first] = readContent(member(item, "content"));
  return first?.kind === "text" || first?.kind === "other" ? first.text : undefined;
}

function isSealed(item: Json): boolean {
  const type = string(member(item, "type"));
  return type === "compaction" || type === "compaction_summary" || type === "context_compaction";
}

type Body = Pick<Message, "role" | "parts" | "scaffold" | "told">;

/** Usually these are messages; model output is described in words, since it is in the past. */
function keptOf(item: Json): Body[] {
  const type = string(member(item, "type")) ?? "message";
  switch (type) {
    case "message":
      return keptMessage(item).filter(({ parts }) => parts.length > 0);
    case "agent_message":
      return [
        { role: "user", parts: [...readAgents(item), ...readContent(member(item, "content"))] },
      ];
    case "reasoning":
      return [{ role: "assistant", parts: [readReasoning(item)] }];
    case "function_call":
    case "custom_tool_call":
    case "local_shell_call":
    case "web_search_call":
    case "tool_search_call": {
      const { name, input } = readCall(item, type);
      const call = otherPart(type, null, { known: true, text: `${name} ${printed(input)}` });
      return [{ role: "assistant", parts: [call, ...sealedIn(item)] }];
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "user", parts: readOutput("", member(item, "output")).content }];
    // Reported by the event that follows, or not at all.
    case "compaction":
    case "compaction_summary":
    case "context_compaction":
    case "additional_tools":
    case "compaction_trigger":
    case "configuration_update":
    case "ghost_snapshot":
      return [];
    default:
      return [{ role: "assistant", parts: [otherPart(type, item)] }];
  }
}

function keptMessage(item: Json): Body[] {
  const role = member(item, "role");
  const said: Part[] = readContent(member(item, "content"));
  if (role === "assistant") return [{ role, parts: [...said.map(asReasoning), ...sealedIn(item)] }];
  if (role === "developer" || role === "system") {
    return [{ role: "system", parts: said, scaffold: true }];
  }
  if (role !== "user") return [{ role: "user", parts: [...said, ...sealedIn(item)] }];
  const bodies = byOrigin(item).map(({ origin, content }): Body => {
    const parts = readContent(content);
    return origin === "own" ? { role, parts } : { role, parts, [origin]: true };
  });
  const sealed = sealedIn(item);
  return sealed.length > 0 ? [...bodies, { role, parts: sealed }] : bodies;
}
