import { expect, it } from 'vitest';
import { displayWidth, renderFields, renderTable } from './text-table.ts';

it('aligns columns by what they take on a screen, Chinese included', () => {
  expect(displayWidth('停止 a')).toBe(6);
  expect(
    renderTable(
      ['ID', 'NAME', 'X'],
      [
        ['1', '停止', 'a'],
        ['22', 'stop', 'b'],
      ],
    ),
  ).toBe(['ID  NAME  X', '1   停止  a', '22  stop  b'].join('\n'));
});

it('lets no name play with the terminal', () => {
  expect(renderFields([['name', 'a\u001b[2Jb']])).toBe('name  a [2Jb');
});
