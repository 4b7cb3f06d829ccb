/** How Kiro CLI is started on a session (kiro.dev/docs/cli/chat/session-management). */
import { rowPlace } from "../../io/row-place.ts";
import type { Launch } from "../types.ts";
import { holdsEditor } from "./editor.ts";
import { holdsKas, isSubagentPlace } from "./kas.ts";
import { isOfAmazonQ } from "./place.ts";

export const launch: Launch = {
  command: "kiro-cli",
  versionArgs: ["--version"],
  // Version 2 is what it starts by default, 3 has sessions of its own.
  resumeArgs: ({ id, path, prompt, args }) => [
    "chat",
    ...(holdsKas(rowPlace(path).path) ? ["--v3"] : []),
    "--resume-id",
    id,
    ...args,
    ...(prompt === null ? [] : [prompt]),
  ],
  // It takes the sessions of its own version 1 over when it opens them.
  hindrance: ({ path }) => {
    const why = whyNot(path);
    return why === null ? null : { why, how: "open it with --fork, which writes a new session" };
  },
  start: {
    args: ({ prompt, args }) => ["chat", ...args, prompt],
  },
};

function whyNot(place: string): string | null {
  const { path } = rowPlace(place);
  if (isOfAmazonQ(place)) {
    return "is one of the Amazon Q Developer CLI's, which Kiro CLI does not look for";
  }
  if (holdsEditor(path)) return "is one of Kiro's editor, which no command opens";
  return isSubagentPlace(path) ? "is a subagent's, which Kiro CLI does not open by itself" : null;
}
