/**
 * Generates the folder of a new agent, with fixtures, tests and a driver: `npm run new-agent NAME`.
 * The result works as it is, with sessions in an example format; CONTRIBUTING.md describes the next steps.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { findAgent } from "../src/agents/registry.ts";
import { unsupportedAgent } from "../src/agents/unsupported.ts";

const ROOT = join(import.meta.dirname, "..");
const TEMPLATES = join(import.meta.dirname, "template");

/** The forms of the agent's name that replace the placeholders in the templates. */
interface Names {
  id: string;
  variable: string;
  className: string;
  title: string;
  environment: string;
}

/** Keywords of the language, and names that the templates use themselves. */
const TAKEN = new Set(
  `agents break case catch class const continue debugger default delete do drivers else enum export extends
  false finally for function hostile if import in instanceof interface known launch let new null package
  private protected public reader recognises return shared static store super switch test this throw tools
  true try type typeof var void while with writer yield`.split(/\s+/),
);

/** @throws Error that says what is wrong with it. */
function namesOf(id: string | undefined): Names {
  if (id === undefined) throw new Error("missing agent name: run npm run new-agent NAME");
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 40) {
    throw new Error(
      `"${id}" is not a valid name: use lower-case letters and digits, separated by single hyphens`,
    );
  }
  const words = id.split("-");
  const className = words.map(capital).join("");
  const variable = className[0]?.toLowerCase() + className.slice(1);
  if (TAKEN.has(variable)) throw new Error(`"${id}" is reserved: choose a longer name`);
  const title = unsupportedAgent(id) ?? words.map(capital).join(" ");
  return { id, variable, className, title, environment: id.toUpperCase().replaceAll("-", "_") };
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** The generated files, each with its template. */
function filesFor({ id }: Names): [template: string, path: string][] {
  const folder = join("src/agents", id);
  const parts = "index store read write content tools launch limits known".split(" ");
  const session = "00000000-0000-4000-8000-000000000001.jsonl";
  return [
    ...parts.map((part): [string, string] => [`${part}.ts.txt`, join(folder, `${part}.ts`)]),
    ["README.md.txt", join(folder, "README.md")],
    ["unit.test.ts.txt", join("test/unit/agents", `${id}.test.ts`)],
    ["session.jsonl.txt", join("test/fixtures", id, "basic", `.${id}`, "sessions", session)],
    ["driver.ts.txt", join("test/native/agents", `${id}.ts`)],
  ];
}

/** The files that list all agents. */
const LISTS = [
  { path: "src/agents/registry.ts", from: (id: string) => `./${id}/index.ts` },
  { path: "test/native/agents/index.ts", from: (id: string) => `./${id}.ts` },
];

/** @throws Error if the agent, or a part of it, already exists. */
function refuseExisting({ id, variable }: Names): void {
  const other = findAgent(id);
  if (other) throw new Error(`the agent "${id}" already exists: ${other.name}`);
  const there = filesFor(namesOf(id)).find(([, path]) => existsSync(join(ROOT, path)));
  if (there) throw new Error(`${there[1]} already exists`);
  const listed = LISTS.find(({ path }) => {
    return new RegExp(`\\b${variable}\\b`).test(readFileSync(join(ROOT, path), "utf8"));
  });
  if (listed)
    throw new Error(`${listed.path} already uses the name "${variable}": choose another one`);
}

function filled(template: string, names: Names): string {
  return readFileSync(join(TEMPLATES, template), "utf8")
    .replaceAll("__ID__", names.id)
    .replaceAll("__VAR__", names.variable)
    .replaceAll("__CLASS__", names.className)
    .replaceAll("__TITLE__", names.title)
    .replaceAll("__ENV__", names.environment);
}

/** Adds an agent to a list: an import, and an element of the array. */
function withAgent(text: string, variable: string, from: string): string {
  const listed = text.replace(
    /(: readonly (?:Agent|Driver)\[\] = \[)([^\]]*?)(,?\s*\])/,
    `$1$2, ${variable}]`,
  );
  if (listed === text) throw new Error("cannot find the list of agents in its file");
  const at = listed.indexOf("\nimport ") + 1;
  return `${listed.slice(0, at)}import { ${variable} } from "${from}";\n${listed.slice(at)}`;
}

const STORES = "src/agents/stores.ts";
const UNSUPPORTED = "src/agents/unsupported.ts";

/** Removes the agent from the names of those that Segue only knows; null if it is not among them. */
function withoutUnsupported(text: string, { id }: Names): string | null {
  const start = `\\n {2}\\{(?: |\\n {4})name: "[^"]*",(?: |\\n {4})words: \\[(?:[^\\]]*, )?"${id}"[^\\]]*\\]`;
  // In one line, or in several.
  const entry = new RegExp(`${start}(?:[^\\n]*\\},|,(?:\\n {4}[^\\n]*)*\\n {2}\\},)`);
  return entry.test(text) ? text.replace(entry, "") : null;
}

/** Adds an agent to the table of stores. */
function withStore(text: string, { id, variable }: Names): string {
  const listed = text.replace(/\n};\s*$/, `\n  "${id}": ${variable},\n};\n`);
  if (listed === text) throw new Error("cannot find the table of stores in its file");
  const at = listed.indexOf("\nimport ") + 1;
  const line = `import { store as ${variable} } from "./${id}/store.ts";\n`;
  return listed.slice(0, at) + line + listed.slice(at);
}

function make(names: Names): string[] {
  const made: string[] = [];
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    made.push(path);
  };
  const lists = LISTS.map(({ path, from }) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return { path, text: withAgent(text, names.variable, from(names.id)) };
  });
  const stores = withStore(readFileSync(join(ROOT, STORES), "utf8"), names);
  lists.push({ path: STORES, text: stores });
  const supported = withoutUnsupported(readFileSync(join(ROOT, UNSUPPORTED), "utf8"), names);
  if (supported !== null) lists.push({ path: UNSUPPORTED, text: supported });
  for (const [template, path] of filesFor(names)) write(path, filled(template, names));
  for (const { path, text } of lists) write(path, text);
  const code = made.filter((path) => /\.(ts|md)$/.test(path)).map((path) => join(ROOT, path));
  const biome = join(ROOT, "node_modules/.bin/biome");
  execFileSync(biome, ["check", "--write", "--log-level=error", ...code], { cwd: ROOT });
  // The pages in docs/ name every agent.
  execFileSync(process.execPath, [join(ROOT, "scripts/docs.ts")], { cwd: ROOT });
  return made;
}

const HELP = `Usage: npm run new-agent NAME

Generates the folder of a new agent, with fixtures, tests and a driver for its CLI. NAME is the
agent's id: lower-case letters, digits and single hyphens. CONTRIBUTING.md describes the next steps.`;

try {
  if (process.argv.slice(2).some((arg) => arg === "--help" || arg === "-h")) {
    console.log(HELP);
    process.exit();
  }
  const names = namesOf(process.argv[2]);
  refuseExisting(names);
  const made = make(names);
  console.log(
    `Generated ${names.title}, with sessions in an example format. Created or changed:\n`,
  );
  for (const path of made) console.log(`  ${relative(ROOT, join(ROOT, path))}`);
  console.log(`
It already passes its tests:

  npx node --test test/unit/agents/${names.id}.test.ts
  npx node --test --test-name-pattern=${names.id} test/laws/fixtures.test.ts

Continue with "Adding an agent" in CONTRIBUTING.md: each REPLACE in these files marks an example to replace.`);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
