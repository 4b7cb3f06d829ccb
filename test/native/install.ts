/**
 * Installs the real CLIs at their pinned versions, and a browser, below test/native: `node test/native/install.ts`.
 * SEGUE_LAB_PINS=older installs the second pins. Does nothing when all is there already. Needs the npm registry; everything else here runs without a network.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { absent, everyDriver } from "./agents/index.ts";
import { installBrowser, whyNoBrowser } from "./browser.ts";
import { parseJson } from "./model-server/json.ts";
import { moduleFolder, modulePins, PINS, packed, packedBin, packedPins, pinned } from "./pins.ts";
import { installPython } from "./python.ts";
import { npm, unpack } from "./unpack.ts";

const cache = pinned(".cache");

function isInstalled(): boolean {
  const stamp = join(cache, "stamp");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wantedStamp()) return false;
  return (
    everyDriver.every((it) => it.absent !== undefined || existsSync(it.program.at(-1) ?? "")) &&
    Object.keys(packedPins()).every((name) => existsSync(packed(name))) &&
    modulePins().every((pin) => existsSync(moduleFolder(pin)))
  );
}

export function install(): void {
  if (process.env.SEGUE_IN_NETNS === undefined) {
    installBrowser();
    installPython();
  }
  if (isInstalled()) return;
  // Only before the tests begin: npm would wait for a network for a long time, and empty what runs.
  if (process.env.SEGUE_IN_NETNS !== undefined) {
    throw new Error("the CLIs are not installed as they are pinned: node test/native/install.ts");
  }
  mkdirSync(cache, { recursive: true });
  const how = existsSync(pinned("package-lock.json")) ? "ci" : "install";
  npm([how, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], PINS);
  // The one install script that is needed: it puts the platform's binary in its place.
  const claude = pinned("node_modules/@anthropic-ai/claude-code");
  execFileSync(process.execPath, ["install.cjs"], { cwd: claude, stdio: "inherit" });
  for (const [name, pin] of Object.entries(packedPins())) {
    if (!existsSync(packed(name))) unpack(pin, packed(name), cache);
    if (pin.bin !== undefined) link(packedBin(name), join(packed(name), pin.bin));
  }
  for (const pin of modulePins()) {
    mkdirSync(dirname(moduleFolder(pin)), { recursive: true });
    unpack(pin, moduleFolder(pin), cache);
  }
  writeFileSync(join(cache, "stamp"), wantedStamp());
}

function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

function wantedStamp(): string {
  const hash = createHash("sha256");
  // Their content, not how they are laid out.
  for (const name of ["package.json", "package-lock.json"]) {
    if (existsSync(pinned(name))) {
      hash.update(JSON.stringify(parseJson(readFileSync(pinned(name), "utf8"))));
    }
  }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = isInstalled();
  install();
  console.log(before ? "The CLIs are installed already." : "The CLIs are installed.");
  for (const { id, program } of everyDriver) console.log(`  ${id}: ${program.join(" ")}`);
  for (const why of absent()) console.log(why);
  console.log(whyNoBrowser() ?? "Chromium is installed, for the tests of pages.");
}
