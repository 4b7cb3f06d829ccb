#!/usr/bin/env node
// Imports nothing before it is needed: `segue --version` should take no longer than Node itself.
import { readFileSync } from "node:fs";

const [first, ...rest] = process.argv.slice(2);
// Claude Code with -p ends its hooks when it has nothing more to do (2.1.332 [run]; see hook-places.ts):
// what a hook was given is recorded all the same.
if (first === "hook") {
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) process.on(signal, () => {});
}
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 16)) {
  process.stderr.write(`segue: Node 22.16 or newer is needed; this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else if (first === "--version" || first === "-V") {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  process.stdout.write(`${known ? String(manifest.version) : "unknown"}\n`);
} else {
  // Compiling our own modules at each start would take twice as long as running most commands.
  const { enableCompileCache } = await import("node:module");
  const { makeFolders } = await import("./io/made.ts");
  const cache = compileCache(process.env);
  try {
    // Node itself would try forever where that cannot be done, as in /proc.
    if (!process.env.NODE_COMPILE_CACHE) makeFolders(cache);
    enableCompileCache(cache);
  } catch {
    // Then the modules are compiled at each start.
  }
  if (first === "hook") {
    const { hook } = await import("./cli/hook.ts");
    await hook(rest);
    process.exit();
  }
  const { main } = await import("./cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

/** Part of Segue's cache; if it cannot be written, Node continues without it. */
function compileCache(env: NodeJS.ProcessEnv): string {
  const home = env.HOME ?? env.USERPROFILE ?? "~";
  const own = env.SEGUE_HOME?.replace(/^~(?=[\\/]|$)/, () => home);
  if (own) return `${own}/cache/compiled`;
  return `${env.XDG_CACHE_HOME || `${env.HOME ?? env.LOCALAPPDATA ?? "."}/.cache`}/segue/compiled`;
}
