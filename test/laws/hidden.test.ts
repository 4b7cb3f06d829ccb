/**
 * What the source's model no longer sees (an attempt that failed, what was taken back or condensed),
 * wherever in the session it is: no other agent's model is sent it, and it is back on the way home.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import type { Message } from "../../src/session/types.ts";
import { ASIDE, asides } from "../support/asides.ts";
import {
  type File,
  opening,
  readRecords,
  type Seen,
  see,
  textsOf,
  turn,
  workOn,
  write,
} from "../support/conversion.ts";
import { fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { others, turnOf } from "../support/partners.ts";
import { thereAndBack, workAndBack } from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "law-"));

const HIDDEN = new Set(["hidden", "branch", "foreign"]);

/** Messages that the model does not see. */
function hiddenIn({ entries, plan }: Seen, from: number, to: number): Message[] {
  return entries.flatMap((entry, n) =>
    entry.kind === "message" && n >= from && n < to && HIDDEN.has(plan.visibility(n))
      ? [entry]
      : [],
  );
}

/** Those after which the model sees others. */
function inTheMiddle(seen: Seen): Message[] {
  return hiddenIn(seen, 0, seen.leaf);
}

function atTheEnd(seen: Seen): Message[] {
  return hiddenIn(seen, seen.leaf, seen.entries.length);
}

/** Words that are nowhere else. */
function wordsOf(seen: Seen): string[] {
  const kept = seen.live.flatMap(textsOf).join("\n");
  const texts = inTheMiddle(seen).flatMap(textsOf);
  return texts.filter((text) => text.trim().length >= 8 && !kept.includes(text.trim()));
}

interface Session extends File {
  name: string;
  words: string[];
}

const told: Session[] = [];

async function tell(name: string, file: File): Promise<void> {
  const seen = await see(file);
  if (inTheMiddle(seen).length > 0) told.push({ ...file, name, words: wordsOf(seen) });
}

for (const fixture of fixtures) {
  const seen = await see(fixture);
  if (seen.plan.header.id === "") continue;
  await tell(fixture.name, fixture);
  if (atTheEnd(seen).length === 0 || !writable.includes(fixture.agent)) continue;
  // Once its user says something, what was taken back is in the middle.
  const path = join(folder(), "on.jsonl");
  copyFileSync(fixture.path, path);
  workOn({ agent: fixture.agent, path }, "on");
  await tell(`${fixture.name}, and on`, { agent: fixture.agent, path });
}

/** Agents that keep what their users take back. */
const keeping = writable.filter(({ cutsOff }) => !cutsOff);

for (const agent of keeping) await tell(`${agent.id}: turns taken back`, takenBack(agent));

for (const [id, text] of Object.entries(asides)) {
  const file = { agent: agentNamed(id), path: join(folder(), "aside.jsonl") };
  writeFileSync(file.path, text());
  workOn(file, "on");
  assert.ok(wordsOf(await see(file)).includes(ASIDE), `${id} sends it`);
  await tell(`${id}: said aside`, file);
}

/** Of its turns, two were taken back; another two follow. */
function takenBack(agent: Agent): File {
  const file = { agent, path: join(folder(), "back.jsonl") };
  const { writer, text } = opening(agent, "hidden");
  writeFileSync(file.path, text + write(writer, turn(agent, "kept")));
  const records = readRecords(file.path).length;
  for (const mark of ["gone-one", "gone-two"]) workOn(file, mark);
  workOn(file, "again", { back: { records, turns: 2 } });
  workOn(file, "on");
  return file;
}

describe("what is hidden in the middle of a session", () => {
  it("is in sessions of many agents", () => {
    const ids = new Set(told.map(({ agent }) => agent.id));
    for (const { id } of keeping) assert.ok(ids.has(id), id);
    for (const id of ["opencode", "hermes", "goose", "openhands", "pi"]) assert.ok(ids.has(id), id);
    assert.ok(told.some(({ words }) => words.length > 0));
  });

  for (const { name, words, ...file } of told) {
    const targets = turnOf(file.agent, name);
    for (const through of targets.length > 0 ? targets : others(file.agent).slice(0, 1)) {
      it(`${name}: through ${through.id}, not sent, and not lost`, async () => {
        const { there } = await thereAndBack(file, through, folder());
        const sent = (await see(there)).live.flatMap(textsOf).join("\n");
        for (const word of words) assert.ok(!sent.includes(word.trim()), word);
        if (writable.includes(file.agent))
          await workAndBack(file, through, folder(), { rounds: 1 });
      });
    }
  }
});
