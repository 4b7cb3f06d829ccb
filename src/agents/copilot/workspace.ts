/**
 * workspace.yaml, beside the events: the session's title and folder. Only flat `key: value` lines,
 * which the CLI writes with quotes where YAML requires them.
 */
import type { Header } from "../../session/types.ts";
import type { Summary } from "../types.ts";

/** null if it does not describe a session. */
export function readWorkspace(text: string): Summary | null {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\w+): (.*)$/.exec(line.trimEnd()) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquote(value));
  }
  if (values.size === 0) return null;
  return {
    title: values.get("name") || null,
    cwd: values.get("cwd") ?? null,
    model: null,
    createdAt: values.get("created_at") ?? null,
    updatedAt: values.get("updated_at") ?? null,
    messages: null,
    parent: null,
  };
}

function unquote(value: string): string {
  if (/^'.*'$/s.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/s.test(value)) return value;
  try {
    const text: unknown = JSON.parse(value);
    return typeof text === "string" ? text : value;
  } catch {
    // An escape that YAML has and JSON does not: better than nothing.
    return value.slice(1, -1);
  }
}

/**
 * Without `id`, the CLI refuses the session; `user_named` keeps it from generating its own name.
 */
export function workspaceText({ id, cwd, gitBranch, title, createdAt, updatedAt }: Header): string {
  const created = createdAt ?? "1970-01-01T00:00:00.000Z";
  const lines: [string, string | null][] = [
    ["id", id],
    ["cwd", cwd],
    ["branch", gitBranch || null],
    ["client_name", "github/cli"],
    ["name", title],
    ["user_named", title === null ? null : "true"],
    ["summary_count", "0"],
    ["fork_count", "0"],
    ["created_at", created],
    ["updated_at", updatedAt ?? created],
  ];
  return lines
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}: ${KEPT.has(key) ? value : quote(value ?? "")}\n`)
    .join("");
}

/** Of a known form, and written unquoted by the CLI. */
const KEPT = new Set(["client_name", "user_named", "summary_count", "fork_count"]);

/** A plain scalar if it can only be a string, else one in single quotes. */
function quote(value: string): string {
  const line = value.replace(/\s+/g, " ").trim();
  const plain =
    /^[\p{L}/][\p{L}\p{N} /._+-]*$/u.test(line) && !/^(true|false|null|yes|no)$/i.test(line);
  return plain || /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(line)
    ? line
    : `'${line.replaceAll("'", "''")}'`;
}
