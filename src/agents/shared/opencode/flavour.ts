/** The differences between OpenCode and its fork. */

export interface Flavour {
  id: "opencode" | "kilo";
  name: string;
  aliases: readonly string[];
  command: string;
  /** Its name in npm's registry. */
  package: string;
  /** Its folder below the data, config and state folders. */
  folder: string;
  /** Its database below the data folder. */
  database: string;
  /** The variable that names another database. */
  variable: string;
  /** The agent that it starts with. */
  mode: string;
  /** Name of the file in a repository's git folder that contains the project's id. */
  idFile: string;
  configs: readonly string[];
  /** The version that a session is written as if no CLI reports one. */
  version: string;
  /** Its name for the export document. */
  form: string;
}

export const OPENCODE: Flavour = {
  id: "opencode",
  name: "OpenCode",
  aliases: ["oc"],
  command: "opencode",
  package: "opencode-ai",
  folder: "opencode",
  database: "opencode.db",
  variable: "OPENCODE_DB",
  mode: "build",
  idFile: "opencode",
  configs: ["opencode.json", "opencode.jsonc", "config.json"],
  version: "1.18.34",
  form: "opencode-export",
};

export const KILO: Flavour = {
  id: "kilo",
  name: "Kilo CLI",
  aliases: ["kilo-cli", "kilocode"],
  command: "kilo",
  package: "@kilocode/cli",
  folder: "kilo",
  database: "kilo.db",
  variable: "KILO_DB",
  mode: "code",
  idFile: "kilo",
  configs: ["kilo.json", "kilo.jsonc", "opencode.json", "opencode.jsonc", "config.json"],
  version: "7.7.7",
  form: "kilo-export",
};
