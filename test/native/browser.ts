/**
 * Headless Chromium, to look at pages as a person does. Both packages are pinned in package.json, run no install
 * scripts and need no others: @sparticuz/chromium holds the browser itself, compressed, with the
 * libraries and a font that a bare machine lacks; playwright-core drives it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { type Packed, packedAmong } from "./pins.ts";
import { unpack } from "./unpack.ts";

const here = import.meta.dirname;
/** Whichever versions of the CLIs are tried, the browser is the same. */
const CACHE = join(here, ".cache");
const { chromium, playwright } = pins();
const FOLDER = join(CACHE, `browser-${chromium.version}-${playwright.version}`);
const WHY = join(CACHE, "no-browser");

/** What the tests use of playwright-core. */
export interface Page {
  goto(url: string): Promise<unknown>;
  /** What an expression comes to in the page. */
  evaluate(expression: string): Promise<unknown>;
  fill(selector: string, text: string): Promise<void>;
  click(selector: string): Promise<void>;
  isVisible(selector: string): Promise<boolean>;
  textContent(selector: string): Promise<string | null>;
  emulateMedia(media: { colorScheme: "light" | "dark" }): Promise<void>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<Buffer>;
  on(event: "request", heard: (request: { url(): string }) => void): void;
  on(event: "pageerror", heard: (error: Error) => void): void;
}

export interface Browser {
  newPage(options: { viewport: { width: number; height: number } }): Promise<Page>;
  close(): Promise<void>;
}

interface Playwright {
  chromium: { launch(options: object): Promise<Browser> };
}

function pins(): { chromium: Packed; playwright: Packed } {
  const { chromium, playwright } = packedAmong(join(here, "package.json"), "browser");
  if (!chromium || !playwright) throw new Error("test/native/package.json pins no browser");
  return { chromium, playwright };
}

/** Why there is no browser; null when there is one. */
export function whyNoBrowser(): string | null {
  if (existsSync(FOLDER)) return null;
  return existsSync(WHY) ? readFileSync(WHY, "utf8") : "Chromium is not installed";
}

/** Installs it unless it is there. What keeps it from that is noted: the tests that need it tell. */
export function installBrowser(): void {
  if (existsSync(FOLDER)) return;
  mkdirSync(CACHE, { recursive: true });
  try {
    const machine = `${process.platform}-${process.arch}`;
    if (machine !== "linux-x64") throw new Error(`there is no Chromium for ${machine}`);
    const folder = `${FOLDER}.new`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    unpack(playwright, join(folder, "playwright"), CACHE);
    unpack(chromium, join(folder, "packed"), CACHE);
    const bin = join(folder, "packed/bin");
    writeFileSync(join(folder, "chromium"), unbrotli(join(bin, "chromium.br")), { mode: 0o755 });
    for (const name of ["al2023", "fonts"]) {
      const input = unbrotli(join(bin, `${name}.tar.br`));
      execFileSync("tar", ["-xf", "-", "-C", folder], { input });
    }
    rmSync(join(folder, "packed"), { recursive: true });
    writeFileSync(join(folder, "fonts.conf"), FONTS);
    renameSync(folder, FOLDER);
    rmSync(WHY, { force: true });
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    writeFileSync(WHY, `Chromium cannot be installed: ${why}`);
  }
}

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(FOLDER, "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(FOLDER, "fonts-cache")}</cachedir>
</fontconfig>
`;

function unbrotli(path: string): Buffer {
  return brotliDecompressSync(readFileSync(path));
}

export async function withBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const module: Playwright = await import(pathToFileURL(join(FOLDER, "playwright/index.mjs")).href);
  const browser = await module.chromium.launch({
    executablePath: join(FOLDER, "chromium"),
    // As root there is no sandbox; the pages are ours.
    args: ["--no-sandbox"],
    env: { ...process.env, LD_LIBRARY_PATH: join(FOLDER, "lib"), FONTCONFIG_PATH: FOLDER },
  });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}
