/** What a user attached to a message in the editor: images, and pieces of code. README.md names the sources. */
import { array, isObject, member, number, string } from "../../session/json.ts";
import { otherPart, unread } from "../../session/other.ts";
import type { Json, JsonObject, Part, TextPart } from "../../session/types.ts";
import { picture } from "./content.ts";

/** First those with their bytes; one that is told twice has the same `uuid`. */
export function imagesIn(bubble: JsonObject): Part[] {
  const listed = [...array(bubble.images), ...array(member(bubble.context, "selectedImages"))];
  // Tabs have one.
  const images = isObject(bubble.image) ? [...listed, bubble.image] : listed;
  const seen = new Set<string>();
  return images.flatMap((image) => {
    const id = string(member(image, "uuid")) ?? "";
    if (seen.has(id)) return [];
    if (id !== "") seen.add(id);
    return [imagePart(image)];
  });
}

function imagePart(image: Json): Part {
  const inside = dataIn(typeof image === "string" ? image : (member(image, "data") ?? null));
  if (inside !== undefined) return picture(inside, string(member(image, "mimeType")));
  const path = string(member(image, "path"));
  // The file is among the editor's own; a model may read it by its path.
  return path === undefined
    ? unread("image", "missing")
    : otherPart("image", image, { known: true, text: `[image: ${path}]` });
}

/** Base64 or a data URI; or bytes, as JSON has them: a list, or an object with their places as keys. */
function dataIn(data: Json): string | undefined {
  if (typeof data === "string") return data === "" ? undefined : data;
  const bytes = isObject(data) ? Object.values(data) : array(data);
  const isBytes = bytes.length > 0 && bytes.every((byte) => number(byte) !== undefined);
  return isBytes ? Buffer.from(bytes.map(Number)).toString("base64") : undefined;
}

/** Selected code, quotes and output of terminals; and chunks of files, which have lines. */
export function piecesIn(bubble: JsonObject): TextPart[] {
  const { context } = bubble;
  const listed = [
    ...["selections", "terminalSelections", "quotes"].map((key) => member(context, key)),
    ...[bubble.selections, bubble.attachedCodeChunks],
  ];
  const texts = listed.flatMap(array).map(pieceText);
  return [...new Set(texts)]
    .filter((text) => text !== "")
    .map((text): TextPart => ({ kind: "text", text, told: true }));
}

function pieceText(piece: Json): string {
  const lines = array(member(piece, "lines")).flatMap((line) => string(line) ?? []);
  const text = string(member(piece, "text")) || string(member(piece, "rawText"));
  const said = text ?? lines.join("\n");
  if (said === "") return "";
  const uri = member(piece, "uri");
  const path = string(member(piece, "relativeWorkspacePath")) ?? string(member(uri, "fsPath"));
  const place = path ?? string(member(uri, "path"));
  return place === undefined ? said : `@${place}\n\n${said}`;
}

/** The words in the state of the editor's input field, which is Lexical's: JSON, as text. */
export function wordsInField(root: Json): string {
  const { children, text, type } = isObject(root) ? root : {};
  if (type === "linebreak") return "\n";
  if (typeof text === "string") return text;
  const inner = array(children).map(wordsInField);
  return inner.join(array(children).some((one) => member(one, "type") === "paragraph") ? "\n" : "");
}
