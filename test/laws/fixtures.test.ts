/** The laws, on every session file that an agent's CLI wrote, and on hostile ones. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { convertFile, readLines, see } from "../support/conversion.ts";
import { type Fixture, fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { copyIsSame, nothingInSilence, sameBytes, thereAndBack, workAndBack } from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "law-"));

const sessions: Fixture[] = [];
for (const fixture of fixtures) {
  if ((await see(fixture)).plan.header.id !== "") sessions.push(fixture);
}

describe("law 1: same bytes", () => {
  for (const fixture of fixtures) {
    it(fixture.name, async () => {
      const bytes = readLines(fixture.path);
      // With the codecs of the other agents as well: a file need not be what it is taken for.
      for (const agent of agents) sameBytes(agent, bytes);
      if (sessions.includes(fixture)) await copyIsSame(fixture, folder());
    });
  }
});

/** A session in which nothing was said yet: Claude Code's files have no opening. */
function nothingThere(source: Fixture, through: Agent): boolean {
  return through.id === "claude-code" && source.name.includes("only-first-line");
}

for (const source of sessions) {
  describe(source.name, () => {
    for (const through of agents.filter((agent) => agent !== source.agent)) {
      it(`law 2: there and back through ${through.id}`, async () => {
        await thereAndBack(source, through, folder());
      });
      it(`law 2: with the carry inside, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { carry: "inside" });
      });
      const skip = nothingThere(source, through) && "an empty file, with which no CLI goes on";
      it(`law 3: there, work, and back, again and again, with ${through.id}`, {
        skip,
      }, async () => {
        await workAndBack(source, through, folder());
      });
      it(`law 4: nothing dropped in silence, to ${through.id}`, async () => {
        const target = { agent: through, path: join(folder(), "there.jsonl") };
        await nothingInSilence(source, target, await convertFile(source, target));
      });
      if (!source.name.includes("compact")) continue;
      it(`law 2: with what came before a compaction, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { fullHistory: true });
      });
    }
  });
}
