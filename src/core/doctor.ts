/** Finds what cannot be read and why, and other problems on this machine. */
import { type Examination, examine, type Finding } from "../catalog/doctor.ts";
import type { Settings } from "../config/settings.ts";
import type { SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { agentNamed } from "./names.ts";
import type { Places } from "./places.ts";

export type { Finding } from "../catalog/doctor.ts";

export interface DoctorOptions {
  /** Id or alias of an agent, or name of a profile: only its sessions. */
  agent?: string | undefined;
  /** How many of the newest sessions of each agent to read completely; all by default. */
  each?: number;
  progress?: (done: number, total: number) => void;
}

/** Errors in the settings come first. */
export async function diagnose(
  places: Places,
  settings: Settings,
  { agent, each = Number.POSITIVE_INFINITY, progress }: DoctorOptions = {},
): Promise<Examination & { ok: boolean }> {
  const only = agent === undefined ? undefined : agentNamed(agent, places.profiles);
  const found = await withScratch((scratch) =>
    examine(places, only, { scratch, each, ...(progress ? { progress } : {}) }),
  );
  const findings = [...settings.faults.map(faultFound), ...found.findings];
  const ok = findings.every(({ severity }) => severity !== "attention");
  return { ...found, findings, ok };
}

/** An error in a settings file or a variable. */
function faultFound({ message, where, hint }: SegueError): Finding {
  const what = `invalid settings were ignored here: ${message}`;
  const about = { severity: "attention", about: "config", agent: null } as const;
  return { ...about, path: where, what, count: 1, hint };
}
