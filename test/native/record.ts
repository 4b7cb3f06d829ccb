import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { driverOf, kept, stepsFor } from "./agents/index.ts";
import type { Expected, Role } from "./assert-history.ts";
import { type Agent, type CliOptions, type CliRun, type Lab, runCli, sessionPath } from "./lab.ts";
import type { Step } from "./model-server/server.ts";
import { png } from "./png.ts";
import { segue } from "./segue.ts";

export const UNICODE = "ünïcødé 日本語 🎉";

export interface Recording {
  agent: Agent;
  home: string;
  cwd: string;
  sessionId: string;
  /** The session's file in the agent's store. */
  path: string;
  /** Everything that was said, in order, with its native role: ready for assertHistory. */
  markers: Expected[];
  /** How many images the user sent. */
  images: number;
}

export interface RecordOptions {
  /** Stands in every marker, so that several recordings can be told apart in one history. */
  tag?: string;
  model?: string;
  /** Without an image: some CLIs take one only from an editor, and then the session is an editor's. */
  plain?: true;
}

/**
 * Records a rich session with the real CLI: reasoning, single and parallel tool calls, a command that fails, a file read,
 * written and edited, an image, text beyond ASCII, and a second turn by resuming.
 */
export async function record(
  lab: Lab,
  agent: Agent,
  options: RecordOptions = {},
): Promise<Recording> {
  const mark = marker(options.tag ?? "S");
  const image = join(lab.root, "picture.png");
  // Grok Build sends no image of less than 512 pixels.
  writeFileSync(image, png(32, [200, 30, 90]));
  const noteFile = join(lab.cwd, `${mark("C05")}.txt`);
  writeFileSync(noteFile, `${mark("O05")}\nsecond line\n`);

  const first = await turn(lab, agent, firstTurn(mark, lab.cwd, noteFile), {
    ...withModel(options),
    prompt: `${mark("U01")} Look at the picture, then work in this project: ${UNICODE}`,
    ...(options.plain ? {} : { image }),
  });
  const sessionId = first.sessionId;
  if (sessionId === null) throw new Error(`${agent} told no session id:\n${first.stdout}`);

  await turn(lab, agent, secondTurn(mark), {
    ...withModel(options),
    prompt: `${mark("U09")} Go on, please.`,
    resume: sessionId,
  });
  if (KEEP !== undefined) await keep(lab, agent, sessionId);
  const markers = kept(expectations(mark), agent);
  const lost = lostOutputs(lab, markers, mark);
  return {
    agent,
    home: lab.home,
    cwd: lab.cwd,
    sessionId,
    path: sessionPath(lab, agent, sessionId),
    markers: markers.filter(({ marker: one }) => !lost.includes(one)),
    images: options.plain || driverOf(agent).attachesImages === false ? 0 : 1,
  };
}

const COMMANDS = ["02", "3a", "3b", "04", "10"];

/**
 * Auggie 0.36.0 once gave its model the exit code of a command and an empty output (2026-11-30, on a busy machine):
 * what the CLI that recorded a session never had, no other can be asked for. Of more than one command, that is no
 * accident.
 */
function lostOutputs(lab: Lab, markers: readonly Expected[], mark: Mark): string[] {
  const sent = JSON.stringify(lab.server.requests.map(({ body }) => body));
  const outputs = COMMANDS.map((at) => mark(`O${at}`));
  const lost = markers
    .map(({ marker: one }) => one)
    .filter((one) => outputs.includes(one) && !sent.includes(one));
  if (lost.length > 1)
    throw new Error(`the CLI sent no output of its commands: ${lost.join(", ")}`);
  for (const output of lost) console.log(`the CLI that records lost a command's output: ${output}`);
  return lost;
}

/** A folder for what was recorded, for scripts/newest.ts. */
const KEEP = process.env.SEGUE_LAB_KEEP;

async function keep(lab: Lab, agent: Agent, sessionId: string): Promise<void> {
  const folder = join(KEEP ?? "", agent);
  mkdirSync(folder, { recursive: true });
  const lines = await segue(lab, ["show", sessionPath(lab, agent, sessionId), "--raw"]);
  writeFileSync(join(folder, `${sessionId}.jsonl`), lines);
}

