/** What the tests of the CLIs' screens share. */
import assert from "node:assert/strict";
import { assertHistory, type Expected } from "./assert-history.ts";
import type { Lab } from "./lab.ts";
import { Tui } from "./tmux.ts";

/** Starts the command and waits until its screen shows the text. */
export async function sees(
  lab: Lab,
  command: string[],
  wanted: string,
  keys: readonly string[] = [],
): Promise<void> {
  const tui = Tui.start(lab, command);
  try {
    if (keys.length > 0) {
      await tui.waitFor(/\S/);
      await tui.settle(1000);
      tui.press(...keys);
    }
    await tui.waitFor(wanted);
  } finally {
    await tui.close();
  }
}

/**
 * Opens a recorded session on its agent's screen, waits for its last words there, and continues with
 * a new prompt, which must be sent with all of the history. Gives what the screen showed. `ready`: what
 * it shows of a session, if not that.
 */
export async function goesOn(
  lab: Lab,
  command: string[],
  history: Expected[],
  ready: string | RegExp = "MARK-S-A11",
): Promise<string> {
  const tui = Tui.start(lab, command, { rows: 200 });
  try {
    await tui.waitFor(ready);
    const shown = await tui.settle();
    const since = lab.server.requests.length;
    lab.server.script([{ text: "MARK-S-A12 Here I am again." }]);
    tui.type("MARK-S-U12 Are you there?");
    await tui.settle(300);
    tui.press("Enter");
    await tui.waitFor("MARK-S-A12");
    const [request] = lab.server.mainRequests(since);
    assert.ok(request, "the prompt led to no main request");
    assertHistory(request, [...history, { role: "user", marker: "MARK-S-U12" }]);
    assert.deepEqual(lab.server.refusals, []);
    return shown;
  } finally {
    await tui.close();
  }
}

/** What a CLI asks the user before it reads a file; "Yes" is chosen. */
const ASKS: { readonly [id: string]: string } = { openhands: "Confirm 1 action" };

/** Lets a CLI read a file, if it asks. */
export async function allows(tui: Tui, id: string): Promise<void> {
  const asks = ASKS[id];
  if (asks === undefined) return;
  await tui.waitFor(asks);
  tui.press("Enter");
}
