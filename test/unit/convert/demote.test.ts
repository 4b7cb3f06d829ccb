/** What is sent of images, documents and other content to a target that may have no place for them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Demotion, type Place } from "../../../src/convert/project/demote.ts";
import type { Media } from "../../../src/session/codec.ts";
import { otherPart, unread } from "../../../src/session/other.ts";
import type { FilePart, ImagePart, ResultPart } from "../../../src/session/types.ts";

function sent(part: ResultPart, media: Media = {}, place: Place = "user") {
  const losses: string[] = [];
  const parts = new Demotion(media, false, (code) => losses.push(code)).part(part, place);
  return { parts, losses };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const image = (mediaType: string, data: string): ImagePart => ({ kind: "image", mediaType, data });
const PDF: FilePart = {
  kind: "file",
  name: "plan.pdf",
  mediaType: "application/pdf",
  data: base64("%PDF-1.7 plan"),
};

describe("images", () => {
  it("are sent as they are where the target's API takes their type", () => {
    const png = image("image/png", base64("png"));
    assert.deepEqual(sent(png), { parts: [png], losses: [] });
  });

  it("of other types are mentioned; SVG is text, and is sent as such", () => {
    const { parts, losses } = sent(image("image/svg+xml", base64("<svg>SVGTEXT</svg>")));
    assert.deepEqual(losses, ["image-as-text"]);
    assert.deepEqual(parts, [
      { kind: "text", text: "[image: image/svg+xml, 18 bytes]\n<svg>SVGTEXT</svg>" },
    ]);
    const bitmap = sent(image("image/bmp", base64("bmp")));
    assert.deepEqual(bitmap.parts, [{ kind: "text", text: "[image: image/bmp, 3 bytes]" }]);
    assert.deepEqual(bitmap.losses, ["image-as-text"]);
  });

  it("in a tool's result are mentioned where the target's CLI does not send them from there", () => {
    const png = image("image/png", base64("png"));
    const media: Media = { resultImages: false };
    assert.deepEqual(sent(png, media), { parts: [png], losses: [] });
    assert.deepEqual(sent(png, media, "result"), {
      parts: [{ kind: "text", text: "[image: image/png, 3 bytes]" }],
      losses: ["image-as-text"],
    });
  });

  it("that no vendor's API can read are mentioned: it would refuse the whole session", () => {
    for (const data of ["", "not base64!!", "QUJ", "QUJD\nREVG"]) {
      assert.deepEqual(sent(image("image/png", data)), {
        parts: [{ kind: "text", text: "[image: image/png, unreadable data]" }],
        losses: ["image-as-text"],
      });
    }
    const at = (url?: string): ImagePart => ({
      ...image("image/png", ""),
      data: null,
      ...(url === undefined ? {} : { url }),
    });
    for (const url of ["", "kimi-file://8f", "file:///tmp/a.png", "/tmp/a.png", undefined]) {
      const { parts, losses } = sent(at(url));
      const named = url ? `, ${url}` : "";
      assert.deepEqual(parts, [{ kind: "text", text: `[image: image/png${named}]` }]);
      assert.deepEqual(losses, ["image-as-text"]);
    }
    const remote = at("https://example.com/a.png");
    assert.deepEqual(sent(remote), { parts: [remote], losses: [] });
  });

  it("that are too small for the target are mentioned", () => {
    const head = Buffer.alloc(24);
    head.write("\x89PNG\r\n\x1a\n", "latin1");
    head.writeUInt32BE(16, 16);
    head.writeUInt32BE(31, 20);
    const small = image("image/png", head.toString("base64"));
    assert.deepEqual(sent(small, { imagePixels: 496 }), { parts: [small], losses: [] });
    assert.deepEqual(sent(small, { imagePixels: 497 }).losses, ["image-as-text"]);
    // Of other images the size is not known.
    const other = image("image/jpeg", base64("jpeg"));
    assert.deepEqual(sent(other, { imagePixels: 512 }).parts, [other]);
  });

  it("of which only an address is known are sent with it if it is one on the web", () => {
    const at = (url: string): ImagePart => ({
      kind: "image",
      mediaType: "image/png",
      data: null,
      url,
    });
    assert.deepEqual(sent(at("https://a/b.png")), { parts: [at("https://a/b.png")], losses: [] });
    assert.deepEqual(sent(at("ms://f1")), {
      parts: [{ kind: "text", text: "[image: image/png, ms://f1]" }],
      losses: ["image-as-text"],
    });
  });

  it("that are too large are mentioned, and the sum for one request is watched", () => {
    const large = image("image/png", base64("x".repeat(3000)));
    assert.deepEqual(sent(large, { imageBytes: 2000 }).losses, ["image-as-text"]);
    const losses: string[] = [];
    const demotion = new Demotion({ requestBytes: 6000 }, false, (code) => losses.push(code));
    assert.deepEqual(demotion.part(large, "user"), [large]);
    assert.deepEqual(losses, []);
    assert.deepEqual(demotion.part(large, "result"), [large]);
    assert.deepEqual(losses, ["request-too-large"]);
  });
});

describe("documents", () => {
  const media: Media = { documents: ["application/pdf"] };

  it("are sent as they are where the target's CLI sends them, and there only", () => {
    assert.deepEqual(sent(PDF, media), { parts: [PDF], losses: [] });
    for (const place of ["result", "assistant"] as const) {
      const { parts, losses } = sent(PDF, media, place);
      assert.deepEqual(losses, ["file-as-text"], place);
      assert.deepEqual(parts, [
        { kind: "text", text: "[attached file: plan.pdf, application/pdf, 13 bytes]" },
      ]);
    }
  });

  it("that are text are sent as text", () => {
    const file: FilePart = {
      kind: "file",
      name: "a.md",
      mediaType: "text/markdown",
      data: base64("# Ä"),
    };
    const { parts, losses } = sent(file);
    assert.deepEqual(losses, ["file-inlined"]);
    assert.deepEqual(parts, [
      { kind: "text", text: "[attached file: a.md, text/markdown, 4 bytes]\n# Ä" },
    ]);
  });

  it("that are not text are mentioned, whatever they are called", () => {
    const data = Buffer.from([0xff, 0xfe, 0x00]).toString("base64");
    const { losses } = sent({ kind: "file", name: "a", mediaType: "text/plain", data });
    assert.deepEqual(losses, ["file-as-text"]);
  });

  it("of which only the address is known are mentioned with it", () => {
    const { parts } = sent({ ...PDF, name: null, data: null, url: "https://a/b.pdf" }, media);
    assert.deepEqual(parts, [
      { kind: "text", text: "[attached file: https://a/b.pdf, application/pdf]" },
    ]);
  });
});

describe("other content", () => {
  it("is its text, or its JSON, and never nothing", () => {
    const block = { type: "novel", title: "T", items: [{ words: "NOVEL-WORDS" }] };
    const { parts, losses } = sent(otherPart("novel", block));
    assert.deepEqual(losses, ["content-unknown"]);
    assert.match(JSON.stringify(parts), /NOVEL-WORDS/);
    const known = sent(otherPart("hint", { type: "hint", text: "only this" }, { known: true }));
    assert.deepEqual(known, {
      parts: [{ kind: "text", text: "only this" }],
      losses: ["content-as-text"],
    });
  });

  it("is cut where it is long or binary, and that is counted", () => {
    const long = sent(otherPart("novel", { text: "words ".repeat(50_000) }));
    assert.deepEqual(long.losses, ["content-unknown", "content-cut"]);
    const blob = sent(otherPart("novel", { data: "A".repeat(5000), name: "N" }));
    assert.deepEqual(blob.losses, ["content-unknown", "content-cut"]);
    assert.match(JSON.stringify(blob.parts), /5000 characters of base64.*N/);
  });

  it("that is not passed on is counted by its reason", () => {
    assert.deepEqual(sent(unread("box", "sealed")), { parts: [], losses: ["content-sealed"] });
    assert.deepEqual(sent(unread("box", "missing")), { parts: [], losses: ["content-missing"] });
  });
});
