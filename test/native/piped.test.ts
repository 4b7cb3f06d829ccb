/**
 * `segue convert` to a pipe puts the carry into the file itself. The target's CLI must skip those
 * records, keep them, and continue as if they were not there; the way home needs nothing else.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { agentNamed } from "../../src/agents/registry.ts";
import { addEntry, noteEntry } from "../../src/io/index-entry.ts";
import type { Header } from "../../src/session/types.ts";
import { own } from "./agents/index.ts";
import { assertHistory } from "./assert-history.ts";
import { AGENTS, type Agent, createLab, type Lab, SOME_PAIRS, sessionPath } from "./lab.ts";
import { obj, parseJson } from "./model-server/json.ts";
import { enterNetns } from "./netns.ts";
import { abroad, work } from "./pairs.ts";
import { record, turn } from "./record.ts";
import { segue } from "./segue.ts";
import { share, some } from "./some.ts";

enterNetns();

/**
 * Puts a converted file where its agent looks for sessions, as a user would copy it there, with what its
 * store wants beside it.
 */
async function place(lab: Lab, agent: Agent, text: string): Promise<{ id: string; path: string }> {
  const loose = join(lab.root, "loose.jsonl");
  writeFileSync(loose, text);
  const header = obj(obj(parseJson(await segue(lab, ["show", loose, "--json"]))).header);
  const id = String(header.id);
  const { store } = agentNamed(agent);
  const [root = ""] = store.roots(lab.env);
  const time = String(header.createdAt);
  const session: Header = {
    agent: agent,
    id,
    cwd: lab.cwd,
    createdAt: time,
    updatedAt: time,
    title: null,
    gitBranch: null,
    gitCommit: null,
    model: null,
    version: null,
    parent: null,
  };
  const path = store.pathFor(root, session, lab.env);
  const beside = store.companions?.(root, path, session) ?? [];
  for (const file of [...beside, { path, text }]) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.text);
  }
  for (const entry of store.entries?.(root, path, session) ?? []) addEntry(noteEntry(entry));
  return { id, path };
}

/** Sessions in databases have no file to be put there: opencode.test.ts has the same with `opencode import`. */
const isFile = (id: string): boolean => agentNamed(id).store.database === undefined;

/** Sessions that are files. */
const FILES = SOME_PAIRS.filter((pair) => pair.every(isFile));

for (const [from, to] of some(FILES, share(3, AGENTS.length))) {
  test(`${from} | ${to} | ${from}, with the carry inside`, async () => {
    const lab = await createLab();
    try {
      const recording = await record(lab, from);
      const original = readFileSync(recording.path, "utf8");
      const piped = await segue(lab, ["convert", recording.path, "--to", to]);
      assert.match(piped, /segue.?carry/i);
      const there = await place(lab, to, piped);
      const { prompt, steps, markers } = work("T1");
      await turn(lab, to, steps, { prompt, resume: there.id });
      const told = abroad(recording.markers, to);
      assertHistory(lab.server.lastMain(), [...told, ...own(markers.slice(0, -1), to)]);

      const path = sessionPath(lab, to, there.id);
      const back = await segue(lab, ["convert", path, "--to", from]);
      assert.ok(back.startsWith(original), "the old bytes are not there");
      writeFileSync(recording.path, back);
      await turn(lab, from, [{ text: "MARK-Z-A1" }], {
        prompt: "MARK-Z-U1",
        resume: recording.sessionId,
      });
      assertHistory(lab.server.lastMain(), [
        ...own(recording.markers, from),
        ...abroad(markers, from),
        { role: "user", marker: "MARK-Z-U1" },
      ]);
    } finally {
      await lab.close();
    }
  });
}
