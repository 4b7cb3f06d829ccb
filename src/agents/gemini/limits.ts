/** How a usage limit shows in Gemini CLI's records. */

const LIMIT =
  /exhausted your (daily )?quota|quota exceeded|usage limit reached|RESOURCE_EXHAUSTED|rate limit/i;

/**
 * The text of a limit, from a message of type "error": on the screen the CLI notes what the API
 * said, "[API Error: You have exhausted your daily quota on this model.]…". Without a screen it
 * writes nothing about it into the session.
 */
export function limitText(content: string): string | undefined {
  return LIMIT.test(content) ? content : undefined;
}
