/** Follows the events of a control plane, as a browser's EventSource would; keeps everything it was told. */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { waitFor } from './wait-for.ts';

export interface HeardEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Place of the stream after this event. */
  readonly lastId: string;
  /** Monotonic milliseconds of this process. */
  readonly time: number;
}

const data = z.record(z.string(), z.unknown());

export class EventClient {
  readonly events: HeardEvent[] = [];
  /** What a client that connects again sends as Last-Event-ID. */
  lastId = '';
  /** Comments, which show only that the other side lives. */
  comments = 0;
  /** Resolves when the stream has ended, however. */
  readonly ended: Promise<void>;
  readonly #abort: AbortController;
  #isOver = false;

  private constructor(response: Response, abort: AbortController) {
    this.#abort = abort;
    this.ended = this.#read(response)
      .catch(() => undefined)
      .finally(() => {
        this.#isOver = true;
      });
  }

  /** Resolves once the stream has begun: whatever happens from now on is heard. */
  static async open(api: ApiClient, query = '', lastEventId?: string): Promise<EventClient> {
    const abort = new AbortController();
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await api.fetch('GET', `/api/v2/events${query}`, headers, abort.signal);
    if (response.status !== 200) throw new Error(`events: ${response.status} ${await response.text()}`);
    const client = new EventClient(response, abort);
    await waitFor('the first event', () => (client.lastId === '' ? undefined : true), {
      timeoutMs: 10_000,
      intervalMs: 5,
    });
    return client;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The first event, already heard or still to come, that is wanted. */
  waitFor(what: string, isWanted: (event: HeardEvent) => boolean, timeoutMs = 60_000): Promise<HeardEvent> {
    return waitFor(what, () => this.events.find(isWanted), { timeoutMs, intervalMs: 5 });
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read({ body }: Response): Promise<void> {
    if (body === null) return;
    let text = '';
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#accept(block);
    }
  }

  #accept(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments += 1;
      else fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''));
    }
    this.lastId = fields.get('id') ?? this.lastId;
    const json = fields.get('data');
    if (json === undefined) return;
    const heard = { event: fields.get('event') ?? 'message', data: data.parse(JSON.parse(json)) };
    this.events.push({ ...heard, lastId: this.lastId, time: performance.now() });
  }
}
