/** The laws, on every session file that an agent's CLI wrote, and on hostile ones. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { readLines, see } from "../support/conversion.ts";
import { type Fixture, fixtures, plain } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { others, partners, turnOf } from "../support/partners.ts";
import {
  cannotComeHome,
  copyIsSame,
  nothingInSilence,
  sameBytes,
  thereAndBack,
  workAndBack,
} from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "law-"));

const sessions: Fixture[] = [];
/** In which nothing was said. */
const silent = new Set<Fixture>();
for (const fixture of fixtures) {
  const { plan, live } = await see(fixture);
  if (plan.header.id !== "") sessions.push(fixture);
  if (live.length === 0) silent.add(fixture);
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

/** Files of these agents have no opening: where nothing was said, theirs is empty. */
function nothingThere(source: Fixture, through: Agent): boolean {
  return ["claude-code", "qwen", "qoder"].includes(through.id) && silent.has(source);
}

for (const source of sessions) {
  // A plain recording goes through every other agent. What else a file's lines do to its own agent's
  // codec, one target shows as well as all, and another one the next time.
  const isPlain = source.path === plain(source.agent).path;
  const targets = isPlain ? others(source.agent) : turnOf(source.agent, source.name);
  describe(source.name, () => {
    for (const through of targets) {
      it(`laws 2 and 4: there and back through ${through.id}, nothing dropped in silence`, async () => {
        const { there, done } = await thereAndBack(source, through, folder());
        await nothingInSilence(source, there, done);
        // What an agent records every day is of kinds that its reader knows, and passed on once.
        const unknown = done.losses.some(({ code }) => code === "content-unknown");
        if (isPlain) assert.ok(!unknown, "content of an unknown kind in a plain recording");
      });
      if (!source.name.includes("compact")) continue;
      it(`law 2: with what came before a compaction, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { fullHistory: true });
      });
    }
    // Damage is kept by the same code whosever the file: the first three agents show it here.
    const isTried = !source.name.startsWith("hostile/") || agents.indexOf(source.agent) < 3;
    for (const through of isTried ? turnOf(source.agent, source.name) : []) {
      it(`law 2: with the carry inside, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { carry: "inside" });
      });
      if (!writable.includes(source.agent)) {
        it(`law 3: new turns of ${through.id} cannot go there, and nothing is written`, async () => {
          await cannotComeHome(source, through, folder());
        });
        continue;
      }
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
