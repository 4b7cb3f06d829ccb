/**
 * Which versions of the CLIs the lab runs. Those in package.json here, the newest that everything
 * was proven with; SEGUE_LAB_PINS=older (`run.ts --pins older`) takes the ones before, in older/;
 * scripts/newest.ts names a folder of its own.
 */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { obj, parseJson, str } from "./model-server/json.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** The folder with the package.json that pins them, and where they are installed. */
export const PINS = resolve(here, process.env.SEGUE_LAB_PINS ?? ".");

/** The absolute path of something that was installed. */
export function pinned(path: string): string {
  return join(PINS, path);
}

/**
 * Some dependencies of Pi are not on every mirror, so it cannot be installed the usual way. Its
 * tarball holds a bundle of its own; the two packages that the bundle looks for stand in package.json.
 */
export function piPin(): { version: string; integrity: string } {
  const { pi } = obj(obj(parseJson(readFileSync(join(PINS, "package.json"), "utf8"))).segue);
  const { version, integrity } = obj(pi);
  return { version: str(version) ?? "", integrity: str(integrity) ?? "" };
}
