/** Reasoning that goes over as text: a quotation without tags, which is reasoning again when it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { leadingReasoning, reasoningAsText, textPart } from "../../../src/session/text.ts";

test("it is a quotation, and holds no tag that a model could take up", () => {
  const text = reasoningAsText("First.\n\nThen <b>.");
  assert.equal(text, "[Reasoning before this answer, quoted:]\n> First.\n>\n> Then <b>.");
  assert.doesNotMatch(reasoningAsText("plain"), /<|>.*>/);
});

test("whatever it says, it is read again as it was", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(
        fc.constantFrom("", ">", "> ", " ", "\r", "a", "[Reasoning before this answer, quoted:]"),
      )
      .map((lines) => lines.join("\n")),
  );
  fc.assert(
    fc.property(anything, fc.string({ minLength: 1 }), (reasoning, answer) => {
      const text = reasoningAsText(reasoning);
      assert.deepEqual(textPart(text), { kind: "reasoning", text: reasoning });
      assert.deepEqual(leadingReasoning(`${text}\n\nA${answer}`), [
        { kind: "reasoning", text: reasoning },
        { kind: "text", text: `A${answer}` },
      ]);
    }),
  );
});
