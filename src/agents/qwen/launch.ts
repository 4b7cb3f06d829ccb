/** How to start Qwen Code with a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";
import { ownFolder } from "./store.ts";

export const launch: Launch = {
  command: "qwen",
  install: "npm install -g @qwen-code/qwen-code",
  versionArgs: ["--version"],
  // The id is looked up only among those of the current folder, so the caller starts it in
  // header.cwd.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  flags,
  headless: {
    by: ["--prompt"],
    byPrompt: true,
    prompts: ["--prompt", "--prompt-interactive", "--input-format", "--input-file"],
    formats: ["--output-format", "--json-fd", "--json-file", "--json-schema"],
    unstored: ["--chat-recording=false", "--no-chat-recording"],
    resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, `--prompt=${prompt}`],
  },
  start: {
    args: ({ prompt, args }) => [...args, ...promptArgs(prompt)],
    // 25,000 characters at most, and of a longer file only its beginning.
    attach: { mention, most: { bytes: 24_000, lines: 1000 } },
    // It silently includes nothing from other folders, and nothing that git ignores in the project.
    place: (_cwd, env) => ({ folder: ownFolder(env), companions: [] }),
  },
};

/**
 * A backslash makes the next character literal if it is special to the shell; on Windows, no
 * character is.
 */
function mention(path: string, platform: NodeJS.Platform): string | null {
  if (platform === "win32") return /[,\s;!?()[\]{}]/.test(path) ? null : `@${path}`;
  if (/[\\\n\r]/.test(path)) return null;
  return `@${path.replace(/[ \t()[\]{};|*?$`'"#&<>!~,]/g, "\\$&")}`;
}

/**
 * `-p` would end after the answer; `-i` continues. The value is attached, so that it is never an
 * option.
 */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--prompt-interactive=${prompt}`];
}
