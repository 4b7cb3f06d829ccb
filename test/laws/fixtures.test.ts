/** The laws, on every session file that an agent's CLI wrote, and on hostile ones. */
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { convertFile, see } from "../support/conversion.ts";
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
      const bytes = readFileSync(fixture.path);
      // With the codecs of the other agents as well: a file need not be what it is taken for.
      for (const agent of agents) sameBytes(agent, bytes);
      if (sessions.includes(fixture)) await copyIsSame(fixture, folder());
    });
  }
});

/** What is known to fail: [session, test, why]. Each is a bug; its test says when it is gone. */
const KNOWN: readonly [name: RegExp, test: RegExp, why: string][] = [
  [
    /only-first-line|claude-code\/subagent\/.*\/agent-/,
    /law 3.*/,
    "lines without a uuid, and of sidechains, do not tell Claude Code's writer whose session it writes",
  ],
  [/codex\/old-0\.20\.0/, /law 3/, "UI events are written into a file of bare items"],
];

for (const source of sessions) {
  describe(source.name, () => {
    const law = (name: string, prove: () => Promise<void>) => {
      const [, , todo] = KNOWN.find(([n, t]) => n.test(source.name) && t.test(name)) ?? [];
      it(name, todo === undefined ? {} : { todo }, prove);
    };
    for (const through of agents.filter((agent) => agent !== source.agent)) {
      law(`law 2: there and back through ${through.id}`, async () => {
        await thereAndBack(source, through, folder());
      });
      law(`law 2: with the carry inside, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { carry: "inside" });
      });
      law(`law 3: there, work, and back, again and again, with ${through.id}`, async () => {
        await workAndBack(source, through, folder());
      });
      law(`law 4: nothing dropped in silence, to ${through.id}`, async () => {
        const target = { agent: through, path: join(folder(), "there.jsonl") };
        await nothingInSilence(source, target, await convertFile(source, target));
      });
      if (!source.name.includes("compact")) continue;
      law(`law 2: with what came before a compaction, through ${through.id}`, async () => {
        await thereAndBack(source, through, folder(), { fullHistory: true });
      });
    }
  });
}
