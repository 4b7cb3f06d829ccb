/** The program that a process runs, determined from its command line. */

interface Interpreter {
  /** Options whose value may be a separate word; all others are one word. */
  valued: ReadonlySet<string>;
  /** Words before the script: `bun run script`. */
  commands: ReadonlySet<string>;
}

/** The words of a text, and more. */
function wordList(text: string, more: Iterable<string> = []): ReadonlySet<string> {
  return new Set([...text.trim().split(/\s+/), ...more]);
}

/** What follows one of these is code, not a file. */
const CODE = wordList("-e --eval -p --print -pe --run --test");

const NODE: Interpreter = {
  valued: wordList(`
    -r --require --import --loader --experimental-loader -C --conditions --env-file
    --env-file-if-exists --title --input-type --inspect-port --debug-port --inspect-publish-uid
    --diagnostic-dir --cpu-prof-dir --cpu-prof-interval --cpu-prof-name --heap-prof-dir
    --heap-prof-interval --heap-prof-name --heapsnapshot-near-heap-limit --heapsnapshot-signal
    --report-dir --report-directory --report-filename --report-signal --redirect-warnings
    --trace-event-categories --trace-event-file-pattern
    --disable-proto --disable-warning --dns-result-order --icu-data-dir --localstorage-file
    --max-http-header-size --network-family-autoselection-attempt-timeout --openssl-config
    --secure-heap --secure-heap-min --snapshot-blob --stack-trace-limit --tls-cipher-list
    --tls-keylog --tls-max-v1.2 --tls-min-v1.2 --unhandled-rejections --use-largepages
    --v8-pool-size --watch-path --watch-kill-signal --allow-fs-read --allow-fs-write
    --experimental-default-type --experimental-config-file`),
  commands: new Set(),
};

const INTERPRETERS: ReadonlyMap<string, Interpreter> = new Map([
  ["node", NODE],
  ["nodejs", NODE],
  // They pass on Node's options.
  ["tsx", { valued: wordList("--tsconfig", NODE.valued), commands: wordList("watch") }],
  ["ts-node", { valued: wordList("-P --project -O", NODE.valued), commands: new Set() }],
  [
    "bun",
    {
      valued: wordList(`
        -r --preload --require --import -c --config --cwd --env-file --tsconfig-override
        -d --define -l --loader --conditions --install --port --elide-lines -F --filter`),
      commands: wordList("run x"),
    },
  ],
  ["bunx", { valued: wordList("-p --package"), commands: new Set() }],
  [
    "deno",
    {
      valued: wordList("-c --config --import-map --cert --location --seed --preload"),
      commands: wordList("run"),
    },
  ],
]);

/** The program, or the script that an interpreter runs; null if it runs none. */
export function programOf([first = "", ...rest]: readonly string[]): string | null {
  const interpreter = INTERPRETERS.get(plainName(first));
  if (!interpreter) return npmPath(first);
  const at = scriptAt(rest, interpreter);
  return at === null ? null : programOf(rest.slice(at));
}

function scriptAt(words: readonly string[], { valued, commands }: Interpreter): number | null {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") return i + 1;
    if (valued.has(word)) i++;
    else if (CODE.has(word)) return null;
    else if (!word.startsWith("-") && !commands.has(word)) return i;
  }
  return null;
}

function plainName(word: string): string {
  const [name = ""] = word.split(/[\\/]/).slice(-1);
  return name.replace(/\.exe$/, "");
}

/**
 * `npm:@google/gemini-cli@1.2`, as Deno names packages, corresponds to one below `node_modules`.
 */
function npmPath(word: string): string {
  const [, name] = /^npm:(@?[^@]+)/.exec(word) ?? [];
  return name === undefined ? word : `node_modules/${name}`;
}
