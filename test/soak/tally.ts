/** Counts what held and what did not, by law and by pair. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agents, writable } from "../../src/agents/registry.ts";
import { LAWS, type Law } from "./laws.ts";
import type { Message } from "./worker.ts";

const PAGE = join(import.meta.dirname, "../../docs/reliability.md");

export class Tally {
  inputs = 0;
  broken = 0;
  readonly #laws = new Map<Law, { held: number; broken: number }>();
  readonly #pairs = new Map<string, number>();

  count(message: Exclude<Message, { kind: "begun" }>): void {
    this.inputs++;
    this.#pairs.set(message.pair, (this.#pairs.get(message.pair) ?? 0) + 1);
    if (message.kind === "broken") {
      this.broken++;
      this.#of(message.law).broken++;
    } else for (const law of message.laws) this.#of(law).held++;
  }

  #of(law: Law): { held: number; broken: number } {
    const known = this.#laws.get(law) ?? { held: 0, broken: 0 };
    this.#laws.set(law, known);
    return known;
  }

  text(): string {
    return [`${this.inputs} inputs, ${this.broken} broken`, this.laws(), this.pairs()].join("\n\n");
  }

  laws(): string {
    const rows = Object.entries(LAWS).map(([law, words]) => {
      const { held, broken } = this.#laws.get(isLaw(law) ? law : "error") ?? NONE;
      return `| ${words} | ${held.toLocaleString("en")} | ${broken} |`;
    });
    return ["| law | held | broken |", "| --- | --- | --- |", ...rows].join("\n");
  }

  /** How many inputs went from each agent to each. */
  pairs(): string {
    const ids = writable.map(({ id }) => id);
    const rows = agents.map(({ id: from }) => {
      const counts = ids.map((to) => this.#pairs.get(`${from} → ${to}`) ?? 0);
      return `| ${[from, ...counts.map((n) => n.toLocaleString("en"))].join(" | ")} |`;
    });
    return [
      `| from, to | ${ids.join(" | ")} |`,
      `| --- |${" --- |".repeat(ids.length)}`,
      ...rows,
    ].join("\n");
  }
}

const NONE = { held: 0, broken: 0 };

function isLaw(name: string): name is Law {
  return Object.hasOwn(LAWS, name);
}

export function writeFigures(tally: Tally, seed: number): void {
  const about = `seed ${seed}: ${tally.inputs.toLocaleString("en")} inputs, ${tally.broken} broken.`;
  putIntoPage("soak", `${about}\n\n${tally.laws()}\n\n${tally.pairs()}`);
}

/** What was tried of faults, by command. */
export function writeFaults(table: readonly string[], seed: number, part: number): void {
  const share = part === 1 ? "every step" : `one step in ${part}`;
  putIntoPage("faults", `seed ${seed}, ${share}.\n\n${table.join("\n")}`);
}

function putIntoPage(name: string, text: string): void {
  const date = new Date().toISOString().slice(0, 10);
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `<!-- ${name}:end -->`];
  const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  if (from < begin.length || to < from) throw new Error(`${PAGE} has no place for the figures`);
  writeFileSync(PAGE, `${page.slice(0, from)}${date}, ${text}\n${page.slice(to)}`);
}
