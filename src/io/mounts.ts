/**
 * File systems that may not respond: network file systems, and those served by a program. A system
 * call that waits for a dead one cannot be interrupted, so a separate process checks them first.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { dirname, isAbsolute, parse, resolve, sep } from "node:path";

/** Types that are on this machine's own disks or in its memory. */
const LOCAL =
  /^(ext[234]|xfs|btrfs|zfs|f2fs|bcachefs|overlay|tmpfs|ramfs|devtmpfs|apfs|hfs|vfat|exfat|ntfs3?|msdos|squashfs|erofs|iso9660|jfs|reiserfs|rootfs|ubifs|proc|sysfs|devpts|cgroup2?|mqueue|devfs|nullfs|bind)$/;

let known: string[] | undefined;

/** The mounts that may not respond; constant during a run. */
function mounts(): string[] {
  known ??= readMounts();
  return known;
}

function readMounts(): string[] {
  try {
    if (process.platform === "linux") return linuxMounts(readFileSync("/proc/self/mounts", "utf8"));
    if (process.platform === "darwin") {
      return macMounts(spawnSync("/sbin/mount", { encoding: "utf8", timeout: 3000 }).stdout);
    }
  } catch {
    // Unknown: at worst, we wait.
  }
  return [];
}

export function linuxMounts(table: string): string[] {
  return table.split("\n").flatMap((line) => {
    const [, place = "", kind = ""] = line.split(" ");
    const isRemote = place.startsWith("/") && !LOCAL.test(kind) && place !== "/";
    return isRemote ? [place.replace(/\\([0-7]{3})/g, (_, n) => character(n))] : [];
  });
}

function character(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

export function macMounts(listing: string): string[] {
  return listing.split("\n").flatMap((line) => {
    const [, place = "", options = ""] = /^.* on (\/.*) \(([^)]*)\)$/.exec(line) ?? [];
    return place === "" || place === "/" || options.split(", ").includes("local") ? [] : [place];
  });
}

/** The remote mount that a path leads to, whether or not it responds; null for a local path. */
export function remoteMount(path: string, remote: readonly string[] = mounts()): string | null {
  if (process.platform === "win32") return /^[\\/]{2}/.test(path) ? parse(path).root : null;
  if (remote.length === 0) return null;
  return follow(resolve(path), remote, 40);
}

/** Resolves links one by one, so that the system is never asked about anything on such a mount. */
function follow(path: string, remote: readonly string[], links: number): string | null {
  let done: string = parse(path).root;
  const names = path.slice(done.length).split(sep);
  for (const [i, name] of names.entries()) {
    done = resolve(done, name);
    const mount = remote.find((place) => place === done);
    if (mount !== undefined) return mount;
    const target = linkAt(done);
    if (target === null) continue;
    if (links === 0) return null;
    const next = isAbsolute(target) ? target : resolve(dirname(done), target);
    return follow(resolve(next, ...names.slice(i + 1)), remote, links - 1);
  }
  return null;
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Remote mounts that a path leads to, or that are below it. */
export function remoteMountsOf(path: string): string[] {
  const own = remoteMount(path);
  const from = resolve(path) + sep;
  return [...(own === null ? [] : [own]), ...mounts().filter((mount) => mount.startsWith(from))];
}

/** Answers during this run: one check per mount is enough. */
const asked = new Map<string, Promise<boolean>>();

/** Does the mount respond within some seconds? */
export function answers(mount: string, ms = 3000): Promise<boolean> {
  const before = asked.get(mount);
  if (before) return before;
  const answer = ask(mount, ms);
  asked.set(mount, answer);
  return answer;
}

function ask(mount: string, ms: number): Promise<boolean> {
  const code = "require('node:fs').readdirSync(process.argv[1])";
  return new Promise((done) => {
    const child = spawn(process.execPath, ["-e", code, mount], { stdio: "ignore", detached: true });
    const timer = setTimeout(() => {
      // It may not even die before the mount responds; do not wait for that.
      child.kill("SIGKILL");
      child.unref();
      done(false);
    }, ms);
    // An unreadable mount responds, too.
    child.on("exit", () => {
      clearTimeout(timer);
      done(true);
    });
    child.on("error", () => {
      clearTimeout(timer);
      done(true);
    });
  });
}
