/** The files below Mastra Code's own folder. */
import { join } from "node:path";

/** A root is that folder, or a database that MASTRA_DB_PATH names. */
export function databaseIn(root: string): string {
  return root.endsWith(".db") ? root : join(root, "mastra.db");
}
