/** Where histories are, and what their paths say. */
import { hash } from "node:crypto";
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { namesOf } from "../../io/files.ts";

/** Aider's own, one in each project. */
export const DEFAULT = ".aider.chat.history.md";

const NAME = /^\.aider\.chat\.history(?:\.([0-9a-f]{16}))?\.md$/;

/** Sessions from elsewhere are beside it; Aider has git ignore `.aider*`. */
export function nameFor(id: string): string {
  return `.aider.chat.history.${id}.md`;
}

/** By its name. */
export function isHistory(path: string): boolean {
  return NAME.test(basename(path));
}

/** The id in its name, or one that the path gives: there is one session in a file. */
export function idOf(path: string): string {
  const named = NAME.exec(basename(path))?.[1];
  return (
    named ?? hash("sha256", join(realFolder(dirname(resolve(path))), basename(path))).slice(0, 16)
  );
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** The histories of a project. */
export function historiesFor(folder: string): string[] {
  return projectFolders(folder).flatMap(historiesIn);
}

/** This folder, and those above it up to the repository's root. */
export function projectFolders(folder: string): string[] {
  const top = repositoryOf(folder);
  const folders = [folder];
  for (let at = folder; top !== null && at !== top; ) {
    at = dirname(at);
    folders.push(at);
  }
  return folders;
}

/** The folder in which Aider works with a history: a renamed one may be anywhere in its project. */
export function projectOf(path: string): string {
  const beside = dirname(resolve(path));
  return isHistory(path) ? beside : (repositoryOf(beside) ?? beside);
}

export function historiesIn(folder: string): string[] {
  return namesOf(folder)
    .filter(isHistory)
    .map((name) => join(folder, name));
}

export function repositoryOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (lstatSync(join(at, ".git"), { throwIfNoEntry: false })) return at;
    if (at === dirname(at)) return null;
  }
}
