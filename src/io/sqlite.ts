/** Node's SQLite, loaded on first use. */

type Sqlite = typeof import("node:sqlite");

let loaded: Sqlite | undefined;

/**
 * `node:sqlite`, without the warning that Node 22 and 23 print when it is loaded: it would precede
 * every output. Other warnings are still printed.
 */
export function sqlite(): Sqlite {
  loaded ??= withoutWarning(() => process.getBuiltinModule("node:sqlite"));
  return loaded;
}

function withoutWarning<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (String(warning).startsWith("SQLite is an experimental feature")) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
