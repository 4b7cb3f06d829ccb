/** The project that a folder belongs to, and the resource that its threads have, by Mastra Code's own rule. */
import { createHash } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { hostOf } from "../../io/host.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { askGit } from "../shared/git.ts";

export interface Project {
  resourceId: string;
  /** Its root: the screen opens only threads with this path. */
  path: string;
}

export function projectOf(cwd: string, env: NodeJS.ProcessEnv): Project {
  const folder = resolve(cwd);
  const git = (...args: string[]): string | null => askGit(folder, args, env);
  const dir = git("rev-parse", "--git-dir");
  const path = (dir === null ? null : git("rev-parse", "--show-toplevel")) ?? folder;
  const named = namedResource(path, env);
  if (named !== null) return { resourceId: named, path };
  const url = dir === null ? null : remoteOf(git);
  const main = dir === null ? null : mainOf(path, dir, git("rev-parse", "--git-common-dir"));
  const name = url === null ? basename(path) : nameIn(url);
  const source = url === null ? (main ?? path) : plainUrl(url);
  const digest = createHash("sha256").update(source).digest("hex").slice(0, 12);
  return { resourceId: `${slug(name)}-${digest}`, path };
}

/** A setting of the user's, or of the project's, has precedence. */
function namedResource(path: string, env: NodeJS.ProcessEnv): string | null {
  const named = env.MASTRA_RESOURCE_ID ?? "";
  if (named !== "") return named;
  for (const folder of [path, hostOf(env).home]) {
    const text = textOrNone(join(folder, ".mastracode", "database.json"));
    const id = string(member(parseValue(text) ?? null, "resourceId")) ?? "";
    if (id !== "") return id;
  }
  return null;
}

function remoteOf(git: (...args: string[]) => string | null): string | null {
  const origin = git("remote", "get-url", "origin");
  if (origin !== null) return origin;
  const [first = ""] = git("remote")?.split("\n") ?? [];
  return first === "" ? null : git("remote", "get-url", first);
}

/** Of a worktree: the repository that it is of. */
function mainOf(root: string, dir: string, common: string | null): string | null {
  if (common === null || common === ".git" || common === dir) return null;
  return dirname(resolve(root, common));
}

function nameIn(url: string): string {
  return (
    url
      .split("/")
      .pop()
      ?.replace(/\.git$/, "") || "project"
  );
}

function plainUrl(url: string): string {
  return url
    .replace(/\.git$/, "")
    .replace(/^git@([^:]+):/, "https://$1/")
    .replace(/^ssh:\/\/git@/, "https://")
    .toLowerCase();
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
