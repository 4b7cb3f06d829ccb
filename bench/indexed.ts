/**
 * How many bytes of text the index of a home's sessions covers: of those that it does not contain
 * yet.
 */
import { openCatalog } from "../src/catalog/catalog.ts";
import { pending } from "../src/catalog/pending.ts";
import { pieces } from "../src/catalog/reading.ts";

const { env } = process;
const catalog = await openCatalog({ env, cwd: env.HOME ?? ".", stores: new Map() });
let bytes = 0;
for (const task of pending(catalog)) {
  for await (const { texts } of pieces(task, env.HOME ?? ".")) bytes += texts.length;
}
catalog.close();
process.stdout.write(`${bytes}\n`);
