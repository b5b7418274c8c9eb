/** The oracle itself: each broken promise is found in a record that shows it, and a clean record has no finding. */
import { describe, expect, test } from 'vitest';
import type { EffectLine, JournalLine } from './effects.ts';
import type { Evidence, ServerEvidence } from './evidence.ts';
import { type Account, judge } from './oracle.ts';

const addresses = ['10.0.0.1:2882', '10.0.0.2:2882', '10.0.0.3:2882'] as const;
const [target, second, third] = addresses;

let sequence = 0;

interface JournalOptions {
  readonly task?: number;
  readonly attempt?: number;
  readonly fence?: number;
  readonly verb?: 'stop' | 'start';
  readonly detail?: Record<string, unknown>;
}

function journal(time: number, phase: JournalLine['phase'], options: JournalOptions = {}): JournalLine {
  const { task = 1, attempt = 1, fence = 1, verb = 'stop', detail = {} } = options;
  sequence += 1;
  const command = { taskId: task, subtaskId: task * 10, attempt, fence, mode: 'run' };
  return { sequence, time, verb, home: '/home', phase, command, detail };
}

function effect(time: number, event: string, more: Record<string, unknown> = {}, pid = 100): EffectLine {
  return { time: new Date(time).toISOString(), pid, event, ...more };
}

function server(index: number, parts: Partial<ServerEvidence> = {}): ServerEvidence {
  const address = addresses[index] ?? target;
  const pid = 100 + index;
  return {
    address,
    zone: `zone${index + 1}`,
    home: `/home${index}`,
    pids: [pid],
    ...parts,
    journal: parts.journal ?? [],
    effects: [effect(0, 'boot', {}, pid), ...(parts.effects ?? [])],
  };
}

const stopped = (time: number, address: string) =>
  effect(time, 'stop_server', { target: address, result: 'applied' });
const started = (time: number, address: string) =>
  effect(time, 'start_server', { target: address, result: 'applied' });
const recorded = { process: { pid: 100, startTicks: '7' } };
const usr1 = { signal: 'SIGUSR1', pid: 100, startTicks: '7' };

/** A clean stop of the first server, with what a case changes in it. */
function evidenceOf(first: Partial<ServerEvidence> = {}, others: readonly ServerEvidence[] = []): Evidence {
  const cleanJournal = [
    journal(2_000, 'intent', { detail: recorded }),
    journal(2_001, 'signal', { detail: usr1 }),
    journal(2_500, 'result'),
  ];
  const servers = [
    server(0, { journal: cleanJournal, pids: [], ...first }),
    ...(others.length > 0 ? others : [server(1, { effects: [stopped(1_000, target)] }), server(2)]),
  ];
  return {
    servers,
    kernel: addresses.map((address) => ({
      address,
      status: 'ACTIVE',
      isMarkedStopped: address === target,
      isInService: true,
    })),
    streams: [{ name: '1/1', members: [...addresses], leaders: [second] }],
  };
}

function broken(evidence: Evidence, account: Account = {}): string[] {
  return [...new Set(judge(evidence, account).map(({ invariant }) => invariant))];
}

const isStopped = { claims: [{ address: target, state: 'stopped', isRolledBack: false } as const] };

test('a clean stop breaks nothing', () => {
  expect(judge(evidenceOf(), isStopped)).toEqual([]);
});

