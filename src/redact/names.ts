/** Names whose values are secrets. */

export const PASSWORDS = `passw(?:or)?d|passphrase|(?<![a-z])(?:pass|pwd)`;
export const TOKENS = `private[-_]?key[-_]?id|secret[-_]?key[-_]?base|secret|token|credentials?|(?:api|access|secret|private|encryption|signing|auth|master|account|storage|service|session|app|client|admin|deploy|licen[cs]e|pre[-_]?shared)[-_ ]?key|(?<![a-z0-9])_auth|(?<=[?&])sig(?:nature)?|x-(?:amz|goog)-signature`;

/** Terms of lists and of models. */
export const PAGING = /(?:page|next|continuation|cancellation|sync|stop|pad|bos|eos)[-_]?$/i;

const NAME = new RegExp(`(?:${PASSWORDS}|${TOKENS})$`, "i");

/** The part of a name that marks its value as a secret: "token" in "accessToken". */
export function secretName(name: string): string | undefined {
  const [said] = NAME.exec(name.slice(-64)) ?? [];
  return said === undefined || PAGING.test(name.slice(0, -said.length)) ? undefined : said;
}

/** The kind in the placeholder for a token or key. */
export function kindOf(name: string): string {
  if (/key/i.test(name)) return "api-key";
  return /token/i.test(name) ? "token" : "secret";
}

const PASSWORD_NAME =
  /(?:passw(?:or)?d|passphrase|passcode|(?<![a-z])(?:pass|pwd)|_secret|^secret)$/i;
/** For folders. */
const NO_PASSWORD = /^(?:old_?|l|i)?pwd$/i;

/** `DB_PASSWORD`, `smtp.pass`, `CLIENT_SECRET`: names whose values people may have chosen. */
export function isPasswordName(name: string): boolean {
  const plain = name.replace(/([a-z])([A-Z])/g, "$1_$2");
  return PASSWORD_NAME.test(plain) && !NO_PASSWORD.test(name);
}

/** Keys of caches and of rows are not secrets. */
const NO_KEY =
  /(?:cache|public|primary|foreign|partition|sort|object|s3|lookup|row|hash|index|issue|host)[-_]?key$/i;

/** Names of variables or parameters whose values may be tokens or keys. */
export function isOfSecret(name: string): boolean {
  return secretName(name) !== undefined || (/[-_]key$|salt$/i.test(name) && !NO_KEY.test(name));
}

/** `secret=token=…`: the inner one is closer. */
export function isAssignment(value: string): boolean {
  const [, name] = /^([\w.-]{2,64})[=:]/.exec(value) ?? [];
  return name !== undefined && secretName(name) !== undefined;
}
