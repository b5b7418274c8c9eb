import { describe, expect, it } from 'vitest';
import { renderSubtaskLog } from './task-log.ts';

const NOW = Date.UTC(2021, 7, 25, 7, 9, 32, 700);

describe('renderSubtaskLog', () => {
  it('opens a block for every run with its operation and time', () => {
    const text = renderSubtaskLog(
      [
        { attempt: 1, operation: 'EXECUTE', level: 'INFO', time: NOW, text: 'begin' },
        { attempt: 1, operation: 'EXECUTE', level: 'ERROR', time: NOW + 5, text: 'no answer' },
        { attempt: 2, operation: 'RETRY', level: 'INFO', time: NOW + 1000, text: 'again' },
        { attempt: 3, operation: 'RETRY', level: 'INFO', time: NOW + 2000, text: 'once more' },
        { attempt: 3, operation: 'ROLLBACK', level: 'INFO', time: NOW + 3000, text: 'back' },
      ],
      480,
    );
    expect(text).toBe(
      [
        '############{EXECUTE}{2021-08-25T15:09:32.7+08:00}############',
        '2021-08-25 15:09:32.700  INFO begin',
        '2021-08-25 15:09:32.705 ERROR no answer',
        '############{RETRY}{2021-08-25T15:09:33.7+08:00}############',
        '2021-08-25 15:09:33.700  INFO again',
        '############{RETRY}{2021-08-25T15:09:34.7+08:00}############',
        '2021-08-25 15:09:34.700  INFO once more',
        '############{ROLLBACK}{2021-08-25T15:09:35.7+08:00}############',
        '2021-08-25 15:09:35.700  INFO back',
        '',
      ].join('\n'),
    );
  });

  it('is empty for a subtask that has not run', () => {
    expect(renderSubtaskLog([], 0)).toBe('');
  });
});
