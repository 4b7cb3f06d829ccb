/** What the agents of this form have in common. */
import type { Agent, Launch } from "../../types.ts";
import type { TaskDialect } from "./dialect.ts";
import { frames, knownOf } from "./known.ts";
import { TaskReader } from "./read.ts";
import { unwrap } from "./records.ts";
import { taskStore } from "./store.ts";
import { tools } from "./tools.ts";
import { TaskWriter } from "./write.ts";

const RECORDS = new Set(["task", "message", "reasoning", "unknown"]);

type Own = Pick<Agent, "name" | "aliases" | "claim"> & { launch: Launch };

export function taskAgent(dialect: TaskDialect, own: Own): Agent {
  return {
    id: dialect.id,
    ...own,
    cutsOff: true,
    recognises: (record) => RECORDS.has(unwrap(record, dialect).kind),
    known: knownOf(dialect),
    frames,
    media: {},
    reader: () => new TaskReader(dialect),
    writer: (options) => new TaskWriter(dialect, options),
    tools,
    store: taskStore(dialect),
  };
}
