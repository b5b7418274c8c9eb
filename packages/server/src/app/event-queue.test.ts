import type { StreamItem } from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

const item = (id: number): StreamItem => ({ id, event: 'log', json: 'x'.repeat(100) });

async function* missedItems(...items: StreamItem[]): AsyncGenerator<StreamItem[], undefined> {
  for (const each of items) yield [each];
  return undefined;
}

function createQueue(missed: StreamItem[] = [], maxCharacters = 10_000) {
  let closed = 0;
  const queue = new EventQueue({
    maxCharacters,
    missed: missedItems(...missed),
    onClosed: () => {
      closed += 1;
    },
  });
  return { queue, closed: () => closed };
}

describe('an event queue', () => {
  it('gives what was missed before what happened since, then what happens', async () => {
    const { queue } = createQueue([item(1), item(2)]);
    queue.push([item(3)]);
    const heard = [await queue.next(), await queue.next(), await queue.next()];
    expect(heard.flatMap(({ value }) => value?.map(({ id }) => id))).toEqual([1, 2, 3]);
    const next = queue.next();
    queue.push([item(4)]);
    expect(await next).toEqual({ done: false, value: [item(4)] });
  });

  it('cuts off a consumer that does not read, keeps nothing for it, and tells the owner once', async () => {
    const { queue, closed } = createQueue([], 1_000);
    for (let id = 1; id <= 100; id += 1) queue.push([item(id)]);
    expect(queue.signal.aborted).toBe(true);
    expect(closed()).toBe(1);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('lets a consumer that reads receive any amount', async () => {
    const { queue } = createQueue([], 1_000);
    for (let id = 1; id <= 100; id += 1) {
      queue.push([item(id)]);
      await queue.next();
    }
    expect(queue.signal.aborted).toBe(false);
  });

  it('ends at once for a consumer that is waiting and goes away', async () => {
    const { queue, closed } = createQueue();
    const waiting = queue.next();
    await queue.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(closed()).toBe(1);
    queue.push([item(1)]);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });

  it('that is closed gives what was waiting, then ends', async () => {
    const { queue } = createQueue();
    queue.push([item(1)]);
    queue.close();
    expect(await queue.next()).toEqual({ done: false, value: [item(1)] });
    expect(await queue.next()).toEqual({ done: true, value: undefined });
    expect(queue.signal.aborted).toBe(false);
  });
});
