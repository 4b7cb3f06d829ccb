/**
 * Bundles the program: the JavaScript files in dist/, and the list of packages that they contain.
 */
import { globSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type OutputOptions,
  type Plugin,
  type RolldownBuild,
  type RolldownOutput,
  rolldown,
} from "rolldown";

export const ROOT = join(import.meta.dirname, "..");

/** The program, the library, and the code of threads, by their names in dist/. */
function inputs(): Record<string, string> {
  const workers = globSync("src/**/*-worker.ts", { cwd: ROOT });
  const entries = ["src/bin.ts", "src/index.ts", ...workers];
  return Object.fromEntries(entries.map((path) => [basename(path, ".ts"), join(ROOT, path)]));
}

/**
 * Bundles the program with the packages that it uses, so that the installed package has no
 * dependencies.
 */
export function bundle(): Promise<RolldownBuild> {
  const external = /^node:/;
  // Modules that `filesOf` groups are loaded together, whichever of them is imported.
  const checks = { ineffectiveDynamicImport: false };
  return rolldown({ input: inputs(), platform: "node", external, plugins: [builtins()], checks });
}

/** What an agent's hook loads, what every list and most commands load, and what a conversion loads in addition. */
const HOOK = /[\\/]src[\\/]cli[\\/]hook\.ts$/;
const COMMON = /[\\/]src[\\/]cli[\\/](?:main|list)\.ts$/;
const CONVERSION = /[\\/]src[\\/](?:cli|convert)[\\/]convert\.ts$/;

/**
 * How the bundle is split into files. What a list loads is one file, and what a conversion loads in
 * addition is another: Node takes as long to find and read forty files as to run their contents. Of what
 * a list loads, the little that a hook needs too is a file of its own.
 */
export async function filesOf(built: RolldownBuild): Promise<OutputOptions> {
  const names = { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" };
  const plain = await built.generate({ format: "esm", ...names });
  const hook = loadedWith(plain, HOOK);
  const common = loadedWith(plain, COMMON);
  const conversion = loadedWith(plain, CONVERSION);
  const groups = [
    { name: "hook", test: (id: string) => hook.has(id), priority: 1 },
    { name: "common", test: (id: string) => common.has(id) },
    { name: "conversion", test: (id: string) => conversion.has(id) },
  ];
  const codeSplitting = { groups };
  return { format: "esm", ...names, codeSplitting };
}

/**
 * The modules of the files that are loaded together with those that contain a module with this
 * name; not entry points.
 */
function loadedWith({ output }: RolldownOutput, name: RegExp): Set<string> {
  const chunks = new Map(
    output.flatMap((one) => (one.type === "chunk" ? [[one.fileName, one] as const] : [])),
  );
  const wanted = [...chunks.values()].filter(({ moduleIds }) =>
    moduleIds.some((id) => name.test(id)),
  );
  const loaded = new Set(wanted);
  for (const { imports } of loaded) {
    for (const file of imports) {
      const chunk = chunks.get(file);
      if (chunk) loaded.add(chunk);
    }
  }
  return new Set([...loaded].flatMap(({ isEntry, moduleIds }) => (isEntry ? [] : moduleIds)));
}

const IMPORT = /^import \{([^}]*)\} from "(node:[a-z/_]+)";$/gm;

/**
 * Replaces imports of Node's own modules with accesses to what is used. An `import` makes Node load
 * everything that a module exports, including much that is unused here (streams for `node:fs`, Web
 * Crypto for `node:crypto`): a fifth of the time that `segue list` takes to start.
 */
function builtins(): Plugin {
  return {
    name: "builtins",
    transform(code, id) {
      if (id.endsWith(join("commander", "lib", "command.js"))) return withoutPrograms(code);
      if (!id.startsWith(join(ROOT, "src"))) return null;
      return code.replace(IMPORT, (_, names: string, module: string) => {
        const used = names.split(",").map((name) => name.trim());
        const values = used.filter((name) => name !== "" && !name.startsWith("type "));
        return LATE.has(module) ? takenLate(module, values) : taken(module, values);
      });
    },
  };
}

const PROGRAMS = "const childProcess = require('node:child_process');";

/** commander starts programs for subcommands in separate files. Segue has none. */
function withoutPrograms(code: string): string {
  if (!code.includes(PROGRAMS)) throw new Error("commander loads node:child_process another way");
  return code.replace(PROGRAMS, "const childProcess = {};");
}

/** Modules that take Node a millisecond or more to load, and that not every command uses. */
const LATE = new Set([
  "node:child_process",
  "node:crypto",
  "node:fs/promises",
  "node:timers/promises",
  "node:zlib",
]);

function taken(module: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const pattern = names.map((name) => name.replace(" as ", ": ")).join(", ");
  return `const { ${pattern} } = process.getBuiltinModule("${module}");`;
}

/**
 * Functions load their module on the first call, and are replaced by its functions from then on.
 */
function takenLate(module: string, names: readonly string[]): string {
  const isFunction = (name: string): boolean => /^[a-z]\w*$/.test(name) && name !== "constants";
  const late = names
    .filter(isFunction)
    .map(
      (name) =>
        `let ${name} = (...args) => (({ ${name} } = process.getBuiltinModule("${module}")), ${name}(...args));`,
    );
  return [
    taken(
      module,
      names.filter((name) => !isFunction(name)),
    ),
    ...late,
  ].join(" ");
}

/** A package in the bundle, with its licence. */
export interface Bundled {
  name: string;
  version: string;
  license: string;
  /** The text of its licence. */
  text: string;
  /** Comments in its code about the origin of its parts: packages bundle others, too. */
  comments: string[];
}

/** The packages in the bundle, by name. */
export function bundledPackages({ output }: RolldownOutput): Bundled[] {
  const files = output
    .flatMap((chunk) => (chunk.type === "chunk" ? Object.keys(chunk.modules) : []))
    .map((id) => id.replaceAll("\\", "/"));
  const byFolder = Map.groupBy(files, (file) => PACKAGE.exec(file)?.[0]);
  const packages = [...byFolder].flatMap(([folder, its]) =>
    folder === undefined ? [] : [bundledFrom(folder, its)],
  );
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The package folder of a file. */
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/;

function bundledFrom(folder: string, files: readonly string[]): Bundled {
  const manifest: { name: string; version: string; license?: string } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const { name, version, license } = manifest;
  const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.|$)/i.test(one));
  if (license === undefined || file === undefined) throw new Error(`${name} has no licence`);
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  const comments = new Set(files.flatMap((each) => copyrightsIn(readFileSync(each, "utf8"))));
  return { name, version, license, text, comments: [...comments].sort() };
}

function copyrightsIn(code: string): string[] {
  // Anything much longer is not a comment: a word table contains "/*" and "*/".
  const comments = code.match(/\/\*(?:[^*]|\*(?!\/)){0,2000}\*\//g) ?? [];
  return comments.filter((comment) => /copyright \S/i.test(comment)).map(plainComment);
}

function plainComment(comment: string): string {
  const lines = comment.slice(2, -2).split("\n");
  return lines
    .map((line) => line.replace(/^\s*\*+ ?/, "").trimEnd())
    .join("\n")
    .trim();
}
