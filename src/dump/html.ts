/** A session as a self-contained HTML page that loads nothing and runs nothing. */
import { short } from "../session/title.ts";
import type { Header } from "../session/types.ts";
import { body, clean, facts, line, type Markup, type Page, titleOf } from "./pages.ts";

/** For the pages and their index. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --user: #3b82f6; --agent: #d97706; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
a { color: inherit; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: .9rem; margin: 0 0 .4rem; }
h2 time { font-weight: normal; opacity: .6; margin-left: .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .9rem; } dt { opacity: .6; } dd { margin: 0; overflow-wrap: anywhere; }
section { border-left: 4px solid var(--line); padding: .5rem .9rem; margin: 1.2rem 0; border-radius: 2px; }
section.user { border-color: var(--user); background: color-mix(in srgb, var(--user) 9%, transparent); }
section.assistant { border-color: var(--agent); } section.tool { margin-top: -1.2rem; padding-top: 0; border-color: var(--agent); }
div.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
details { margin: .3rem 0; font-size: .9rem; } details.failed > summary { color: #dc2626; }
summary { cursor: pointer; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
summary code { opacity: .75; margin-left: .4rem; }
pre { background: var(--soft); padding: .6rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; }
img { max-width: 100%; }
label.all { position: sticky; top: 0; float: right; font-size: .9rem; padding: .2rem .6rem; background: Canvas; border: 1px solid var(--line); border-radius: 4px; }
:root:has(#all:checked) details::details-content { content-visibility: visible; block-size: auto; display: block; }
@media print { label.all { display: none; } }
`.trim();

/** Nothing is loaded and nothing runs, whatever a browser finds in the page. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** The index's data about a page: stored in the page's head, and read back from there. */
export const META = ["agent", "title", "folder", "updated"] as const;

export function htmlPage(): Page {
  return {
    head: (header) => {
      const title = escapeHtml(titleOf(header));
      const rows = facts(header).map(([name, value]) => `<dt>${name}<dd>${shownFact(name, value)}`);
      return `${headOf(title, POLICY, metaOf(header))}
<label class="all"><input type="checkbox" id="all"> Expand all</label>
<h1>${title}</h1>
<dl>${rows.join("")}</dl>
`;
    },
    entry: (entry) => body(entry, MARKUP),
    tail: () => "</html>\n",
  };
}

/** The beginning of a page, up to its content. `title` and `more` are markup. */
export function headOf(title: string, policy: string, more = ""): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="Segue">
${more}<title>${title}</title>
<style>${STYLE}</style>`;
}

function metaOf(header: Header): string {
  const values = {
    agent: header.agent,
    title: titleOf(header),
    folder: header.cwd ?? "",
    updated: header.updatedAt ?? header.createdAt ?? "",
  };
  const tags = META.map(
    (name) =>
      `<meta name="segue-${name}" content="${escapeHtml(short(line(values[name]), LONGEST))}">\n`,
  );
  return tags.join("");
}

function shownFact(name: string, value: string): string {
  return name === "Started" || name === "Updated" ? timeTag(value) : escapeHtml(value);
}

const MARKUP: Markup = {
  whole: (role, content) => `<section class="${role ?? "event"}">\n${content}</section>\n`,
  heading: (text, time) =>
    `<h2>${escapeHtml(text)}${time === null ? "" : timeTag(line(time))}</h2>\n`,
  prose: (text) => `<div class="text">${escapeHtml(clean(text).trim())}</div>\n`,
  aside: (title, text, { failed = false, about = null } = {}) => {
    const [first = ""] = (about ?? "").trim().split("\n", 1);
    const code = first === "" ? "" : ` <code>${escapeHtml(line(first).slice(0, LONGEST))}</code>`;
    const summary = `<summary>${escapeHtml(line(title))}${code}</summary>`;
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

/** A line on a screen is not longer. */
const LONGEST = 300;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A time as people write it; anything else is unchanged. */
export function timeTag(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return `<time>${escapeHtml(time)}</time>`;
  const [day, month, year] = [at.getUTCDate(), MONTHS[at.getUTCMonth()], at.getUTCFullYear()];
  const iso = at.toISOString();
  return `<time datetime="${iso}">${day} ${month} ${year}, ${iso.slice(11, 16)} UTC</time>`;
}

const ENTITIES: { [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}

/** The inverse of `escapeHtml`. */
export function unescapeHtml(text: string): string {
  const chars = new Map(Object.entries(ENTITIES).map(([char, entity]) => [entity, char]));
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => chars.get(entity) ?? entity);
}
