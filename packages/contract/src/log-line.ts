/** What a terminal would obey and JSON leaves as it is: one-character commands, and turns of the direction of writing. */
const commands = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A line of a JSON log that can be shown as it is, whatever names and texts it quotes: nothing in it moves a cursor, begins a
 * line or hides one. It says the same: the characters are written as JSON escapes.
 */
export function escapeCommands(line: string): string {
  return line.replace(commands, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
