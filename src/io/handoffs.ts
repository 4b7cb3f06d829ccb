/** Where handoffs lie: one file a session, which only the user may read. */
import { existsSync, lstatSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Output } from "./output.ts";
import { type Env, stateFolder } from "./state.ts";

/** Each has a folder of its own: an agent that is let into it sees no other. */
export function handoffPath(env: Env, name: string): string {
  return join(stateFolder(env), "handoff", name, "handoff.md");
}

export function projectHandoffPath(project: string, name: string): string {
  return join(project, ".segue", `handoff-${name}.md`);
}

/** Writes the file, or all of it anew. @throws SegueError when it cannot be written. */
export function writeHandoff(path: string, text: string): void {
  const out = new Output(path);
  out.write(text);
  out.commit({ replace: true });
}

/**
 * Writes it into the project, where git does not see it; false where that cannot be: the folder
 * may be read-only, or, as projects come from others, a link that leads elsewhere.
 */
export function writeProjectHandoff(project: string, path: string, text: string): boolean {
  const folder = join(project, ".segue");
  try {
    if (existsSync(folder) && !lstatSync(folder).isDirectory()) return false;
    writeHandoff(path, text);
    const ignore = join(folder, ".gitignore");
    if (!existsSync(ignore)) writeFileSync(ignore, "*\n", { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}
