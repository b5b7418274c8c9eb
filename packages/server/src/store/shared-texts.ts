/**
 * One string for each text that occurs again and again. A driver makes a new one for every column of every row; of
 * thousands of tasks in memory, names, states and owners would be a fifth.
 */

/** Names and states of all operations are far fewer; what is no name shall not stay for ever. */
const mostTexts = 2000;

export class SharedTexts {
  readonly #texts = new Map<string, string>();

  share<T extends string>(text: T): T {
    const known = this.#texts.get(text);
    if (known !== undefined) return known as T;
    if (this.#texts.size >= mostTexts) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
