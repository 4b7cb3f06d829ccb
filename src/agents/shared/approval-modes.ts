/** `--approval-mode`, `--yolo` and `--sandbox`, as Gemini CLI has them and its fork Qwen Code. */
import { ALL, ASK, both, type Flags, type Grant, READ_ONLY, SANDBOXED } from "./flags.ts";

type Modes = Readonly<Record<string, readonly Grant[]>>;

export function approvalModes(modes: Modes): Pick<Flags, "grants" | "modes"> {
  return {
    grants(uses) {
      const mode = uses.findLast(({ name }) => name === "--approval-mode")?.values[0];
      const yolo = uses.some(({ name }) => name === "--yolo");
      const boxed = uses.some(({ name }) => name === "--sandbox");
      if (mode === undefined && !yolo) return boxed ? ASK : null;
      const asked = yolo ? ALL : (modes[mode ?? ""] ?? READ_ONLY);
      return boxed ? both(asked, SANDBOXED) : asked;
    },
    // Its sandbox needs a container engine or the like, so it is never chosen for the user.
    modes: Object.entries(modes).map(([mode, grants]) => ({
      args: ["--approval-mode", mode],
      grants,
    })),
  };
}
