/**
 * Starts programs without a shell, on every platform. On Windows, package managers create batch
 * files that start programs: Node does not run those, and a shell would interpret `%` and `&` in
 * arguments. So Segue reads from such a file what it starts, and starts that instead.
 */
import { accessSync, constants, statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { SegueError } from "../errors.ts";
import { textIn } from "./door.ts";

/** What is asked of the file system. */
export interface Disk {
  isProgram(path: string): boolean;
  /** @throws if it cannot be read. */
  read(path: string): string;
}

const DISK: Disk = {
  isProgram(path) {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  },
  read: (path) => textIn(path),
};

/** The machine on which a program is searched for: by default this one. */
export interface Where {
  platform?: NodeJS.Platform;
  disk?: Disk;
}

/** What Windows can start, apart from files that need another program to open them. */
const STARTABLE = /\.(?:com|exe|cmd|bat)$/i;
const BATCH = /\.(?:cmd|bat)$/i;

/** The file that a command's name, or a path, refers to; null if there is none. */
export function findProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  { platform = process.platform, disk = DISK }: Where = {},
): string | null {
  const path = platform === "win32" ? win32 : posix;
  const names = platform === "win32" ? windowsNames(name, env) : [name];
  const folders = /[\\/]/.test(name)
    ? [""]
    : (env.PATH ?? env.Path ?? "").split(path.delimiter).map((folder) => unquoted(folder));
  for (const folder of folders) {
    if (folder === "" && !/[\\/]/.test(name)) continue;
    for (const each of names) {
      const file = path.resolve(folder, each);
      if (disk.isProgram(file)) return file;
    }
  }
  return null;
}

/** With the extensions of PATHEXT in order. A name without one is a script for another shell. */
function windowsNames(name: string, env: NodeJS.ProcessEnv): string[] {
  if (STARTABLE.test(name)) return [name];
  const endings = (env.PATHEXT || ".COM;.EXE;.BAT;.CMD").split(";");
  return endings.filter((ending) => STARTABLE.test(ending)).map((e) => name + e.toLowerCase());
}

function unquoted(folder: string): string {
  return folder.replace(/^"(.*)"$/, "$1");
}

/**
 * `"%_prog%" --flags "%dp0%\…\cli.js" %*`, as npm, pnpm and Yarn write it; or a program directly.
 */
const SHIM = /((?:\s--[\w=:-]+)*)[\s@]+"%(?:~dp0|dp0%)\\?([^"%]+\.(?:exe|[cm]?js))"\s+%\*/gi;

/**
 * The words that start a program: itself, or what the batch file in its place would start.
 * @throws SegueError for a batch file with other contents.
 */
export function programWords(
  file: string,
  env: NodeJS.ProcessEnv,
  where: Where = {},
): [string, ...string[]] {
  const { platform = process.platform, disk = DISK } = where;
  if (platform !== "win32" || !BATCH.test(file)) return [file];
  const [, flags = "", target] = [...` ${disk.read(file)}`.matchAll(SHIM)].at(-1) ?? [];
  if (target === undefined) {
    throw new SegueError("failed", "this batch file cannot be started without a shell", {
      where: file,
      hint: "put the program itself on PATH, or set `agents.<id>.command` to it",
    });
  }
  const folder = win32.dirname(file);
  const path = win32.join(folder, target);
  if (/\.exe$/i.test(target)) return [path];
  const beside = win32.join(folder, "node.exe");
  const node = disk.isProgram(beside) ? beside : findProgram("node", env, where);
  return [node ?? process.execPath, ...flags.split(/\s+/).filter(Boolean), path];
}

/**
 * Maximum size in bytes (Windows: characters) of one argument, and of all arguments with the
 * environment.
 */
const LIMITS: { [platform in NodeJS.Platform]?: { each: number; all: number } } = {
  win32: { each: 32_000, all: 32_766 },
  darwin: { each: 1 << 20, all: (1 << 20) - 8192 },
};
const LINUX = { each: 128 << 10, all: 2_000_000 };

/** @throws SegueError if the system would refuse to start this. */
export function checkArguments(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): void {
  const { each, all } = LIMITS[platform] ?? LINUX;
  const size = (word: string): number =>
    platform === "win32" ? quotedLength(word) : Buffer.byteLength(word) + 1;
  const sizes = words.map(size);
  const environment = Object.entries(env).reduce((n, [k, v = ""]) => n + size(`${k}=${v}`), 0);
  const total = sizes.reduce((n, s) => n + s, platform === "win32" ? 0 : environment);
  if (total <= all && sizes.every((s) => s <= each)) return;
  throw new SegueError("failed", "the arguments are too long for this system", {
    hint: "use a shorter prompt, or paste it once the agent is open",
  });
}

/** In a Windows command line, where quotes and the backslashes before them are doubled. */
function quotedLength(word: string): number {
  return word.length + (word.match(/\\*"/g) ?? []).join("").length + 3;
}
