/** A session as a readable page: the contents shared by both markups, and Markdown. */
import { printed } from "../session/json.ts";
import { printable } from "../session/printable.ts";
import { aboutUse, NO_SUMMARY } from "../session/render.ts";
import type { Entry, Header, Message, Part, ResultPart } from "../session/types.ts";
import { fenced, markdownProse, markdownText } from "./markdown.ts";

export interface Page {
  head(header: Header): string;
  /** "" for an entry that is not part of the conversation. */
  entry(entry: Entry): string;
  tail(): string;
}

/** The parts of a page, in either markup. */
export interface Markup {
  /** A complete entry; `role` is null if it is not a message. */
  whole(role: Message["role"] | null, content: string): string;
  heading(text: string, time: string | null): string;
  prose(text: string): string;
  /**
   * A collapsible part: a tool's call or result, or reasoning. `about`: what it is about, in short.
   */
  aside(title: string, text: string, more?: { failed?: boolean; about?: string | null }): string;
  image(mediaType: string, data: string | null): string;
}

export function clean(text: string): string {
  return printable(text.replaceAll("\r\n", "\n"));
}

export function line(text: string): string {
  return clean(text.replace(/\s+/g, " ").trim());
}

export function titleOf({ title, agent }: Header): string {
  return line(title ?? "") || `A session of ${agent}`;
}

export function facts(header: Header): [string, string][] {
  const all: [string, string | null][] = [
    ["Agent", header.agent],
    ["Session", header.id],
    ["Folder", header.cwd],
    ["Branch", header.gitBranch],
    ["Model", header.model],
    ["Started", header.createdAt],
    ["Updated", header.updatedAt],
  ];
  return all.flatMap(([name, value]) =>
    value === null || value === "" ? [] : [[name, line(value)]],
  );
}

const WHO = { user: "User", assistant: "Assistant", tool: "Tool", system: "System" };

export function body(entry: Entry, markup: Markup): string {
  const role = entry.kind === "message" ? entry.role : null;
  const content = entry.kind === "message" ? messageBody(entry, markup) : eventBody(entry, markup);
  return content === "" ? "" : markup.whole(role, content);
}

function eventBody(entry: Exclude<Entry, Message>, markup: Markup): string {
  switch (entry.event) {
    case "compaction":
      return markup.heading("Compaction", entry.time) + markup.prose(entry.summary || NO_SUMMARY);
    case "limit":
      return markup.heading("Limit", entry.time) + markup.prose(entry.text);
    case "error":
      return markup.heading("Error", entry.time) + markup.prose(entry.text);
    default:
      return "";
  }
}

function messageBody(entry: Message, markup: Markup): string {
  if (entry.scaffold || entry.role === "system") return "";
  const parts = entry.parts.map((part) => partBody(part, markup)).join("");
  if (parts === "") return "";
  const side = entry.sidechain === undefined ? "" : " (subagent)";
  // Results of tools are below their calls.
  const heading = entry.role === "tool" ? "" : markup.heading(WHO[entry.role] + side, entry.time);
  return heading + parts;
}

function partBody(part: Part, markup: Markup): string {
  switch (part.kind) {
    case "text":
      return part.text.trim() === "" ? "" : markup.prose(part.text);
    case "reasoning":
      return part.text.trim() === "" ? "" : markup.aside("Reasoning", part.text);
    case "image":
      return markup.image(part.mediaType, part.data);
    case "file":
      return markup.aside(
        `File ${part.name ?? part.url ?? ""}, ${part.mediaType}`,
        part.text ?? "",
      );
    case "other":
      return markup.aside(part.type, part.text);
    case "unread":
      return "";
    case "tool-call":
      return markup.aside(part.name, inputText(part.input), { about: aboutUse(part.use) });
    case "tool-result": {
      const texts = part.content.flatMap(resultText);
      const images = part.content.flatMap((item) =>
        item.kind === "image" ? [markup.image(item.mediaType, item.data)] : [],
      );
      const answer = markup.aside(part.isError ? "failed" : "answer", texts.join("\n"), {
        failed: part.isError,
      });
      return answer + images.join("");
    }
  }
}

function resultText(item: ResultPart): string[] {
  if (item.kind === "text" || item.kind === "other") return [item.text];
  return item.kind === "file"
    ? [`[${item.name ?? "file"}, ${item.mediaType}]`, item.text ?? ""]
    : [];
}

function inputText(input: Parameters<typeof printed>[0]): string {
  if (typeof input !== "object" || input === null) return String(input);
  try {
    return JSON.stringify(input, null, 2);
  } catch {
    return printed(input);
  }
}

export function markdownPage(): Page {
  const block = (text: string): string => (text === "" ? "" : `${fenced(clean(text))}\n\n`);
  const markup: Markup = {
    whole: (_, content) => content,
    heading: (text, time) =>
      `## ${text}${time === null ? "" : ` · ${markdownText(line(time))}`}\n\n`,
    prose: (text) => `${markdownProse(clean(text))}\n\n`,
    aside: (title, text) => `**${markdownText(line(title))}**\n\n${block(text)}`,
    image: (mediaType) => `*(image, ${markdownText(line(mediaType))})*\n\n`,
  };
  return {
    head: (header) => {
      const rows = facts(header).map(([name, value]) => `- ${name}: ${markdownText(value)}\n`);
      return `# ${markdownText(titleOf(header))}\n\n${rows.join("")}\n`;
    },
    entry: (entry) => body(entry, markup),
    tail: () => "",
  };
}
