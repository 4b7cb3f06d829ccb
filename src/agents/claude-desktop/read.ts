/** Decodes a session of the app: its own record, then Claude Code's lines. */
import type { Reader, Told } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import type { Entry, Header, Json } from "../../session/types.ts";
import { reader as claudeReader } from "../shared/claude/read.ts";
import { isQoders } from "../shared/claude/signs.ts";
import { recognises as isClaudeLine } from "../shared/claude/write.ts";
import { DESKTOP } from "./dialect.ts";
import { type About, aboutOf, sessionIn } from "./records.ts";

export function reader(): Reader {
  return new DesktopReader();
}

/** Does a record look like one of the app's, or of the Claude Code that it runs? */
export function recognises(record: Json): boolean {
  return sessionIn(record) !== null || (isClaudeLine(record) && !isQoders(record));
}

class DesktopReader implements Reader {
  readonly #claude = claudeReader(DESKTOP);
  #about: About | null = null;

  header(): Header {
    const header = this.#claude.header();
    const about = this.#about;
    if (!about || header.parent !== null) return header;
    return {
      ...header,
      id: about.id,
      title: about.title ?? header.title,
      cwd: about.cwd ?? header.cwd,
      model: about.model ?? header.model,
      createdAt: about.createdAt ?? header.createdAt,
      updatedAt: about.updatedAt ?? header.updatedAt,
    };
  }

  folders(): Partial<Told> {
    return this.#claude.folders?.() ?? {};
  }

  read(record: Json, at: number): Entry[] {
    const session = sessionIn(record);
    if (!session || !isObject(record)) return this.#claude.read(record, at);
    const isFirst = this.#about === null;
    this.#about = aboutOf(session);
    const place = { kind: "event", id: `#${at}`, parentId: null, time: null } as const;
    return isFirst
      ? [{ ...place, event: "start", header: this.header() }]
      : [{ ...place, event: "opaque", type: "session" }];
  }
}
