/** The settings from one place: a file, the environment, or the command line. */
import type { Value } from "./keys.ts";

export type Source = "flag" | "environment" | "project" | "user" | "default";

export interface Assigned {
  value: Value;
  /** File and line, or variable, or option. */
  where: string;
}

export interface Layer {
  source: Source;
  values: ReadonlyMap<string, Assigned>;
}
