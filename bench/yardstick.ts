/** The minimum cost of reading a session: JSON.parse on each of its lines, and nothing else. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const [path = ""] = process.argv.slice(2);
let records = 0;
for await (const line of createInterface({ input: createReadStream(path) })) {
  JSON.parse(line);
  records++;
}
process.stdout.write(`${records}\n`);
