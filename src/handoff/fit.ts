/**
 * The handoff entry of a session that was made to fit: a handoff of its older messages, in the place
 * of which it is sent. Goes through them once.
 */
import type { Agent } from "../agents/types.ts";
import type { Replaced } from "../session/replaced.ts";
import { compose, selectorOf } from "./document.ts";
import { Gatherer } from "./gather.ts";
import type { Count } from "./tokens.ts";

/** What it tells at most, beside what was asked and where it stood. */
const AMOUNTS = { recentMessages: 20, maxSamples: 30, stdoutLines: 10 };

/** The text, of `budget` tokens at most. The same entries always give the same. */
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
