/** What the CLI sends in the place of the conversation so far. */
import { member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { readContent } from "./content.ts";
import { typedIn } from "./typed.ts";

const OPENING = "This session is being continued from a previous conversation";
const HEAD = `${OPENING} that ran out of context. The summary below covers the earlier portion of the conversation.\n\n`;

/** Is a user's item a summary of the conversation so far? */
export function isSummary(item: Json): boolean {
  if (member(item, "type") !== "user") return false;
  return textOf(item).startsWith(OPENING);
}

/** The summary, without the words that introduce it. */
export function summaryIn(item: JsonObject): string {
  const text = textOf(item);
  return text.startsWith(HEAD) ? text.slice(HEAD.length) : text;
}

export function summaryText(summary: string): string {
  return summary.startsWith(OPENING) ? summary : `${HEAD}${summary}`;
}

function textOf(item: Json): string {
  const texts = readContent(member(item, "content")).flatMap((part) =>
    part.kind === "text" || part.kind === "other" ? [part.text] : [],
  );
  const text = texts.join("\n");
  const [whole = text] = texts.map((one) => typedIn(one) ?? string(one) ?? "");
  return texts.length === 1 ? whole : text;
}
