/** Law 3 where the old end of a session is a line that no rule spells. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { writable } from "../../src/agents/registry.ts";
import { plain } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { partners } from "../support/partners.ts";
import { workAndBack } from "./laws.ts";

const root = temporaryFolder();

describe("a session whose last lines are kept as they are", () => {
  for (const { agent, path } of writable.map(plain)) {
    if (!path.endsWith(".jsonl")) continue;
    const source = { agent, path: join(mkdtempSync(join(root, "odd-")), "source.jsonl") };
    const lines = readFileSync(path, "utf8").split("\n");
    // A key that stands twice: JSON.parse takes the second.
    const odd = lines.map((line, n) =>
      n > lines.length - 8 ? line.replace(/^\{"(\w+)":/, '{"$1":0,"$1":') : line,
    );
    writeFileSync(source.path, odd.join("\n"));
    for (const through of partners(agent)) {
      it(`${agent.id} continues with ${through.id} and comes home`, async () => {
        await workAndBack(source, through, mkdtempSync(join(root, "odd-")), { rounds: 2 });
      });
    }
  }
});
