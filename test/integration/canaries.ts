/** Secrets that are told apart, and the search for them in whatever form they may have leaked. */
import { randomBytes } from 'node:crypto';

export class Canaries {
  /** What to search for, by the name of the secret. */
  readonly #forms = new Map<string, { readonly name: string; readonly forms: readonly string[] }>();
  readonly #names = new Set<string>();

  /** A new value for a secret field; it keeps the rules for passwords. */
  mark(name: string): string {
    const value = `Cny_${randomBytes(7).toString('hex')}`;
    this.add(name, value);
    return value;
  }

  /** A secret that was made elsewhere. */
  add(name: string, value: string): void {
    this.#names.add(name);
    this.#forms.set(value, { name, forms: formsOf(value) });
  }

  get names(): string[] {
    return [...this.#names];
  }

  /** Names of the secrets that the text shows. */
  findIn(text: string): string[] {
    return [...this.#forms.values()]
      .filter(({ forms }) => forms.some((form) => text.includes(form)))
      .map(({ name }) => name);
  }
}

function formsOf(value: string): string[] {
  const hex = Buffer.from(value).toString('hex');
  return [value, encodeURIComponent(value), hex, hex.toUpperCase(), ...base64Forms(value)];
}

/** As it looks inside a longer text in base64, `user:password` for one: each of three alignments, without the edges. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
    const text = whole.toString('base64').slice(offset === 0 ? 0 : 4);
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
