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

/** Values of a Kubernetes Secret. */
export function* manifests(text: string): Generator<Finding> {
  yield* manifestsInYaml(text);
  yield* manifestsInJson(text);
}

/** Values that are ordinary words when decoded stay: names of users or stages. */
function* manifestsInYaml(text: string): Generator<Finding> {
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

/** In the order that people write, and in alphabetical order, as in `kubectl get -o json`. */
const KIND = String.raw`["'][ \t]{0,4}:\s{0,8}["']Secret[ \t]{0,8}["']`;
const DATA_IN_JSON = String.raw`["'](?:data|stringData)[ \t]{0,8}["'][ \t]{0,4}:\s{0,8}\{(?<data>[^{}\0]{0,20000})\}`;
const SECRETS_IN_JSON = [
  new RegExp(
    String.raw`["']kind[ \t]{0,8}${KIND}(?:(?!["']kind[ \t]{0,8}["'])[^\0]){0,4000}?${DATA_IN_JSON}`,
    "g",
  ),
  new RegExp(
    String.raw`${DATA_IN_JSON}\s{0,40},\s{0,40}(?:["']\w{1,20}[ \t]{0,8}["'][ \t]{0,4}:\s{0,8}(?:true|false)\s{0,8},\s{0,40})?["']kind[ \t]{0,8}${KIND}`,
    "g",
  ),
];
const MEMBER_IN_JSON =
  /["'][\w.-]{1,253}[ \t]{0,8}["'][ \t]{0,4}:\s{0,8}["']([^"'\0\n]{4,8192}?)[ \t]{0,8}["']/g;

function* manifestsInJson(text: string): Generator<Finding> {
  // Most texts have none, and then nothing is tried.
  if (!/["']Secret[ \t]{0,8}["']/.test(text)) return;
  for (const form of SECRETS_IN_JSON) {
    for (const { index, 0: all, groups = {} } of text.matchAll(form)) {
      const { data = "" } = groups;
      const start = index + all.indexOf(data);
      for (const { index: at, 0: member, 1: value = "" } of data.matchAll(MEMBER_IN_JSON)) {
        if (!isManifestValue(value)) continue;
        yield finding("secret", start + at + member.lastIndexOf(value), value);
      }
    }
  }
}
