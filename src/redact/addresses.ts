/** Passwords and keys in addresses, both plain and encoded within other addresses. */
import { isSettingsWord } from "./chosen.ts";
import { isStandIn, looksLikePassword, looksLikeToken } from "./entropy.ts";
import { type Finding, finding, SAID } from "./finding.ts";
import { isPasswordName, PASSWORDS, TOKENS } from "./names.ts";
import type { Setting } from "./settings.ts";

/**
 * Up to the last @ before the host. It ends at the path, and at any character that a URL cannot
 * contain.
 */
const ADDRESS =
  /((?<![A-Za-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s\0:@/?#"'`<>]{0,200}:)([^\s\0/?#"'`<>]{4,500})@(?!sha\d+:)[\w[]/gi;
/**
 * `scheme://user:password@host` with any scheme: only the password is replaced. The rules of
 * secretlint know HTTP, FTP and four databases, and take the whole address, including what follows
 * it.
 */
export function* addresses(text: string): Generator<Finding> {
  for (const { index, 1: before = "", 2: word = "" } of text.matchAll(ADDRESS)) {
    const user = before.slice(before.indexOf("//") + 2, -1);
    const isTemplate = /[{}]|\$[\w(]|^%\w+%$|\*{3}|x{4}|\.{3}|…/i.test(word);
    if (word === user || isTemplate || SAID.test(word) || /^(.)\1+$/.test(word)) continue;
    yield finding("url-password", index + before.length, word);
  }
}
const REACH = 700;

/** An encoded character of an address, except those that end the match. */
function encoded(ends: string): string {
  return String.raw`(?:[\w.~+*!-]|%(?!${ends})[0-9A-Fa-f]{2})`;
}

/** Does not throw: a sequence cut in the middle of a character stays. */
function decoded(value: string): string {
  return value.replace(/%([2-7][0-9A-F])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function isEncoded(value: string, { groups = {} }: RegExpExecArray): boolean {
  const word = decoded(value);
  if (!isPasswordName(groups.name ?? "")) return looksLikeToken(word, "set");
  return isSettingsWord(word) || looksLikePassword(word, "set");
}

export const IN_ADDRESSES: Setting[] = [
  {
    kind: "sentry-dsn",
    words: ["@o", "@sentry", "dsn"],
    reach: REACH,
    form: /(?<=https?:\/\/)([a-f0-9]{32})(?=(?::[a-f0-9]{32})?@[\w.-]{1,253}(?::\d{1,5})?(?:\/[\w-]{1,60}){0,3}\/\d{1,20}(?!\w))/g,
    isSecret: () => true,
  },
  {
    kind: "url-password", // jdbc:oracle:thin:user/password@host
    words: ["jdbc:oracle:"],
    reach: REACH,
    form: /(?<=jdbc:oracle:(?:thin|oci8?|kprb):[\w$#.-]{1,60}\/)([^\s\0"'`@<>{}]{3,128})(?=@)/gi,
    isSecret: (value) => !SAID.test(value) && !isStandIn(value),
  },
  {
    kind: "token", // access_token%3D…
    words: ["%3d", "%3a"],
    reach: 2500,
    form: new RegExp(
      String.raw`(?<name>[\w-]{0,60}(?:${PASSWORDS}|${TOKENS}))(?:%22)?%3[AD](?:%20|\+|%22){0,2}(?<bare>${encoded("2[26C0]|3B|[57]D|0[AD]")}{4,2048})`,
      "gi",
    ),
    isSecret: isEncoded,
  },
  {
    kind: "url-password", // postgres%3A%2F%2Fuser%3Apassword%40host
    words: ["%3a%2f%2f"],
    reach: REACH,
    form: new RegExp(
      String.raw`(?<=%3A%2F%2F[^%\s\0]{0,100}%3A)(?<bare>${encoded("40|2F")}{4,200})(?=%40)`,
      "gi",
    ),
    isSecret: (value) => !SAID.test(value) && !isStandIn(value),
  },
];
