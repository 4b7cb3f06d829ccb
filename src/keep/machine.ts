/** The name of this machine in archives. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { textOrNone } from "../io/door.ts";
import { Output } from "../io/output.ts";
import { type Env, stateFolder } from "../io/state.ts";

const NAME = /^[a-z0-9-]{1,40}-[0-9a-f]{12}$/;

/**
 * Its host name and random digits, chosen once: two machines may have the same host name, and one
 * may change it.
 */
export function machineName(env: Env): string {
  const path = join(stateFolder(env), "machine");
  const known = textOrNone(path).trim();
  if (NAME.test(known)) return known;
  const host = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const readable = host.replace(/^-+/, "").slice(0, 40) || "machine";
  const name = `${readable}-${randomBytes(6).toString("hex")}`;
  const out = new Output(path);
  out.line(name);
  // A damaged one is replaced; if another process is faster, its name counts.
  const isDamaged = existsSync(path);
  try {
    out.commit({ replace: isDamaged });
  } catch (error) {
    const theirs = textOrNone(path).trim();
    if (NAME.test(theirs)) return theirs;
    throw error;
  }
  return name;
}
