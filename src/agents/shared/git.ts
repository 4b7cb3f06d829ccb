/** What git says about the folder of a project, for agents that name their projects by it. */
import { execFileSync } from "node:child_process";

/** null for no git, no repository, or nothing to say, such as no remote. */
export function askGit(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): string | null {
  try {
    const out = execFileSync("git", args, {
      cwd,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return out.trim() === "" ? null : out.trim();
  } catch {
    return null;
  }
}
