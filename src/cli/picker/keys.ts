/** The picker's keys: what they do, in the help and at the bottom of the screen. */

type Line = readonly [keys: string, does: string];

export const HELP: readonly Line[] = [
  ["type", "filter by title, project, agent, id, model, or a label such as [limit]"],
  ["enter", "choose where to open the session"],
  ["tab", "show only the next agent's sessions; shift-tab: the previous agent's"],
  ["ctrl-a", "switch between this project's sessions and all"],
  ["ctrl-s", "search the full text of the sessions, or stop searching it"],
  ["↑ ↓", "move; also ctrl-p, ctrl-n, page up, page down, home and end"],
  ["→ ←", "show or hide the other sessions of a conversation (▸)"],
  ["shift-↑ ↓", "scroll the preview; a page at a time: ctrl-b, ctrl-f"],
  ["ctrl-t", "read the conversation in the pager, from the first match on in a search"],
  ["ctrl-y", "copy the session's id"],
  ["ctrl-o", "write a handoff document"],
  ["ctrl-e", "export the session as HTML"],
  ["ctrl-z", "undo the last write; asks first"],
  ["ctrl-u", "clear the query; ctrl-w: delete its last word"],
  ["?", "show these keys; F1 while there is a query"],
  ["esc", "go back one step, and leave at the end"],
  ["ctrl-c", "leave at once"],
];

/** Most important first. */
export const SESSION_HINTS: readonly Line[] = [
  ["enter", "open"],
  ["?", "keys"],
  ["esc", "leave"],
  ["tab", "agent"],
  ["ctrl-a", "project"],
  ["ctrl-s", "full text"],
  ["ctrl-t", "read"],
];

export const TARGET_HINTS: readonly Line[] = [
  ["enter", "choose"],
  ["esc", "back"],
  ["↑↓", "move"],
  ["shift-↑↓", "scroll"],
];

export const QUESTION_HINTS: readonly Line[] = [
  ["enter", "do it"],
  ["esc", "back"],
];

export const HELP_HINTS: readonly Line[] = [
  ["↑↓", "scroll"],
  ["esc", "back"],
];

/** As many of them as fit. */
export function hints(lines: readonly Line[], columns: number): string {
  let shown = "";
  for (const [keys, word] of lines) {
    const more = `${shown}${shown === "" ? "" : "  "}${keys} ${word}`;
    if (more.length > columns) break;
    shown = more;
  }
  return shown;
}
