/** The limits of plans, as the vendors answer them: with the second at which they end. */
import type { Lab } from "./lab.ts";
import type { ScriptedError } from "./model-server/server.ts";

/** Claude Code has the windows of a plan only with a plan's login, as with `claude setup-token`. */
export function logInToPlan({ env }: Lab): void {
  delete env.ANTHROPIC_API_KEY;
  env.CLAUDE_CODE_OAUTH_TOKEN = "sk-ant-oat01-lab-0123456789abcdefghijklmnopqrstuvwxyz";
}

/** `ends`: in seconds since the epoch. */
export function claudeLimit(ends: number): ScriptedError {
  const plan = "anthropic-ratelimit-unified";
  return {
    status: 429,
    headers: {
      [`${plan}-status`]: "rejected",
      [`${plan}-reset`]: String(ends),
      [`${plan}-representative-claim`]: "five_hour",
    },
    body: {
      type: "error",
      error: {
        type: "rate_limit_error",
        message: "This request would exceed your account's rate limit. Please try again later.",
      },
    },
  };
}

export function codexLimit(ends: number): ScriptedError {
  return {
    status: 429,
    headers: {
      "x-codex-primary-used-percent": "100",
      "x-codex-primary-window-minutes": "300",
      "x-codex-primary-reset-at": String(ends),
    },
    body: { error: { type: "usage_limit_reached", plan_type: "plus", resets_at: ends } },
  };
}

/** A limit that begins with the first request, and lasts for some seconds. */
export class ShortLimit {
  readonly #seconds: number;
  readonly #error: (ends: number) => ScriptedError;
  #ends: number | null = null;

  constructor(seconds: number, error: (ends: number) => ScriptedError) {
    this.#seconds = seconds;
    this.#error = error;
  }

  /** null: it is over. */
  answer(): ScriptedError | null {
    const now = Date.now() / 1000;
    this.#ends ??= Math.ceil(now) + this.#seconds;
    return now < this.#ends ? this.#error(this.#ends) : null;
  }
}
