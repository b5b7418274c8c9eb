/** Logs of any length over a real database: what is answered stays small, and nothing is out of reach. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createSubtaskLogStore } from '../store/subtask-log.ts';
import { readSubtaskLog } from './subtask-log.ts';

const longLog = 1;
const shortLog = 2;
const emptyLog = 3;
const lineCount = 50_000;
const lineLength = 2_000;

let folder: string;
let database: MetadataDatabase;

const read = (subtaskId: number, part: { offset?: number; limit?: number } = {}) =>
  readSubtaskLog(createSubtaskLogStore(database.db), subtaskId, part, 0);

/** Lines of other subtasks are in between. */
async function writeLines(subtaskIds: readonly number[], count: number, length: number): Promise<void> {
  const perStatement = 500;
  await database.transaction(async (transaction) => {
    for (let first = 0; first < count; first += perStatement) {
      const rows = Array.from({ length: Math.min(perStatement, count - first) }, (_, index) => ({
        task_id: 1,
        subtask_id: subtaskIds[(first + index) % subtaskIds.length] ?? 0,
        attempt: 1,
        operation: 'EXECUTE' as const,
        level: 'INFO' as const,
        time: 0,
        text: `line ${first + index} `.padEnd(length, '.'),
      }));
      await transaction.insertInto('subtask_log').values(rows).execute();
    }
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-log-'));
  database = await openDatabase(`sqlite:${join(folder, 'a.db')}`);
  await writeLines([longLog], lineCount, lineLength);
  await writeLines([shortLog, 99], 600, 10);
}, 60_000);

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const numbersIn = (log: string) => [...log.matchAll(/ INFO line (\d+)/g)].map(([, number]) => Number(number));

describe('a log of 100 MB', () => {
  it('is answered by its end, which fits into an answer, and says how to get the rest', async () => {
    const answer = await read(longLog);
    expect(answer.log.length).toBeLessThan(1_200_000);
    expect(answer.total).toBe(lineCount);
    expect(answer.offset + answer.lines).toBe(lineCount);
    expect(answer.nextOffset).toBe(lineCount);
    const [block, marker] = answer.log.split('\n', 2);
    expect(block).toMatch(/^#{12}\{EXECUTE\}/);
    expect(marker).toContain(`${answer.offset} earlier lines are not shown`);
    expect(marker).toContain('?offset=0&limit=');
    expect(numbersIn(answer.log).at(-1)).toBe(lineCount - 1);
    expect(numbersIn(answer.log)).toHaveLength(answer.lines);
  });

  it('is read completely, part by part, each part bounded', async () => {
    let offset = 0;
    let parts = 0;
    const seen: number[] = [];
    for (;;) {
      const answer = await read(longLog, { offset, limit: 10_000 });
      expect(answer.log.length).toBeLessThan(1_200_000);
      expect(answer.offset).toBe(offset);
      if (answer.lines === 0) break;
      seen.push(...numbersIn(answer.log));
      offset = answer.nextOffset;
      parts += 1;
    }
    expect(seen).toEqual(Array.from({ length: lineCount }, (_, index) => index));
    expect(parts).toBeGreaterThan(90);
  });

  it('is read from any place', async () => {
    const { log, lines } = await read(longLog, { offset: 49_990, limit: 3 });
    expect([lines, numbersIn(log)]).toEqual([3, [49_990, 49_991, 49_992]]);
    expect(log).not.toContain('earlier lines');
  });
});

describe('a usual log', () => {
  it('is whole, without a marker, and has no line of another subtask', async () => {
    const answer = await read(shortLog);
    expect(answer).toMatchObject({ offset: 0, lines: 300, total: 300, nextOffset: 300 });
    expect(answer.log).not.toContain('####  ');
    expect(answer.log).not.toContain('earlier lines');
    expect(numbersIn(answer.log)).toEqual(Array.from({ length: 300 }, (_, index) => index * 2));
  });

  it('is followed from where the last answer ended', async () => {
    expect(await read(shortLog, { offset: 300 })).toEqual({
      log: '',
      offset: 300,
      lines: 0,
      total: 300,
      nextOffset: 300,
    });
    await writeLines([shortLog], 2, 10);
    const more = await read(shortLog, { offset: 300 });
    expect(more).toMatchObject({ lines: 2, total: 302, nextOffset: 302 });
  });

  it('is empty before the subtask has run', async () => {
    expect(await read(emptyLog)).toEqual({ log: '', offset: 0, lines: 0, total: 0, nextOffset: 0 });
    expect(await read(emptyLog, { offset: 5 })).toMatchObject({ log: '', lines: 0, total: 0, nextOffset: 0 });
  });
});
