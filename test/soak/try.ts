import { mkdtempSync, writeFileSync } from "node:fs";
import { soakInput } from "./input.ts";
import { tryLaws } from "./laws.ts";

const [seed = 1, from = 0, to = 100] = process.argv.slice(2).map(Number);
const folder = mkdtempSync("/dev/shm/soak-");
const t = Date.now();
let bad = 0;
const kinds = new Map<string, number[]>();
const counts: Record<string, number> = {};
for (let n = from; n < to; n++) {
  const i = soakInput(seed, n);
  try {
    for (const l of await tryLaws(
      { source: i.source.agent, target: i.target, bytes: i.bytes },
      folder,
    ))
      counts[l] = (counts[l] ?? 0) + 1;
  } catch (e) {
    bad++;
    const k = `${i.source.agent.id} ${(e as { law?: string }).law} ${(e as Error).message.slice(0, 160)}`;
    kinds.set(k, [...(kinds.get(k) ?? []), n]);
    if (to - from === 1) {
      console.log(e);
      writeFileSync("/tmp/soak-input.jsonl", i.bytes);
      console.log(i.source.name, i.target.id);
    }
  }
}
console.log(to - from, "inputs", Date.now() - t, "ms", bad, "broken", counts);
for (const [k, ns] of [...kinds].sort((a, b) => b[1].length - a[1].length))
  console.log(ns.length, k, ns.slice(0, 3).join());
