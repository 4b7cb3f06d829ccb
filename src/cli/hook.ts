/**
 * `segue hook AGENT`: what an agent's hook calls; see `segue install-hooks`. Not for people. It is started
 * by bin.ts and loads no more than it needs: some agents end their hooks after a few tenths of a second.
 */
import { hookSignalIn } from "../core/hook-inputs.ts";
import { hasHook } from "../core/hook-places.ts";
import { recordHookSignal } from "../core/hook-signals.ts";
import { settleOwnFolders } from "../core/variables.ts";

/** An agent that leaves its hook's input open is not waited for longer, in milliseconds. */
const PATIENCE = 5000;
const MOST_INPUT = 16 << 20;

/** Prints nothing and does not fail: the agent would show it to its user, or to its model. */
export async function hook([name = "", ...more]: readonly string[]): Promise<void> {
  try {
    settleOwnFolders(process.env);
    const input = await inputOf(process.stdin);
    const found = hookSignalIn(input, await whoseIs(name), Date.now());
    if (found) recordHookSignal(process.env, found);
  } catch (error) {
    if (more.includes("--verbose")) process.stderr.write(`segue: ${String(error)}\n`);
  }
}

/** The agents themselves are loaded only for other names. @throws SegueError for an unknown one. */
async function whoseIs(name: string): Promise<{ agent: string; profile: string | null }> {
  if (hasHook(name)) return { agent: name, profile: null };
  const { agentNamed } = await import("../core/names.ts");
  const { readSettings } = await import("../core/settings.ts");
  const { profiles } = await readSettings(process.env, ".", {
    dispensable: new Set(["project", "user", "environment"]),
  });
  const { id, profile } = agentNamed(name, profiles);
  return { agent: id, profile: profile?.name ?? null };
}

/** All of it; or what came until it was a whole, or time was up. */
async function inputOf(stdin: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE);
  stdin.on("end", resolve);
  stdin.on("error", () => resolve());
  stdin.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_INPUT || isWhole(chunks)) resolve();
  });
  await promise;
  clearTimeout(timer);
  stdin.destroy();
  return Buffer.concat(chunks).toString("utf8");
}

/** Some agents keep it open after the last byte of it. */
function isWhole(chunks: readonly Buffer[]): boolean {
  if (chunks.at(-1)?.toString("latin1").trimEnd().at(-1) !== "}") return false;
  try {
    JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
