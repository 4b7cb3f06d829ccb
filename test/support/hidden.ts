/** Characters that are obeyed, reorder, or are not seen, as Unicode has them. */

export const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

export function hiddenCharacters(): string[] {
  const all: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const char = String.fromCodePoint(code);
    if (HIDDEN.test(char)) all.push(char);
  }
  return all;
}

/** A text in letters that are not seen, but that models read. */
export function inTags(text: string): string {
  const tags = [...text].map((char) => 0xe0000 + (char.codePointAt(0) ?? 0));
  return String.fromCodePoint(...tags);
}
