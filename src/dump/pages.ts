/** A session as a page to read: Markdown, or HTML that needs nothing but itself and runs nothing. */
import { printed } from "../session/json.ts";
import { printable } from "../session/printable.ts";
import type { Entry, Header, Message, Part, ResultPart } from "../session/types.ts";
import { fenced, markdownProse, markdownText } from "./markdown.ts";

export interface Page {
  head(header: Header): string;
  /** "" for what is no part of the conversation. */
  entry(entry: Entry): string;
  tail(): string;
}

/** What makes up a page, whichever markup it is in. */
interface Markup {
  heading(text: string, time: string | null): string;
  prose(text: string): string;
  /** Something to open: a tool's call or answer, a thought. */
  aside(title: string, text: string, failed?: boolean): string;
  image(mediaType: string, data: string | null): string;
}

function clean(text: string): string {
  return printable(text.replaceAll("\r\n", "\n"));
}

function line(text: string): string {
  return clean(text.replace(/\s+/g, " ").trim());
}

function titleOf({ title, agent }: Header): string {
  return line(title ?? "") || `A session of ${agent}`;
}

function facts(header: Header): [string, string][] {
  const all: [string, string | null][] = [
    ["Agent", header.agent],
    ["Session", header.id],
    ["Folder", header.cwd],
    ["Branch", header.gitBranch],
    ["Model", header.model],
    ["Began", header.createdAt],
    ["Went on", header.updatedAt],
  ];
  return all.flatMap(([name, value]) =>
    value === null || value === "" ? [] : [[name, line(value)]],
  );
}

const WHO = { user: "User", assistant: "Assistant", tool: "Tool", system: "System" };

function body(entry: Entry, markup: Markup): string {
  if (entry.kind === "message") return messageBody(entry, markup);
  switch (entry.event) {
    case "compaction":
      return (
        markup.heading("Compaction", entry.time) + markup.prose(entry.summary || "(encrypted)")
      );
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
  // Answers of tools stand below their calls.
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
      return markup.aside(part.name, inputText(part.input));
    case "tool-result": {
      const texts = part.content.flatMap(resultText);
      const images = part.content.flatMap((item) =>
        item.kind === "image" ? [markup.image(item.mediaType, item.data)] : [],
      );
      const answer = markup.aside(
        part.isError ? "failed" : "answer",
        texts.join("\n"),
        part.isError,
      );
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

const STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8881; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: .9rem; margin: 2rem 0 .5rem; border-top: 1px solid var(--line); padding-top: .8rem; }
h2 time { font-weight: normal; opacity: .6; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .9rem; } dt { opacity: .6; } dd { margin: 0; overflow-wrap: anywhere; }
div.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
details { margin: .3rem 0; border-left: 3px solid var(--line); padding-left: .7rem; font-size: .9rem; } details.failed { border-color: #c33; }
summary { cursor: pointer; opacity: .8; }
pre { background: var(--soft); padding: .6rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; }
img { max-width: 100%; }
`.trim();

/** Nothing is loaded and nothing runs, whatever a browser finds in the page. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

export function htmlPage(): Page {
  const markup: Markup = {
    heading: (text, time) => {
      const when = time === null ? "" : ` <time>${escapeHtml(line(time))}</time>`;
      return `<h2>${escapeHtml(text)}${when}</h2>\n`;
    },
    prose: (text) => `<div class="text">${escapeHtml(clean(text).trim())}</div>\n`,
    aside: (title, text, failed = false) => {
      const summary = `<summary>${escapeHtml(line(title))}</summary>`;
      const content = text === "" ? "" : `<pre>${escapeHtml(clean(text))}</pre>`;
      return `<details${failed ? ' class="failed"' : ""}>${summary}${content}</details>\n`;
    },
    image: (mediaType, data) => {
      const isSafe = /^image\/(?:png|jpeg|gif|webp)$/.test(mediaType);
      if (!isSafe || data === null || !/^[A-Za-z0-9+/=\s]+$/.test(data)) {
        return `<p>(image, ${escapeHtml(line(mediaType))})</p>\n`;
      }
      return `<p><img alt="" src="data:${mediaType};base64,${data.replace(/\s/g, "")}"></p>\n`;
    },
  };
  return {
    head: (header) => {
      const title = escapeHtml(titleOf(header));
      const rows = facts(header).map(([name, value]) => `<dt>${name}<dd>${escapeHtml(value)}`);
      return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<dl>${rows.join("")}</dl>
`;
    },
    entry: (entry) => body(entry, markup),
    tail: () => "</html>\n",
  };
}

const ENTITIES: { [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}
