/**
 * The package.json that is published, without what only a checkout needs (scripts, and packages
 * that are bundled or only used to build). npm packs the contents of package.json at that time, so
 * `prepack` writes this version in its place and `postpack` restores the other.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

const FILE = join(ROOT, "package.json");
const KEPT = `${FILE}.checkout`;
const OURS = new Set(["scripts", "dependencies", "devDependencies", "allowScripts"]);

/**
 * package.json as it is published. If the checkout has a public `origin`, it names it: npm's site
 * needs that to resolve the links in README.md.
 */
export function publishedManifest(origin: string | null = originOf(ROOT)): string {
  const manifest: object = JSON.parse(readFileSync(existsSync(KEPT) ? KEPT : FILE, "utf8"));
  const kept = Object.entries(manifest).filter(([key]) => !OURS.has(key));
  const published = { ...Object.fromEntries(kept), ...addresses(origin) };
  return `${JSON.stringify(published, null, 2)}\n`;
}

/** The repository fields of a package.json; nothing for a remote that is not a public forge's. */
export function addresses(origin: string | null): { [key: string]: unknown } {
  const [, host, path] =
    /^(?:git\+)?(?:https:\/\/(?:[^@/]*@)?|ssh:\/\/git@|git@)(github\.com|gitlab\.com|codeberg\.org)[:/](.+?)(?:\.git)?\/?$/.exec(
      origin ?? "",
    ) ?? [];
  if (host === undefined || path === undefined) return {};
  const page = `https://${host}/${path}`;
  return {
    repository: { type: "git", url: `git+${page}.git` },
    homepage: `${page}#readme`,
    bugs: { url: `${page}/issues` },
  };
}

function originOf(folder: string): string | null {
  const { status, stdout } = spawnSync("git", ["remote", "get-url", "origin"], {
    cwd: folder,
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : null;
}

if (import.meta.main) {
  const [what] = process.argv.slice(2);
  if (what === "published" && !existsSync(KEPT)) {
    const published = publishedManifest();
    if (!published.includes('"repository"')) {
      console.error("no public origin: npm's site cannot follow the links in README.md");
    }
    renameSync(FILE, KEPT);
    writeFileSync(FILE, published);
  } else if (what === "checkout" && existsSync(KEPT)) renameSync(KEPT, FILE);
}
