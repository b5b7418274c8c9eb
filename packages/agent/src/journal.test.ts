import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandKey, Journal } from './journal.ts';
import { command } from './testing/agent-process.ts';

let folder: string;
const open: Journal[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-journal-'));
});

afterEach(() => {
  for (const journal of open.splice(0)) {
    journal.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

function openJournal(): Journal {
  const journal = new Journal(folder, () => 1000);
  open.push(journal);
  return journal;
}

function event(subtaskId: number, fence = 1, detail = {}) {
  const phase = 'intent' as const;
  return { verb: 'stop' as const, home: '/home/a', command: command({ subtaskId, fence }), phase, detail };
}

const file = () => join(folder, 'journal.jsonl');

test('what was appended is there after the process has gone, in order, and numbering goes on', () => {
  const first = openJournal();
  first.append(event(1));
  first.append(event(2, 9));
  const second = openJournal();
  expect(second.listEntries()).toEqual(first.listEntries());
  expect(second.highestFence('/home/a')).toBe(9);
  expect(second.append(event(3, 9)).sequence).toBe(3);
});

test.each([
  ['half a line', '{"sequence":2,"time":10'],
  ['half a line with a line break', '{"sequence":2,"time":10\n'],
  ['zeros', '\0'.repeat(100)],
])('a torn end is cut off and the next line is whole: %s', (_what, torn) => {
  openJournal().append(event(1));
  appendFileSync(file(), torn);
  const journal = openJournal();
  expect(journal.tornBytes).toBe(torn.length);
  journal.append(event(2));
  expect(openJournal().listEntries()).toHaveLength(2);
});

test('damage in the middle is refused: what is forgotten might be done twice', () => {
  const journal = openJournal();
  journal.append(event(1));
  journal.append(event(2));
  const [first, second] = readFileSync(file(), 'utf8').split('\n');
  writeFileSync(file(), `${first?.slice(0, 20)}\n${second}\n`);
  expect(() => new Journal(folder, Date.now)).toThrow('is damaged before line 2');
});

test('memory holds the newest commands of a home only, the fence stays', () => {
  const journal = openJournal();
  journal.append(event(1000, 3));
  for (let subtaskId = 1; subtaskId <= 64; subtaskId += 1) {
    journal.append(event(subtaskId, 3));
  }
  expect(journal.entriesOfCommand('/home/a', commandKey('stop', command({ subtaskId: 1000 })))).toEqual([]);
  expect(journal.listEntries()).toHaveLength(64);
  expect(journal.highestFence('/home/a')).toBe(3);
});

test('a large file is replaced by what is remembered, and kept under another name', () => {
  const journal = openJournal();
  const detail = { text: 'x'.repeat(15_000) };
  for (let subtaskId = 1; subtaskId <= 75; subtaskId += 1) {
    journal.append(event(subtaskId, subtaskId, detail));
  }
  const archives = readdirSync(folder).filter((name) => name.startsWith('journal-until-'));
  expect(archives).toHaveLength(1);
  const reopened = openJournal();
  expect(reopened.listEntries()).toEqual(journal.listEntries());
  expect(reopened.highestFence('/home/a')).toBe(75);
});
