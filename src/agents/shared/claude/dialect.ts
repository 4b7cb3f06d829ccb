/** What sets the agents apart that store sessions in Claude Code's form. */
export interface Dialect {
  id: "claude-code" | "claude-desktop";
  /** Written if the session's version is unknown: the version from which the form was learned. */
  version: string;
  /** For answers of models that the CLI does not know. */
  model: string;
  /** Does the CLI know this model, so that it can continue with it? */
  knowsModel(name: string): boolean;
}
