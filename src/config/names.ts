/** Names of keys, as people write them. */
import { agentNamed, nearest } from "../agents/registry.ts";
import { SegueError } from "../errors.ts";
import { KEYS, keyFor, withNames } from "./keys.ts";

/** The normalized name of a key: an agent in it is named by its id. */
export function fullName(name: string): string {
  const agent = keyFor(name)?.agent ?? null;
  return agent === null ? name : name.replace(`.${agent}.`, `.${agentNamed(agent).id}.`);
}

export function unknownKey(name: string, where?: string): SegueError {
  const words = name.split(".");
  const names = KEYS.map((key) => withNames(key, (word, at) => words[at] ?? word));
  // "lst" is similar to the beginning of "list.number".
  const beginning = (key: string) => key.split(".").slice(0, words.length).join(".");
  const [near] = nearest(name, names.map(beginning));
  const meant = names.find((key) => beginning(key) === near);
  return new SegueError("usage", `there is no setting "${name}"`, {
    ...(where === undefined ? {} : { where }),
    hint: `did you mean ${meant}? \`segue config\` lists all`,
  });
}
