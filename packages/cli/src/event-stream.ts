/** Reads Server-Sent Events from an answer: `event:`, `data:` and `id:`; comments are signs of life and are passed over. */
import { z } from 'zod';

export interface SentEvent {
  readonly event: string;
  readonly data: unknown;
  /** Where to resume behind this event; undefined when it does not move the place. */
  readonly id: string | undefined;
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

/** @returns undefined for a block without data and without a place */
function parseBlock(block: string): SentEvent | undefined {
  let event = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  }
  if (data.length === 0) return id === undefined ? undefined : { event: 'place', data: undefined, id };
  return { event, data: json.parse(data.join('\n')), id };
}

/** @param onAlive told of every piece that arrives, so that a silent connection can be noticed */
export async function* readEvents(
  parts: AsyncIterable<Uint8Array>,
  onAlive: () => void,
): AsyncGenerator<SentEvent> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of parts) {
    onAlive();
    text += decoder.decode(part, { stream: true }).replaceAll('\r\n', '\n');
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== undefined) yield event;
    }
  }
}
