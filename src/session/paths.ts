/**
 * Folders as sessions name them. A store may contain paths of a system other than the one that
 * Segue runs on (Windows paths seen from WSL, and the other way round), so paths are compared by
 * what they refer to, not by spelling. Nothing here accesses the disk: callers resolve links.
 */

export interface PathRules {
  /**
   * Do names that differ only in case refer to the same file? On Windows drives, they always do.
   */
  ignoreCase: boolean;
  /** Is `/c/…` drive C, as Git Bash on Windows writes it? */
  bashDrives: boolean;
}

/** The default rules of a platform. */
export function rulesFor(platform: NodeJS.Platform): PathRules {
  return {
    ignoreCase: platform === "win32" || platform === "darwin",
    bashDrives: platform === "win32",
  };
}

/** A parsed path. `root`: "/" for POSIX, "c:" for a drive, "//server/share" on a network. */
interface Parsed {
  root: string;
  parts: string[];
}

interface Form {
  pattern: RegExp;
  /** Computed from the match's groups. */
  root(groups: readonly string[]): string;
  /** Only if Git Bash drives are enabled. */
  bash?: true;
}

/**
 * The first pattern that matches gives the root of a path; the rest of the path consists of names.
 */
const FORMS: readonly Form[] = [
  // \\wsl$\Ubuntu\home\me and \\wsl.localhost\…: a Linux folder, seen from Windows.
  { pattern: /^[\\/]{2}(?:\?[\\/]UNC[\\/])?wsl(?:\$|\.localhost)[\\/][^\\/]+/i, root: () => "/" },
  { pattern: /^[\\/]{2}\?[\\/]UNC[\\/]([^\\/]+)[\\/]([^\\/]+)/i, root: network },
  { pattern: /^[\\/]{2}\?[\\/]([a-z]):(?=[\\/]|$)/i, root: drive },
  { pattern: /^([a-z]):(?=[\\/]|$)/i, root: drive },
  { pattern: /^\/(?:mnt|cygdrive)\/([a-z])(?=\/|$)/i, root: drive },
  { pattern: /^\/([a-z])(?=\/|$)/i, root: drive, bash: true },
  { pattern: /^\\\\([^\\/?]+)[\\/]([^\\/]+)/, root: network },
  { pattern: /^\//, root: () => "/" },
];

function drive([letter = ""]: readonly string[]): string {
  return `${letter.toLowerCase()}:`;
}

function network([server = "", share = ""]: readonly string[]): string {
  return `//${server}/${share}`.toLowerCase();
}

/** null for a path that is not absolute. */
function parse(path: string, rules: PathRules): Parsed | null {
  for (const { pattern, root, bash } of FORMS) {
    if (bash && !rules.bashDrives) continue;
    const [match, ...groups] = pattern.exec(path) ?? [];
    if (match === undefined) continue;
    const base = root(groups);
    const rest = path.slice(match.length);
    return { root: base, parts: resolved(rest.split(isWindows(path) ? /[\\/]/ : "/")) };
  }
  return null;
}

/** Is it in Windows spelling? Elsewhere, a backslash is part of a name. */
function isWindows(path: string): boolean {
  return /^(?:[a-z]:(?:[\\/]|$)|\\\\)/i.test(path);
}

function resolved(names: readonly string[]): string[] {
  const out: string[] = [];
  for (const name of names) {
    if (name === "..") out.pop();
    else if (name !== "" && name !== ".") out.push(name);
  }
  return out;
}

/** Names in the form in which they are compared: composed, since macOS returns some decomposed. */
function folded({ root, parts }: Parsed, { ignoreCase }: PathRules): string[] {
  const composed = parts.map((name) => name.normalize("NFC"));
  return ignoreCase || root !== "/" ? composed.map((name) => name.toLowerCase()) : composed;
}

/** Equal for two spellings of the same folder. A path that is not absolute is its own key. */
export function folderKey(path: string, rules: PathRules): string {
  const parsed = parse(path, rules);
  if (!parsed) return path;
  return [parsed.root === "/" ? "" : parsed.root, ...folded(parsed, rules)].join("/") || "/";
}

export function sameFolder(a: string, b: string, rules: PathRules): boolean {
  return folderKey(a, rules) === folderKey(b, rules);
}

/** Is `path` this folder, or inside it? */
export function isWithin(path: string, folder: string, rules: PathRules): boolean {
  return namesBelow(path, folder, rules) !== null;
}

/** Removes the prefix that Windows programs use to reach paths of any length: `\\\\?\\D:\\shop`. */
export function plainPath(path: string): string {
  return path.replace(/^\\\\\?\\UNC\\(?!wsl)/i, "\\\\").replace(/^\\\\\?\\(?=[a-z]:(?:\\|$))/i, "");
}

/**
 * The names from a folder down to a path in it, in their spelling; null if the path is elsewhere.
 */
function namesBelow(path: string, folder: string, rules: PathRules): string[] | null {
  const [a, b] = [parse(path, rules), parse(folder, rules)];
  if (!a || !b || a.root !== b.root || a.parts.length < b.parts.length) return null;
  const names = folded(a, rules);
  if (!folded(b, rules).every((name, i) => name === names[i])) return null;
  return a.parts.slice(b.parts.length);
}

/** The same path below another folder, in that folder's spelling; null if the path is elsewhere. */
export function moved(path: string, from: string, to: string, rules: PathRules): string | null {
  const names = namesBelow(path, from, rules);
  if (!names) return null;
  const slash = isWindows(to) && to.includes("\\") ? "\\" : "/";
  const base = /^(?:[a-z]:)?[\\/]$/i.test(to) ? to.slice(0, -1) : to.replace(/[\\/]+$/, "");
  const end = /[\\/]$/.test(path) ? slash : "";
  return [base, ...names].join(slash) + end || slash;
}

/**
 * A folder in the spelling of the system that Segue runs on: Windows drives are below /mnt for
 * Linux under Windows, while Linux folders do not exist for Windows. Other paths are unchanged.
 */
export function localForm(path: string, platform: NodeJS.Platform): string {
  const parsed = parse(path, { ignoreCase: false, bashDrives: platform === "win32" });
  if (!parsed) return path;
  const isDrive = parsed.root.endsWith(":");
  if (platform === "win32") {
    if (!isDrive || isWindows(path)) return path;
    return `${parsed.root.toUpperCase()}\\${parsed.parts.join("\\")}`;
  }
  if (!isWindows(path) || (!isDrive && parsed.root !== "/")) return path;
  const base = isDrive ? `/mnt/${parsed.root.slice(0, 1)}` : "";
  return [base, ...parsed.parts].join("/") || "/";
}
