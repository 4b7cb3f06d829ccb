/** Whose a record of Pi's form is, where that shows. */
import { isObject, member, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Is it OpenClaw's? Its sessions are of version 4, and its entries' ids are UUIDs since they lie in a
 * database; before that only its own keys and kinds tell them from Pi's.
 */
export function isOpenClaws(record: Json): boolean {
  const type = member(record, "type");
  if (type === "session") return member(record, "version") === 4;
  if (isNavigation(record)) return true;
  if (UUID.test(string(member(record, "id")) ?? "")) return true;
  if (type === "custom") return /^(?:model-snapshot$|openclaw[.:])/.test(name(record));
  const message = member(record, "message");
  return isObject(message) && Object.hasOwn(message, "__openclaw");
}

/** Records that begin anew, or select a branch: Pi has none. */
export function isNavigation(record: Json): boolean {
  const type = member(record, "type");
  const isIt = type === "reset" || type === "leaf";
  return isIt && isObject(record) && Object.hasOwn(record, "parentId");
}

function name(record: Json): string {
  return string(member(record, "customType")) ?? "";
}
