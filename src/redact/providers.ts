/**
 * The rules of secretlint's recommended preset: keys and tokens of some twenty providers, by form.
 * They are run here, not by `@secretlint/core`, which adds six packages and drops a byte order mark
 * before it counts positions.
 */
import type { SecretLintRuleContext, SecretLintSourceCode } from "@secretlint/types";
import { isStandIn } from "./entropy.ts";
import type { Finding } from "./finding.ts";

/**
 * Not run: those that our own rules cover better (`privatekey`, `basicauth`,
 * `database-connection-string`); `gcp`, which reads files; and `filter-comments`: a session must
 * not be able to exclude its secrets.
 */
const LEFT_OUT = /-rule-(?:privatekey|basicauth|database-connection-string|gcp|filter-comments)$/;

/** For AWS: ids of access keys are included; account ids are not secrets. */
const OPTIONS = { enableIDScanRule: true };
const NO_SECRETS = new Set(["AWSAccountID"]);

export async function providerFindings(text: string): Promise<Finding[]> {
  // Some 230 KB of rules, which no other command needs.
  const { rules } = await import("@secretlint/secretlint-rule-preset-recommend");
  const found: Finding[] = [];
  const source = sourceOf(text);
  for (const { meta, create } of rules) {
    if (LEFT_OUT.test(meta.id)) continue;
    const [, rule = ""] = /-rule-(.+)$/.exec(meta.id) ?? [];
    await create(contextOf(rule, text, found), OPTIONS).file?.(source);
  }
  return found;
}

function contextOf(rule: string, text: string, found: Finding[]): SecretLintRuleContext {
  return {
    sharedOptions: {},
    createTranslator: () => (messageId, data) => ({
      message: "",
      messageId: String(messageId),
      data,
    }),
    ignore: () => undefined,
    report: ({ message, range: [start, end] }) => {
      if (NO_SECRETS.has(message.messageId)) return;
      const value = valueIn(message.data, text.slice(start, end + 256)) ?? text.slice(start, end);
      if (isStandIn(value)) return;
      const at = text.indexOf(value, start);
      const kind = kindOf(rule, message.messageId);
      found.push({ kind, start: at, end: at + value.length, identity: value, exact: true });
    },
  };
}

/** The secret that a rule names: its range may begin at the name before it, and end too early. */
function valueIn(data: unknown, near: string): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const values: unknown[] = Object.values(data);
  return values
    .filter((value) => typeof value === "string")
    .find((value) => value !== "" && near.includes(value));
}

/** `github-token` for GITHUB_TOKEN, `aws-access-key-id` for AWSAccessKeyID. */
function kindOf(rule: string, messageId: string): string {
  const name = messageId
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  const kind = name.startsWith(rule) ? name : `${rule}-${name}`;
  return kind.replace(/[^a-z0-9-]/g, "").slice(0, 40);
}

/**
 * A text that is not from a file. Without a path or an extension, no rule opens or decodes
 * anything.
 */
function sourceOf(content: string): SecretLintSourceCode {
  const position = { line: 1, column: 0 };
  return {
    hasBOM: false,
    content,
    filePath: undefined,
    physicalFilePath: undefined,
    contentType: "text",
    ext: "",
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    // Requested only by comments, which are ignored.
    locationToRange: () => [0, 0],
    rangeToLocation: () => ({ start: position, end: position }),
    positionToIndex: () => 0,
    indexToPosition: () => position,
  };
}
