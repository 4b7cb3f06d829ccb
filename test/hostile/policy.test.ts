/** Policies of `segue watch`, as people and others write them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parsePolicy } from "../../src/core/policy.ts";
import { SegueError } from "../../src/errors.ts";
import type { Notice } from "../../src/limits/notices.ts";
import { actionsFor, DEFAULT_POLICY } from "../../src/limits/policy.ts";

const parse = (text: string) => parsePolicy(text, "/home/dev/limits.yml", { HOME: "/home/dev" });

const notice = (event: "limited" | "clear"): Notice => {
  const account = { agent: "claude-code", profile: null };
  const signal: Notice["signal"] = {
    ...{ ...account, kind: "quota", scope: "weekly", usedPercent: null, resetsAt: null },
    ...{ retryable: true, source: "record", at: 0, session: "s", text: "" },
  };
  return event === "clear"
    ? { ...account, signal, event, by: "answer" }
    : { ...account, signal, event };
};

describe("a policy", () => {
  it("says what to do, by the first rule that matches", () => {
    const policy = parse(`
default: none
rules:
  - agent: [claude, codex]   # short names, too
    kind: quota
    scope: [weekly, monthly]
    when: limited
    prepare: [codex, pi]
    run: [./bell.sh, --for, 3]
  - agent: claude
    shell: echo $SEGUE_EVENT | tee log
    notify: desktop
  - kind: rate
    notify: true
`);
    const first = actionsFor(policy, notice("limited"));
    assert.deepEqual(first.prepare, ["codex", "pi"]);
    assert.deepEqual(first.run, { words: ["/home/dev/bell.sh", "--for", "3"] });
    assert.equal(first.notify, "all");
    const second = actionsFor(policy, notice("clear"));
    assert.deepEqual(second.run, { shell: "echo $SEGUE_EVENT | tee log" });
    assert.equal(second.notify, "desktop");
    const other = { ...notice("limited"), agent: "pi" };
    assert.equal(actionsFor(policy, other).notify, "none");
    assert.deepEqual(actionsFor(policy, other).prepare, []);
  });

  it("that is empty tells of every limit", () => {
    for (const text of ["", "# nothing\n", "rules: []", "default: notify"]) {
      assert.deepEqual(parse(text), DEFAULT_POLICY, text);
    }
  });

  const wrong: [text: string, message: RegExp, hint?: RegExp][] = [
    ["rule: []", /there is no key "rule" \(.*:1\)|no key "rule"/, /did you mean rules/],
    ["rules:\n  - agnet: claude\n    notify: true", /no key "agnet"/, /did you mean agent/],
    ["rules:\n  - agent: cluade\n    notify: true", /no agent "cluade"/, /claude/],
    ["rules:\n  - kind: quotas\n    notify: true", /kind must be .*not "quotas"/, /quota/],
    ["rules:\n  - scope: week\n    notify: true", /scope must be/],
    ["rules:\n  - when: always\n    notify: true", /when must be/],
    ["rules:\n  - agent: claude", /needs one of notify, prepare, run, shell/],
    ["rules:\n  - run: []", /run is an empty list/],
    ["rules:\n  - run: [a]\n    shell: b", /either run or shell/],
    ["rules:\n  - run: ./on-limit.sh --quiet", /no program/, /\[\.\/on-limit\.sh, --quiet\]/],
    ["rules:\n  - run: {a: b}", /run must be a text/],
    ["rules:\n  - run: [a, [b]]", /run must be a text/],
    ['rules:\n  - run: ["a\\0b"]', /run must be a text/],
    ["rules:\n  - prepare: nowhere", /no agent "nowhere"/],
    ["rules:\n  - notify: loud", /notify must be/],
    ["rules: {}", /rules must be a list/],
    ["rules:\n  - null", /must hold keys/],
    ["- a", /must hold keys/],
    ["a: [", /not valid YAML/],
    ["rules: &a [*a]", /must hold keys|not valid|must be/],
    ["default: loud", /default must be/],
    ["default:\n  kind: rate", /no key "kind"/],
    ["rules: []\nrules: []", /not valid YAML/],
  ];
  for (const [text, message, hint] of wrong) {
    it(`is refused with what is wrong: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parse(text),
        (error) => {
          assert.ok(error instanceof SegueError, String(error));
          assert.equal(error.kind, "usage");
          assert.match(error.message, message);
          assert.match(error.where ?? "", /^\/home\/dev\/limits\.yml(:\d+)?$/);
          if (hint) assert.match(error.hint ?? "", hint);
          return true;
        },
      );
    });
  }

  it("never fails in another way", () => {
    const word = fc.constantFrom(
      "rules",
      "agent",
      "run",
      "claude",
      "- ",
      ": ",
      "\n",
      "  ",
      "[",
      "]",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(text, (given) => {
        try {
          parse(given);
        } catch (error) {
          assert.ok(error instanceof SegueError, String(error));
        }
      }),
    );
  });
});