describe('finds', () => {
  test('OneZone: marks in two zones at once, but not one after the other', () => {
    const both = [stopped(1_000, target), stopped(1_500, third)];
    expect(broken(evidenceOf({}, [server(1, { effects: both }), server(2)]))).toEqual(['OneZone']);
    const inTurn = [stopped(100, third), started(200, third), stopped(1_000, target)];
    expect(broken(evidenceOf({}, [server(1, { effects: inTurn }), server(2)]))).toEqual([]);
  });

  test('StopBeforeKill: a signal before the mark, and after it was taken back', () => {
    const late = [server(1, { effects: [stopped(2_100, target)] }), server(2)];
    expect(broken(evidenceOf({}, late))).toEqual(['StopBeforeKill']);
    const takenBack = [stopped(1_000, target), started(1_500, target)];
    expect(broken(evidenceOf({}, [server(1, { effects: takenBack }), server(2)]))).toEqual([
      'StopBeforeKill',
    ]);
    expect(broken(evidenceOf({}, late), { forcedTasks: [1] })).toEqual([]);
  });

  test('Majority: a member that had been dead for long, and a leader that was still there', () => {
    const deaths = [{ pid: 102, time: -5_000 }];
    expect(broken(evidenceOf(), { deaths })).toEqual(['Majority']);
    expect(broken(evidenceOf(), { deaths: [{ pid: 102, time: 1_900 }] })).toEqual([]);
    const leads = [effect(10, 'leader_gained', { tenantId: 1, lsId: 1 })];
    expect(broken(evidenceOf({ effects: leads }))).toEqual(['Majority']);
  });

  test('RightProcess: another pid than the recorded one, a stranger, and a signal that nobody announced', () => {
    const other = [
      journal(2_000, 'intent', { detail: { process: { pid: 999, startTicks: '7' } } }),
      journal(2_001, 'signal', { detail: usr1 }),
      journal(2_500, 'result'),
    ];
    expect(broken(evidenceOf({ journal: other }))).toEqual(['RightProcess']);
    const stranger = [
      journal(2_000, 'intent', { detail: { process: { pid: 999, startTicks: '7' } } }),
      journal(2_001, 'signal', { detail: { ...usr1, pid: 999 } }),
      journal(2_500, 'result'),
    ];
    expect(broken(evidenceOf({ journal: stranger }))).toEqual(['RightProcess']);
    const heard = server(2, { effects: [effect(10, 'signal', { signal: 'SIGTERM' }, 102)] });
    const others = [server(1, { effects: [stopped(1_000, target)] }), heard];
    expect(broken(evidenceOf({}, others))).toEqual(['RightProcess']);
  });

  test('EffectOnce: the same command signals twice; another attempt may', () => {
    const again = (attempt: number) => [
      journal(2_000, 'intent', { detail: recorded }),
      journal(2_001, 'signal', { detail: usr1 }),
      journal(2_500, 'result'),
      journal(2_600, 'intent', { attempt, detail: recorded }),
      journal(2_601, 'signal', { attempt, detail: usr1 }),
      journal(2_700, 'result', { attempt }),
    ];
    expect(broken(evidenceOf({ journal: again(1) }))).toEqual(['EffectOnce']);
    expect(broken(evidenceOf({ journal: again(2) }))).toEqual([]);
  });

  test('Fencing: an effect under a lower number than one before it', () => {
    const lower = [
      journal(1_900, 'intent', { attempt: 1, fence: 5, verb: 'start' }),
      journal(1_950, 'result', { attempt: 1, fence: 5, verb: 'start' }),
      journal(2_000, 'intent', { fence: 4, detail: recorded }),
      journal(2_001, 'signal', { fence: 4, detail: usr1 }),
      journal(2_500, 'result', { fence: 4 }),
    ];
    expect(broken(evidenceOf({ journal: lower }))).toEqual(['Fencing']);
  });

  test('Mutex: commands of two tasks that alternate', () => {
    const mixed = [
      journal(1_900, 'intent', { task: 2, verb: 'start' }),
      journal(2_000, 'intent', { detail: recorded }),
      journal(2_001, 'signal', { detail: usr1 }),
      journal(2_100, 'result', { task: 2, verb: 'start' }),
      journal(2_500, 'result'),
    ];
    expect(broken(evidenceOf({ journal: mixed }))).toEqual(['Mutex']);
  });

  test('CancelConsistent: a command without a result, unless its agent has died', () => {
    const open = [journal(2_000, 'intent', { detail: recorded })];
    expect(broken(evidenceOf({ journal: open }))).toEqual(['CancelConsistent']);
    expect(
      broken(evidenceOf({ journal: open }), { agentDeaths: [{ address: target, time: 2_100 }] }),
    ).toEqual([]);
  });

  test('NoFalseSuccess: a process that still runs, and a server without the mark', () => {
    expect(broken(evidenceOf({ pids: [100] }), isStopped)).toEqual(['NoFalseSuccess']);
    const unmarked = { ...evidenceOf(), kernel: [] };
    expect(broken(unmarked, isStopped)).toEqual(['NoFalseSuccess']);
  });

  test('RollbackRestores: no process, a mark that stayed, a log stream without a leader', () => {
    const claims = [{ address: second, state: 'serving', isRolledBack: true } as const];
    expect(broken(evidenceOf(), { claims })).toEqual([]);
    const dead = [server(1, { effects: [stopped(1_000, target)], pids: [] }), server(2)];
    expect(broken(evidenceOf({}, dead), { claims })).toEqual(['RollbackRestores']);
    const leaderless = { ...evidenceOf(), streams: [{ name: '1/1', members: [...addresses], leaders: [] }] };
    expect(broken(leaderless, { claims })).toEqual(['RollbackRestores']);
    const marked = [{ address: target, state: 'serving', isRolledBack: true } as const];
    expect(broken(evidenceOf({ pids: [100] }), { claims: marked })).toEqual(['RollbackRestores']);
  });
});
