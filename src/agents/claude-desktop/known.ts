/** What this folder knows: the app's record of a session, and Claude Code's lines. */
import type { Shape } from "../../session/codec.ts";
import { knownOf } from "../shared/claude/known.ts";
import { keys } from "../shared/known.ts";
import { sessionIn } from "./records.ts";

export const known: Shape = {
  name: (record) => (sessionIn(record) === null ? "claude" : "session"),
  of: {
    // Settings and instructions of the app; what was said is in the lines.
    session: keys(
      "sessionId processName cliSessionId cwd originCwd worktreePath createdAt lastActivityAt model title isArchived vmProcessName " +
        "hostLoopMode initialMessage chromePermissionMode permissionMode userSelectedFolders userSelectedFiles " +
        "userSelectedProjectUuids enabledMcpTools slashCommands systemPrompt egressAllowedDomains accountName emailAddress",
    ),
    claude: knownOf(),
  },
};
