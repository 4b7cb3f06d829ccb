/** Cookies of sessions and logins, in headers, commands and JSON. */
import { looksLikePassword } from "./entropy.ts";
import { type Finding, finding } from "./finding.ts";
import { isToken } from "./settings.ts";

/** Headers, options of curl, members of JSON. */
const COOKIES =
  /(?<![\w-])(?:(?:set-)?cookie2?["']?[ \t]{0,8}[:,][ \t[]{0,8}["']?|curl(?=[ \t])[^\n\0]{0,300}?[ \t](?:-b|--cookie)(?:=|[ \t]{1,8})["']?)([^\n\r\0"'`]{4,8192})/gi;
const COOKIE = /(?<=^|;[ \t]{0,8})([\w.%-]{1,128})=([^\s;,]{8,4096})/g;
/** Attributes, such as the cookie's lifetime. */
const ATTRIBUTE = /^(?:expires|path|domain|max-age|samesite|priority)$/i;
/** Cookies that count visitors identify nobody. */
const COUNTING = /^(?:_ga|_gid|_gat|_gcl|_fbp|_utm|__utm|ajs_)/i;

/** Names of cookies for sessions and logins. */
export const OF_SESSION = /sess|sid$|auth|token|jwt|[cx]srf|remember|login/i;

export function* cookies(text: string): Generator<Finding> {
  for (const { index, 0: all, 1: line = "" } of text.matchAll(COOKIES)) {
    const from = index + all.length - line.length;
    for (const { index: at, 0: pair, 1: name = "", 2: value = "" } of line.matchAll(COOKIE)) {
      if (ATTRIBUTE.test(name) || COUNTING.test(name) || !isCookie(name, value)) continue;
      yield finding("cookie", from + at + pair.length - value.length, value);
    }
  }
}

function isCookie(name: string, value: string): boolean {
  return isToken(value) || (OF_SESSION.test(name) && looksLikePassword(value, "quoted"));
}
