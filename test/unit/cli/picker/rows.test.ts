/** Narrowing the picker's list, and what is folded in it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Session } from "../../../../src/cli/picker/types.ts";
import { known } from "../../../support/folder.ts";
import { limitUntil } from "../../../support/limits.ts";
import {
  many,
  NOTHING,
  NOW,
  picker,
  press,
  pressWith,
  session,
  shown,
  type,
} from "../../../support/picker.ts";

const titles = (lines: readonly string[]) =>
  lines.filter((line) => /Session number/.test(line) && /^(?:> | {2})/.test(line));

describe("narrowing the list", () => {
  it("Ctrl-A switches between this project's sessions and all", () => {
    const p = picker(many(10));
    pressWith(p, "ctrl", "a");
    assert.match(known(shown(p)[0]), /3 of 10$/);
    assert.match(known(shown(p)[1]), /^this project +\[all 3\] codex 3/);
    pressWith(p, "ctrl", "a");
    assert.match(known(shown(p)[0]), /10 sessions$/);
  });

  it("Tab goes through the agents, and back to all; Shift-Tab the other way", () => {
    const p = picker([session(1), session(2, { agent: "pi" }), session(3)]);
    assert.match(known(shown(p)[1]), /\[all 3\] codex 2 {2}pi 1/);
    press(p, "tab");
    assert.match(known(shown(p)[1]), / all 3 \[codex 2\] pi 1/);
    assert.match(known(shown(p)[0]), /2 of 3$/);
    press(p, "tab");
    assert.equal(p.session?.id, "id-2");
    press(p, "tab");
    assert.match(known(shown(p)[1]), /\[all 3\]/);
    pressWith(p, "shift", "tab");
    assert.match(known(shown(p)[1]), /\[pi 1\]/);
  });

  it("the chips count what the query matches, and the chosen one is on the screen", () => {
    const agents = ["claude-code", "codex", "copilot", "gemini", "kilo", "opencode", "pi", "qwen"];
    const p = picker(agents.map((agent, n) => session(n, { agent })));
    type(p, "number 3");
    assert.match(known(shown(p)[1]), /\[all 1\] claude-code 0 .*gemini 1/);
    pressWith(p, "shift", "tab");
    assert.match(known(shown(p, { columns: 40, rows: 24 })[1]), /\[qwen 0\]$/);
  });

  it("where there is no room for chips, the first line says what is narrowed", () => {
    const p = picker(many(10));
    pressWith(p, "ctrl", "a");
    press(p, "tab");
    assert.match(known(shown(p, { columns: 60, rows: 8 })[0]), /here codex: 3 of 10$/);
  });

  it("labels are found by typing them", () => {
    const limit = limitUntil("2026-11-21T14:30:00Z");
    const p = picker([session(1), session(2, { limit }), session(3)]);
    type(p, "[limit]");
    assert.equal(p.session?.id, "id-2");
    assert.match(known(shown(p)[0]), /1 of 3$/);
    assert.match(shown(p).join("\n"), /\[limit\] Session number 2/);
  });

  it("words with letters left out are found after the words themselves", () => {
    const p = picker([session(1, { title: "payment" }), session(2, { title: "pymnt" })]);
    type(p, "pymnt");
    assert.equal(p.session?.id, "id-2");
    press(p, "down");
    assert.equal(p.session?.id, "id-1");
  });

  it("Esc takes back the query, then the narrowing, then leaves", () => {
    const p = picker(many(10));
    press(p, "tab");
    type(p, "number");
    assert.equal(press(p, "escape"), null);
    assert.equal(p.query, "");
    assert.equal(press(p, "escape"), null);
    assert.match(known(shown(p)[0]), /10 sessions$/);
    assert.deepEqual(press(p, "escape"), { do: "leave" });
  });
});

describe("a conversation is one row", () => {
  const handedOver = (): Session[] => [
    session(1, { agent: "pi", from: { agent: "codex", id: "id-3" } }),
    session(2, { title: "Another" }),
    session(3, { continuedIn: [{ agent: "pi", id: "id-1", time: NOW, bytes: 0 }] }),
  ];

  it("where it is now; → shows where it was, ← hides it again", () => {
    const p = picker(handedOver());
    assert.deepEqual(titles(shown(p)).length, 1);
    assert.match(shown(p).join("\n"), /^> pi .*▸ Session number 1/m);
    assert.match(shown(p).join("\n"), /▸ 1 more session of this conversation/);
    press(p, "right");
    assert.match(shown(p).join("\n"), /^> pi .*▾ Session number 1/m);
    assert.match(shown(p).join("\n"), /^ {2}codex .*└ continued in pi/m);
    press(p, "down");
    assert.equal(p.session?.id, "id-3");
    press(p, "left");
    assert.equal(p.session?.id, "id-1");
    assert.doesNotMatch(shown(p).join("\n"), /└/);
  });

  it("counts every session, and shows a folded one that alone matches", () => {
    const p = picker(handedOver());
    assert.match(known(shown(p)[0]), /3 sessions$/);
    type(p, "id-3");
    assert.equal(p.session?.id, "id-3");
    assert.match(known(shown(p)[0]), /1 of 3$/);
  });

  it("subagents' sessions are below the session that started them", () => {
    const child = { parent: "id-2", isSubagent: true, title: "Message Type: NEW_TASK" };
    const p = picker([session(1, child), session(2), session(3, child)]);
    assert.equal(p.session?.id, "id-2");
    assert.match(shown(p).join("\n"), /▸ Session number 2/);
    assert.doesNotMatch(shown(p).join("\n"), /NEW_TASK/);
    press(p, "right", "down");
    assert.equal(p.session?.id, "id-1");
    assert.match(shown(p).join("\n"), /└ \[subagent\] Message Type: NEW_TASK/);
  });

  it("a fork has a parent as well, but is a session of its own", () => {
    const p = picker([session(1, { parent: "id-2" }), session(2)]);
    assert.equal(titles(shown(p)).length, 2);
  });
});

describe("titles", () => {
  const title = "Make the checkout page faster on phones";

  it("can be read at 40 × 10 and at 120 columns", () => {
    const p = picker([session(1, { agent: "claude-code", title }), session(2)]);
    const small = known(shown(p, { columns: 40, rows: 10 })[2]);
    assert.match(small, /^> claude +1m +Make the checkout page/);
    const wide = known(shown(p, { columns: 120, rows: 40 })[2]);
    assert.match(wide, /Make the checkout page faster on/);
  });

  it("have the query highlighted in them", () => {
    const p = picker([session(1, { title }), session(2, { title })], NOTHING);
    type(p, "checkout");
    const { lines } = p.screen({ columns: 80, rows: 24 }, { colour: true, now: NOW });
    assert.ok(lines.some((line) => line.includes("\u001b[1;4mcheckout\u001b[0m page")));
    assert.ok(lines.some((line) => line.includes("\u001b[7;1;4mcheckout\u001b[0m")));
  });
});
