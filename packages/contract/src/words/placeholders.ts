/** `{name}`s of a text, as types and as values: a translation has those of its source, or it does not compile. */

export type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type HasSame<Source extends string, Text extends string> = [Placeholders<Source>] extends [Placeholders<Text>]
  ? [Placeholders<Text>] extends [Placeholders<Source>]
    ? true
    : false
  : false;

/** Sources by key. */
type Sources = Readonly<Record<string, string>>;

/**
 * The type of a catalogue: `const texts = {...} as const satisfies Record<Key, string>` names a key that is missing or too
 * many, and `const errors: Translated<English, typeof texts> = texts` a text whose placeholders are not those of its source.
 */
export type Translated<From extends Sources, Texts extends { readonly [Key in keyof From]: string }> = {
  readonly [Key in keyof From]: HasSame<From[Key], Texts[Key]> extends true
    ? string
    : `must have the placeholders of: ${From[Key]}`;
};

export function fillPlaceholders(text: string, args: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(args[name] ?? placeholder));
}
