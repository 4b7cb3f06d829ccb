/**
 * Extensions that grew out of Cline's keep a task in a folder, in the same form: what differs between
 * them is named here. Facts and sources: README.md in the folders of the agents.
 */
export interface TaskDialect {
  /** The agent's id. */
  id: string;
  /** As in "this is no task of Roo Code's". */
  whose: string;
  /** The key of the lines that stand for messages, and of the one that stands for the task; see records.ts. */
  keys: { message: string; task: string };
  /** The extension's ids at the marketplaces. */
  extensions: readonly string[];
  /** The editor's setting that moves the tasks elsewhere. */
  setting?: string;
  /** Another folder that has `tasks` in it: below the home folder. */
  home?: readonly string[];
  /**
   * The list that a new task must be in: `history_item.json` in its own folder; `state/taskHistory.json`
   * beside `tasks`; or the editor's own state, which the editor holds in memory.
   */
  list: "folders" | "file" | "editor";
  /** The key that an entry of the list has the task's folder under. */
  folderKey: "workspace" | "cwdOnTaskInitialization";
  /** What an entry says of the mode of a new task. */
  mode?: string;
  /** What its tags around a user's words are called, and those around the first ones. */
  tag: string;
  firstTag: string;
  /** The block that reasoning without a seal stands in. */
  reasoning: "reasoning" | "thinking";
}

/** Of all of these extensions. */
export const EXTENSIONS =
  /^(?:saoudrizwan\.claude-dev|rooveterinaryinc\.roo-cline|kilocode\.kilo-code)$/;

export const ROO: TaskDialect = {
  id: "roo",
  whose: "Roo Code",
  keys: { message: "roo", task: "roo-task" },
  extensions: ["rooveterinaryinc.roo-cline"],
  setting: "roo-cline.customStoragePath",
  list: "folders",
  folderKey: "workspace",
  mode: "code",
  tag: "user_message",
  firstTag: "user_message",
  reasoning: "reasoning",
};

export const CLINE: TaskDialect = {
  id: "cline",
  whose: "Cline",
  keys: { message: "cline", task: "cline-task" },
  extensions: ["saoudrizwan.claude-dev"],
  // CLI 2 has the same there.
  home: [".cline", "data"],
  list: "file",
  folderKey: "cwdOnTaskInitialization",
  tag: "user_message",
  firstTag: "task",
  reasoning: "thinking",
};

export const KILO_CODE: TaskDialect = {
  id: "kilo-code",
  whose: "Kilo Code",
  keys: { message: "kilo-code", task: "kilo-code-task" },
  extensions: ["kilocode.kilo-code"],
  // The CLI before 7 has the same there.
  home: [".kilocode", "cli", "global"],
  setting: "kilo-code.customStoragePath",
  list: "editor",
  folderKey: "workspace",
  mode: "code",
  tag: "user_message",
  firstTag: "task",
  reasoning: "reasoning",
};
