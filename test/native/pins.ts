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

/** A package that is fetched as a tarball and unpacked: its name on npm, version and SHA-512. */
export interface Packed {
  name: string;
  version: string;
  integrity: string;
  /** Its program, which gets a link of its short name, as package managers make one. */
  bin?: string;
}

/**
 * What is not installed the usual way, by its short name. Some dependencies of Pi are not on every
 * mirror: its tarball holds a bundle of its own, and the two packages that the bundle looks for stand
 * in package.json. Claude's SDK would bring a second copy of the CLI along.
 */
export function packedPins(): { readonly [name: string]: Packed } {
  return packedAmong(join(PINS, "package.json"), "segue");
}

/**
 * Modules that such packages look for, and of which npm finds no lock: the packages for other platforms,
 * which they name as well, are not on every mirror.
 */
export function modulePins(): Packed[] {
  return Object.values(packedAmong(join(PINS, "package.json"), "modules"));
}

/** The absolute path of the folder that such a module is unpacked to: Node looks there from a package's own. */
export function moduleFolder({ name }: Packed): string {
  return pinned(`.cache/node_modules/${name}`);
}

/** Those that stand under a key of a package.json. */
export function packedAmong(path: string, key: string): { readonly [name: string]: Packed } {
  const pins = obj(parseJson(readFileSync(path, "utf8")))[key];
  return Object.fromEntries(
    Object.entries(obj(pins)).map(([short, pin]) => {
      const { name, version, integrity, bin } = obj(pin);
      const packed = {
        name: str(name) ?? "",
        version: str(version) ?? "",
        integrity: str(integrity) ?? "",
      };
      return [short, typeof bin === "string" ? { ...packed, bin } : packed];
    }),
  );
}

/** The link to a package's program; see `Packed.bin`. */
export function packedBin(name: string): string {
  return pinned(`.cache/node_modules/.bin/${name}`);
}

/** The absolute path of the folder that such a package is unpacked to. */
export function packed(name: string): string {
  const { version } = packedPins()[name] ?? {};
  if (version === undefined) throw new Error(`package.json in ${PINS} does not pin ${name}`);
  return pinned(`.cache/${name}-${version}`);
}
