import { spawnSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { install } from "./install.ts";

const MARK = "SEGUE_IN_NETNS";

/**
 * Installs the CLIs, which needs the network, and then makes sure that this process, and so every CLI that it starts, can reach nothing but loopback: when it can, the whole
 * process is started again inside a network namespace of its own, and this call does not return.
 */
export function enterNetns(): void {
  install();
  if (isLoopbackOnly()) return;
  if (process.env[MARK] !== undefined) {
    throw new Error("the new network namespace still has interfaces other than loopback");
  }
  const flags = namespaceFlags();
  const run = spawnSync(
    "unshare",
    [
      ...flags,
      "sh",
      "-c",
      'ip link set lo up && exec "$@"',
      "sh",
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ],
    { stdio: "inherit", env: { ...process.env, [MARK]: "1" } },
  );
  if (run.error) throw run.error;
  process.exit(run.status ?? 1);
}

function isLoopbackOnly(): boolean {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.length > 0 && addresses.every((address) => address?.internal === true);
}

/** As root a network namespace is enough; others need a user namespace around it. */
function namespaceFlags(): string[] {
  const tries = [["-n"], ["-r", "-n"]];
  const errors: string[] = [];
  for (const flags of tries) {
    const probe = spawnSync("unshare", [...flags, "sh", "-c", "ip link set lo up"], {
      encoding: "utf8",
    });
    if (probe.status === 0) return flags;
    errors.push(`unshare ${flags.join(" ")}: ${probe.error?.message ?? probe.stderr.trim()}`);
  }
  throw new Error(
    `The native tests run the real CLIs without a network, and no network namespace could be made here.\n` +
      `They need Linux with unshare (util-linux) and ip (iproute2), and root or unprivileged user namespaces.\n${errors.join("\n")}`,
  );
}