/** Plays the steps to one run of the CLI; a run that fails, is refused, or leaves steps over is an error. */
export async function turn(
  lab: Lab,
  agent: Agent,
  steps: Step[],
  options: CliOptions,
): Promise<CliRun> {
  const refusedBefore = lab.server.refusals.length;
  lab.server.script(stepsFor(steps, agent));
  const done = await runCli(lab, agent, options);
  const refused = lab.server.refusals.slice(refusedBefore);
  if (refused.length > 0) {
    throw new Error(`the model server refused ${agent}: ${JSON.stringify(refused, null, 2)}`);
  }
  if (done.error !== null) throw new Error(`${agent} failed: ${done.error}`);
  if (lab.server.stepsLeft > 0) {
    throw new Error(
      `${agent} left ${lab.server.stepsLeft} steps over:\n${done.stdout.slice(-3000)}`,
    );
  }
  return done;
}

type Mark = (name: string) => string;

/** `MARK-S-U01`: a letter for the kind (User, Assistant, Reasoning, Call, Output, Written) and two digits for the place. */
function marker(tag: string): Mark {
  return (name) => `MARK-${tag}-${name}`;
}

/** A command that has one marker in its text and prints another. */
function prints(mark: Mark, at: string, rest = ""): string {
  const printed = mark(`O${at}`).replace("MARK-", "");
  return `printf 'MARK-%s ${UNICODE}\\n' ${printed}; : ${mark(`C${at}`)}${rest}`;
}

function firstTurn(mark: Mark, cwd: string, noteFile: string): Step[] {
  return [
    {
      thinking: `${mark("R01")} I look around first. ${UNICODE}`,
      text: `${mark("A01")} I look around. ${UNICODE}`,
      tools: [{ kind: "bash", command: prints(mark, "02") }],
    },
    {
      thinking: `${mark("R03")} Two things at once.`,
      text: `${mark("A03")} Two commands at once.`,
      tools: [
        { kind: "bash", command: prints(mark, "3a") },
        { kind: "bash", command: prints(mark, "3b") },
      ],
    },
    {
      text: `${mark("A04")} This one fails.`,
      tools: [{ kind: "bash", command: prints(mark, "04", "; sh -c 'exit 3'") }],
    },
    { tools: [{ kind: "read", path: noteFile }] },
    {
      thinking: `${mark("R06")} Now a new file.`,
      redacted: `${mark("X06")} hidden by the vendor`,
      tools: [
        {
          kind: "write",
          path: join(cwd, `${mark("C06")}.txt`),
          content: `${mark("W06")} ${UNICODE}\n`,
        },
      ],
    },
    {
      text: `${mark("A07")} I edit a line.`,
      tools: [{ kind: "edit", path: noteFile, old: mark("O05"), new: mark("E07") }],
    },
    { thinking: `${mark("R08")} All is done.`, text: `${mark("A08")} Done with the first turn.` },
  ];
}

function secondTurn(mark: Mark): Step[] {
  return [
    {
      thinking: `${mark("R10")} The second turn.`,
      text: `${mark("A10")} One more command.`,
      tools: [{ kind: "bash", command: prints(mark, "10") }],
    },
    { text: `${mark("A11")} The second turn is done too.` },
  ];
}

function expectations(mark: Mark): Expected[] {
  const one = (role: Role, name: string, more: Partial<Expected> = {}): Expected => ({
    role,
    marker: mark(name),
    ...more,
  });
  return [
    one("user", "U01", { text: UNICODE }),
    one("reasoning", "R01", { text: UNICODE }),
    one("assistant", "A01", { text: UNICODE }),
    one("tool-call", "C02"),
    one("tool-result", "O02", { text: UNICODE }),
    one("reasoning", "R03"),
    one("assistant", "A03"),
    one("tool-call", "C3a", { group: "parallel" }),
    one("tool-call", "C3b", { group: "parallel" }),
    one("tool-result", "O3a", { group: "parallel" }),
    one("tool-result", "O3b", { group: "parallel" }),
    one("assistant", "A04"),
    one("tool-call", "C04"),
    one("tool-result", "O04"),
    one("tool-call", "C05"),
    one("tool-result", "O05"),
    one("reasoning", "R06"),
    one("tool-call", "C06"),
    one("tool-call", "W06", { text: UNICODE }),
    one("assistant", "A07"),
    one("tool-call", "E07"),
    one("reasoning", "R08"),
    one("assistant", "A08"),
    one("user", "U09"),
    one("reasoning", "R10"),
    one("assistant", "A10"),
    one("tool-call", "C10"),
    one("tool-result", "O10"),
    one("assistant", "A11"),
  ];
}

function withModel(options: RecordOptions): { model?: string } {
  return options.model === undefined ? {} : { model: options.model };
}
