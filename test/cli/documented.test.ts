/** Commands that README.md and the pages in docs/ show: each option exists, and README's commands work. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { flagNamed } from "../../src/convert/flags.ts";
import { fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { inhabited } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");
const root = temporaryFolder();
/** `docs/profiles.md` defines it. */
const PROFILE = "claude-work";
const NAMES = new Set([
  ...["latest", PROFILE],
  ...agents.flatMap(({ id, aliases }) => [id, ...aliases]),
]);

/** The words of each `segue …` line in the code blocks of a page, up to a pipe or a comment. */
function shown(path: string): string[][] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const fenced = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, lines = ""]) => lines);
  const indented = text.replace(/^```[\s\S]*?^```/gm, "").match(/^ {4}\S.*$/gm) ?? [];
  return [...fenced.flatMap((block) => block.split("\n")), ...indented]
    .map((line) => line.trim())
    .filter((line) => /^segue(?: |$)/.test(line))
    .map((line) => {
      const words: string[] = line.replace(/ +#.*$/, "").match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
      const end = words.indexOf("|");
      const own = end < 0 ? words : words.slice(0, end);
      return own.slice(1).map((word) => word.replace(/^(['"])(.*)\1$/, "$2"));
    });
}

/** The options of each command, as in docs/cli.md. */
function optionsOf(command: string): Set<string> {
  const page = readFileSync(join(ROOT, "docs/cli.md"), "utf8");
  const [, help = ""] =
    new RegExp(`^## segue ${command}\n([^]*?)(?=^## |^<!--)`, "m").exec(page) ?? [];
  return new Set(help.match(/--?[a-z][\w-]*/g));
}

/** Does an agent have this flag? `segue resume` passes it on. */
function isAgentFlag(name: string): boolean {
  return agents.some(({ launch }) => launch.flags && flagNamed(name, launch.flags) !== undefined);
}

describe("a command that a page shows", () => {
  for (const path of ["README.md", ...globSync("docs/*.md", { cwd: ROOT })]) {
    it(`${path}: has only options that there are`, () => {
      for (const words of shown(path)) {
        const [name = "pick"] = words;
        const command = NAMES.has(name) ? "resume" : name;
        const options = optionsOf(command);
        assert.ok(options.size > 0, `${path}: segue ${name}`);
        const end = words.indexOf("--");
        for (const word of end < 0 ? words : words.slice(0, end)) {
          const [flag = ""] = word.split("=");
          const isOption = /^--?[a-z]/.test(flag) && name !== "search";
          const exists = options.has(flag) || (command === "resume" && isAgentFlag(flag));
          assert.ok(!isOption || exists, `${path}: segue ${words.join(" ")}`);
        }
      }
    });
  }

  it("works, where README shows it", async () => {
    const m = inhabited(root);
    const more = fixtures.filter(({ name }) => /^(?:codex|claude-code)\//.test(name));
    for (const each of more) m.install(each);
    const commands = shown("README.md").filter(([name]) => name !== undefined);
    assert.ok(commands.length > 8);
    for (const words of commands) {
      const starts = words[0] === "resume" || NAMES.has(words[0] ?? "");
      const args = starts && !words.includes("--dry-run") ? withoutLaunch(words) : words;
      const { code, err } = await m.run(args);
      assert.equal(code, 0, `segue ${args.join(" ")}\n${err}`);
    }
  });
});

function withoutLaunch(words: readonly string[]): string[] {
  const end = words.indexOf("--");
  const at = end < 0 ? words.length : end;
  return [...words.slice(0, at), "--no-launch", ...words.slice(at)];
}
