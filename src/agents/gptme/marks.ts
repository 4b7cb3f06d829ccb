/** What gptme itself says in its log, in the system's or the user's role. */

/** In a run without a screen, gptme asks the model after each answer whether it is done. */
const NO_CALL = /^<system>No tool call detected in last message\./;

/** Is it gptme that says this in the user's role? */
export function isInjected(text: string): boolean {
  return NO_CALL.test(text);
}

const SURROUNDINGS =
  /^(?:<(?:budget:token_budget|system_info|system_warning|workspace-agents-warning|agent-instructions)[ >]|# Relevant Lessons\n|<!-- gptme-knowledge-inject -->\n|Relevant context retrieved using `gptme-rag search`:\n|Restored todo state from previous session$)/;

/** Does a hidden message tell of the machine, the project and the session, and not of what was said and done? */
export function isSurroundings(text: string): boolean {
  return SURROUNDINGS.test(text);
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

/** What gptme says before the summary that `/compact resume` leaves of all that came before. */
const RESUMED = /^Previous conversation resumed from [^\n]*:\n\n/;

/** The summary in a message of Segue's; gptme itself has it in the next one. */
export function summaryIn(text: string): string | null {
  const [start] = RESUMED.exec(text) ?? [];
  return start === undefined ? null : text.slice(start.length);
}

export function summaryText(summary: string): string {
  return `Previous conversation resumed from another tool:\n\n${summary}`;
}
