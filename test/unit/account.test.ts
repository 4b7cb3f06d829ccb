/** What the account of a record's strings takes for said. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { isUnsaid } from "../../src/convert/account.ts";
import type { Entry, Part } from "../../src/session/types.ts";

function saying(part: Part): Entry[] {
  const place = { id: "m", parentId: null, time: null } as const;
  return [{ kind: "message", ...place, role: "user", parts: [part] }];
}

it("a data URL without base64 is said by a part that has its bytes", () => {
  const data = Buffer.from("a picture").toString("base64");
  const entries = saying({ kind: "image", mediaType: "image/png", data });
  assert.equal(isUnsaid({ url: "data:image/png,a%20picture" }, entries), false);
  assert.equal(isUnsaid({ url: `data:image/png;base64,${data}` }, entries), false);
  assert.equal(isUnsaid({ url: "data:image/png,another%20one" }, entries), true);
});

it("ids of a block of an unknown kind are no content, but words are, wherever they stand", () => {
  const entries = saying({ kind: "text", text: "said" });
  assert.equal(isUnsaid({ type: "new", toolUseID: "hook-1", text: "said" }, entries), false);
  assert.equal(isUnsaid({ type: "new", toolUseID: "not an id but words" }, entries), true);
});
