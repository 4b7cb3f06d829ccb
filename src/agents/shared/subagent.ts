/**
 * Claude Code and Qwen Code mark a subagent's lines (`isSidechain`, `agentId`), whether they lie in the
 * session's file or in one of their own. In the latter the subagent's conversation is the main one.
 */
import { member, string } from "../../session/json.ts";
import type { Header, Json } from "../../session/types.ts";

export class Subagent {
  #id: string | null | undefined;

  /** The subagent whose file it is; null in a session's own. */
  get id(): string | null {
    return this.#id ?? null;
  }

  /** Of a new file: whose it is, by the session's id; none for a session's own. */
  begin({ id, parent }: Pick<Header, "id" | "parent">): void {
    const own = subagentOf({ id, parent });
    if (this.#id === undefined && own !== null) this.#id = own;
  }

  /**
   * Does a line of the tree stand beside the conversation of this file? To be asked of each, in
   * order: the first tells whose file it is, as no session begins with a subagent.
   */
  isAside(record: Json): boolean {
    const isSide = member(record, "isSidechain") === true;
    const agent = string(member(record, "agentId")) || null;
    if (this.#id === undefined) this.#id = isSide ? agent : null;
    return isSide && (this.#id === null || agent !== this.#id);
  }
}

/** The subagent that a session's header is of; null for none. The file's name is the session's id. */
export function subagentOf({ id, parent }: Pick<Header, "id" | "parent">): string | null {
  return parent !== null && id.startsWith("agent-") ? id.slice("agent-".length) : null;
}
