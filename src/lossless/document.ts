/**
 * Session files that are one JSON document, as lines. The first line contains the form and the
 * formatting, so that the lines give the document again, byte for byte:
 * `{"segue.document":{"form":"gemini-json","indent":2,"end":"\n"}}`. Then follows one record per
 * line. A text's records contain all of it: its first line names the form alone.
 */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Codec, DocumentForm, TextForm } from "../session/codec.ts";
import type { Json } from "../session/types.ts";
import { parseValue, stringify } from "./json-text.ts";
import { type Line, lineOf, linesIn } from "./lines.ts";

/** What a file consists of. */
export type Form = DocumentForm | TextForm;

/** `raw`: the document itself, if no rule describes its formatting; see `SPELLINGS`. */
interface Frame {
  form: string;
  indent: number | string;
  end: string;
  raw?: string;
}

const KEY = "segue.document";

const SPELLINGS = ([2, 0, "\t", 4, 1, 3] as const).flatMap((indent) =>
  ["\n", "", "\r\n"].map((end) => ({ indent, end })),
);

/** The forms of an agent's session files that are not lines. */
export function formsOf({ documents = [], text }: Pick<Codec, "documents" | "text">): Form[] {
  return text === undefined ? [...documents] : [...documents, text];
}

/** The first line of a document that is to be written in this form. */
export function frameLine(
  form: string,
  end = "\n",
): { [KEY]: { form: string; indent: number; end: string } } {
  return { [KEY]: { form, indent: 2, end } };
}

/**
 * Is this the first line of a document's lines? Readers skip it. Anyone may write such a line: it
 * has this meaning only if Segue made the lines, and only in the first of them (see `trustworthy`).
 */
export function isFrame(record: Json | undefined): boolean {
  return frameOf(record) !== null;
}

/**
 * Lines in which only a first line of Segue's own represents a document, if they are `framed`. Any
 * other line that looks like one is text without a meaning, and is kept.
 */
export function* trustworthy(lines: Iterable<Line>, framed: boolean): Generator<Line> {
  let isOpening = framed;
  for (const line of lines) {
    yield !isOpening && isFrame(line.value) ? { ...line, value: undefined } : line;
    isOpening = false;
  }
}

export function isFrameText(line: string): boolean {
  return line.startsWith(`{"${KEY}"`);
}

function frameOf(record: Json | undefined): Frame | null {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return null;
  const frame = record[KEY];
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) return null;
  const { form, indent, end, raw } = frame;
  if (typeof form !== "string" || typeof end !== "string") return null;
  if (typeof indent !== "string" && typeof indent !== "number") return null;
  return { form, indent, end, ...(typeof raw === "string" ? { raw } : {}) };
}

/** A document as lines; null if these bytes have none of these forms. */
export function splitDocument(bytes: Buffer, forms: readonly Form[]): Buffer | null {
  const texts = forms.filter(isTextForm);
  if (texts.length > 0) {
    const head = headOf(bytes);
    for (const form of texts) {
      const records = form.opens(head) ? form.split(bytes) : null;
      if (records) return linesOf([frameLine(form.name, ""), ...records]);
    }
  }
  const { value } = lineOf(bytes);
  if (value === undefined) return null;
  for (const form of forms) {
    if (isTextForm(form)) continue;
    const records = form.records(value);
    if (records) return linesOf([frame(bytes, form, records), ...records]);
  }
  return null;
}

function isTextForm(form: Form): form is TextForm {
  return "opens" in form;
}

function headOf(bytes: Buffer): string {
  return bytes.subarray(0, HEAD).toString("utf8");
}

function frame(bytes: Buffer, form: DocumentForm, records: readonly Json[]): Json {
  for (const { indent, end } of SPELLINGS) {
    if (spelled(form, records, indent, end).equals(bytes)) {
      return { [KEY]: { form: form.name, indent, end } };
    }
  }
  const raw = zstdCompressSync(bytes).toString("base64");
  return { [KEY]: { form: form.name, indent: 2, end: "\n", raw } };
}

function spelled(
  form: DocumentForm,
  records: readonly Json[],
  indent: number | string,
  end: string,
): Buffer {
  return Buffer.from(JSON.stringify(form.document(records), null, indent) + end);
}

function linesOf(records: readonly Json[]): Buffer {
  return Buffer.from(records.map((record) => `${stringify(record) ?? "null"}\n`).join(""));
}

/** The document that these lines represent; null if they are not a document's. */
export function joinDocument(lines: Buffer, forms: readonly Form[]): Buffer | null {
  const records = [...linesIn(lines)].flatMap(({ value }) => (value === undefined ? [] : [value]));
  const [first, ...own] = records;
  const found = frameOf(first);
  const form = found && forms.find(({ name }) => name === found.form);
  if (!form) return null;
  if (isTextForm(form)) return form.join(own);
  if (found.raw !== undefined) {
    const bytes = zstdDecompressSync(Buffer.from(found.raw, "base64"));
    // Unchanged, as long as nothing was added.
    if (splitDocument(bytes, [form])?.equals(lines)) return bytes;
  }
  return spelled(form, own, found.indent, found.end);
}

/** How much of a file is examined to see that it consists of lines. */
const HEAD = 64 << 10;

/** Could these first bytes be those of a document rather than lines? */
export function mayBeDocument(head: Buffer, size: number, forms: readonly Form[] = []): boolean {
  const whole = headOf(head);
  if (forms.some((form) => isTextForm(form) && form.opens(whole))) return true;
  const text = whole.trimStart();
  if (!/^(?:\[\s*)?\{/.test(text)) return false;
  const end = text.indexOf("\n");
  // Only one line is visible: a document without line breaks, or a session that has just begun.
  if (end < 0) return true;
  const isWholeLine = parseValue(text.slice(0, end)) !== undefined;
  return !isWholeLine || (text.length - end <= 3 && head.length === size);
}
