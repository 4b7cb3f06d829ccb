/** Messages in the system's role: most are instructions, some are part of the conversation. */
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { textIn } from "./content.ts";
import { aboutOf, extension, SUMMARY, sourceOf } from "./records.ts";

/** Devin repeats these for each request, or whenever what they tell of has changed. */
export function isScaffold(message: Json, metadata: JsonObject): boolean {
  if (metadata.is_system_prefix === true || SOURCES.has(sourceOf(message))) return true;
  const extensions = member(aboutOf(message), "extensions");
  const names = isObject(extensions) ? Object.keys(extensions) : [];
  if (names.some((name) => CONTEXT.has(name))) return true;
  return /^<(?:system_info|rules|available_skills)\b/.test(textIn(message));
}

const SOURCES = new Set(["sysprompt", "rules"]);

const CONTEXT = new Set([
  "agent-ext/rules-loaded",
  "agent-ext/skills-loaded",
  "affogato/cog-context",
]);

/** What stands for the conversation so far, after a compaction. */
export function isSummary(message: Json, metadata: JsonObject): boolean {
  if (extension(message, SUMMARY) !== undefined) return true;
  return metadata.is_system_prefix !== true && number(metadata.summarized_from) !== undefined;
}

/** The first instruction of a subagent's thread. */
export function isSubagent(message: Json): boolean {
  if (member(message, "role") !== "system") return false;
  const operation = string(member(member(aboutOf(message), "telemetry"), "operation")) ?? "";
  return (
    operation.startsWith("subagent") ||
    /^You are (?:a|the) [^.\n]*\bsubagent\b/i.test(textIn(message))
  );
}
