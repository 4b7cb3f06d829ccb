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
  /** Is a folder that has `history_item.json` in it enough for the extension to list it? */
  listsFolders: boolean;
  /** What its tags around a user's words are called. */
  tag: string;
}

export const ROO: TaskDialect = {
  id: "roo",
  whose: "Roo Code",
  keys: { message: "roo", task: "roo-task" },
  extensions: ["rooveterinaryinc.roo-cline"],
  setting: "roo-cline.customStoragePath",
  listsFolders: true,
  tag: "user_message",
};
