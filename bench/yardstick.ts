/**
 * The minimum cost of reading a session: JSON.parse on each of its lines, or with `--document` on
 * the whole file, and nothing else.
 */
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [path = "", form = ""] = process.argv.slice(2);
let records = 0;
if (form === "--document") {
  JSON.parse(readFileSync(path, "utf8"));
  records++;
} else {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    JSON.parse(line);
    records++;
  }
}
process.stdout.write(`${records}\n`);
