/**
 * Renders the pictures in README.md from real runs: the picker, and a handover to Codex. Runs Segue
 * in tmux on a copy of the test fixtures, with made-up texts and a fixed clock, and writes
 * docs/images/*.svg. `node scripts/screens.ts`; needs tmux, and a free /tmp/segue1.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const REPO = join(import.meta.dirname, "..");
const FIXTURES = join(REPO, "test/fixtures");
/** As long as the home folder that the pictures show in its place. */
const HOME = "/tmp/segue1";
const SHOWN_HOME = "/home/alice";
const NOW = Date.parse("2026-11-21T12:00:00Z");
const AGENTS = ["claude", "codex", "copilot", "gemini", "opencode", "pi", "qwen"];

/** A fixture, with a new first request, and the project in place of its folder. */
const SESSIONS: readonly (readonly [fixture: string, request: string, project: string])[] = [
  ["claude-code/basic", "Fix the failing checkout test", "shop"],
  ["codex/basic", "Add pagination to the orders list", "shop"],
  ["copilot/basic", "Upgrade the payment client", "shop"],
  ["pi/basic", "Write release notes for 2.4", "docs"],
  ["claude-code/limit-429", "Move image uploads to S3", "shop"],
  ["gemini/basic", "Explain the retry logic", "shop"],
];

