/**
 * Every session in test/fixtures that a real CLI wrote, of whatever version and however it ended,
 * opens in other agents' real CLIs: nothing is refused, and all that was written is sent.
 */
import assert from "node:assert/strict";
import { cpSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { driverOf } from "./agents/index.ts";
import { historyOf } from "./assert-history.ts";
import { AGENTS, createLab, SOME_PAIRS } from "./lab.ts";
import { enterNetns } from "./netns.ts";
import { turn } from "./record.ts";
import { hand, segue } from "./segue.ts";
import { ALL, share, some } from "./some.ts";

enterNetns();

const FIXTURES = fileURLToPath(new URL("../fixtures", import.meta.url));

/** What `segue show` says was said and done, line by line, without its own words around it. */
function linesOf(shown: string): string[] {
  const lines = shown.split("\n").map((line) => line.replace(/^(\(reasoning\)|←( failed:)?) /, ""));
  const isOwn = (line: string): boolean =>
    /^(\[\d+\] |→ |\(image|\(file|\(reasoning, |\(no readable summary\))/.test(line);
  return lines.map((line) => line.trim()).filter((line) => line.length > 3 && !isOwn(line));
}

for (const from of some(AGENTS, 8)) {
  const folder = join(FIXTURES, from);
  const variants = [...globSync("*", { cwd: folder }).sort().entries()];
  for (const [n, variant] of some(variants, share(4, AGENTS.length))) {
    const files = globSync(driverOf(from).fixtures, { cwd: join(folder, variant) }).sort();
    const targets = SOME_PAIRS.filter(([agent]) => agent === from);
    // Each variant into one of the two, in turn, where it is not to be everything.
    const chosen = ALL ? targets : targets.filter((_, i) => i === n % targets.length);
    for (const [, to] of chosen) {
      test(`${from} ${variant} → ${to}`, async () => {
        const lab = await createLab();
        try {
          cpSync(join(folder, variant), lab.home, { recursive: true });
          for (const file of files) {
            const args = ["--cwd", lab.cwd];
            const there = await hand(lab, join(lab.home, file), to, args);
            const shown = await segue(lab, ["show", there.path, "--tools", "full"]);
            const wanted = linesOf(shown);
            assert.ok(wanted.length > 0, `${basename(file)}: nothing was written`);
            const prompt = "MARK-NEW go on";
            await turn(lab, to, [{ text: "MARK-DONE" }], { prompt, resume: there.id });
            const sent = historyOf(lab.server.lastMain())
              .map(({ text }) => text)
              .join("\n");
            // Cline sends results inside of JSON.
            const forms = (line: string): string[] => [line, JSON.stringify(line).slice(1, -1)];
            const gone = wanted.filter((line) => !forms(line).some((form) => sent.includes(form)));
            assert.deepEqual(gone, [], `${basename(file)}: not sent`);
            assert.ok(sent.includes(prompt));
          }
          assert.deepEqual(lab.server.refusals, []);
        } finally {
          await lab.close();
        }
      });
    }
  }
}
