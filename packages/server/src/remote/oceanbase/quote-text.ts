/** Text as a literal of a statement. Sessions here run with the kernel's default sql_mode, where a backslash escapes. */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new RangeError('a text with a NUL character cannot be sent to a cluster');
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
