/** What the bytes of an attachment are: records only name them, and the CLI looks at the bytes, too. */

type Check = (head: Buffer) => boolean;

const begins =
  (bytes: string, at = 0): Check =>
  (head) =>
    head.toString("latin1", at, at + bytes.length) === bytes;

const both =
  (one: Check, other: Check): Check =>
  (head) =>
    one(head) && other(head);

/** Of the container of MP4, QuickTime, HEIC and AVIF: the brand. */
const brand = (names: RegExp): Check =>
  both(begins("ftyp", 4), (head) => names.test(head.toString("latin1", 8, 12).toLowerCase()));

const says = (word: string): Check =>
  both(begins("\x1a\x45\xdf\xa3"), (head) => head.toString("latin1").toLowerCase().includes(word));

const TYPES: readonly (readonly [type: string, check: Check])[] = [
  ["image/png", begins("\x89PNG\r\n\x1a\n")],
  ["image/jpeg", begins("\xff\xd8\xff")],
  ["image/gif", (head) => /^GIF8[79]a/.test(head.toString("latin1", 0, 6))],
  ["image/webp", both(begins("RIFF"), begins("WEBP", 8))],
  ["image/bmp", begins("BM")],
  ["image/tiff", (head) => /^(?:II\*\0|MM\0\*)/.test(head.toString("latin1", 0, 4))],
  ["image/x-icon", begins("\0\0\x01\0")],
  ["image/avif", brand(/^avi[fs]/)],
  ["image/heic", brand(/^he(?:ic|vc)/)],
  ["image/heif", brand(/^(?:hei[fx]|mif1|msf1)/)],
  ["video/quicktime", brand(/^qt/)],
  ["video/mp4", begins("ftyp", 4)],
  ["video/webm", says("webm")],
  ["video/x-matroska", says("matroska")],
  ["video/x-msvideo", both(begins("RIFF"), begins("AVI ", 8))],
  ["video/x-flv", begins("FLV")],
];

const HEAD = 512;

/** The media type; null for bytes that say nothing of it. */
export function mediaTypeOf(bytes: Buffer): string | null {
  const head = bytes.subarray(0, HEAD);
  return TYPES.find(([, check]) => check(head))?.[0] ?? null;
}

const ADDRESS = /^kimi-file:\/\/([^?]*)/;
const ID = /^f_[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** The id of an attachment at such an address; "" if none can have it. null for another address. */
export function attachmentAt(url: string): string | null {
  const [, id] = ADDRESS.exec(url) ?? [];
  if (id === undefined) return null;
  return isAttachment(id) ? id : "";
}

export function isAttachment(name: string): boolean {
  return ID.test(name);
}
