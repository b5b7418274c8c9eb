/** Server-Sent Events on the wire. */
import { addAbortSignal, Readable } from 'node:stream';
import type { EventsAnswer, StreamItem } from '@openocp/contract';

/** After a broken connection a browser waits this long. */
const retryMs = 1_000;
/** Text that is made ahead of what the socket takes; the rest waits where it is counted. */
const aheadCharacters = 16 * 1024;

export function createEventStream({ items, signal }: EventsAnswer): Readable {
  const stream = Readable.from(render(items), { objectMode: false, highWaterMark: aheadCharacters });
  return addAbortSignal(signal, stream);
}

/** By hand and not as a generator: one that waits for the next event cannot be ended from outside. */
function render(items: AsyncIterable<readonly StreamItem[]>): AsyncIterable<string> {
  return {
    [Symbol.asyncIterator]() {
      const source = items[Symbol.asyncIterator]();
      let head = `retry: ${retryMs}\n\n`;
      return {
        async next() {
          const step = await source.next();
          if (step.done === true) return { done: true, value: undefined };
          const value = head + step.value.map(renderItem).join('');
          head = '';
          return { done: false, value };
        },
        async return() {
          await source.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function renderItem({ id, event, json }: StreamItem): string {
  const place = id === undefined ? '' : `id: ${id}\n`;
  // A comment that shows life; with a place it also moves the place to resume from.
  if (event === undefined) return `: alive\n${place}\n`;
  return `${place}event: ${event}\ndata: ${json ?? ''}\n\n`;
}
