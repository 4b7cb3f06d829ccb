/** What happened to the repository since the session, as lines of text. */
import type { GitState } from "../io/git.ts";
import type { Header } from "../session/types.ts";

export interface GitNow {
  lines: string[];
}

const MOST = 30;

export function gitLines(header: Header, now: GitState | null): GitNow | null {
  const { gitBranch, gitCommit } = header;
  if (gitBranch === null && gitCommit === null && now === null) return null;
  const lines: string[] = [];
  const then = placeOf(gitBranch, gitCommit);
  if (then !== "") lines.push(`then: ${then}`);
  if (!now) return { lines };
  lines.push(`now: ${placeOf(now.branch, now.commit)}${now.changed.length === 0 ? ", clean" : ""}`);
  if (now.since !== null && gitCommit !== null && now.commit !== gitCommit) {
    lines.push(listed(`commits since then (${now.since.length})`, now.since));
  }
  if (now.changed.length > 0) {
    lines.push(listed(`not committed (${now.changed.length})`, now.changed));
  }
  return { lines };
}

function placeOf(branch: string | null, commit: string | null): string {
  const name = branch === null || branch === "HEAD" ? "" : `branch ${branch}`;
  const at = commit === null ? "" : `commit ${commit.slice(0, 12)}`;
  return [name, at].filter((one) => one !== "").join(", ");
}

function listed(what: string, lines: readonly string[]): string {
  const rest = lines.length - MOST;
  const more = rest > 0 ? [`… and ${rest} more`] : [];
  return [`${what}:`, ...lines.slice(0, MOST), ...more].join("\n");
}
