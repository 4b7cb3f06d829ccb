/** What Kimi CLI itself says in the user's role. */
import type { Part } from "../../session/types.ts";

const SUMMARY =
  "<system>Previous context has been compacted. Here is the compaction output:</system>";

/** The summary that a compaction leaves of all that came before; null if it is another message. */
export function summaryIn([first, ...rest]: readonly Part[]): string | null {
  if (first?.kind !== "text" || first.text !== SUMMARY) return null;
  const texts = rest.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  return texts.length === rest.length ? texts.join("\n") : null;
}

export function summaryParts(summary: string): Part[] {
  return [
    { kind: "text", text: SUMMARY },
    { kind: "text", text: summary },
  ];
}

/** How the CLI reminds the model of its modes (soul/dynamic_injections, in all versions up to 1.51.0). */
const OF_MODES =
  /^<system-reminder>\n(?:Plan mode (?:is|still) active|Afk mode is|Yolo (?:\(auto-approve\) )?mode is|You are running (?:in afk mode|in non-interactive mode|with automatic tool approval))[\s\S]*<\/system-reminder>$/;

/**
 * A reminder of the CLI's modes, or the name of a point to go back to: the model is told such names
 * where it has the tool SendDMail. Another text in such tags may be one that the user pasted.
 */
export function isScaffold(parts: readonly Part[]): boolean {
  const text = onlyTextOf(parts)?.trim() ?? "";
  return /^<system>CHECKPOINT \d+<\/system>$/.test(text) || OF_MODES.test(text);
}

/** A reminder that says what tasks in the background came to. */
export const TASK_NEWS =
  /^\s*<system-reminder>\n?(Background tasks [\s\S]*?)\n?<\/system-reminder>\s*$/;

/** Its words, without the tags, which other agents take for context; null for anything else. */
export function taskNews(parts: readonly Part[]): string | null {
  return TASK_NEWS.exec(onlyTextOf(parts) ?? "")?.[1] ?? null;
}

/** A notification, or what a command says. */
export function isInjected(parts: readonly Part[]): boolean {
  const text = onlyTextOf(parts)?.trim() ?? "";
  return (
    /^<system>[\s\S]*<\/system>$/.test(text) ||
    /^<notification id="[\s\S]*<\/notification>$/.test(text)
  );
}

function onlyTextOf([first, ...rest]: readonly Part[]): string | undefined {
  return first?.kind === "text" && rest.length === 0 ? first.text : undefined;
}
