/** Kubernetes Secrets, in YAML and in JSON. */
import { type Finding, finding } from "./finding.ts";
import { isAny, LINE } from "./settings.ts";

const SECRET_KIND = /(?<=^|[ \t→|│])kind:[ \t]{1,8}["']?Secret["']?(?=\s)/gm;
const DATA = new RegExp(
  String.raw`${LINE}([ \t]{0,8})(?:data|stringData):[ \t]{0,8}\n((?:${LINE}\1[ \t]{1,8}[^\n\0]{0,8192}(?:\n|$)){1,200})`,
  "gm",
);
const MEMBER = new RegExp(
  String.raw`${LINE}[ \t]{1,16}[\w.-]{1,253}:[ \t]{1,8}["']?([^\s\0"']{4,8192})`,
  "gm",
);
const LONGEST = 20_000;

/** Values of a Kubernetes Secret. What is an ordinary word in clear is left: names of users, of stages. */
export function* manifests(text: string): Generator<Finding> {
  let done = 0;
  for (const { index } of text.matchAll(SECRET_KIND)) {
    if (index < done) continue;
    const [above = ""] = text
      .slice(Math.max(done, index - LONGEST), index)
      .split(/^---$|\0/m)
      .slice(-1);
    const [below = ""] = text.slice(index, index + LONGEST).split(/^---$|\0/m, 1);
    const start = index - above.length;
    done = index + below.length;
    for (const block of (above + below).matchAll(DATA)) {
      for (const { index: at, 0: all, 1: value = "" } of (block[2] ?? "").matchAll(MEMBER)) {
        const base = start + block.index + block[0].length - (block[2] ?? "").length;
        if (isManifestValue(value)) {
          yield finding("secret", base + at + all.length - value.length, value);
        }
      }
    }
  }
}

function isManifestValue(value: string): boolean {
  const bytes = Buffer.from(value, "base64");
  const isBase64 = bytes.toString("base64") === value;
  const plain = isBase64 ? bytes.toString("latin1") : value;
  return isAny(plain) && !/^[a-z]*$/i.test(plain);
}
