/** Secrets in JSON values: every text in them, together with its name. */
import { isUtf8 } from "node:buffer";
import type { Json, JsonObject } from "../session/types.ts";
import { secretName } from "./names.ts";
import type { Redactor } from "./redactor.ts";

/** Replaces a text by another; `name` is that of the member whose value it is. */
type Change = (text: string, name: string) => string;

/** Searches JSON documents for secrets, so that `redactJson` replaces them everywhere. */
export async function learnJson(redactor: Redactor, documents: readonly string[]): Promise<void> {
  await redactor.learn(textsOf(documents.map(parsed)).map(({ shown }) => shown));
}

/**
 * The documents with placeholders for the secrets in them: in texts, in names, in text files.
 * Throws a SyntaxError for anything that is not JSON.
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

/** A member's name such as "password" identifies the word after it. */
function shownWith(text: string, name: string): Shown {
  const lead = leadOf(text, name);
  const tail = /["']$/.test(lead) ? lead.slice(-1) : "";
  return { shown: lead + text + tail, lead, tail };
}

function leadOf(text: string, name: string): string {
  if (/^(?:set-)?cookie2?$/i.test(name)) return `${name}: `;
  if (!/^[^\r\n\0]{4,8192}$/.test(text)) return "";
  const said = SETTING.test(name) || secretName(name) !== undefined;
  // The end of a name that contains other characters identifies it.
  return said ? `${/[\w.-]*$/.exec(name)?.[0]}: ${text.includes('"') ? "'" : '"'}` : "";
}

/** Identified by a file format, not by its meaning. */
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
    // Not `out[key] =`, which would not create a key __proto__.
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
  // Pictures are not searched; the data that Segue keeps of another agent's session is.
  if (owner.kind === "image") return value;
  if (owner.event === "carry") return "";
  return owner.kind === "file" ? fileData(value, change) : change(value, key);
}

/** `{"name": "DB_PASSWORD", "value": "…"}`: the one describes the other. */
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
