/** Secrets in JSON values: every text in them, as it stands beside its name. */
import { isUtf8 } from "node:buffer";
import type { Json, JsonObject } from "../session/types.ts";
import { secretName } from "./names.ts";
import type { Redactor } from "./redactor.ts";

/** Puts another text in the place of one; `name` is that of the member it is the value of. */
type Change = (text: string, name: string) => string;

/** Looks for secrets in JSON documents, for `redactJson` to replace wherever they stand. */
export async function learnJson(redactor: Redactor, documents: readonly string[]): Promise<void> {
  await redactor.learn(textsOf(documents.map(parsed)).map(({ shown }) => shown));
}

/**
 * The documents with placeholders for the secrets in them: in texts, in names, in files that are
 * text. Throws a SyntaxError for what is no JSON.
 */
export async function redactJson(
  redactor: Redactor,
  documents: readonly string[],
): Promise<string[]> {
  const values = documents.map(parsed);
  const texts = textsOf(values);
  const redacted = await redactor.redactAll(texts.map(({ shown }) => shown));
  let i = 0;
  const next: Change = () => {
    const [text, out = ""] = [texts[i], redacted[i]];
    i++;
    return text ? without(text, out) : "";
  };
  return values.map((value) => JSON.stringify(changed(value, "", next)));
}

function parsed(document: string): Json {
  return JSON.parse(document);
}

interface Shown {
  shown: string;
  lead: string;
  tail: string;
}

function textsOf(values: readonly Json[]): Shown[] {
  const texts: Shown[] = [];
  const note: Change = (text, name) => {
    texts.push(shownWith(text, name));
    return text;
  };
  for (const value of values) changed(value, "", note);
  return texts;
}

/** A member's name such as "password" says what the word is that it stands before. */
function shownWith(text: string, name: string): Shown {
  const lead = leadOf(text, name);
  const tail = /["']$/.test(lead) ? lead.slice(-1) : "";
  return { shown: lead + text + tail, lead, tail };
}

function leadOf(text: string, name: string): string {
  if (/^(?:set-)?cookie2?$/i.test(name)) return `${name}: `;
  if (!/^[^\r\n\0]{4,8192}$/.test(text)) return "";
  const said = SETTING.test(name) || secretName(name) !== undefined;
  // A name of other characters is shown by its end.
  return said ? `${/[\w.-]*$/.exec(name)?.[0]}: ${text.includes('"') ? "'" : '"'}` : "";
}

/** Said by a format of files, not by what it means. */
const SETTING = /^(?:_?auth|client-key-data)$/;

function without({ lead, tail }: Shown, out: string): string {
  const isWhole = out.startsWith(lead) && out.endsWith(tail);
  return isWhole ? out.slice(lead.length, out.length - tail.length) : out;
}

function changed(value: Json, name: string, change: Change): Json {
  if (typeof value === "string") return change(value, name);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => changed(item, name, change));
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    // Not `out[key] =`, for which __proto__ is no key.
    Object.defineProperty(out, change(key, ""), {
      value: membered(value, key, member, change),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return out;
}

function membered(owner: JsonObject, key: string, value: Json, change: Change): Json {
  if (key !== "data" || typeof value !== "string")
    return changed(value, nameOf(owner, key), change);
  // Pictures are not looked into; what Segue keeps of another agent's session holds all of it.
  if (owner.kind === "image") return value;
  if (owner.event === "carry") return "";
  return owner.kind === "file" ? fileData(value, change) : change(value, key);
}

/** `{"name": "DB_PASSWORD", "value": "…"}`: the one says what the other is. */
function nameOf(owner: JsonObject, key: string): string {
  const name = owner.name ?? owner.key;
  return key === "value" && typeof name === "string" ? name : key;
}

/** The data of a file is base64, or text. */
function fileData(data: string, change: Change): string {
  const bytes = Buffer.from(data, "base64");
  if (bytes.toString("base64") !== data) return change(data, "");
  if (!isUtf8(bytes)) return data;
  return Buffer.from(change(bytes.toString("utf8"), "")).toString("base64");
}
