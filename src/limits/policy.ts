/** What to do about a limit, as the user wants it. */
import type { Notice } from "./notices.ts";
import type { Signal } from "./types.ts";

/** The events that a rule can be about. */
export const EVENTS = ["limited", "clear", "warning"] as const;

export const LIMIT_KINDS = [
  "quota",
  "rate",
  "overload",
  "context",
  "auth",
] as const satisfies readonly Signal["kind"][];

export const LIMIT_SCOPES = [
  "session",
  "daily",
  "weekly",
  "monthly",
  "model",
  "credits",
  "unknown",
] as const satisfies readonly Signal["scope"][];

/** Where a notice is shown. */
export const NOTIFY_PLACES = ["all", "terminal", "desktop", "none"] as const;

/** A program with its arguments; or a line for the system's shell, if the user asked for one. */
export type Command = { words: readonly string[] } | { shell: string };

/** The first rule that matches counts; null: any. */
export interface Rule {
  /** Ids of agents, and names of profiles. */
  agents: readonly string[] | null;
  kinds: readonly Signal["kind"][] | null;
  scopes: readonly Signal["scope"][] | null;
  events: readonly Notice["event"][] | null;
  actions: Actions;
}

export interface Actions {
  notify: (typeof NOTIFY_PLACES)[number];
  /** Agents and profiles for which the session is converted ahead. */
  prepare: readonly string[];
  run: Command | null;
}

export interface Policy {
  rules: readonly Rule[];
  /** For what no rule matches. */
  otherwise: Actions;
}

/** Without a policy, the user is told of every limit of an account. */
export const DEFAULT_POLICY: Policy = {
  rules: [],
  otherwise: { notify: "all", prepare: [], run: null },
};

export function actionsFor({ rules, otherwise }: Policy, notice: Notice): Actions {
  const { agent, profile, event } = notice;
  const { kind, scope } = notice.signal;
  const isOf = ({ agents }: Rule): boolean =>
    agents === null ||
    agents.some((name) => (profile === null ? name === agent : name === profile));
  const rule = rules.find(
    (one) =>
      isOf(one) &&
      (one.kinds?.includes(kind) ?? true) &&
      (one.scopes?.includes(scope) ?? true) &&
      (one.events?.includes(event) ?? true),
  );
  return rule?.actions ?? otherwise;
}
