/** What an image API checks before it looks at a picture. */

export function isBase64(data: string): boolean {
  return data.length > 0 && data.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
}

/** The media type that the first bytes speak of, or null when they are no known image. */
export function sniffImage(base64: string): string | null {
  const head = Buffer.from(base64.slice(0, 32), "base64");
  if (head.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return "image/png";
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return "image/jpeg";
  if (head.subarray(0, 4).toString("latin1") === "GIF8") return "image/gif";
  const riff = head.toString("latin1");
  if (riff.startsWith("RIFF") && riff.slice(8, 12) === "WEBP") return "image/webp";
  return null;
}

export interface DataUrl {
  mediaType: string;
  data: string;
}

export function parseDataUrl(url: string): DataUrl | null {
  const match = /^data:([^;,]*);base64,(.*)$/s.exec(url);
  return match ? { mediaType: match[1] ?? "", data: match[2] ?? "" } : null;
}
