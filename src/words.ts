/** Words for people that more than one part of Segue needs. */

/** A number and what it counts: "1 session", "2 sessions", "2 entries" where the plural is given. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
