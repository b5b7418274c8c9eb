/**
 * Keeps what is stored of one step in bounds. A step that passes on a whole reply as its failure or its result must not make
 * a transaction that no server accepts: it would be tried again and again, and with it the changes of all other tasks.
 */

/** Characters of a log line, a failure, or an entry of the context. */
const mostCharacters = 8192;
/** Characters of a result as JSON: with three bytes each still below the 16 MB that a server takes at once. */
export const mostResultCharacters = 4 * 1024 * 1024;

export function boundedText(text: string): string {
  const cut = text.length - mostCharacters;
  return cut > 0 ? `${text.slice(0, mostCharacters)} ... (${cut} more characters)` : text;
}
