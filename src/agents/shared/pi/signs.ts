/** Whose a record of Pi's form is, where that shows. */
import { isObject, member, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Is it OpenClaw's? Its sessions are of version 4, and its entries' ids are UUIDs since they are in a
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

/** Kinds of records that only oh-my-pi has. */
const OH_MY_PIS = new Set([
  "title_change",
  "model_usage",
  "service_tier_change",
  "mode_change",
  "credential_pin",
  "ttsr_injection",
  "reset_boundary",
  "session_init",
]);

/** Is it oh-my-pi's? Its first line is the title, and its models are named with their provider. */
export function isOhMyPis(record: Json): boolean {
  const type = string(member(record, "type")) ?? "";
  if (isTitleSlot(record)) return true;
  if (type === "custom") return /^(?:tool_execution_start|session_exit)$/.test(name(record));
  const has = (key: string) => isObject(record) && Object.hasOwn(record, key);
  if (OH_MY_PIS.has(type)) return has("parentId");
  if (type === "model_change") return has("model");
  if (type === "thinking_level_change") return has("configured");
  const message = member(record, "message");
  return isObject(message) && Object.hasOwn(message, "attribution");
}

/** oh-my-pi's first line. */
export function isTitleSlot(record: Json): boolean {
  return member(record, "type") === "title" && member(record, "v") === 1;
}

function name(record: Json): string {
  return string(member(record, "customType")) ?? "";
}
