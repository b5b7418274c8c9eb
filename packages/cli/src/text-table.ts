/** Tables in a fixed-width font: two spaces between columns, no lines. */

/** Characters of East Asia take two columns. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
// What a name could do to a terminal is not its business; colours are put around cells by us, later.
const control = /\p{Cc}/gu;

export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

export const printable = (text: string) => text.replace(control, ' ');

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/** @param paint colours a cell after it has got its width; rows are counted from 0, without the head */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (text: string, column: number, row: number) => string = (text) => text,
): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = head.map((title, column) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[column] ?? ''))),
  );
  const renderRow = (row: readonly string[], painted: (text: string, column: number) => string) =>
    row
      .map((cell, column) =>
        painted(column === head.length - 1 ? cell : pad(cell, widths[column] ?? 0), column),
      )
      .join('  ')
      .trimEnd();
  return [
    renderRow(head, (text) => text),
    ...cells.map((row, index) => renderRow(row, (text, column) => paint(text, column, index))),
  ].join('\n');
}

/** `name   value` lines. */
export function renderFields(fields: readonly (readonly [string, string | undefined])[]): string {
  const shown = fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(...shown.map(([name]) => displayWidth(name)));
  return shown.map(([name, value]) => `${pad(name, width)}  ${printable(value)}`).join('\n');
}