/** Replacements for the fixtures' other texts. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/MARK-USER-2[^"\\]*/g, "Run the tests again"],
  [/MARK-ASSISTANT-1[^"\\]*/g, "I'll look at the project first."],
  [/MARK-ASSISTANT-2[^"\\]*/g, "Now I'll read the code that fails."],
  [/MARK-ASSISTANT-3[^"\\]*/g, "Found it. I'll write the fix."],
  [/MARK-ASSISTANT-4[^"\\]*/g, "Done: the tests pass."],
  [/RESUMED-OK/g, "The tests pass again."],
  [/MARK-[A-Z]+-\d/g, "ok"],
  [/lorem ipsum[^"\\]*/g, "ok"],
];

function makeHome(): void {
  mkdirSync(HOME);
  for (const [name, request, project] of SESSIONS) {
    const from = join(FIXTURES, name);
    for (const path of readdirSync(from, { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      const source = join(path.parentPath, path.name);
      const target = join(HOME, placed(source.slice(from.length + 1), project));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(source, target);
      writeFileSync(target, reworded(readFileSync(source, "utf8"), request, project));
    }
    mkdirSync(join(HOME, project), { recursive: true });
  }
  mkdirSync(join(HOME, "bin"));
  for (const agent of AGENTS) {
    const path = join(HOME, "bin", agent);
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, 0o755);
  }
  const segue = join(HOME, "bin/segue");
  const clock = `data:text/javascript,Date.now=()=>${NOW}`;
  writeFileSync(
    segue,
    `#!/bin/sh\nexec '${process.execPath}' --import '${clock}' '${join(REPO, "src/bin.ts")}' "$@"\n`,
  );
  chmodSync(segue, 0o755);
}

/** Folders whose names are derived from the project's path. */
function placed(path: string, project: string): string {
  return path.replace("-home-dev-shop", `${HOME.replaceAll("/", "-")}-${project}`);
}

function reworded(text: string, request: string, project: string): string {
  let out = text
    .replaceAll("/home/dev/shop", `${HOME}/${project}`)
    .replace(/MARK-USER-1[^"\\\n]*/g, request);
  for (const [pattern, words] of TEXTS) out = out.replace(pattern, words);
  return out;
}

interface Shot {
  command: string;
  /** What the screen shows once it is complete. */
  until: RegExp;
  columns: number;
  rows: number;
}

const SHOTS: { readonly [name: string]: Shot } = {
  picker: { command: "segue", until: /pass again/, columns: 100, rows: 24 },
  handover: {
    command: "segue resume claude#2 --in codex --no-launch",
    until: /codex resume/,
    columns: 128,
    rows: 12,
  },
};

/** The screen that a command leaves, with its colours. */
async function screenOf(name: string, { command, until, columns, rows }: Shot): Promise<string> {
  const tmux = (...args: string[]): string =>
    execFileSync("tmux", ["-S", join(HOME, `${name}.tmux`), ...args], { encoding: "utf8" });
  const env = {
    HOME,
    SEGUE_HOME: join(HOME, ".segue"),
    PATH: `${join(HOME, "bin")}:/usr/bin:/bin`,
    LANG: "C.UTF-8",
    TZ: "UTC",
  };
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const size = ["-x", String(columns), "-y", String(rows)];
  const script = `printf '\\033[32m$\\033[0m ${command}\\n'; ${command}; sleep 60`;
  const run = ["env", "-i", ...pairs, "TERM=tmux-256color", "sh", "-c", script];
  tmux("-f", "/dev/null", "new-session", "-d", ...size, "-c", join(HOME, "shop"), ...run);
  try {
    tmux("set", "-g", "status", "off");
    for (let n = 0; n < 60; n++) {
      await sleep(250);
      if (until.test(tmux("capture-pane", "-p"))) break;
    }
    await sleep(1500);
    return tmux("capture-pane", "-e", "-p");
  } finally {
    tmux("kill-server");
  }
}

interface Style {
  colour: number | null;
  bold: boolean;
  dim: boolean;
  inverse: boolean;
}

const PLAIN: Style = { colour: null, bold: false, dim: false, inverse: false };
const INK = "#d4d4d8";
const PAPER = "#18181b";
const COLOURS = ["#71717a", "#f87171", "#4ade80", "#facc15", "#60a5fa", "#e879f9", "#22d3ee", INK];
/** Either style codes, or text up to the next ones. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SPANS = /\x1b\[([\d;]*)m|([^\x1b]+)/g;
const CELL = { width: 8.4, height: 18 };

function svgOf(screen: string, columns: number, title: string): string {
  const lines = screen.replaceAll(HOME, SHOWN_HOME).trimEnd().split("\n");
  const width = Math.ceil(columns * CELL.width + 24);
  const height = lines.length * CELL.height + 24;
  let style = PLAIN;
  const rows = lines.map((line, y) => {
    let x = 0;
    let out = "";
    for (const [, codes, text] of line.matchAll(SPANS)) {
      if (text === undefined) style = styled(style, codes ?? "");
      else {
        out += cells(text, x, y, style);
        x += [...text].length;
      }
    }
    return out;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="${INK}">`,
    ...rows.filter((row) => row !== ""),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function cells(text: string, x: number, y: number, style: Style): string {
  if (text.trim() === "" && !style.inverse) return "";
  const left = round(12 + x * CELL.width);
  const top = 12 + y * CELL.height;
  const length = round([...text].length * CELL.width);
  const ink = style.colour === null ? INK : (COLOURS[style.colour] ?? INK);
  const back = style.inverse
    ? `<rect x="${left}" y="${top}" width="${length}" height="${CELL.height}" fill="${ink}"/>`
    : "";
  const fill = style.inverse ? PAPER : ink;
  const more = `${style.bold ? ' font-weight="bold"' : ""}${style.dim ? ' opacity="0.6"' : ""}`;
  return `${back}<text x="${left}" y="${top + 14}" textLength="${length}" fill="${fill}"${more}>${escaped(text).replaceAll(" ", "\u00a0")}</text>`;
}

function styled(from: Style, codes: string): Style {
  let style = from;
  for (const code of (codes === "" ? "0" : codes).split(";").map(Number)) {
    if (code === 0) style = PLAIN;
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 7) style = { ...style, inverse: true };
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code === 27) style = { ...style, inverse: false };
    else if (code === 39) style = { ...style, colour: null };
    else if (code >= 30 && code <= 37) style = { ...style, colour: code - 30 };
    else if (code >= 90 && code <= 97) style = { ...style, colour: code - 90 };
  }
  return style;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.main) {
  const images = join(REPO, "docs/images");
  mkdirSync(images, { recursive: true });
  makeHome();
  try {
    for (const [name, shot] of Object.entries(SHOTS)) {
      const path = join(images, `${name}.svg`);
      writeFileSync(
        `${path}.tmp`,
        svgOf(await screenOf(name, shot), shot.columns, `$ ${shot.command}`),
      );
      renameSync(`${path}.tmp`, path);
    }
  } finally {
    rmSync(HOME, { recursive: true, force: true });
  }
}
