// The words of the page, in the language of the reader; the content keeps the language in which it was written.
import de from '../texts/de.json';
import en from '../texts/en.json';

export type Key = keyof typeof en;
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const CATALOGUES: Record<Language, Record<string, string>> = { en, de };
let current: Language = 'en';

/** The language that the browser asks for, if there is a catalogue of it. */
export function preferred(): Language {
  const asked = navigator.languages.map((name) => name.slice(0, 2));
  return asked.find((name): name is Language => LANGUAGES.includes(name as Language)) ?? 'en';
}

export function speak(language: Language): void {
  current = language;
  document.documentElement.lang = language;
}

/** A text with its values; `count` chooses between `key` and `key.one`. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  const texts = CATALOGUES[current];
  const one = values.count === 1 ? texts[`${key}.one`] : undefined;
  const text = one ?? texts[key] ?? en[key];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A text whose key is made of a value, or the value where there is none. */
export function sayOf(prefix: string, value: string): string {
  return CATALOGUES[current][`${prefix}.${value}`] ?? value;
}

/** A number with the word of its unit: "1 week", "2 weeks". */
export function quantityWords(value: number, unit: string): string {
  return `${value} ${value === 1 ? (CATALOGUES[current][`unit.${unit}.one`] ?? sayOf('unit', unit)) : sayOf('unit', unit)}`;
}
