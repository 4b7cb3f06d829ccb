/** Which agents run a command when a request was refused, and where that is set. */
import { join } from "node:path";
import type { Agent } from "../agents/types.ts";
import { hostOf } from "../io/host.ts";
import type { Env } from "../io/state.ts";

export type HookPlace = {
  /** The file to which the hook is added. */
  path: string;
  /** What the user should know besides. */
  note: string | null;
  /** The same if the settings are not plain JSON, because they have comments, say. */
  noteIfNotPlain?: string;
} & (
  | { form: "json"; place: readonly string[]; entry(command: string): JsonEntry }
  | { form: "toml"; event: string }
  | { form: "file"; text(words: readonly string[]): string }
);

type JsonEntry = { [key: string]: string | number | JsonEntry[] };

/** How long a hook may take, in seconds. */
const TIMEOUT = 10;

/** By the agents' ids: `home` is the agent's own folder. */
const PLACES: { [id: string]: (home: string, env: Env) => HookPlace } = {
  "claude-code": (home) => ({
    ...stopFailure(join(home, "settings.json"), null, TIMEOUT, insisting),
    // 2.1.332 [run]: it starts as if there were no such file.
    noteIfNotPlain: "Claude Code ignores its settings, and this hook, while the file has comments",
  }),
  qwen: (_, env) => {
    const own = env.QWEN_HOME || join(hostOf(env).home, ".qwen");
    const note = "Qwen Code runs it on its screen only, not with -p";
    return stopFailure(join(own, "settings.json"), note, TIMEOUT * 1000);
  },
  kimi: kimiPlace,
  "kimi-cli": kimiPlace,
  copilot: (home) => filePlace(join(home, "hooks", "segue.json"), copilot),
  pi: (home) => filePlace(join(home, "extensions", "segue.ts"), piFile),
  omp: (home) => filePlace(join(home, "extensions", "segue.ts"), piFile),
};

/** Is it the id of an agent that has a hook for that? */
export function hasHook(id: string): boolean {
  return Object.hasOwn(PLACES, id);
}

/** null for an agent that has no hook for that. */
export function hookPlaceOf({ id, store }: Agent, env: Env): HookPlace | null {
  const home = store.home?.(env) ?? hostOf(env).home;
  return hasHook(id) ? (PLACES[id]?.(home, env) ?? null) : null;
}

function kimiPlace(home: string): HookPlace {
  return { form: "toml", path: join(home, "config.toml"), note: null, event: "StopFailure" };
}

function filePlace(path: string, text: (words: readonly string[]) => string): HookPlace {
  return { form: "file", path, note: null, text };
}

/** Claude Code counts the time in seconds, Qwen Code in milliseconds. */
function stopFailure(
  path: string,
  note: string | null,
  timeout: number,
  line = (command: string): string => command,
): HookPlace {
  return {
    ...{ form: "json", path, note, place: ["hooks", "StopFailure"] },
    entry: (command) => ({ hooks: [{ type: "command", command: line(command), timeout }] }),
  };
}

/**
 * With -p, Claude Code (2.1.332 [run]) sends its hook's processes SIGTERM 10 to 65 ms after it started
 * them, and SIGKILL 1.4 s later. Node may not have started by then, and cannot inherit that it ignores
 * the signal: then it has read nothing yet, and a second one has time enough.
 */
function insisting(command: string): string {
  return process.platform === "win32" ? command : `trap '' TERM; ${command} || ${command}`;
}

function copilot(words: readonly string[]): string {
  const bash = words.map(posixWord).join(" ");
  const powershell = `& ${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(" ")}`;
  const hook = { type: "command", bash, powershell, timeoutSec: TIMEOUT };
  return `${JSON.stringify({ version: 1, hooks: { errorOccurred: [hook] } }, null, 2)}\n`;
}

/** For Pi and oh-my-pi, whose extensions are programs. */
function piFile(words: readonly string[]): string {
  const [program = "", ...args] = words;
  return `// Reports refused requests to Segue. To remove it: segue install-hooks ${args.at(-1)} --remove
import { spawn } from "node:child_process";

export default function (pi) {
  pi.on("agent_end", async (event, ctx) => {
    const last = event.messages.filter((message) => message.role === "assistant").at(-1);
    if (last?.stopReason !== "error") return;
    const child = spawn(${JSON.stringify(program)}, ${JSON.stringify(args)}, {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      windowsHide: true,
    });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.stdin.end(
      JSON.stringify({
        hook_event_name: "StopFailure",
        error_message: last.errorMessage,
        session_id: ctx.sessionManager.getSessionId(),
        transcript_path: ctx.sessionManager.getSessionFile(),
        cwd: ctx.cwd,
      }),
    );
    child.unref();
  });
}
`;
}

/** For a shell that the agent runs the hook with. */
export function posixWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
