/** What is known of a session without reading all of it. */

/** One line of `segue list`. Times are ISO 8601. */
export interface Row {
  agent: string;
  id: string;
  /** Its title, else the first thing the user said; cut, as either may be of any length. */
  title: string | null;
  cwd: string | null;
  createdAt: string | null;
  updatedAt: string | null;
  /** Of user and assistant; null when the file was too large to count them so far. */
  messages: number | null;
  /** What the model was last given and gave, where the agent notes it. */
  tokens: number | null;
  model: string | null;
  /** As selectors take it: a path, or `path#id` in a database. */
  path: string;
  branch: string | null;
  parent: string | null;
  limit: Limit | null;
}

/** The usage limit at which a session stopped; null when it went on since. */
export interface Limit {
  at: string | null;
  resetsAt: string | null;
  text: string;
}

/** What reading a session's head and tail adds to what its store tells. */
export type Line = Omit<Row, "agent" | "id" | "path">;
