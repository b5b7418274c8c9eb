import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { AgentFailure } from './agent-failure.ts';
import { CommandGate, type CommandRun, type Delivery } from './command-gate.ts';
import { Journal } from './journal.ts';
import { command } from './testing/agent-process.ts';

const answer = z.strictObject({ text: z.string() });
type Answer = z.infer<typeof answer>;

let folder: string;
let journal: Journal;
let gate: CommandGate;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-gate-'));
  journal = new Journal(folder, Date.now);
  gate = new CommandGate(journal);
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function delivery(work: Delivery<Answer>['work'], fields: Partial<Delivery<Answer>> = {}): Delivery<Answer> {
  return {
    verb: 'stop',
    home: '/home/a',
    command: command(),
    detail: {},
    answer,
    callerGone: new AbortController().signal,
    work,
    ...fields,
  };
}

/** Work that waits until it is told to end, or is aborted. */
function heldWork() {
  const end = Promise.withResolvers<Answer>();
  const began = Promise.withResolvers<CommandRun>();
  const work = (run: CommandRun) => {
    began.resolve(run);
    run.signal.addEventListener('abort', () => end.reject(run.signal.reason));
    return end.promise;
  };
  return { work, began: began.promise, end: (text: string) => end.resolve({ text }) };
}

function phases(): string[] {
  return journal.listEntries().map((entry) => `${entry.phase} ${entry.command.fence}`);
}

function restart(): void {
  journal.close();
  journal = new Journal(folder, Date.now);
  gate = new CommandGate(journal);
}

test('intent is durable before the work begins, the result before the answer', async () => {
  const seen: string[][] = [];
  await gate.deliver(
    delivery(async (run) => {
      seen.push(phases());
      run.announce('signal', {});
      return { text: 'done' };
    }),
  );
  expect(seen).toEqual([['intent 1']]);
  expect(phases()).toEqual(['intent 1', 'signal 1', 'result 1']);
});

test('another command for the home waits for the running one; other homes do not', async () => {
  const first = heldWork();
  const order: string[] = [];
  const running = gate.deliver(delivery(first.work));
  const waiting = gate.deliver(
    delivery(async () => {
      order.push('second');
      return { text: 'second' };
    }),
  );
  const elsewhere = await gate.deliver(delivery(async () => ({ text: 'b' }), { home: '/home/b' }));
  order.push('elsewhere');
  first.end('first');
  expect([await running, await waiting, elsewhere].map((each) => each.answer.text)).toEqual([
    'first',
    'second',
    'b',
  ]);
  expect(order).toEqual(['elsewhere', 'second']);
});

test('a waiting command is dropped without a trace when its caller leaves', async () => {
  const first = heldWork();
  const running = gate.deliver(delivery(first.work));
  const caller = new AbortController();
  const effects: string[] = [];
  const waiting = gate.deliver(
    delivery(
      async () => {
        effects.push('done');
        return { text: 'late' };
      },
      { callerGone: caller.signal },
    ),
  );
  caller.abort();
  first.end('first');
  await running;
  await expect(waiting).rejects.toThrow('the caller left');
  expect(effects).toEqual([]);
  expect(phases()).toEqual(['intent 1', 'result 1']);
});

test('a newer owner takes over: the old command announces nothing any more', async () => {
  const old = heldWork();
  const running = gate.deliver(delivery(old.work, { command: command({ fence: 1 }) }));
  const run = await old.began;
  const newer = gate.deliver(delivery(async () => ({ text: 'new' }), { command: command({ fence: 2 }) }));
  await expect(running).rejects.toMatchObject({ code: 'fence-too-old' });
  expect(() => run.announce('signal', {})).toThrow('fence 1 is older than 2');
  expect((await newer).answer.text).toBe('new');
  expect(phases()).toEqual(['intent 1', 'intent 2', 'result 2']);
});

test('a superseded command goes on from its journal when the new owner delivers it', async () => {
  const old = heldWork();
  const same = command({ fence: 1 });
  const running = gate.deliver(delivery(old.work, { command: same }));
  (await old.began).announce('signal', { signal: 'SIGUSR1' });
  const other = gate.deliver(delivery(async () => ({ text: 'x' }), { command: command({ fence: 2 }) }));
  await expect(running).rejects.toMatchObject({ code: 'fence-too-old' });
  await other;
  const again = await gate.deliver(
    delivery(async (run) => ({ text: JSON.stringify(run.earlier.map((entry) => entry.detail)) }), {
      command: { ...same, fence: 2 },
    }),
  );
  expect(again).toEqual({ answer: { text: '[{"signal":"SIGUSR1"}]' }, redelivered: false });
});

test('a running command delivered by a newer owner acts for that one from then on', async () => {
  const held = heldWork();
  const same = command({ fence: 1 });
  const running = gate.deliver(delivery(held.work, { command: same }));
  const joined = gate.deliver(delivery(held.work, { command: { ...same, fence: 3 } }));
  await expect(gate.deliver(delivery(held.work, { command: same }))).rejects.toMatchObject({
    code: 'fence-too-old',
  });
  (await held.began).announce('signal', {});
  held.end('once');
  expect(await joined).toEqual(await running);
  expect(phases()).toEqual(['intent 1', 'intent 3', 'signal 3', 'result 3']);
});

test('a fence seen only with a stored result is remembered over a restart', async () => {
  const same = command({ fence: 1 });
  await gate.deliver(delivery(async () => ({ text: 'first' }), { command: same }));
  const again = await gate.deliver(
    delivery(async () => ({ text: 'again' }), { command: { ...same, fence: 7 } }),
  );
  expect(again).toEqual({ answer: { text: 'first' }, redelivered: true });
  restart();
  await expect(
    gate.deliver(delivery(async () => ({ text: 'old' }), { command: command({ fence: 6 }) })),
  ).rejects.toMatchObject({ code: 'fence-too-old' });
});

test('an outcome that is a failure is stored; an unexpected failure leaves the command open', async () => {
  const failing = command();
  const mismatch = new AgentFailure('identity-mismatch', 'startTicks differ');
  const fail = async () => {
    throw mismatch;
  };
  await expect(gate.deliver(delivery(fail, { command: failing }))).rejects.toBe(mismatch);
  restart();
  const succeed = async () => ({ text: 'done' });
  await expect(gate.deliver(delivery(succeed, { command: failing }))).rejects.toMatchObject({
    code: 'identity-mismatch',
    message: 'startTicks differ',
  });
  const open = command();
  const crash = async () => {
    throw new Error('disk on fire');
  };
  await expect(gate.deliver(delivery(crash, { command: open }))).rejects.toThrow('disk on fire');
  expect(await gate.deliver(delivery(succeed, { command: open }))).toMatchObject({ redelivered: false });
});

test('run and undo, and each attempt, are commands of their own', async () => {
  const base = command();
  const variants = [base, { ...base, mode: 'undo' as const }, { ...base, attempt: 2 }];
  for (const each of variants) {
    const delivered = await gate.deliver(delivery(async () => ({ text: 'x' }), { command: each }));
    expect(delivered.redelivered).toBe(false);
  }
});

test('an ending gate accepts nothing and leaves running commands open', async () => {
  const held = heldWork();
  const same = command();
  const running = expect(gate.deliver(delivery(held.work, { command: same }))).rejects.toThrow('is ending');
  await gate.end();
  await running;
  await expect(gate.deliver(delivery(held.work))).rejects.toThrow('is ending');
  expect(phases()).toEqual(['intent 1']);
});
