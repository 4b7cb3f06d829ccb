/** What gptme itself says in its log, in the system's or the user's role. */

/** In a run without a screen, gptme asks the model after each answer whether it is done. */
const NO_CALL = /^<system>No tool call detected in last message\./;

/** Is it gptme that says this in the user's role? */
export function isInjected(text: string): boolean {
  return NO_CALL.test(text);
}

/** What gptme notes when the user interrupts a turn. It then waits for a prompt. */
export const INTERRUPTED = "Interrupted by user";

/** The version that wrote its own prompt. */
export function versionIn(prompt: string): string | null {
  const [, version] = /^You are gptme v(\d[\w.+-]*?),/.exec(prompt) ?? [];
  return version ?? null;
}

/** The folder that the prompt names. */
export function folderIn(prompt: string): string | null {
  const [, folder] = /^\*\*Working Directory:\*\* (\S.*)$/m.exec(prompt) ?? [];
  return folder ?? null;
}
