/**
 * The words of a wallet, from which all its keys are derived: recognized by their name and number.
 */
import type { Setting } from "./settings.ts";

/** None of these is among the standard's words, and sentences hardly do without them. */
const OF_SENTENCES =
  /(?:^|[\s,])(?:the|and|for|with|are|was|from|not|has|its|which|should|been|were|their|them|than|these|those|his|her|our|your|but|may|would|could|does|did|some|uses|using|stored|words|mnemonic)(?=[\s,]|$)/;

/** According to the standard (BIP 39). */
const LENGTHS = new Set([12, 15, 18, 21, 24]);

function isWallet(value: string): boolean {
  const words = value.split(/[\s,"']+/).filter((word) => word !== "");
  return LENGTHS.has(words.length) && !OF_SENTENCES.test(value);
}

const NAME =
  "(?:mnemonics?|(?:seed|recovery|backup|wallet)[ \\t_-]?(?:phrase|words?|seed)|secret[ \\t_-]?phrase)(?:[ \\t_-]?(?:phrase|words?))?";
const WORD = "[a-z]{3,8}";
const BETWEEN = String.raw`(?:[ \t]{1,2}|,[ \t]{0,2}|["'],\s{0,12}["'])`;

export const MNEMONICS: Setting[] = [
  {
    kind: "seed-phrase",
    words: ["mnemonic", "seed", "recovery", "backup", "wallet", "secret"],
    reach: 700,
    form: new RegExp(
      String.raw`(?<![a-z])${NAME}["'\`*]{0,3}\]?[ \t]{0,8}(?::=|=>?|:|[ \t]is[ \t]?:?|\()?\s{0,12}\[?\s{0,12}\\{0,3}["'\`]?(?<bare>(?:[a-z]{3,8}${BETWEEN}){11,23}${WORD})(?![\w-]|[ \t]{1,2}\w)`,
      "gi",
    ),
    isSecret: isWallet,
  },
];
