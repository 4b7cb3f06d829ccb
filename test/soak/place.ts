import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** For temporary files: in memory, where the system has such a place. */
export function place(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}
