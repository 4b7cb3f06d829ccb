/** How Kimi CLI is started on a session. */
import { existsSync } from "node:fs";
import { ALL } from "../shared/flags.ts";
import { lastLine } from "../shared/printed.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";
import { isListed } from "./store.ts";

export const launch: Launch = {
  // `kimi` may be Kimi Code.
  command: "kimi-cli",
  title: "Kimi Code",
  // Newer versions do nothing but recommend Kimi Code.
  install: "uv tool install --python 3.13 kimi-cli==1.51.0",
  versionArgs: ["--version"],
  resumeArgs: ({ id, prompt, args }) => [
    `--session=${id}`,
    ...args,
    ...(prompt === null ? [] : [`--prompt=${prompt}`]),
  ],
  hindrance: ({ path }) =>
    !existsSync(path) || isListed(path)
      ? null
      : {
          why: "belongs to a project that Kimi CLI's kimi.json does not list, so Kimi CLI would replace it with an empty one",
          how: "open it with --fork, which writes a copy for the project",
        },
  endsAfterPrompt: true,
  flags,
  headless: {
    by: ["--print", "--quiet"],
    prompts: ["--prompt", "--input-format"],
    formats: ["--output-format"],
    // It asks nobody.
    grants: ALL,
    resumeArgs: ({ id, prompt, args }) => [
      "--print",
      `--session=${id}`,
      ...args,
      `--prompt=${prompt}`,
    ],
    // 75: "temporary failure". What it prints of others begins with these words.
    refusal: ({ stdout, code }) => (code === 0 ? null : lastLine(stdout, /^Error code: \d/)),
  },
};
