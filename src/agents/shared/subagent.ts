/**
 * Claude Code and Qwen Code mark a subagent's lines (`isSidechain`, `agentId`), whether they are in
 * the session's file or in a separate one. In a separate file, the subagent's conversation is the
 * main one.
 */
import { member, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";

export class Subagent {
  #id: string | null | undefined;

  /** The subagent that the file belongs to; null in a session's own file. */
  get id(): string | null {
    return this.#id ?? null;
  }

  /** For a new file: the subagent it belongs to, by the session's id; null for a session's own. */
  begin({ id, parent }: Pick<Header, "id" | "parent">): void {
    const own = subagentOf({ id, parent });
    if (this.#id === undefined && own !== null) this.#id = own;
  }

  /**
   * Is a line of the tree outside the conversation of this file? Must be called for each line, in
   * order: the first one shows whose file it is, as no session begins with a subagent.
   */
  isAside(record: Json): boolean {
    const isSide = member(record, "isSidechain") === true;
    const agent = string(member(record, "agentId")) || null;
    if (this.#id === undefined) this.#id = isSide ? agent : null;
    return isSide && (this.#id === null || agent !== this.#id);
  }
}

/**
 * The subagent that a session's header belongs to; null for none. The file's name is the session's
 * id.
 */
export function subagentOf({ id, parent }: Pick<Header, "id" | "parent">): string | null {
  return parent !== null && id.startsWith("agent-") ? id.slice("agent-".length) : null;
}
