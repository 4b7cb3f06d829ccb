/** The laws, on every session file that an agent's CLI wrote, and on hostile ones. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { readLines, see } from "../support/conversion.ts";
import { type Fixture, fixtures, plain } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { others, partners } from "../support/partners.ts";
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
      for (const agent of [fixture.agent, ...partners(fixture.agent)]) sameBytes(agent, bytes);
      if (sessions.includes(fixture)) await copyIsSame(fixture, folder());
    });
  }
});

/** A session in which nothing was said: files of these agents have no opening, so theirs is empty. */
function nothingThere(source: Fixture, through: Agent): boolean {
  const openingless = ["claude-code", "qwen"].includes(through.id);
  return openingless && /only-first-line/.test(source.name);
}

for (const source of sessions) {
  // A plain recording goes through every other agent. What else a file's lines do to its own agent's
  // codec, two targets show as well as all.
  const isPlain = source.path === plain(source.agent).path;
  describe(source.name, () => {
    for (const through of isPlain ? others(source.agent) : partners(source.agent)) {
      it(`laws 2 and 4: there and back through ${through.id}, nothing dropped in silence`, async () => {
        const { there, done } = await thereAndBack(source, through, folder());
        await nothingInSilence(source, there, done);
      });
      if (!source.name.includes("compact")) continue;
      it(`law 2: with what came before a compaction, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { fullHistory: true });
      });
    }
    // Damage is kept by the same code whosever the file: the first three agents show it here.
    const isTried = !source.name.startsWith("hostile/") || agents.indexOf(source.agent) < 3;
    for (const through of partners(source.agent).slice(0, isPlain ? 2 : Number(isTried))) {
      it(`law 2: with the carry inside, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { carry: "inside" });
      });
      const skip = nothingThere(source, through) && "an empty file, with which no CLI goes on";
      it(`law 3: there, work, and back, again and again, with ${through.id}`, {
        skip,
      }, async () => {
        // Once there and home shows what damage does; again and again, what a recording's turns do.
        const rounds = source.name.startsWith("hostile/") ? 2 : 3;
        await workAndBack(source, through, folder(), { rounds });
      });
    }
  });
}
