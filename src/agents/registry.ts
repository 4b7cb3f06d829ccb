/** All agents, in the order of lists. To add one, add a folder and a line here. */

import { SegueError } from "../errors.ts";
import { didYouMean, distance } from "../suggest.ts";
import { aider } from "./aider/index.ts";
import { amp } from "./amp/index.ts";
import { antigravity } from "./antigravity/index.ts";
import { auggie } from "./auggie/index.ts";
import { chatgpt } from "./chatgpt/index.ts";
import { neverWritten } from "./claim.ts";
import { claudeCode } from "./claude-code/index.ts";
import { claudeDesktop } from "./claude-desktop/index.ts";
import { claudeWeb } from "./claude-web/index.ts";
import { cline } from "./cline/index.ts";
import { codex } from "./codex/index.ts";
import { continueCli } from "./continue/index.ts";
import { copilot } from "./copilot/index.ts";
import { crush } from "./crush/index.ts";
import { cursor } from "./cursor/index.ts";
import { deepagents } from "./deepagents/index.ts";
import { devin } from "./devin/index.ts";
import { droid } from "./droid/index.ts";
import { gemini } from "./gemini/index.ts";
import { goose } from "./goose/index.ts";
import { gptme } from "./gptme/index.ts";
import { grok } from "./grok/index.ts";
import { hermes } from "./hermes/index.ts";
import { kilo } from "./kilo/index.ts";
import { kiloCode } from "./kilo-code/index.ts";
import { kimi } from "./kimi/index.ts";
import { kimiCli } from "./kimi-cli/index.ts";
import { kiro } from "./kiro/index.ts";
import { mastracode } from "./mastracode/index.ts";
import { muse } from "./muse/index.ts";
import { nanocoder } from "./nanocoder/index.ts";
import { omp } from "./omp/index.ts";
import { openclaw } from "./openclaw/index.ts";
import { opencode } from "./opencode/index.ts";
import { openhands } from "./openhands/index.ts";
import { pi } from "./pi/index.ts";
import { withProfile } from "./profile.ts";
import { qoder } from "./qoder/index.ts";
import { qwen } from "./qwen/index.ts";
import { roo } from "./roo/index.ts";
import { trae } from "./trae/index.ts";
import type { Agent, Profile } from "./types.ts";
import { HOW_TO_ASK, unsupportedAgent } from "./unsupported.ts";
import { vibe } from "./vibe/index.ts";
import { warp } from "./warp/index.ts";
import { windsurf } from "./windsurf/index.ts";
import { zed } from "./zed/index.ts";

export const agents: readonly Agent[] = [
  claudeCode,
  codex,
  pi,
  qwen,
  copilot,
  gemini,
  opencode,
  kilo,
  droid,
  cline,
  kimi,
  openclaw,
  continueCli,
  grok,
  goose,
  hermes,
  crush,
  kimiCli,
  vibe,
  openhands,
  auggie,
  aider,
  omp,
  nanocoder,
  gptme,
  deepagents,
  mastracode,
  amp,
  chatgpt,
  claudeWeb,
  claudeDesktop,
  cursor,
  kiro,
  roo,
  kiloCode,
  qoder,
  zed,
  warp,
  devin,
  muse,
  antigravity,
  windsurf,
  trae,
];

/** Those that a session can be written for. */
export const writable: readonly Agent[] = agents.filter((agent) => neverWritten(agent) === null);

/** `profiles`: their names are accepted as well, for their agents with that profile. */
export function findAgent(name: string, profiles: readonly Profile[] = []): Agent | undefined {
  const wanted = name.toLowerCase();
  const agent = agents.find(({ id, aliases }) => id === wanted || aliases.includes(wanted));
  if (agent) return agent;
  const profile = profiles.find((one) => one.name === wanted);
  const own = profile && agents.find(({ id }) => id === profile.agent);
  return own && withProfile(own, profile);
}

/** @throws SegueError with the nearest names. */
export function agentNamed(name: string, profiles: readonly Profile[] = []): Agent {
  const agent = findAgent(name, profiles);
  if (agent) return agent;
  throw noAgent(name, profiles);
}

/** The error for an unknown name, or for an agent that Segue does not support. */
export function noAgent(name: string, profiles: readonly Profile[] = []): SegueError {
  const unsupported = unsupportedAgent(name);
  if (unsupported !== undefined) {
    return new SegueError("not-found", `Segue does not support ${unsupported} yet`, {
      hint: `\`segue agents\` lists the agents that it supports; how to ask for another: ${HOW_TO_ASK}`,
    });
  }
  const meant = didYouMean(name, agentNames(profiles));
  const [what, all] =
    profiles.length === 0 ? ["agent", "agents"] : ["agent or profile", "agents and profiles"];
  const hint = `\`segue agents\` lists all ${all}`;
  return new SegueError("not-found", `there is no ${what} "${name}"`, {
    hint: meant === null ? hint : `${meant} ${hint}`,
  });
}

/** Every agent, each followed by its profiles. */
export function accounts(profiles: readonly Profile[] = []): Agent[] {
  return agents.flatMap((agent) => [
    agent,
    ...profiles.filter((one) => one.agent === agent.id).map((one) => withProfile(agent, one)),
  ]);
}

/** All names and aliases of agents, and the names of profiles. */
export function agentNames(profiles: readonly Profile[] = []): string[] {
  return [
    ...agents.flatMap(({ id, aliases }) => [id, ...aliases]),
    ...profiles.map(({ name }) => name),
  ];
}

/** The three names with the most similar spelling. */
export function nearest(name: string, names: readonly string[]): string[] {
  return names
    .map((id) => ({ id, distance: distance(id, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ id }) => id);
}
