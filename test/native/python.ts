/**
 * CLIs from PyPI. Each lives in a virtual environment of its own below .cache, made of wheels only
 * (no code of a package is run to install it), as its lock file in python/ lists them with their digests. Its Python is
 * one that the machine has; where none fits, the tests that need the CLI are not run, and say why.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { obj, parseJson, str } from "./model-server/json.ts";
import { PINS, pinned } from "./pins.ts";

/** A package of PyPI: its name, the version, and the Pythons that it runs on, best first: `3.13`. */
interface PythonPin {
  package: string;
  version: string;
  pythons: readonly string[];
}

const CACHE = pinned(".cache");

/** The lock file of uv, which installs the others. */
const UV_LOCK = fileURLToPath(new URL("python/uv.txt", import.meta.url));

/** What is pinned under the key `python` of package.json, by the agent's id. */
export function pythonPins(): { readonly [name: string]: PythonPin } {
  const pins = obj(parseJson(readFileSync(join(PINS, "package.json"), "utf8"))).python ?? {};
  return Object.fromEntries(Object.entries(obj(pins)).map(([name, pin]) => [name, pinOf(pin)]));
}

function pinOf(value: unknown): PythonPin {
  const { package: name, version, python } = obj(value);
  const pythons = (str(python) ?? "").split(" ").filter((one) => one !== "");
  return { package: str(name) ?? "", version: str(version) ?? "", pythons };
}

/** A program of such a package, by its path or a glob below the environment; there is none when it could not be installed. */
export function pythonProgram(name: string, path: string): string {
  const folder = environment(name);
  return join(folder, globSync(path, { cwd: folder })[0] ?? path);
}

/** Why such a CLI is not here; null when it is. */
export function whyNoPython(name: string): string | null {
  const folder = environment(name);
  if (existsSync(join(folder, "installed"))) return null;
  const why = `${folder}.why`;
  return existsSync(why)
    ? readFileSync(why, "utf8")
    : `no version of it is installed from package.json in ${PINS}`;
}

/** Installs all that are pinned and not there. What keeps one from it is noted, for the tests. */
export function installPython(): void {
  for (const [name, pin] of Object.entries(pythonPins())) {
    if (existsSync(join(environment(name), "installed"))) continue;
    mkdirSync(CACHE, { recursive: true });
    try {
      installOne(name, pin);
    } catch (error) {
      const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      writeFileSync(`${environment(name)}.why`, `${name} cannot be installed: ${why}`);
    }
  }
}

function installOne(name: string, pin: PythonPin): void {
  const folder = environment(name);
  const python = interpreter(pin);
  removeOlder(name, folder);
  makeEnvironment(python, folder);
  uv(python, ["--python", join(folder, "bin/python"), ...CHECKED, lockFile(name)]);
  writeFileSync(join(folder, "installed"), "");
  rmSync(`${folder}.why`, { force: true });
}

/** Wheels only, and only those that a lock file lists with their digests. */
const CHECKED = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r"];

function makeEnvironment(python: string, folder: string): void {
  execFileSync(python, ["-m", "venv", folder], { stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * Runs `uv pip install`: pip takes four minutes for all of them, uv less than one. It reads no settings
 * of the user's, and keeps what it fetched below .cache.
 */
function uv(python: string, args: readonly string[]): void {
  const folder = join(CACHE, `uv-${digestOf(UV_LOCK)}`);
  if (!existsSync(join(folder, "installed"))) {
    rmSync(folder, { recursive: true, force: true });
    makeEnvironment(python, folder);
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", ...CHECKED, UV_LOCK];
    execFileSync(join(folder, "bin/python"), pip, { stdio: ["ignore", "ignore", "inherit"] });
    writeFileSync(join(folder, "installed"), "");
  }
  const own = { UV_NO_CONFIG: "1", UV_SYSTEM_CERTS: "1", UV_PYTHON_DOWNLOADS: "never" };
  const env = { ...process.env, ...own, UV_CACHE_DIR: join(folder, "fetched") };
  execFileSync(join(folder, "bin/uv"), ["pip", "install", ...args], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Environments of other pins, and one whose installation was cut short. */
function removeOlder(name: string, folder: string): void {
  for (const entry of readdirSync(CACHE)) {
    if (entry.startsWith(`python-${name}-`)) rmSync(join(CACHE, entry), { recursive: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Its name carries the lock file's digest: another lock makes another environment. */
function environment(name: string): string {
  const pin = pythonPins()[name];
  if (!pin) return join(CACHE, `python-${name}-unpinned`);
  return join(CACHE, `python-${name}-${pin.version}-${digestOf(lockFile(name))}`);
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 8);
}

function lockFile(name: string): string {
  return pinned(`python/${name}.txt`);
}

/** The path of a Python of a version that fits, on PATH or in pyenv's folder. */
function interpreter({ package: named, pythons }: PythonPin): string {
  for (const version of pythons) {
    const installed = globSync(join(homedir(), `.pyenv/versions/${version}.*/bin/python`));
    const found = [...installed, `python${version}`, "python3"].find((command) =>
      isPython(command, version),
    );
    if (found !== undefined) return found;
  }
  throw new Error(`${named} needs Python ${pythons.join(" or ")}, with its module venv`);
}

function isPython(command: string, version: string): boolean {
  const code = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])";
  const { stdout } = spawnSync(command, ["-c", code], { encoding: "utf8" });
  return stdout?.trim() === version;
}
