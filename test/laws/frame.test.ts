/** A line that looks like the first one of a document's lines is a line like any other. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { agents, writable } from "../../src/agents/registry.ts";
import { convertFile } from "../support/conversion.ts";
import { fixture, plain } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { partners } from "../support/partners.ts";
import { copyIsSame, thereAndBack, workAndBack } from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "frame-"));

const [form = "gemini-json"] = agents.flatMap(({ documents = [] }) => documents).map((d) => d.name);
const raw = zstdCompressSync(Buffer.from("{}")).toString("base64");
const FRAMES: readonly string[] = [
  JSON.stringify({ "segue.document": { form, indent: 2, end: "" } }),
  JSON.stringify({ "segue.document": { form, indent: 2, end: "\n", raw } }),
  JSON.stringify({ "segue.document": { form, indent: 0, end: "", sha256: "0".repeat(64) } }),
  `{ "segue.document" : {"form":"nobody's","indent":"\\t","end":"\\r\\n"} }`,
];

/** Recordings that are lines, as they lie. */
const lines = agents.map(plain).filter(({ path }) => path.endsWith(".jsonl"));

describe("lines that look like a document's first one", () => {
  for (const { agent, path } of lines) {
    for (const [n, frame] of FRAMES.entries()) {
      const source = { agent, path: join(folder(), "source.jsonl") };
      const text = readFileSync(path, "utf8");
      const [first = "", ...rest] = text.split("\n");
      writeFileSync(source.path, [frame, first, frame, ...rest].join("\n"));

      it(`law 1: ${agent.id}, ${n}`, () => copyIsSame(source, folder()));
      for (const through of partners(agent)) {
        it(`laws 2 and 3: ${agent.id}, ${n}, through ${through.id}`, async () => {
          await thereAndBack(source, through, folder());
          await thereAndBack(source, through, folder(), { carry: "inside" });
          if (n === 0 && writable.includes(agent))
            await workAndBack(source, through, folder(), { rounds: 2 });
        });
      }
    }
  }

  it("nor when the other agent's file has got one since", async () => {
    const at = folder();
    const [pi, codex] = [fixture("pi/basic"), fixture("codex/basic")];
    const there = { agent: codex.agent, path: join(at, "there.jsonl") };
    const home = { agent: pi.agent, path: join(at, "home.jsonl") };
    const again = { agent: codex.agent, path: join(at, "again.jsonl") };
    await convertFile(pi, there);
    appendFileSync(there.path, `${FRAMES[0]}\n`);
    await convertFile(there, home);
    await convertFile(home, again);
    assert.ok(readFileSync(again.path).equals(readFileSync(there.path)));
  });
});
