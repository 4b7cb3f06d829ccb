/**
 * The package.json that is published: without what only a checkout needs (scripts, and the packages
 * that are bundled or only used to build). npm puts in a package what package.json holds while it
 * packs, so `prepack` writes this one in its place and `postpack` brings the other back.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.ts";

const FILE = join(ROOT, "package.json");
const KEPT = `${FILE}.checkout`;
const OURS = new Set(["scripts", "dependencies", "devDependencies", "allowScripts"]);

/** package.json as it is published. */
export function publishedManifest(): string {
  const manifest: object = JSON.parse(readFileSync(existsSync(KEPT) ? KEPT : FILE, "utf8"));
  const published = Object.entries(manifest).filter(([key]) => !OURS.has(key));
  return `${JSON.stringify(Object.fromEntries(published), null, 2)}\n`;
}

if (import.meta.main) {
  const [what] = process.argv.slice(2);
  if (what === "published" && !existsSync(KEPT)) {
    const published = publishedManifest();
    renameSync(FILE, KEPT);
    writeFileSync(FILE, published);
  } else if (what === "checkout" && existsSync(KEPT)) renameSync(KEPT, FILE);
}
