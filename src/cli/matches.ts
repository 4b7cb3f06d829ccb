/** The results of a search, as text. */
import type { Listed } from "../core/list.ts";
import { type FoldedMatch, type Hit, MARK_OFF, MARK_ON } from "../core/search.ts";
import { clean, clip, widthOf } from "./cells.ts";
import { folderName, when } from "./session-table.ts";
import { hasColor, highlighted, oneLine, paint, screenWidth } from "./terminal.ts";

interface Look {
  idOf(session: Listed): string;
  /** For a person in a terminal? */
  isScreen: boolean;
}

/** A session with its matches, and below it those in its subagents. */
export function matchText({ session, hits, subagents }: FoldedMatch, look: Look): string {
  const below = subagents.flatMap((one) => [
    `  └ ${subagentLine(one.session, look)}`,
    ...hitLines(one.hits, "    "),
  ]);
  const head = look.isScreen ? screenHead(session, look) : [plainHead(session, look)];
  const lines = [...head, ...hitLines(hits, "  "), ...below, ...(look.isScreen ? [""] : [])];
  return `${lines.join("\n")}\n`;
}

function plainHead(session: Listed, { idOf }: Look): string {
  const { agent, time, cwd, title } = session;
  const name = `${agent} ${oneLine(idOf(session))}`;
  return `${name}  ${when(time)}  ${folderName(cwd)}  ${oneLine(title ?? "", 60)}`.trimEnd();
}

function screenHead(session: Listed, { idOf }: Look): string[] {
  const { agent, time, cwd, title } = session;
  const width = screenWidth(process.stdout, 80);
  const id = oneLine(idOf(session));
  const facts = ["", when(time), ...(cwd === null ? [] : [folderName(cwd)])].join(" · ");
  return [
    paint("bold", clip(clean(title ?? "(no title)"), width)),
    `${paint({ agent }, agent)} ${id}${paint("dim", clip(facts, width - widthOf(agent + id) - 1))}`,
  ];
}

function subagentLine(session: Listed, { idOf, isScreen }: Look): string {
  const text = `subagent ${oneLine(idOf(session))}  ${oneLine(session.title ?? "", 60)}`.trimEnd();
  return isScreen ? clip(text, Math.max(20, screenWidth(process.stdout, 80) - 4)) : text;
}

function hitLines(hits: readonly Hit[], indent: string): string[] {
  return hits.map(({ entry, snippet }) => `${indent}[${entry}] ${highlighted(marked(snippet))}`);
}

export function unmarked(snippet: string): string {
  return oneLine(snippet.replaceAll(MARK_ON, "").replaceAll(MARK_OFF, ""));
}

/** The pieces of a snippet; every second one is a match. */
function marked(snippet: string): string[] {
  if (!hasColor()) return [unmarked(snippet)];
  return snippet
    .replace(/\s+/g, " ")
    .trim()
    .split(new RegExp(`[${MARK_ON}${MARK_OFF}]`));
}
