/**
 * The handoff entry of a session that was made to fit: a handoff that replaces its older messages.
 * Goes through them once.
 */
import type { Agent } from "../agents/types.ts";
import type { Replaced } from "../session/replaced.ts";
import { compose, selectorOf } from "./document.ts";
import { Gatherer } from "./gather.ts";
import type { Count } from "./tokens.ts";

/** The most that it contains besides the requests and the last state. */
const AMOUNTS = { recentMessages: 20, maxSamples: 30, stdoutLines: 10 };

/** The text, of at most `budget` tokens. The same entries always give the same text. */
export function writeFitEntry(replaced: Replaced, agent: Agent, count: Count): string {
  const { header, entries, midTurn, budget } = replaced;
  const gatherer = new Gatherer({ ...AMOUNTS, tools: null }, header.cwd);
  for (const { entry, number } of entries) gatherer.add(entry, "live", number);
  const { markdown } = compose(gatherer.facts(header), {
    agent,
    selector: selectorOf(header.id, null),
    path: null,
    git: null,
    budget,
    limit: budget,
    maxSamples: AMOUNTS.maxSamples,
    task: null,
    standsFor: midTurn ? "part of a turn" : "older turns",
    count,
  });
  return markdown.trimEnd();
}
