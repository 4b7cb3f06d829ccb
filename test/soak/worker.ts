/** Tries inputs of the soak, in a process of its own: `worker.ts SEED FROM STEP`, until it is told to end. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { soakInput } from "./input.ts";
import { Broken, type Law, tryLaws } from "./laws.ts";
import { place } from "./place.ts";

export type Message =
  | { kind: "begun"; n: number }
  | { kind: "held"; n: number; pair: string; laws: Law[] }
  | { kind: "broken"; n: number; pair: string; law: Law; why: string };

const [seed = 0, from = 0, step = 1, to = 0] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(place(), "segue-soak-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGTERM", () => process.exit(0));

function tell(message: Message): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => resolve());
  });
}

for (let n = from; n < to; n += step) {
  await tell({ kind: "begun", n });
  const { source, target, bytes } = soakInput(seed, n);
  const pair = `${source.agent.id} → ${target.id}`;
  try {
    const laws = await tryLaws({ source: source.agent, target, bytes }, folder);
    await tell({ kind: "held", n, pair, laws });
  } catch (error) {
    const law = error instanceof Broken ? error.law : "error";
    const why = error instanceof Error ? error.message : String(error);
    await tell({ kind: "broken", n, pair, law, why: why.slice(0, 500) });
  }
}
