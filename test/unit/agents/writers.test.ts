/** What holds of every agent's writer. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agents } from "../../../src/agents/registry.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import { readRecords } from "../../support/conversion.ts";
import { fixtures } from "../../support/fixtures.ts";

describe("a writer that continues with a session", () => {
  for (const agent of agents) {
    it(`of ${agent.id} does not take another session's header for its own`, () => {
      const own = fixtures.find((one) => one.agent === agent && !one.name.startsWith("hostile"));
      const writer = agent.writer({ seed: "s", cliVersion: null });
      for (const record of readRecords(own?.path ?? "")) {
        if (record !== undefined) writer.commit(record);
      }
      writer.begin?.({ ...emptyHeader("other"), id: "another-session", cwd: "/elsewhere" });
      const place = { id: "u", parentId: null, time: null } as const;
      const parts = [{ kind: "text", text: "go on" } as const];
      const records = writer.predict({ kind: "message", ...place, role: "user", parts });
      assert.doesNotMatch(JSON.stringify(records), /another-session|elsewhere/);
    });
  }
});
