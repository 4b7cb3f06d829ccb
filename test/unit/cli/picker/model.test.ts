/** What can be done from inside the picker, besides choosing. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { foundIn } from "../../../../src/cli/picker/full-text.ts";
import { Picker } from "../../../../src/cli/picker/model.ts";
import type { Known } from "../../../../src/cli/picker/types.ts";
import type { Preview } from "../../../../src/core/preview.ts";
import { known } from "../../../support/folder.ts";
import {
  limitedAt,
  many,
  NOTHING,
  picker,
  press,
  pressWith,
  SIZE,
  session,
  shown,
  TARGETS,
  type,
} from "../../../support/picker.ts";

describe("help", () => {
  it("? shows all keys while there is no query, F1 always; Esc goes back", () => {
    const p = picker(many(3));
    type(p, "?");
    assert.match(shown(p).join("\n"), /^ctrl-a +switch between this project's sessions and all$/m);
    assert.equal(press(p, "escape"), null);
    assert.match(shown(p).join("\n"), /^> codex/m);
    type(p, "a?");
    assert.equal(p.query, "a?");
    press(p, "f1");
    assert.match(shown(p).join("\n"), /^Keys$/m);
  });

  it("can be scrolled to its end on a small screen", () => {
    const p = picker(many(3));
    press(p, "f1");
    const small = { columns: 40, rows: 10 };
    assert.doesNotMatch(shown(p, small).join("\n"), /leave at once/);
    press(p, "end");
    assert.match(shown(p, small).join("\n"), /leave at once/);
    press(p, "up", "home");
    assert.match(shown(p, small).join("\n"), /^type/m);
  });
});

describe("the preview", () => {
  const preview: Preview = {
    first: "Please do all of this. ".repeat(50),
    turns: Array.from({ length: 30 }, (_, n) => ({ who: "agent", text: `turn ${n}.` })),
    files: ["a.ts", "b.ts"],
  };
  const p = picker(many(3), { ...NOTHING, preview: () => preview });

  it("shows the facts and the newest turns, and how much there is before them", () => {
    const text = shown(p).join("\n");
    assert.match(text, /^codex · 10 messages · 52k tokens/m);
    assert.match(text, /^changed: a.ts, b.ts$/m);
    assert.match(text, /turn 29/);
    assert.match(text, /^↑ \d+ more lines \(shift-↑\)$/m);
  });

  it("scrolls back to the first turn and no further, and starts anew for another session", () => {
    for (let n = 0; n < 60; n++) {
      pressWith(p, "shift", "up");
      shown(p);
    }
    assert.match(shown(p).join("\n"), /turn 0\./);
    assert.doesNotMatch(shown(p).join("\n"), /more lines/);
    pressWith(p, "shift", "down");
    assert.doesNotMatch(shown(p).join("\n"), /turn 0\./);
    pressWith(p, "ctrl", "b");
    assert.match(shown(p).join("\n"), /turn 0\./);
    press(p, "down");
    assert.match(shown(p).join("\n"), /turn 29/);
  });

  it("of losses scrolls as well", () => {
    const losses = Array.from({ length: 40 }, (_, n) => `loss ${n}.`);
    const p = picker([session(1)], { ...NOTHING, losses: () => losses });
    press(p, "return", "down");
    assert.match(shown(p).join("\n"), /loss 0\./);
    pressWith(p, "ctrl", "f");
    assert.doesNotMatch(shown(p).join("\n"), /loss 0\./);
    for (let n = 0; n < 9; n++) {
      shown(p);
      pressWith(p, "ctrl", "f");
    }
    assert.match(shown(p).join("\n"), /loss 39\./);
  });
});

describe("full text", () => {
  const hits = [{ entry: 12, snippet: "… the needle was here …" }];

  it("is searched for what is typed; the hits are in the preview, best session first", () => {
    const p = picker(many(5));
    pressWith(p, "ctrl", "s");
    assert.match(known(shown(p)[0]), /^full text> .*type to search$/);
    type(p, "needle");
    assert.equal(p.wanted, "needle");
    assert.match(known(shown(p)[0]), /searching …$/);
    p.found({
      query: "needle",
      found: [
        { path: "/store/3.jsonl", hits },
        { path: "/store/1.jsonl", hits: [] },
        { path: "/gone", hits: [] },
      ],
      note: null,
    });
    assert.equal(p.wanted, null);
    assert.match(known(shown(p)[0]), /2 of 5$/);
    assert.equal(p.session?.id, "id-3");
    assert.match(shown(p).join("\n"), /^\[12\] +… the needle was here …$/m);
    press(p, "down");
    assert.equal(p.session?.id, "id-1");
    press(p, "escape", "down", "down", "down");
    assert.equal(p.session?.id, "id-3");
    assert.doesNotMatch(shown(p).join("\n"), /the needle was here/);
  });

  it("an answer that comes too late is left aside", () => {
    const p = picker(many(5));
    pressWith(p, "ctrl", "s");
    type(p, "needle");
    p.found({ query: "need", found: [{ path: "/store/3.jsonl", hits }], note: null });
    assert.equal(p.wanted, "needle");
    assert.notEqual(p.session?.id, "id-3");
  });

  it("says what is wrong with a query", () => {
    const p = picker(many(5));
    pressWith(p, "ctrl", "s");
    type(p, "in:nowhere");
    p.found({ query: "in:nowhere", found: [], note: "in:nowhere is not something" });
    assert.match(shown(p).join("\n"), /^ {2}in:nowhere is not something$/m);
  });

  it("Esc clears the query, then goes back to titles", () => {
    const p = picker(many(5));
    pressWith(p, "ctrl", "s");
    type(p, "x");
    press(p, "escape", "escape");
    assert.match(known(shown(p)[0]), /^segue> .*5 sessions$/);
  });

  it("reads what `segue search --json` prints, and nothing else", () => {
    const one = { path: "/a", hits: [{ entry: 1, snippet: "s" }, { entry: "2" }] };
    assert.deepEqual(foundIn(JSON.stringify({ sessions: [one, { hits: [] }, 3] })), {
      found: [{ path: "/a", hits: [{ entry: 1, snippet: "s" }] }],
      note: null,
    });
    assert.equal(foundIn("{").note, "the search gave no answer");
  });
});

describe("commands from inside", () => {
  it("Ctrl-Y copies the id", () => {
    const p = picker(many(3));
    press(p, "down");
    assert.deepEqual(pressWith(p, "ctrl", "y"), { do: "copy", session: p.session });
  });

  it("Ctrl-O writes a handoff and Ctrl-E exports, each where the user says", () => {
    const p = picker(many(3));
    const { session } = p;
    assert.equal(pressWith(p, "ctrl", "o"), null);
    assert.match(shown(p).join("\n"), /^> handoff-id-0\.md$/m);
    pressWith(p, "ctrl", "u");
    type(p, "~/a b.md");
    assert.deepEqual(press(p, "return"), { do: "handoff", session, file: "~/a b.md" });
    pressWith(p, "ctrl", "e");
    assert.deepEqual(press(p, "return"), { do: "dump", session, folder: "segue-sessions" });
  });

  it("a question needs an answer, and Esc goes back", () => {
    const p = picker(many(3));
    pressWith(p, "ctrl", "o");
    pressWith(p, "ctrl", "u");
    assert.equal(press(p, "return"), null);
    assert.equal(press(p, "escape"), null);
    assert.match(shown(p).join("\n"), /^> codex/m);
  });

  it("an id from a session names no other folder", () => {
    const p = picker([session(1, { id: "../../etc" })]);
    pressWith(p, "ctrl", "o");
    assert.match(shown(p).join("\n"), /^> handoff-[\w-]+\.md$/m);
  });

  it("Ctrl-Z says what it would undo, and does so only on Enter", () => {
    const p = picker(many(3), { ...NOTHING, lastWrite: () => "Undo this?" });
    assert.equal(pressWith(p, "ctrl", "z"), null);
    assert.match(shown(p).join("\n"), /^Undo this\?$/m);
    press(p, "escape");
    pressWith(p, "ctrl", "z");
    assert.deepEqual(press(p, "return"), { do: "undo" });
    const none = picker(many(3));
    pressWith(none, "ctrl", "z");
    assert.match(known(shown(none).at(-1)), /nothing to undo/);
  });

  it("what came of it is on the last line until the next key", () => {
    const p = picker(many(3));
    p.notice = "written";
    assert.equal(shown(p).at(-1), "written");
    press(p, "down");
    assert.match(known(shown(p).at(-1)), /^enter open/);
  });
});

describe("where to open it", () => {
  const last = (target: string): Known => ({ ...NOTHING, lastTarget: () => target });

  it("proposes the agent that was chosen last for such a session", () => {
    const p = picker([session(1)], last("pi"));
    press(p, "return");
    assert.equal(p.target?.id, "pi");
  });

  it("not when that is at a limit, or is not installed any more", () => {
    const p = picker([session(1)], { ...limitedAt("pi"), lastTarget: () => "pi" });
    press(p, "return");
    assert.equal(p.target?.id, "codex");
    const gone = picker([session(1)], last("gone"));
    press(gone, "return");
    assert.equal(gone.target?.id, "codex");
  });

  it("Tab moves on, and below the agents there is what else can be made of it", () => {
    const p = picker([session(1)]);
    press(p, "return", "tab", "tab", "tab");
    assert.equal(p.target, null);
    assert.match(shown(p).join("\n"), /^> Handoff /m);
    press(p, "return");
    assert.match(shown(p).join("\n"), /Write the handoff document to/);
    press(p, "escape", "end");
    assert.deepEqual(press(p, "return"), { do: "copy", session: session(1) });
  });

  it("without any agent there are these, and how to install one", () => {
    const pi = { name: "Pi", stores: [], install: "npm install -g pi" };
    const p = new Picker([], { ...NOTHING, agents: () => [pi] });
    p.load([session(1)]);
    assert.equal(press(p, "return"), null);
    const text = shown(p).join("\n");
    assert.match(text, /no agent is installed/);
    assert.match(text, /^> Handoff /m);
    assert.match(text, /^ {2}Pi: npm install -g pi$/m);
  });

  it("offers them on the smallest screen, too", () => {
    const p = new Picker([], NOTHING);
    p.load([session(1)]);
    press(p, "return", "end");
    assert.match(shown(p, { columns: 20, rows: 4 }).join("\n"), /^> Copy id/m);
  });
});

describe("a first run", () => {
  it("says which agents Segue knows, and where it looked", () => {
    const pi = { name: "Pi", stores: ["~/.pi/agent/sessions"], install: null };
    const p = new Picker(TARGETS, { ...NOTHING, agents: () => [pi] });
    assert.match(known(shown(p)[0]), /looking for sessions …$/);
    p.load([]);
    assert.match(
      p.screen(SIZE, { colour: false, now: 0 }).lines.join("\n"),
      /No sessions were found/,
    );
    assert.match(shown(p).join("\n"), /^Pi +~\/\.pi\/agent\/sessions$/m);
  });
});
