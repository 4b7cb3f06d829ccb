/**
 * Folders as sessions name them. A store may hold paths of another system than the one Segue runs
 * on (Windows paths seen from WSL, and the other way round), so paths are compared by what they
 * name, not by their spelling. Nothing here touches the disk: links are resolved by who has one.
 */

export interface PathRules {
  /** Do names that differ only in case name the same file? Windows' drives never tell them apart. */
  ignoreCase: boolean;
  /** Is `/c/…` drive C, as Git Bash on Windows spells it? */
  bashDrives: boolean;
}

/** What holds on a platform by default. */
export function rulesFor(platform: NodeJS.Platform): PathRules {
  return {
    ignoreCase: platform === "win32" || platform === "darwin",
    bashDrives: platform === "win32",
  };
}

/** A path taken apart. `root`: "/" for POSIX, "c:" for a drive, "//server/share" on a network. */
interface Parsed {
  root: string;
  parts: string[];
}

interface Form {
  pattern: RegExp;
  /** Of the match's groups. */
  root(groups: readonly string[]): string;
  /** Only where Git Bash's drives are known. */
  bash?: true;
}

/** The first that matches says where a path begins; what follows the match are its names. */
const FORMS: readonly Form[] = [
  // \\wsl$\Ubuntu\home\me and \\wsl.localhost\…: a folder of Linux, seen from Windows.
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

/** Is it spelled as Windows spells paths? Elsewhere a backslash is part of a name. */
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

/** Names as they are compared: composed, since macOS hands out some decomposed. */
function folded({ root, parts }: Parsed, { ignoreCase }: PathRules): string[] {
  const composed = parts.map((name) => name.normalize("NFC"));
  return ignoreCase || root !== "/" ? composed.map((name) => name.toLowerCase()) : composed;
}

/** Equal for two spellings of one folder. A path that is not absolute is its own key. */
export function folderKey(path: string, rules: PathRules): string {
  const parsed = parse(path, rules);
  if (!parsed) return path;
  return [parsed.root === "/" ? "" : parsed.root, ...folded(parsed, rules)].join("/") || "/";
}

export function sameFolder(a: string, b: string, rules: PathRules): boolean {
  return folderKey(a, rules) === folderKey(b, rules);
}

/** Is `path` this folder, or in it? */
export function isWithin(path: string, folder: string, rules: PathRules): boolean {
  return namesBelow(path, folder, rules) !== null;
}

/** Without the prefix by which Windows' programs reach paths of any length: `\\\\?\\D:\\shop`. */
export function plainPath(path: string): string {
  return path.replace(/^\\\\\?\\UNC\\(?!wsl)/i, "\\\\").replace(/^\\\\\?\\(?=[a-z]:(?:\\|$))/i, "");
}

/** The names that lead from a folder to a path in it, as they are spelled; null for one elsewhere. */
function namesBelow(path: string, folder: string, rules: PathRules): string[] | null {
  const [a, b] = [parse(path, rules), parse(folder, rules)];
  if (!a || !b || a.root !== b.root || a.parts.length < b.parts.length) return null;
  const names = folded(a, rules);
  if (!folded(b, rules).every((name, i) => name === names[i])) return null;
  return a.parts.slice(b.parts.length);
}

/** The same place below another folder, spelled as that one is; null for a path that is elsewhere. */
export function moved(path: string, from: string, to: string, rules: PathRules): string | null {
  const names = namesBelow(path, from, rules);
  if (!names) return null;
  const slash = isWindows(to) && to.includes("\\") ? "\\" : "/";
  const base = /^(?:[a-z]:)?[\\/]$/i.test(to) ? to.slice(0, -1) : to.replace(/[\\/]+$/, "");
  const end = /[\\/]$/.test(path) ? slash : "";
  return [base, ...names].join(slash) + end || slash;
}

/**
 * A folder as the system that Segue runs on spells it: drives lie below /mnt for Linux under
 * Windows, and Linux's folders nowhere for Windows. Other paths are as they were.
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
