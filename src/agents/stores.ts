/**
 * The store of every agent, without the rest of it: listing known sessions loads no reader or
 * writer. One line per agent, as in registry.ts; a test compares the two.
 */

import { store as aider } from "./aider/store.ts";
import { store as amp } from "./amp/store.ts";
import { store as antigravity } from "./antigravity/store.ts";
import { store as auggie } from "./auggie/store.ts";
import { store as chatgpt } from "./chatgpt/store.ts";
import { store as claudeCode } from "./claude-code/store.ts";
import { store as claudeDesktop } from "./claude-desktop/store.ts";
import { store as claudeWeb } from "./claude-web/store.ts";
import { store as cline } from "./cline/store.ts";
import { store as codex } from "./codex/store.ts";
import { store as continueCli } from "./continue/store.ts";
import { store as copilot } from "./copilot/store.ts";
import { store as crush } from "./crush/store.ts";
import { store as cursor } from "./cursor/store.ts";
import { store as deepagents } from "./deepagents/store.ts";
import { store as devin } from "./devin/store.ts";
import { store as droid } from "./droid/store.ts";
import { store as gemini } from "./gemini/store.ts";
import { store as goose } from "./goose/store.ts";
import { store as gptme } from "./gptme/store.ts";
import { store as grok } from "./grok/store.ts";
import { store as hermes } from "./hermes/store.ts";
import { store as kimi } from "./kimi/store.ts";
import { store as kimiCli } from "./kimi-cli/store.ts";
import { store as kiro } from "./kiro/store.ts";
import { store as mastracode } from "./mastracode/store.ts";
import { store as muse } from "./muse/store.ts";
import { store as nanocoder } from "./nanocoder/store.ts";
import { store as omp } from "./omp/store.ts";
import { store as openclaw } from "./openclaw/store.ts";
import { store as openhands } from "./openhands/store.ts";
import { store as pi } from "./pi/store.ts";
import { store as qoder } from "./qoder/store.ts";
import { store as qwen } from "./qwen/store.ts";
import { KILO, OPENCODE } from "./shared/opencode/flavour.ts";
import { store as openCode } from "./shared/opencode/store.ts";
import { KILO_CODE, ROO } from "./shared/tasks/dialect.ts";
import { taskStore } from "./shared/tasks/store.ts";
import { store as trae } from "./trae/store.ts";
import type { Store } from "./types.ts";
import { store as vibe } from "./vibe/store.ts";
import { store as warp } from "./warp/store.ts";
import { store as windsurf } from "./windsurf/store.ts";
import { store as zed } from "./zed/store.ts";

export const stores: { readonly [agent: string]: Store } = {
  "claude-code": claudeCode,
  codex,
  pi,
  qwen,
  copilot,
  gemini,
  opencode: openCode(OPENCODE),
  kilo: openCode(KILO),
  droid,
  cline,
  kimi,
  openclaw,
  continue: continueCli,
  grok,
  goose,
  hermes,
  crush,
  "kimi-cli": kimiCli,
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
  "claude-web": claudeWeb,
  "claude-desktop": claudeDesktop,
  cursor,
  kiro,
  roo: taskStore(ROO),
  "kilo-code": taskStore(KILO_CODE),
  qoder,
  zed,
  warp,
  devin,
  muse,
  antigravity,
  windsurf,
  trae,
};
