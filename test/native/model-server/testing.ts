import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isObj, type Obj, parseJson } from "./json.ts";
import type { Mint } from "./mint.ts";
import type { Rule } from "./protocol.ts";
import { ModelServer } from "./server.ts";

/** What tests of every protocol need: a server, requests to it, and one case for each rule. */

export interface Answer {
  status: number;
  body: Obj;
  text: string;
  type: string;
}

/** A request that breaks one rule and, as the first, no other. */
export interface RuleCase {
  rule: string;
  /** Further words when one rule has several cases. */
  what?: string;
  body: unknown;
  path?: string;
  headers?: Record<string, string | undefined>;
  status?: number;
  /** The answer's whole JSON, but for ids that the server makes up. */
  answer: Obj;
}

export interface Good {
  what: string;
  body: unknown;
  path?: string;
}

export interface Suite {
  path: string;
  headers?: Record<string, string>;
  rules: Rule[];
  good: (mint: Mint) => Good[];
  cases: (mint: Mint) => RuleCase[];
}

export async function post(
  server: ModelServer,
  path: string,
  body: unknown,
  headers: Record<string, string | undefined> = {},
): Promise<Answer> {
  const sent = new Headers({ "content-type": "application/json" });
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) sent.set(name, value);
  }
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: sent,
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const parsed = parseJson(text);
  return {
    status: response.status,
    body: isObj(parsed) ? parsed : {},
    text,
    type: response.headers.get("content-type") ?? "",
  };
}

/** The events of an answer that streamed: their names, and their data. */
export function eventsOf(answer: Answer): { event: string | null; data: Obj | string }[] {
  assert.match(answer.type, /^text\/event-stream/);
  return answer.text
    .trim()
    .split("\n\n")
    .map((block) => {
      const event = /^event: (.*)$/m.exec(block)?.[1] ?? null;
      const text = /^data: (.*)$/m.exec(block)?.[1] ?? "";
      const data = parseJson(text);
      return { event, data: isObj(data) ? data : text };
    });
}

/** Runs a protocol's rule cases: good requests pass, each violation gets exactly its refusal, and no rule is without a case. */
export function testRules(name: string, suite: Suite): void {
  describe(`${name}: request rules`, () => {
    const server = new ModelServer();
    before(() => server.start());
    after(() => server.close());

    for (const { what, body, path } of suite.good(server.mint)) {
      test(`takes ${what}`, async () => {
        server.clear();
        const answer = await post(server, path ?? suite.path, body, suite.headers);
        assert.deepEqual(server.refusals, []);
        assert.equal(answer.status, 200, answer.text);
      });
    }

    const cases = suite.cases(server.mint);
    for (const one of cases) {
      test(`refuses: ${one.rule}${one.what ? ` (${one.what})` : ""}`, async () => {
        server.clear();
        const headers = { ...suite.headers, ...one.headers };
        const answer = await post(server, one.path ?? suite.path, one.body, headers);
        const { request_id: _, ...body } = answer.body;
        assert.deepEqual(body, one.answer);
        assert.equal(answer.status, one.status ?? 400);
        assert.equal(server.refusals.length, 1);
        assert.equal(server.refusals[0]?.rule, one.rule);
      });
    }

    test("every rule has a case", () => {
      const covered = new Set(cases.map((one) => one.rule));
      const bare = suite.rules.map((rule) => rule.name).filter((rule) => !covered.has(rule));
      assert.deepEqual(bare, []);
    });
  });
}

/** A PNG of one pixel. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
