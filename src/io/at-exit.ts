/** What must be undone if the process ends first. */
const pending = new Set<() => void>();

/** Runs `work` when the process ends, unless the returned function is called first. */
export function atExit(work: () => void): () => void {
  if (pending.size === 0) process.on("exit", runAll);
  pending.add(work);
  return () => {
    pending.delete(work);
    if (pending.size === 0) process.off("exit", runAll);
  };
}

function runAll(): void {
  for (const work of pending) work();
}
