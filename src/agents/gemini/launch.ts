/** How to start Gemini CLI with a session. */
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";
import { ownPlace, tagOf } from "./store.ts";

export const launch: Launch = {
  command: "gemini",
  install: "npm install -g @google/gemini-cli",
  versionArgs: ["--version"],
  // It searches only the project of the folder in which it is started, and accepts only the full
  // id.
  resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, ...promptArgs(prompt)],
  hindrance({ path }) {
    const tag = tagOf(path);
    if (tag === null) return null;
    return {
      why: "is a checkpoint",
      how: `type \`/chat resume ${tag}\` in Gemini CLI, in its folder`,
    };
  },
  flags,
  headless: {
    by: ["--prompt"],
    byPrompt: true,
    prompts: ["--prompt", "--prompt-interactive"],
    formats: ["--output-format"],
    resumeArgs: ({ id, prompt, args }) => ["--resume", id, ...args, `--prompt=${prompt}`],
    // Its sessions hold no errors of such a run (0.61.0 [run]).
    refusal: ({ stderr, code }) =>
      code === 0
        ? null
        : (/^Error when talking to Gemini API .*?(\w+Error: .*)$/m.exec(stderr)?.[1] ?? null),
  },
  start: {
    args: ({ prompt, args }) => [...args, ...promptArgs(prompt)],
    attach: { mention, most: { bytes: 1 << 20, lines: 2000, line: 2000 } },
    // Elsewhere it asks first, and files in the project that git ignores are not read at all.
    place: (cwd, env) => ownPlace(cwd, env),
  },
};

/**
 * A backslash makes the next character literal; on Windows, quotes do, and a backslash is a
 * backslash.
 */
function mention(path: string, platform: NodeJS.Platform): string | null {
  if (/[\n\r]/.test(path)) return null;
  if (platform !== "win32") return `@${path.replace(/[^\w./\u0080-\uffff-]/g, "\\$&")}`;
  if (path.includes('"')) return null;
  return /^[\w.:\\/-]+$/.test(path) ? `@${path}` : `@"${path}"`;
}

/**
 * In one word, as a prompt may begin with "-". A positional prompt would make it end after the
 * answer.
 */
function promptArgs(prompt: string | null): string[] {
  return prompt === null ? [] : [`--prompt-interactive=${prompt}`];
}
