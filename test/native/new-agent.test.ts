/** `npm run new-agent`, in a copy of the tree: what it makes type-checks and keeps the laws as it is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { before, describe, it } from "node:test";
import { temporaryFolder } from "../support/folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const TREE = join(temporaryFolder(), "tree");
const LEFT_OUT = new Set(["node_modules", ".cache", ".results", ".data", "fixtures"]);

/** With one session of each agent, so that the laws are soon through. */
function copyTree(): void {
  for (const name of ["src", "test", "scripts", "docs", "schema", "bench"]) {
    const filter = (path: string): boolean => !LEFT_OUT.has(basename(path));
    cpSync(join(ROOT, name), join(TREE, name), { recursive: true, filter });
  }
  for (const name of ["package.json", "tsconfig.json", "biome.json", "README.md"]) {
    cpSync(join(ROOT, name), join(TREE, name));
  }
  symlinkSync(join(ROOT, "node_modules"), join(TREE, "node_modules"));
  for (const agent of readdirSync(join(ROOT, "test/fixtures"))) {
    mkdirSync(join(TREE, "test/fixtures", agent), { recursive: true });
  }
  const pi = "test/fixtures/pi/basic";
  cpSync(join(ROOT, pi), join(TREE, pi), { recursive: true });
}

interface Done {
  code: number;
  out: string;
}

function run(program: string, args: string[]): Promise<Done> {
  return new Promise((resolve) => {
    // Without the variables by which this test's own runner would take over the other's output.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    execFile(program, args, { cwd: TREE, env }, (error, stdout, stderr) => {
      resolve({ code: error ? 1 : 0, out: stdout + stderr });
    });
  });
}

function tool(name: string): string {
  return join(ROOT, "node_modules/.bin", name);
}

function newAgent(...args: string[]): Promise<Done> {
  return run(process.execPath, ["scripts/new-agent.ts", ...args]);
}

async function passes(program: string, args: string[]): Promise<void> {
  const { code, out } = await run(program, args);
  assert.equal(code, 0, out.slice(-4000));
}

describe("npm run new-agent", () => {
  before(async () => {
    copyTree();
    const { code, out } = await newAgent("demo-agent");
    assert.equal(code, 0, out);
  });

  it("makes what type-checks, is formatted, and keeps the laws", async () => {
    const laws = ["test/laws/fixtures.test.ts", "test/laws/account.test.ts"];
    await Promise.all([
      passes(tool("tsc"), ["--noEmit"]),
      passes(tool("biome"), [
        "ci",
        "--colors=off",
        "src/agents",
        "test/unit",
        "test/native/agents",
      ]),
      passes(process.execPath, ["--test", "test/unit/agents/demo-agent.test.ts"]),
      passes(process.execPath, ["--test", "--test-name-pattern=demo-agent", ...laws]),
    ]);
  });

  it("lists the agent and its driver", () => {
    for (const path of ["src/agents/registry.ts", "test/native/agents/index.ts"]) {
      const text = readFileSync(join(TREE, path), "utf8");
      assert.match(text, /import \{ demoAgent \} from "\.\/demo-agent/);
      assert.match(text, /\bdemoAgent,?\s*\]/);
    }
  });

  it("gives an agent that Segue knew by name this name, and no longer calls it unsupported", async () => {
    const { code, out } = await newAgent("letta");
    assert.equal(code, 0, out);
    assert.match(out, /Generated Letta Code/);
    const names = readFileSync(join(TREE, "src/agents/unsupported.ts"), "utf8");
    assert.doesNotMatch(names, /name: "Letta Code"/);
    assert.match(names, /"forge"/);
  });

  it("explains itself", async () => {
    const { code, out } = await newAgent("--help");
    assert.equal(code, 0);
    assert.match(out, /^Usage: npm run new-agent NAME/);
  });

  it("refuses what is there already, and what is no name", async () => {
    const wrong = [
      ["demo-agent", /the agent "demo-agent" already exists/],
      ["gh", /the agent "gh" already exists: Copilot CLI/],
      ["Demo", /is not a valid name/],
      ["../up", /is not a valid name/],
      ["new", /is reserved/],
      ["", /is not a valid name/],
    ] as const;
    await Promise.all(
      wrong.map(async ([name, why]) => {
        const { code, out } = await newAgent(name);
        assert.equal(code, 1, name);
        assert.match(out, why);
      }),
    );
  });
});
