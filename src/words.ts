/** Wording shared by several parts of Segue. */

/**
 * A number and what it counts: "1 session", "2 sessions", or "2 entries" if the plural is given.
 */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
