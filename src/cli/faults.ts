/** Errors in settings that were ignored because of them. */
import type { SegueError } from "../errors.ts";
import { oneLine, warn } from "./terminal.ts";

export function warnFaults(faults: readonly SegueError[]): void {
  for (const { message, where } of faults) {
    const place = where === null ? "" : ` (${where})`;
    warn(`segue: ignoring invalid settings: ${oneLine(message + place)}`);
  }
}
