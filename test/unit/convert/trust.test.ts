/** Law 2 holds whatever a predictor does: what it gets wrong is kept as it is. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import type { Agent } from "../../../src/agents/types.ts";
import { convert } from "../../../src/convert/convert.ts";
import { surveyFile } from "../../../src/convert/survey/survey-file.ts";
import { Input } from "../../../src/io/input.ts";
import { Output } from "../../../src/io/output.ts";
import { openCarry } from "../../../src/lossless/carry.ts";
import type { Writer, WriterOptions } from "../../../src/session/codec.ts";
import { plain } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();

/** The agent with another writer: what `change` gives is used in place of the writer's own. */
function spoilt(agent: Agent, change: (writer: Writer, n: number) => Partial<Writer>): Agent {
  let made = 0;
  return {
    ...agent,
    writer: (options: WriterOptions): Writer => {
      const own = agent.writer(options);
      const changed = change(own, made++);
      return new Proxy(own, {
        get: (writer, name) => {
          const value: unknown = Reflect.get(changed, name) ?? Reflect.get(writer, name);
          return typeof value === "function" ? value.bind(writer) : value;
        },
      });
    },
  };
}

/** A copy of the session with lines after it that no agent knows, unless they come to nothing. */
function filled(path: string, bytes: number): string {
  if (bytes === 0) return path;
  const copy = join(mkdtempSync(join(root, "filled-")), "session.jsonl");
  const line = (n: number): string => JSON.stringify({ filling: n, text: "x".repeat(1000) });
  const lines = Array.from({ length: Math.ceil(bytes / 1000) }, (_, n) => line(n));
  writeFileSync(copy, `${readFileSync(path, "utf8").trimEnd()}\n${lines.join("\n")}\n`);
  return copy;
}

const BROKEN: { [what: string]: (agent: Agent) => Agent } = {
  "predicts something else each time": (agent) => {
    let n = 0;
    return spoilt(agent, (writer) => ({
      predict: (entry) => writer.predict(entry).map((record) => [record, n++]),
    }));
  },
  "predicts more or less, as often as it was asked": (agent) => {
    let n = 0;
    return spoilt(agent, (writer) => ({
      predict: (entry) => writer.predict(entry).slice(n++ % 3),
    }));
  },
  "calls records of a kind by another name each time": (agent) => {
    let n = 0;
    return spoilt(agent, (writer) => ({ kind: (record) => `${writer.kind(record)}${n++ % 7}` }));
  },
  "fails on the way back only": (agent) =>
    spoilt(agent, (writer, n) => ({
      predict: (entry) => {
        if (n % 2 === 1) throw new TypeError("no prediction");
        return writer.predict(entry);
      },
    })),
  "fails now and then": (agent) => {
    let n = 0;
    const fail = (): void => {
      if (n++ % 5 === 4) throw new TypeError("broken");
    };
    return spoilt(agent, (writer) => ({
      predict: (entry) => {
        fail();
        return writer.predict(entry);
      },
      commit: (record) => {
        fail();
        writer.commit(record);
      },
    }));
  },
};

for (const id of ["claude-code", "copilot", "gemini"]) {
  const sound = agentNamed(id);
  describe(`a writer of ${id} that is broken`, () => {
    for (const [what, broken] of Object.entries(BROKEN)) {
      // Of more than 1 MB, each line is proven when it is coded, and both files are not read again.
      for (const filling of [0, 1.1e6]) {
        it(filling === 0 ? what : `${what}, in a session of 1 MB`, () => {
          const folder = mkdtempSync(join(root, "trust-"));
          const there = join(folder, "there");
          const agent = broken(sound);
          const original = filled(plain(sound).path, filling);
          const source = { agent, input: new Input(original) };
          const target = { agent: agentNamed("codex"), out: new Output(there) };
          const carryOut = new Output(`${there}.segue`);
          const survey = surveyFile(agent, source.input);
          const done = convert({ source, target, carryOut, carry: null, survey });
          assert.equal(done.verified, true);
          target.out.commit();
          carryOut.commit();

          const back = new Output(join(folder, "back"));
          const input = new Input(there);
          const home = convert({
            source: { agent: target.agent, input },
            target: { agent, out: back },
            carryOut: null,
            carry: openCarry(new Input(`${there}.segue`)),
            survey: surveyFile(target.agent, input, { fullHistory: true }),
          });
          assert.equal(home.how, "restored");
          assert.equal(home.verified, true);
          back.commit();
          assert.ok(readFileSync(back.path).equals(readFileSync(original)));
        });
      }

      it(`${what}, as the target`, () => {
        const folder = mkdtempSync(join(root, "trust-"));
        const agent = agentNamed("codex");
        const input = new Input(plain(agent).path);
        const first = new Output(join(folder, "there"));
        const carry = new Output(join(folder, "there.segue"));
        const survey = surveyFile(agent, input);
        convert({
          source: { agent, input },
          target: { agent: sound, out: first },
          carryOut: carry,
          carry: null,
          survey,
        });
        first.commit();
        carry.commit();
        // Home again, with a carry that leads back to the broken one.
        const from = broken(sound);
        const there = new Input(first.path);
        const home = convert({
          source: { agent: from, input: there },
          target: { agent, out: new Output(join(folder, "home")) },
          carryOut: new Output(join(folder, "home.segue")),
          carry: openCarry(new Input(carry.path)),
          survey: surveyFile(from, there, { fullHistory: true }),
        });
        assert.equal(home.verified, true);
      });
    }
  });
}
