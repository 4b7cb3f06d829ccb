/** Commands that write where the user says: conversions, handoffs, dumps; and the index. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fixture } from "../fixtures.ts";
import type { Machine } from "../segue.ts";
import type { Case } from "./trial.ts";

const PI = fixture("pi/basic");
const CLAUDE = fixture("claude-code/basic");

/** Does the file come home as one of these? */
async function comesHome(m: Machine, file: string, ways: readonly [to: string, source: string][]) {
  for (const [to, source] of ways) {
    const back = await m.run(["convert", m.at(file), "--to", to, "--quiet"]);
    if (back.stdout.equals(readFileSync(m.at(source)))) return;
  }
  assert.fail("neither the old session nor the new one comes home");
}

/** Two sessions in their agents' stores. */
function inhabited(m: Machine): void {
  m.install(PI);
  m.install(CLAUDE);
}

function dumps(name: string, args: readonly string[], isAgain = false): Case {
  return {
    name,
    async prepare(m) {
      inhabited(m);
      const all = ["dump", ...args, m.at("dump"), "--quiet"];
      if (isAgain) {
        const { code, err } = await m.run(all);
        assert.equal(code, 0, err);
        // One session continued since, one is new.
        goesOn(m);
        m.install(fixture("codex/basic"));
      }
      return all;
    },
  };
}

function goesOn(m: Machine): void {
  const path = PI.path.slice(PI.path.indexOf("/.pi") + 1);
  const text = readFileSync(m.at(path), "utf8").trimEnd();
  const last = text.slice(text.lastIndexOf("\n") + 1);
  writeFileSync(m.at(path), `${text}\n${last}\n`);
}

/** A search finds what a scan has read, whatever became of the scan. */
async function finds(m: Machine): Promise<void> {
  const { code, out, err } = await m.run(["search", "MARK-USER-1", "--json"]);
  assert.equal(code, 0, err);
  assert.ok(out.includes("MARK-USER-1"), "a search does not find it");
}

export const CONVERT_CASES: readonly Case[] = [
  {
    name: "convert -o",
    refusesAgain: true,
    together: /^new\/b\.jsonl/,
    async prepare(m) {
      const a = m.copy(PI, "a.jsonl");
      mkdirSync(m.at("new"));
      return ["convert", a, "--to", "codex", "-o", m.at("new/b.jsonl"), "--quiet"];
    },
    holds: (m) => comesHome(m, "new/b.jsonl", [["pi", "a.jsonl"]]),
  },
  {
    name: "convert --force",
    together: /^b\.jsonl/,
    async prepare(m) {
      const [a, b] = [m.copy(PI, "a.jsonl"), m.copy(CLAUDE, "c.jsonl")];
      await m.run(["convert", b, "--to", "codex", "-o", m.at("b.jsonl"), "--quiet"]);
      return ["convert", a, "--to", "codex", "-o", m.at("b.jsonl"), "--force", "--quiet"];
    },
    holds: (m) =>
      comesHome(m, "b.jsonl", [
        ["pi", "a.jsonl"],
        ["claude-code", "c.jsonl"],
      ]),
  },
  {
    name: "convert --embed --report",
    async prepare(m) {
      const a = m.copy(PI, "a.jsonl");
      const [out, report] = [m.at("b.jsonl"), m.at("report.json")];
      const how = ["--embed", "--force", "--quiet", "--report", report];
      return ["convert", a, "--to", "codex", "-o", out, ...how];
    },
    holds: (m) => comesHome(m, "b.jsonl", [["pi", "a.jsonl"]]),
  },
  {
    name: "convert, through pipes",
    async prepare(m) {
      return ["convert", m.copy(PI, "a.jsonl"), "--to", "claude-code", "--quiet"];
    },
  },
  {
    name: "convert --force, to a document",
    together: /^b\.json/,
    async prepare(m) {
      const a = m.copy(PI, "a.jsonl");
      copyFileSync(CLAUDE.path, m.at("b.json"));
      return ["convert", a, "--to", "opencode", "-o", m.at("b.json"), "--force", "--quiet"];
    },
  },
  {
    name: "handoff -o",
    async prepare(m) {
      inhabited(m);
      return ["handoff", "pi#1", "--no-redact", "-o", m.at("handoff.md"), "--force", "--quiet"];
    },
  },
  {
    name: "resume --handoff",
    async prepare(m) {
      inhabited(m);
      const how = ["--no-redact", "--no-launch", "--quiet"];
      return ["resume", "pi#1", "--in", "claude", "--handoff", ...how, "--cwd", m.home];
    },
  },
  dumps("dump", []),
  dumps("dump, changed sessions", [], true),
  dumps("dump --format markdown", ["--format", "markdown"]),
  dumps("dump --format html --redact", ["--format", "html", "--redact"]),
  dumps("dump --format session, changed sessions", ["--format", "session"], true),
  {
    name: "scan",
    async prepare(m) {
      inhabited(m);
      return ["scan"];
    },
    holds: finds,
  },
  {
    name: "scan --rebuild",
    async prepare(m) {
      inhabited(m);
      await m.run(["scan"]);
      goesOn(m);
      return ["scan", "--rebuild"];
    },
    holds: finds,
  },
  {
    name: "search",
    async prepare(m) {
      inhabited(m);
      return ["search", "MARK-USER-1"];
    },
    holds: finds,
  },
  {
    name: "doctor",
    async prepare(m) {
      inhabited(m);
      await m.run(["resume", "pi#1", "--in", "codex", "--no-launch", "--quiet"]);
      assert.ok(existsSync(m.at(".codex")));
      return ["doctor", "--all"];
    },
  },
];
