/** Finds the kept session that the user means. */
import { resolve } from "node:path";
import { findAgent } from "../agents/registry.ts";
import { SegueError } from "../errors.ts";
import type { Archive, Stored } from "./archive.ts";
import type { Kept } from "./manifest.ts";

/** One session, with what each machine keeps of it; this machine's first, each newest first. */
export interface Selected {
  kept: Kept;
  /** Every manifest of it. */
  stored: Stored[];
}

const MOST_LISTED = 8;

/**
 * A full id, a unique prefix of at least four characters, `agent:id`, `agent#n`, `latest`, or the
 * path where the session was.
 * @throws SegueError if nothing or more than one session matches.
 */
export function selectKept(archive: Archive, selector: string): Selected {
  const all = sessionsIn(archive);
  const [, name = "", n, id] = /^([a-z][a-z0-9-]*)(?:#(\d+)|:(.+))$/i.exec(selector) ?? [];
  const agent = findAgent(name)?.id;
  const own = agent === undefined ? [] : all.filter(({ kept }) => kept.agent === agent);
  if (agent !== undefined && n !== undefined)
    return only(selector, own.slice(Number(n) - 1, Number(n)));
  if (agent !== undefined && id !== undefined) return only(selector, matching(own, id));
  if (selector === "latest") return only(selector, all.slice(0, 1));
  const here = all.filter(({ stored }) => stored.some((one) => isAt(one, selector)));
  return only(selector, here.length > 0 ? here : matching(all, selector));
}

/** Every session in the archive, the newest first. */
function sessionsIn(archive: Archive): Selected[] {
  const groups = new Map<string, Selected>();
  const isOurs = ({ machine }: Stored): boolean => machine === archive.machine;
  const all = archive.all();
  for (const stored of [...all.filter(isOurs), ...all.filter((one) => !isOurs(one))]) {
    const { kept } = stored;
    if (!kept) continue;
    const key = `${kept.agent}:${kept.id}`;
    const group = groups.get(key);
    if (group) group.stored.push(stored);
    else groups.set(key, { kept, stored: [stored] });
  }
  return [...groups.values()].sort((a, b) => b.kept.mtime - a.kept.mtime);
}

function isAt({ kept }: Stored, selector: string): boolean {
  return kept !== null && (kept.place === selector || kept.place === resolve(selector));
}

function matching(all: readonly Selected[], id: string): Selected[] {
  const exact = all.filter(({ kept }) => kept.id === id);
  if (exact.length > 0 || id.length < 4) return exact;
  return all.filter(({ kept }) => kept.id.startsWith(id));
}

function only(selector: string, found: readonly Selected[]): Selected {
  const [one] = found;
  if (!one) {
    throw new SegueError("not-found", `no session "${selector}" is kept`, {
      hint: "`segue keep` keeps every session of every agent",
    });
  }
  if (found.length === 1) return one;
  const candidates = found.slice(0, MOST_LISTED).map(({ kept }) => {
    return [kept.agent, kept.id, kept.cwd ?? "", kept.title ?? ""];
  });
  if (found.length > MOST_LISTED) candidates.push([`… and ${found.length - MOST_LISTED} more`]);
  throw new SegueError("ambiguous", `"${selector}" matches ${found.length} kept sessions`, {
    hint: "specify more of the id, or agent:id",
    candidates,
  });
}
