/**
 * The index page of an HTML dump, which lists the pages and filters them by what the user types.
 */
import { createHash } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { Input } from "../io/input.ts";
import { Output } from "../io/output.ts";
import { escapeHtml, headOf, META, timeTag, unescapeHtml } from "./html.ts";

export const CONTENTS = "index.html";

/** A session's page, and its metadata. */
export interface Listed {
  /** Relative to the dump's folder, with "/" between its parts. */
  file: string;
  facts: { [name in (typeof META)[number]]: string };
}

/** The maximum length of a page's head; see `metaOf`. */
const HEAD_BYTES = 16_000;

/** A page's metadata about its session; its name and agent if there is none. */
export function listedAt(folder: string, file: string): Listed {
  const head = beginningOf(join(folder, file));
  const [agent = ""] = file.split("/");
  const facts = { agent, title: file.slice(agent.length + 1), folder: "", updated: "" };
  for (const name of META) {
    const [, content] =
      new RegExp(`<meta name="segue-${name}" content="([^"]*)">`).exec(head) ?? [];
    if (content !== undefined) facts[name] = unescapeHtml(content);
  }
  return { file, facts };
}

function beginningOf(path: string): string {
  if (!existsSync(path)) return "";
  const input = new Input(path);
  try {
    return input.read(0, HEAD_BYTES).toString();
  } finally {
    input.close();
  }
}

/**
 * Writes the index page; false if there is one that Segue did not write, which stays unless `force`
 * is set.
 * @throws SegueError if there is something other than a file
 */
export function writeContents(
  folder: string,
  pages: readonly Listed[],
  { force = false } = {},
): boolean {
  const path = join(folder, CONTENTS);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat && !stat.isFile()) {
    throw new SegueError(
      "failed",
      "something other than a file is where the list of pages belongs",
      {
        where: path,
      },
    );
  }
  if (stat && !force && !isAsWritten(textIn(path))) return false;
  const out = new Output(path);
  const text = contentsPage(pages);
  out.line(`${text}\n${sealOf(text)}`);
  out.commit({ replace: true });
  return true;
}

/** Ends the page: later changes to it are detected by this. */
function sealOf(text: string): string {
  return `<!-- segue ${createHash("sha256").update(text).digest("hex")} -->`;
}

function isAsWritten(text: string): boolean {
  const at = text.lastIndexOf("\n<!-- segue ");
  return at >= 0 && text.slice(at + 1).trim() === sealOf(text.slice(0, at));
}

/** The page's only script: it reads nothing but the page's own rows. */
const SCRIPT = `
const box = document.getElementById("find");
const rows = [...document.querySelectorAll("tbody tr")];
const count = document.getElementById("count");
function find() {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown++;
  }
  count.textContent = shown + " of " + rows.length;
}
box.addEventListener("input", find);
find();
`;

const CSS = `
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
td, th { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: anywhere; } td.folder { min-width: 12rem; opacity: .75; } td.when, td.agent { white-space: nowrap; opacity: .75; }
input[type=search] { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem .6rem; margin: .6rem 0; }
body { max-width: 70rem; }
@media (max-width: 44rem) {
  thead { display: none; } td.folder { min-width: 0; }
  tr:not([hidden]) { display: flex; flex-wrap: wrap; gap: 0 .8rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { border: 0; padding: 0; } td.title { order: -1; flex-basis: 100%; }
}
`;

/** Only this very script runs, and nothing is loaded. */
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`;

export function contentsPage(pages: readonly Listed[]): string {
  const newest = pages.toSorted((a, b) => (a.facts.updated < b.facts.updated ? 1 : -1));
  const rows = newest.map(({ file, facts: { agent, title, folder, updated } }) => {
    const href = file.split("/").map(encodeURIComponent).join("/");
    const cells = [
      `<td class="when">${updated === "" ? "" : timeTag(updated)}</td>`,
      `<td class="agent">${escapeHtml(agent)}</td>`,
      `<td class="title"><a href="${href}">${escapeHtml(title)}</a></td>`,
      `<td class="folder">${escapeHtml(folder)}</td>`,
    ];
    return `<tr>${cells.join("")}</tr>\n`;
  });
  return `${headOf("Sessions", POLICY)}
<style>${CSS}</style>
<h1>Sessions</h1>
<input type="search" id="find" placeholder="Search titles, agents and folders" autofocus>
<p id="count">${pages.length}</p>
<table>
<thead><tr><th>Updated<th>Agent<th>Title<th>Folder</tr></thead>
<tbody>
${rows.join("")}</tbody>
</table>
<script>${SCRIPT}</script>
</html>`;
}
