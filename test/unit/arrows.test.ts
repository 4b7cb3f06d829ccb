/** The rule in biome.json that keeps imports pointing one way: it has to fail where they do not. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const BIOME = fileURLToPath(import.meta.resolve("@biomejs/biome/bin/biome"));

/** From the bottom up, as CONTRIBUTING.md has it. */
const UPWARD: readonly (readonly [from: string, to: string])[] = [
  ["src/errors.ts", "src/session/x.ts"],
  ["src/session/a.ts", "src/lossless/x.ts"],
  ["src/lossless/a.ts", "src/io/x.ts"],
  ["src/lossless/b.ts", "src/agents/types.ts"],
  ["src/io/a.ts", "src/agents/types.ts"],
  ["src/io/b.ts", "src/config/x.ts"],
  ["src/redact/a.ts", "src/io/x.ts"],
  ["src/agents/a.ts", "src/convert/x.ts"],
  ["src/agents/shared/a.ts", "src/convert/x.ts"],
  ["src/agents/pi/a.ts", "src/convert/x.ts"],
  ["src/agents/pi/b.ts", "src/agents/codex/x.ts"],
  ["src/convert/carry/a.ts", "src/catalog/x.ts"],
  ["src/catalog/a.ts", "src/handoff/x.ts"],
  ["src/handoff/a.ts", "src/core/x.ts"],
  ["src/dump/a.ts", "src/core/x.ts"],
  ["src/keep/a.ts", "src/core/x.ts"],
  ["src/catalog/b.ts", "src/keep/x.ts"],
  ["src/config/a.ts", "src/cli/x.ts"],
  ["src/core/a.ts", "src/cli/x.ts"],
  ["src/cli/a.ts", "src/convert/x.ts"],
  ["src/cli/picker/a.ts", "src/io/x.ts"],
];

const DOWNWARD: readonly (readonly [from: string, to: string])[] = [
  ["src/lossless/c.ts", "src/session/x.ts"],
  ["src/io/c.ts", "src/lossless/x.ts"],
  ["src/agents/pi/c.ts", "src/io/x.ts"],
  ["src/agents/pi/d.ts", "src/agents/shared/x.ts"],
  ["src/convert/carry/c.ts", "src/agents/types.ts"],
  ["src/catalog/c.ts", "src/convert/x.ts"],
  ["src/keep/c.ts", "src/catalog/x.ts"],
  ["src/core/c.ts", "src/handoff/x.ts"],
  ["src/cli/c.ts", "src/core/x.ts"],
  ["src/cli/picker/c.ts", "src/core/x.ts"],
  ["src/cli/picker/d.ts", "src/cli/x.ts"],
];

interface Report {
  diagnostics: { category: string; location: { path: string } }[];
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function specifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

/** Which files a rule complains of, when these are all that there is. */
function complaints(files: readonly (readonly [path: string, text: string])[], rule: string) {
  const folder = temporaryFolder();
  copyFileSync(join(ROOT, "biome.json"), join(folder, "biome.json"));
  for (const [path, text] of files) put(folder, path, text);
  const args = [BIOME, "lint", "--reporter=json", "--max-diagnostics=none", "."];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const { diagnostics }: Report = JSON.parse(stdout);
  const found = diagnostics.filter(({ category }) => category.endsWith(`/${rule}`));
  return [...new Set(found.map(({ location }) => location.path.replaceAll("\\", "/")))].sort();
}

test("an import that points upwards, or into another agent's folder, is an error", () => {
  const files = [...UPWARD, ...DOWNWARD].map(
    ([from, to]) => [from, `export * from "${specifier(from, to)}";\n`] as const,
  );
  assert.deepEqual(complaints(files, "noRestrictedImports"), UPWARD.map(([from]) => from).sort());
});

test("an import of types alone, or one at run time, is no way around it", () => {
  const files = [
    ["src/io/a.ts", 'import type { Agent } from "../agents/types.ts";\nexport type A = Agent;\n'],
    ["src/io/b.ts", 'export const list = () => import("../cli/list.ts");\n'],
  ] as const;
  assert.deepEqual(
    complaints(files, "noRestrictedImports"),
    files.map(([path]) => path),
  );
});

test("files that import each other are an error, if only for types", () => {
  const files = [
    ["src/io/a.ts", 'import type { B } from "./b.ts";\nexport type A = B;\n'],
    ["src/io/b.ts", 'import type { A } from "./a.ts";\nexport type B = A;\n'],
  ] as const;
  assert.deepEqual(
    complaints(files, "noImportCycles"),
    files.map(([path]) => path),
  );
});
