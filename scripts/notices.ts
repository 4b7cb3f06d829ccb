/**
 * Generates the part of THIRD-PARTY-NOTICES.md that lists the packages in the bundle, with their
 * licences. `npm test` fails if it does not match the bundle: run it after a dependency changes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Bundled, bundle, bundledPackages, ROOT } from "./bundle.ts";

const FILE = join(ROOT, "THIRD-PARTY-NOTICES.md");
const MARK = "<!-- bundled:begin -->";

/** The whole file as it should be, and as it is. */
export async function notices(): Promise<{ wanted: string; found: string }> {
  const built = await bundle();
  const packages = bundledPackages(await built.generate({ format: "esm" }));
  await built.close();
  const sections = packages.map(section);
  const found = readFileSync(FILE, "utf8");
  const [own = ""] = found.split(MARK);
  return { wanted: `${own.trimEnd()}\n\n${MARK}\n\n${sections.join("\n\n")}\n`, found };
}

function section({ name, version, license, text, comments }: Bundled): string {
  const head = `## ${name}\n\n${name} ${version}, ${license}, is bundled into \`dist/\`.`;
  return [head, ...[text, ...comments].map((words) => `\`\`\`text\n${words}\n\`\`\``)].join("\n\n");
}

if (import.meta.main) {
  const { wanted } = await notices();
  writeFileSync(FILE, wanted);
}
