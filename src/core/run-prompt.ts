/** The prompt that the next agent gets. */
import type { Selected } from "../catalog/select.ts";
import { withScratch } from "../io/folders.ts";
import type { Env } from "../io/state.ts";
import { Survey } from "../session/survey.ts";
import type { Entry } from "../session/types.ts";
import { withOpened } from "./read.ts";

export const PROMPT = "continue";

/**
 * "continue"; or the last prompt, if its agent took it back when it was refused (Gemini CLI 0.61.0 [run]):
 * then the model would not be sent it.
 */
export async function promptFor(session: Selected, env: Env): Promise<string> {
  const failed = (): void => {};
  return await withScratch((scratch) =>
    withOpened(session, { env, scratch, failed }, async (open) => {
      const survey = new Survey();
      for (const entry of open.entries()) survey.add(entry);
      const plan = survey.finish(open.header());
      let [taken, n] = ["", 0];
      for (const entry of open.entries()) {
        const visibility = plan.visibility(n++);
        if (entry.kind !== "message" || entry.scaffold) continue;
        if (visibility === "live") taken = "";
        else if (visibility === "branch" && entry.role === "user") taken = textOf(entry);
      }
      return taken.trim() === "" ? PROMPT : taken;
    }),
  );
}

/** What the user said in a session, scaffolding left out; nothing if it cannot be read. */
export async function promptsIn(session: Selected, env: Env): Promise<string[]> {
  const failed = (): void => {};
  try {
    return await withScratch((scratch) =>
      withOpened(session, { env, scratch, failed }, async (open) =>
        [...open.entries()].flatMap((entry) =>
          entry.kind === "message" && entry.role === "user" && !entry.scaffold
            ? [textOf(entry).trim()]
            : [],
        ),
      ),
    );
  } catch {
    return [];
  }
}

function textOf({ parts }: Extract<Entry, { kind: "message" }>): string {
  const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  return texts.join("\n\n");
}
