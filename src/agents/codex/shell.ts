/** Words of a POSIX shell command. */
import { shellWord } from "../../session/text.ts";

/** A command's words as one line: the script itself for `bash -lc SCRIPT`. */
export function commandLine(words: readonly string[]): string {
  const [shell = "", flag = "", script] = words;
  if (words.length === 3 && script !== undefined && /(^|\/)(ba|z|da)?sh$/.test(shell)) {
    if (flag === "-lc" || flag === "-c") return script;
  }
  return words.map(shellWord).join(" ");
}

/** The patch in `apply_patch <<'EOF' … EOF`, which models use if they have no tool for it. */
export function heredocPatch(command: string): string | undefined {
  const found = /^\s*apply_patch\s+<<\s*(['"]?)(\w+)\1[ \t]*\n([\s\S]*?\n)\2\s*$/.exec(command);
  return found?.[3];
}
