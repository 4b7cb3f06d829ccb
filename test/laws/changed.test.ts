/**
 * Law 3 where the target did more than continue: its user went back, it compacted, or something
 * changed what was said. On a session long enough for the carry's coder to start afresh in it.
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import type { Entry } from "../../src/session/types.ts";
import {
  convertFile,
  type File,
  opening,
  readRecords,
  see,
  shown,
  textsOf,
  turn,
  workOn,
  write,
} from "../support/conversion.ts";
import { temporaryFolder } from "../support/folder.ts";
import { inTurn, partners } from "../support/partners.ts";

const root = temporaryFolder();
const TURNS = 100;

/** A session of `agent`, and its translation. */
async function pair(
  agent: Agent,
  through: Agent,
): Promise<{ here: File; there: File; home: File }> {
  const key = `${agent.id} ${through.id}`;
  const made = pairs.get(key) ?? make(agent, through, key);
  pairs.set(key, made);
  const folder = mkdtempSync(join(root, "law-"));
  cpSync(await made, folder, { recursive: true });
  const [here, there] = placesIn(folder, agent, through);
  return { here, there, home: { agent, path: join(folder, "home.jsonl") } };
}

/** Folders that hold a session and what it was converted to: the same for every case. */
const pairs = new Map<string, Promise<string>>();

async function make(agent: Agent, through: Agent, seed: string): Promise<string> {
  const folder = mkdtempSync(join(root, "pair-"));
  const [here, there] = placesIn(folder, agent, through);
  const { writer, text } = opening(agent, seed);
  const entries = Array.from({ length: TURNS }, (_, n) => turn(agent, `t${n}`)).flat();
  writeFileSync(here.path, text + write(writer, entries));
  await convertFile(here, there);
  return folder;
}

function placesIn(folder: string, agent: Agent, through: Agent): [here: File, there: File] {
  return [
    { agent, path: join(folder, "a.jsonl") },
    { agent: through, path: join(folder, "b.jsonl") },
  ];
}

function hasPrefix({ path }: File, before: File): void {
  const old = readFileSync(before.path);
  assert.ok(readFileSync(path).subarray(0, old.length).equals(old), "the old bytes are no prefix");
}

/** What is said in the turns of these names, in order, as `at` has it: the new ones are of `there`. */
function said(at: Agent, from: Agent, there: Agent, marks: readonly string[]): string[] {
  return marks.flatMap((mark) => shown(/^t\d/.test(mark) ? from : there, at, mark));
}

function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `t${from + i}`);
}

async function live(file: File): Promise<string[]> {
  return (await see(file)).live.flatMap(textsOf);
}

/** The number of the record that holds the user's question of a turn. */
function recordOf({ agent, path }: File, mark: string): number {
  const reader = agent.reader();
  return readRecords(path).findIndex(
    (record, at) =>
      record !== undefined && reader.read(record, at).some((entry) => asks(entry, mark)),
  );
}

function asks(entry: Entry, mark: string): boolean {
  return entry.kind === "message" && textsOf(entry).some((t) => t.startsWith(`question ${mark} `));
}

/** It has no branches: what is taken back there is hidden. */
const hides = agents.filter(({ id }) => id === "openhands");

for (const agent of inTurn(writable, 2)) {
  const others = hides.filter((other) => other !== agent);
  for (const through of new Set([...partners(agent).slice(0, 1), ...others])) {
    describe(`${agent.id} through ${through.id}`, () => {
      // Where turns that were taken back are cut off, the old bytes are no prefix: a new session.
      const branches = !agent.cutsOff && !through.cutsOff;
      for (const turns of [1, 5, TURNS - 3]) {
        it(`${turns} turns taken back there`, async () => {
          const { here, there, home } = await pair(agent, through);
          const kept = TURNS - turns;
          workOn(there, "new", {
            back: { records: recordOf(there, `t${kept}`), turns },
          });
          assert.deepEqual(
            await live(there),
            said(through, agent, through, [...numbered(0, kept), "new"]),
          );
          const { stale } = await convertFile(there, home);
          assert.equal(stale === 0, branches);
          if (branches) hasPrefix(home, here);
          assert.deepEqual(
            await live(home),
            said(agent, agent, through, [...numbered(0, kept), "new"]),
          );
        });
      }

      it("taken back twice, and on again", async () => {
        const { here, there, home } = await pair(agent, through);
        workOn(there, "one", { back: { records: recordOf(there, "t90"), turns: TURNS - 90 } });
        workOn(there, "two", { back: { records: recordOf(there, "t20"), turns: 71 } });
        const expected = [...numbered(0, 20), "two"];
        assert.deepEqual(await live(there), said(through, agent, through, expected));
        await convertFile(there, home);
        if (branches) hasPrefix(home, here);
        assert.deepEqual(await live(home), said(agent, agent, through, expected));
      });

      // A history that only grows has no compaction.
      const compacts = agent.text === undefined && through.text === undefined;
      if (compacts)
        it("compacted there", async () => {
          const { here, there, home } = await pair(agent, through);
          const place = { id: "c", parentId: null, time: "2026-11-22T09:00:00.000Z" } as const;
          const summary = "SUMMARY of all before";
          workOn(there, "new", {
            first: [{ kind: "event", ...place, event: "compaction", summary, tokens: 1000 }],
          });
          assert.equal((await convertFile(there, home)).stale, 0);
          hasPrefix(home, here);
          const { plan } = await see(home);
          assert.ok(plan.compaction?.summary.includes(summary));
          assert.deepEqual(await live(home), said(agent, agent, through, ["new"]));
        });

      it("changed there, in the middle", async () => {
        const { here, there, home } = await pair(agent, through);
        const text = readFileSync(there.path, "utf8");
        writeFileSync(there.path, text.replaceAll("question t80 ", "edited t80 "));
        workOn(there, "new");
        const done = await convertFile(there, home);
        assert.ok(done.stale > 0, "the change was not noticed");
        const before = readFileSync(here.path).indexOf("question t80 ");
        const kept = readFileSync(here.path).subarray(0, before).lastIndexOf(0x0a);
        const old = readFileSync(here.path).subarray(0, kept);
        assert.ok(readFileSync(home.path).subarray(0, kept).equals(old), "what came before");
        // What follows comes home anew, from what there is of it there.
        const after = said(through, agent, through, numbered(80, TURNS)).map((t) =>
          t.replace("question t80 ", "edited t80 "),
        );
        const expected = [
          ...said(agent, agent, through, numbered(0, 80)),
          ...after,
          ...said(agent, agent, through, ["new"]),
        ];
        assert.deepEqual(await live(home), expected);
      });

      it("the same bytes each time", async () => {
        const { there, home } = await pair(agent, through);
        workOn(there, "new");
        await convertFile(there, home);
        const again = { agent, path: `${home.path}.again` };
        await convertFile(there, again);
        assert.ok(readFileSync(again.path).equals(readFileSync(home.path)));
        const ids = (await see(home)).entries.flatMap((e) => (e.kind === "message" ? [e.id] : []));
        assert.equal(new Set(ids).size, ids.length, "two records of one id");
      });
    });
  }
}
