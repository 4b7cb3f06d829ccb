/** Each command as a process of its own, which most tests do without: it ends, and says the same. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { temporaryFolder } from "../support/folder.ts";
import { CLAUDE, idOf, inhabited } from "./support.ts";

const root = temporaryFolder();

describe("a process of its own", () => {
  const id = idOf(CLAUDE);
  for (const line of [
    "list --json",
    "agents --json",
    "doctor",
    "config",
    "scan",
    `search MARK-USER-1`,
    `show ${id}`,
    `check ${id}`,
    `handoff ${id} --budget 2k`,
    `convert ${id} --to codex --no-carry`,
    `resume ${id} --in pi --no-launch`,
    `resume ${id} --in pi --fit 200k --no-launch`,
    "dump out --format markdown",
    "log",
    "undo",
    "--quiet list",
    "list --nonsense",
    "show nothing-of-the-kind",
  ]) {
    it(`ends by itself: segue ${line}`, async () => {
      const args = line.split(" ");
      const machine = inhabited(root);
      // What the one writes, the other must find as it was: each has a home of its own.
      if (args[0] === "undo") await machine.run(["resume", id, "--in", "pi", "--no-launch"]);
      const alone = await machine.run(args, { alone: true });
      const other = inhabited(root);
      if (args[0] === "undo") await other.run(["resume", id, "--in", "pi", "--no-launch"]);
      const hosted = await other.run(args);
      assert.equal(alone.signal, null);
      assert.equal(alone.code, hosted.code, alone.err);
      const plain = (text: string, home: string): string =>
        text.replaceAll(home, "~").replace(/\b[0-9a-f]{64}\b|\d+[.\d]* (?:ms|s)\b/g, "…");
      assert.equal(plain(alone.out, machine.home), plain(hosted.out, other.home));
      assert.equal(plain(alone.err, machine.home), plain(hosted.err, other.home));
    });
  }
});
