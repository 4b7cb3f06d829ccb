import type { Header } from "./types.ts";

/** The header of a session before anything was read. */
export function emptyHeader(agent: string): Header {
  return {
    agent,
    id: "",
    title: null,
    cwd: null,
    gitBranch: null,
    gitCommit: null,
    model: null,
    version: null,
    createdAt: null,
    updatedAt: null,
    parent: null,
  };
}
