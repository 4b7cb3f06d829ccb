/** The tables of flags name what the real CLIs' help names, so that no flag of theirs is unknown. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { known } from "../support/folder.ts";
import { driverOf } from "./agents/index.ts";
import { AGENTS, createLab } from "./lab.ts";
import { enterNetns } from "./netns.ts";

enterNetns();

/** Taken, and not in the help. */
const HIDDEN = new Set([
  "--yolo",
  "gptme --context-include",
  "gptme --output-schema",
  "kimi --resume",
  "omp --fork",
  "omp --trusted-extension",
  // yargs takes "no-" before any switch, and lists none of these.
  "qwen --no-chat-recording",
]);
/** Said of every CLI, and nothing to hand over. */
const COMMON = new Set(["--help", "--version"]);

/** The command that resumes a session, where it has flags of its own. */
const COMMANDS: { readonly [agent: string]: readonly string[] } = {
  codex: ["resume"],
  hermes: ["chat"],
  openclaw: ["tui"],
  goose: ["session"],
};

for (const { id, launch } of agents.filter((agent) => AGENTS.includes(agent.id))) {
  test(`${id}: each flag of its help is in the table, and the reverse`, async () => {
    const lab = await createLab();
    try {
      const [program = "", ...args] = driverOf(id).program;
      const command = COMMANDS[id] ?? [];
      const { stdout, stderr } = spawnSync(program, [...args, ...command, "--help"], {
        cwd: lab.cwd,
        env: { ...lab.env, COLUMNS: "200", NO_COLOR: "1" },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
      // OpenCode and Kilo CLI help on stderr; Kimi CLI draws boxes.
      const help = (stdout + stderr).replace(/^│/gm, " ");
      const inHelp = new Set(
        help.split("\n").flatMap((line) => {
          const [flags = ""] = /^ {1,10}-[^\s].*?(?= {2}|$)/.exec(line) ?? [];
          return [...flags.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag);
        }),
      );
      const inTable = Object.values(known(launch.flags).table)
        .flat()
        .flatMap((text) => text.replace(/ [<[].*/, "").split(", "))
        .filter((name) => name.startsWith("--"));
      assert.ok(inHelp.size > 8, help);
      const missing = [...inHelp].filter((flag) => !inTable.includes(flag) && !COMMON.has(flag));
      assert.deepEqual(missing, [], "not in the table");
      // The tables are those of the newest versions, some of whose flags an older one lacks.
      if (process.env.SEGUE_LAB_PINS !== undefined) return;
      const gone = inTable.filter(
        (flag) => !help.includes(flag) && !HIDDEN.has(flag) && !HIDDEN.has(`${id} ${flag}`),
      );
      assert.deepEqual(gone, [], "not in the help");
    } finally {
      await lab.close();
    }
  });
}
