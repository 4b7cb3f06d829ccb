/** How the CLI is started on a session. */
import { rowPlace } from "../../io/row-place.ts";
import { writing } from "../shared/sqlite.ts";
import type { Launch } from "../types.ts";
import { flags } from "./flags.ts";
import { isoTime, msOf } from "./records.ts";

export const launch: Launch = {
  command: "mastracode",
  install: "npm install -g mastracode",
  // It has no flag for its version, and starts nothing with this one.
  versionArgs: ["--help"],
  // Its screen takes no id: it opens the newest thread of the folder that no process has open. With a
  // prompt it takes one, answers, and ends.
  resumeArgs: ({ args }) => [...args],
  resumesUnprompted: true,
  prepare: ({ id, path }) => makeNewest(rowPlace(path).path, id),
  flags,
  headless: {
    by: ["--prompt"],
    prompts: ["--prompt"],
    formats: ["--output"],
    resumeArgs: ({ id, prompt, args }) => ["--thread", id, ...args, "--prompt", prompt],
  },
};

/** Changes nothing where it is the newest already; a clock that was put back may have made one newer than now. */
function makeNewest(path: string, id: string): void {
  writing(path, (db) => {
    const newer = `SELECT max(o."updatedAt") AS time FROM mastra_threads t JOIN mastra_threads o ON o.id <> t.id
      AND o."resourceId" = t."resourceId" AND o."updatedAt" >= t."updatedAt" WHERE t.id = ?`;
    const time = db.prepare(newer).get(id)?.time;
    if (typeof time !== "string") return;
    const ms = Math.max(Date.now(), (msOf(time) ?? 0) + 1);
    const update = 'UPDATE mastra_threads SET "updatedAt" = ? WHERE id = ?';
    db.prepare(update).run(isoTime(ms) ?? new Date().toISOString(), id);
  });
}
