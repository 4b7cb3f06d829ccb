/** `segue hook AGENT`: what an agent's hook calls; see `segue install-hooks`. Not for people. */
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { hookSignalIn } from "../core/hook-inputs.ts";
import { recordHookSignal } from "../core/hook-signals.ts";
import { agentNamed } from "../core/names.ts";
import { settings } from "../core/settings.ts";
import { wordsOf } from "../errors.ts";
import { sayMore } from "./terminal.ts";

export function command(): Command {
  return new Command("hook").argument("<agent>").action(run);
}

/** Prints nothing and does not fail: the agent would tell its user, or its model. */
async function run(name: string): Promise<void> {
  try {
    const { id: agent, profile } = agentNamed(name, settings().profiles);
    const whose = { agent, profile: profile?.name ?? null };
    const found = hookSignalIn(await text(process.stdin), whose, Date.now());
    if (found) recordHookSignal(process.env, found);
  } catch (error) {
    sayMore(wordsOf(error));
  }
}
