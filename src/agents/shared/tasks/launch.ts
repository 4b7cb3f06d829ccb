/** How an extension's task is opened: by the editor, on the task's folder. */
import { rowPlace } from "../../../io/row-place.ts";
import { string } from "../../../session/json.ts";
import type { Launch } from "../../types.ts";
import type { TaskDialect } from "./dialect.ts";
import { itemAt } from "./items.ts";

/** No flag names a task: the user opens it from the extension's list, which is there at once. */
export function taskLaunch(dialect: TaskDialect): Launch {
  return {
    command: "code",
    versionArgs: ["--version"],
    resumeArgs: ({ path, id, args }) => [...args, folderOf(dialect, path, id)],
    resumesUnprompted: true,
  };
}

function folderOf(dialect: TaskDialect, place: string, id: string): string {
  const { path } = rowPlace(place);
  const item = itemAt(path, id, dialect);
  return string(item?.workspace) || string(item?.cwdOnTaskInitialization) || ".";
}
