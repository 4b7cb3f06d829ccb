/** The files below Mastra Code's own folder. */
import { dirname, join } from "node:path";

/** A root is that folder, or a database that MASTRA_DB_PATH names. */
export function databaseIn(root: string): string {
  return root.endsWith(".db") ? root : join(root, "mastra.db");
}

/** Each process notes the thread that it has open in a file with its process id. */
export function lockOf(root: string, id: string): string {
  const folder = root.endsWith(".db") ? dirname(root) : root;
  return join(folder, "locks", `${id.replace(/[^a-zA-Z0-9_-]/g, "_")}.lock`);
}
