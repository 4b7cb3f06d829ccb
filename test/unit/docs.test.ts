/** What the documentation shows is what the code does. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { pages } from "../../scripts/docs.ts";
import type { Json } from "../../src/session/types.ts";

const ROOT = join(import.meta.dirname, "../..");
const DOCUMENTS = globSync(["*.md", "docs/**/*.md", "src/agents/*/README.md", "test/native/*.md"], {
  cwd: ROOT,
});

describe("docs", () => {
  it("hold what the code gives today; if not, run: node scripts/docs.ts", async () => {
    for (const [path, text] of await pages()) assert.equal(readFileSync(path, "utf8"), text, path);
  });

  it("link to what is there", () => {
    for (const name of DOCUMENTS) {
      const path = join(ROOT, name);
      const text = readFileSync(path, "utf8").replace(/^```[\s\S]*?^```/gm, "");
      for (const [, link = ""] of text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        assert.ok(existsSync(join(dirname(path), link)), `${name}: ${link}`);
      }
    }
  });

  it("show JSON that its schema allows", () => {
    const ajv = new Ajv2020({ allowUnionTypes: true });
    for (const file of globSync("schema/*.json", { cwd: ROOT })) {
      const schema: { [key: string]: Json } = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
      ajv.addSchema(schema);
    }
    const text = readFileSync(join(ROOT, "docs/json.md"), "utf8");
    const examples = [...text.matchAll(/<!-- schema: (\w+) -->\n\n```json\n([\s\S]*?)\n```/g)];
    const shown = new Set(examples.map(([, name]) => `${name}.schema.json`));
    assert.deepEqual(shown, new Set(globSync("*.json", { cwd: join(ROOT, "schema") })));
    for (const [, name = "", json = ""] of examples) {
      const document: Json = JSON.parse(json);
      assert.ok(ajv.validate(`urn:segue:${name}@1`, document), `${name}: ${ajv.errorsText()}`);
    }
  });
});
