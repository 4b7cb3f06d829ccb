/** How Goose is started on a session. */
import { lastBetween } from "../shared/printed.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";

const RETRY = "Please retry if you think this is a transient or recoverable error.";

export const launch: Launch = {
  command: "goose",
  install:
    "curl -fsSL https://github.com/aaif-goose/goose/releases/download/stable/download_cli.sh | bash",
  versionArgs: ["--version"],
  // It opens any session in any folder, but works in the one that it is started in. Only `run` takes
  // a prompt; it then continues like `session`. With "=", a prompt that begins with a dash is no option.
  resumeArgs: ({ id, prompt, args }) =>
    prompt === null
      ? ["session", "--resume", "--session-id", id, "--history", ...args]
      : ["run", "--resume", "--session-id", id, ...args, "--interactive", `--text=${prompt}`],
  hindrance({ path }) {
    if (!path.endsWith(".jsonl")) return null;
    return {
      why: "lies in a file of a version before Goose had a database",
      how: "open it in another agent (--in)",
    };
  },
  flags,
  headless: {
    by: ["run"],
    prompts: ["--text", "--instructions"],
    formats: ["--output-format"],
    unstored: ["--no-session"],
    table: {
      own: [
        "-t, --text <x>",
        "-i, --instructions <x>",
        "--recipe <x>",
        "-s, --interactive",
        "--no-session",
        "-q, --quiet",
        "--output-format <x>",
        "--params <x>",
      ],
    },
    resumeArgs: ({ id, prompt, args }) => [
      "run",
      "--resume",
      "--session-id",
      id,
      ...args,
      `--text=${prompt}`,
    ],
    // Its exit code is 0 all the same. Nothing is recorded of it, unlike of a model that says the same; and nothing
    // is printed if a later try is answered (1.52.0 [run]).
    refusal: ({ stdout, isAnswered }) =>
      isAnswered ? null : lastBetween(stdout, /^Ran into this error: /, RETRY),
  },
  start: {
    args: ({ prompt, args }) => ["run", ...args, "--interactive", `--text=${prompt}`],
  },
};
