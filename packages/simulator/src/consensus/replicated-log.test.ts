import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReplicatedLog } from './replicated-log.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-log-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filled(count: number): ReplicatedLog<string> {
  const log = ReplicatedLog.create<string>(folder, { term: 0, index: 1, state: 'start' });
  for (let index = 0; index < count; index += 1) log.append(1, [`e${index}`]);
  return log;
}

function reopened(): ReplicatedLog<string> {
  const log = ReplicatedLog.open<string>(folder);
  if (log === undefined) throw new Error('no log');
  return log;
}

describe('ReplicatedLog', () => {
  it('is the same after a reopen', () => {
    filled(3);
    expect(reopened().last).toEqual({ term: 1, index: 4 });
    expect(reopened().entriesAfter(2, 10)).toEqual([
      { term: 1, index: 3, changes: ['e1'] },
      { term: 1, index: 4, changes: ['e2'] },
    ]);
  });

  it('drops a torn last line, which nobody was told of, and goes on after it', () => {
    filled(2);
    appendFileSync(join(folder, 'log.jsonl'), '{"term":1,"index":4,"chan');
    const log = reopened();
    expect(log.last.index).toBe(3);
    log.append(2, ['next']);
    expect(reopened().entriesAfter(3, 10)).toEqual([{ term: 2, index: 4, changes: ['next'] }]);
  });

  it('accepts only what continues it, and replaces what differs', () => {
    const log = filled(3);
    expect(log.accept({ term: 2, index: 4 }, [])).toBe(false);
    expect(log.accept({ term: 1, index: 9 }, [])).toBe(false);
    expect(log.accept({ term: 1, index: 2 }, [{ term: 2, index: 3, changes: ['other'] }])).toBe(true);
    expect(reopened().last).toEqual({ term: 2, index: 3 });
  });

  it('keeps entries that it already has when they are sent again', () => {
    const log = filled(3);
    expect(log.accept({ term: 0, index: 1 }, [{ term: 1, index: 2, changes: ['e0'] }])).toBe(true);
    expect(log.last.index).toBe(4);
  });

  it('compacts to a snapshot and keeps what follows it', () => {
    const log = filled(4);
    log.compact({ term: 1, index: 3, state: 'middle' });
    expect(reopened().snapshot).toEqual({ term: 1, index: 3, state: 'middle' });
    expect(reopened().last.index).toBe(5);
    log.compact({ term: 9, index: 20, state: 'from the leader' });
    expect(reopened().last).toEqual({ term: 9, index: 20 });
  });
});
