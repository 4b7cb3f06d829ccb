/** The texts of a user's item: what the user typed, and what the CLI puts around it. */
import type { Part, TextPart } from "../../session/types.ts";

const [OPEN, CLOSE] = ["<user_query>", "</user_query>"];

/**
 * Blocks that the CLI puts before a prompt as context, and does not count as part of it (source). What
 * a subagent is given of the conversation that it comes from is none: `background_context`, `fork-context`.
 */
const CONTEXT = new Set(
  `user_info project_layout git_status system-reminder system_reminder agent-memory
  rules`.split(/\s+/),
);

export interface Split {
  /** Context from the harness, which says nothing of the conversation. */
  context: string;
  parts: Part[];
  isTyped: boolean;
}

/**
 * Of the CLI's own messages, such as those that wake the model, only what it puts around a prompt is
 * context: with a whole one it says what a task came to.
 */
export function splitPart(part: Part, isOwn: boolean): Split {
  const isWhole = part.kind !== "text" || (isOwn && queryIn(part.text) === null);
  return isWhole ? { context: "", parts: [unwrapped(part)], isTyped: false } : splitText(part.text);
}

/** Other agents take what is in such tags for context of their own. */
export function unwrapped(part: Part): Part {
  if (part.kind !== "text") return part;
  const [, , said] = /^\s*<(system[-_]reminder)>\n?([\s\S]*?)\n?<\/\1>\s*$/.exec(part.text) ?? [];
  return said === undefined || said === "" ? part : { ...part, text: said };
}

/** Takes a text apart. What the CLI says of a prompt, such as which images it saved, is told. */
export function splitText(text: string): Split {
  const query = queryIn(text);
  if (query === null) {
    const { end, context } = leading(text, true);
    const rest = end === 0 ? text : text.slice(end).trim();
    return { context: context.join("\n\n"), parts: texts(rest), isTyped: false };
  }
  const { before, typed, after } = query;
  return {
    context: before.context.join("\n\n"),
    parts: [
      ...texts(before.told.join("\n\n"), { told: true }),
      // With what the CLI puts before them there: that a task is a scheduled one, or what the goal is.
      { kind: "text", text: typed },
      ...texts(after, { told: true }),
    ],
    isTyped: true,
  };
}

/** Would some of a text be read as what the CLI puts around a prompt? */
export function hasContext(text: string): boolean {
  return queryIn(text) !== null || leading(text, true).end > 0;
}

/** A text that the user typed, without what the CLI puts around it; undefined for another text. */
export function typedIn(text: string): string | undefined {
  return queryIn(text)?.typed;
}

function texts(text: string, marks: { told?: true } = {}): TextPart[] {
  return text.trim() === "" ? [] : [{ kind: "text", text, ...marks }];
}

interface Query {
  before: Leading;
  typed: string;
  after: string;
}

function queryIn(text: string): Query | null {
  const close = text.lastIndexOf(CLOSE);
  if (close < 0) return null;
  const after = text.slice(close + CLOSE.length).trim();
  if (after !== "" && !after.startsWith("<")) return null;
  const before = leading(text, false);
  const rest = text.slice(before.end, close).trimStart();
  if (!rest.startsWith(OPEN)) return null;
  const typed = rest.slice(OPEN.length);
  return { before, typed: typed.replace(/^\n/, "").replace(/\n$/, ""), after };
}

interface Leading {
  end: number;
  context: string[];
  told: string[];
}

/** The blocks that a text begins with: `<name>…</name>`. `only`: those that are context. */
function leading(text: string, only: boolean): Leading {
  const found: Leading = { end: 0, context: [], told: [] };
  const opening = /\s*<([\w-]+)(?:\s[^<>]*)?>/y;
  for (;;) {
    opening.lastIndex = found.end;
    const [, name] = opening.exec(text) ?? [];
    const isContext = name !== undefined && CONTEXT.has(name);
    if (name === undefined || name === "user_query" || (only && !isContext)) return found;
    const close = text.indexOf(`</${name}>`, opening.lastIndex);
    if (close < 0) return found;
    const end = close + name.length + 3;
    (isContext ? found.context : found.told).push(text.slice(found.end, end).trim());
    found.end = end;
  }
}

/** How reminders begin that tell the model of its harness: its servers and modes, the date, how a turn ends. */
const OF_HARNESS =
  /^<system[-_]reminder>\s*(?:MCP servers?\b|Plan mode\b|## Returning to Plan Mode|You have exited plan mode|The following skills\b|The local date has changed|You have outstanding todos|The agent attempted to end this turn|A response schema is required)/;

/** Not every reminder is that: others tell what a task came to, or hold an image that a tool returned. */
export function isOfHarness(parts: readonly Part[]): boolean {
  return parts.every((part) => part.kind === "text" && OF_HARNESS.test(part.text.trim()));
}
