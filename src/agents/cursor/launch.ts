/** How Cursor's CLI is started on a session: cursor.com/docs/cli/reference/parameters. */
import { rowPlace } from "../../io/row-place.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

export const launch: Launch = {
  command: "cursor-agent",
  install: "curl https://cursor.com/install -fsS | bash",
  versionArgs: ["--version"],
  resumeArgs: ({ id, prompt, args }) => [
    `--resume=${id}`,
    ...args,
    ...(prompt === null ? [] : [prompt]),
  ],
  hindrance({ path }) {
    const { path: file } = rowPlace(path);
    const how = "open it in another agent (--in)";
    if (file.endsWith("state.vscdb")) {
      return { why: "is a chat of Cursor's editor, not of its CLI", how };
    }
    if (!/\.(?:jsonl|txt)$/.test(file)) return null;
    return { why: "is a transcript, which Cursor writes and does not open", how };
  },
  flags,
  headless: {
    by: ["-p", "--print"],
    formats: ["--output-format"],
    table: { own: ["-p", "--print", "--output-format <x>", "--stream-partial-output"] },
    resumeArgs: ({ id, prompt, args }) => ["-p", `--resume=${id}`, ...args, prompt],
  },
  start: { args: ({ prompt, args }) => [...args, prompt] },
};
