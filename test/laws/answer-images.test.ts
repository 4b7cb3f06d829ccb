/** Law 4: an image in an answer, which most vendors' APIs refuse there, is mentioned and counted, or sent. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { writable } from "../../src/agents/registry.ts";
import { vibe } from "../../src/agents/vibe/index.ts";
import { convertFile, see } from "../support/conversion.ts";
import { temporaryFolder } from "../support/folder.ts";

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR4nGM4IRdFU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAIr9AEzCsJcrAAAAAElFTkSuQmCC";
const text = (words: string) => ({ text: words, type: "text" });
const item = (role: string, content: object[]) => ({
  message: { content, role },
  source: "history",
  turn_index: 0,
});
const RECORDS = [
  {
    session: {
      session_id: "c3aa8b03-241d-e3e3-ebd6-939c8883865f",
      environment: { working_directory: "/home/dev/shop" },
      start_time: "2026-11-29T17:07:31.723Z",
      store: "unified",
    },
  },
  item("user", [text("Draw it.")]),
  item("assistant", [text("Here."), { data: PNG, mimeType: "image/png", type: "image" }]),
  item("user", [text("Thanks.")]),
];

describe("an image in an answer", () => {
  const folder = temporaryFolder();
  const path = join(folder, "source.jsonl");
  writeFileSync(path, RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(""));

  for (const agent of writable.filter((one) => one !== vibe)) {
    it(`in ${agent.id}`, async () => {
      const there = { agent, path: join(folder, `${agent.id}.jsonl`) };
      const { losses } = await convertFile({ agent: vibe, path }, there);
      const parts = (await see(there)).live.flatMap(({ role, parts: own }) =>
        own.map((part) => ({ role, part })),
      );
      const images = parts.filter(({ part }) => part.kind === "image");
      const told = parts.filter(
        ({ part }) => part.kind === "text" && part.text.includes("[image: image/png"),
      );
      const count = losses.find(({ code }) => code === "image-as-text")?.count ?? 0;
      const isSent = agent.media?.answerImages === true;
      assert.deepEqual([images.length, told.length, count], isSent ? [1, 0, 0] : [0, 1, 1]);
    });
  }
});
