/** Completion in the shells themselves. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { temporaryFolder } from "../support/folder.ts";
import type { Machine } from "../support/segue.ts";
import { CODEX, fails, idOf, inhabited } from "./support.ts";

const root = temporaryFolder();
const BIN = join(import.meta.dirname, "../../src/bin.ts");
const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

let m: Machine;
before(() => {
  m = inhabited(root);
  mkdirSync(m.at("bin"), { recursive: true });
  mkdirSync(m.at("a folder"));
  writeFileSync(m.at("bin", "segue"), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`, {
    mode: 0o755,
  });
});

const TABLE: [words: string[], some: string[], none: string[]][] = [
  [["re"], ["resume"], ["list"]],
  [["com"], ["completions"], []],
  [["cod"], ["codex"], []],
  [["cl"], ["claude-code"], ["claude"]],
  [["cc", "--rea"], ["--reasoning"], []],
  [["ls", "--lim"], ["--limited"], []],
  [["resume", "--f"], ["--from", "--fork", "--full-history"], ["--format"]],
  [["resume", "--in", "cl"], ["claude-code"], ["claude", "codex"]],
  [["convert", "x.jsonl", "--to", "p"], ["pi"], ["codex"]],
  [["dump", "--format", "m"], ["markdown"], ["html"]],
  [["show", "--tools", "f"], ["full"], ["brief"]],
  [["config", "s"], ["set", "shell.maxSamples"], ["get"]],
  [["config", "get", "agents.codex."], ["agents.codex.store", "agents.codex.args"], []],
  [["completions", "z"], ["zsh"], ["bash"]],
  [["search", "in:o"], ["in:output"], ["in:user"]],
];

function complete(words: readonly string[], ask: (words: readonly string[]) => string[]): void {
  const row = TABLE.find(([given]) => given === words);
  const got = ask(words);
  for (const word of row?.[1] ?? []) assert.ok(got.includes(word), `${word} in ${got}`);
  for (const word of row?.[2] ?? []) assert.ok(!got.includes(word), `${word} in ${got}`);
}

async function script(shell: string): Promise<string> {
  const { code, out, err } = await m.run(["completions", shell]);
  assert.equal(code, 0, err);
  const path = m.at(`segue.${shell}`);
  writeFileSync(path, out);
  return path;
}

describe("bash", () => {
  let path: string;
  before(async () => {
    path = await script("bash");
  });
  const ask = (words: readonly string[]): string[] => {
    const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _segue; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const given = ["--norc", "-c", ask, "bash", path, "segue", ...words];
    const text = execFileSync("bash", given, { encoding: "utf8", env: m.env, cwd: m.home });
    return text.split("\n").filter((line) => line !== "");
  };
  for (const [words] of TABLE) it(words.join(" "), () => complete(words, ask));
  it("sessions, by short ids, with titles while there is a choice", () => {
    const [short, whole] = [idOf(CODEX).slice(0, 8), idOf(CODEX)];
    const all = ask(["resume", ""]);
    assert.equal(all.length, 4, all.join("\n"));
    assert.match(all.join("\n"), new RegExp(`^${short}  codex: MARK-USER-1 `, "m"));
    assert.match(all.at(-1) ?? "", /^latest {2}the newest/);
    assert.equal(ask(["resume", short.slice(0, -1)]).length, 2);
    assert.deepEqual(ask(["resume", short]), [short]);
    assert.deepEqual(ask(["resume", whole.slice(0, 12)]), [whole]);
    assert.deepEqual(ask(["show", "lat"]), ["latest"]);
    assert.deepEqual(ask(["show", "segue.b"]), ["segue.bash"], "files where no session begins so");
  });
  it("folders and files, after -- as well", () => {
    assert.deepEqual(ask(["list", "--cwd", "a"]), ["a folder"]);
    assert.deepEqual(ask(["resume", "latest", "--", "segue.b"]), ["segue.bash"]);
    assert.ok(ask(["list", "--store", "code"]).includes("codex="));
  });
});

describe("fish", { skip: !has("fish") }, () => {
  let path: string;
  before(async () => {
    path = await script("fish");
  });
  const ask = (words: readonly string[]): string[] => {
    const line = ["segue", ...words].join(" ");
    const ask = `source "${path}"; complete -C ${JSON.stringify(line)}`;
    const text = execFileSync("fish", ["--no-config", "-c", ask], {
      encoding: "utf8",
      env: m.env,
      cwd: m.home,
    });
    return text.split("\n").map((each) => each.split("\t")[0] ?? "");
  };
  for (const [words] of TABLE) it(words.join(" "), () => complete(words, ask));
  it("sessions, by short ids", () => {
    assert.ok(ask(["resume", idOf(CODEX).slice(0, 6)]).includes(idOf(CODEX).slice(0, 8)));
  });
});

describe("zsh", { skip: !has("zsh") }, () => {
  it("takes the script, and completes with it", async () => {
    const path = await script("zsh");
    execFileSync("zsh", ["-f", "-n", path], { env: m.env });
    // Completion runs in its line editor only: here it is asked what the functions would offer.
    const ask = `autoload -U compinit; compinit -D -u; source "$1"
      print -r -- "registered: $_comps[segue]"
      compadd() { print -r -- "compadd: $*" }; _files() { }; _describe() { print -rl -- "\${(@P)@[-1]}" }
      _segue_agents; _segue_stores; _segue_sessions; _segue_commands`;
    const given = ["-f", "-c", ask, "zsh", path];
    const text = execFileSync("zsh", given, { encoding: "utf8", env: m.env, cwd: m.home });
    assert.match(text, /^registered: _segue$/m);
    assert.match(text, /^compadd: .*claude-code codex/m);
    assert.match(text, new RegExp(`^${idOf(CODEX).slice(0, 8)}:codex: MARK-USER-1 `, "m"));
    assert.match(text, /^resume:open a session in another agent/m);
  });
});

it("of a shell that it does not know, nothing", async () => {
  fails(await m.run(["completions", "tcsh"]), 2, /bash, zsh, fish/);
});
