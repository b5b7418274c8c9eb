/** What the parts of root service work with: the tables it owns, how to change them, whom to ask. */
import { type Change, eventsKept, type InnerTables } from '../cluster/inner-tables.ts';
import type { LogStat } from '../cluster/log-stat.ts';
import type { EventRow } from '../cluster/rows.ts';
import type { Configuration } from '../consensus/election.ts';
import type { EffectLog } from '../process/effects.ts';
import type { Peers } from '../rpc/peers.ts';
import { nowUs, type Timing } from '../timing.ts';

export interface RootContextOptions {
  readonly tables: InnerTables;
  /** Resolves when a majority holds the changes; rejects with 4038 when this server leads no more. */
  readonly propose: (changes: readonly Change[]) => Promise<void>;
  readonly peers: Peers;
  readonly timing: Timing;
  readonly effects: EffectLog;
  readonly epoch: number;
  readonly version: string;
  /** Live rows of all reachable servers. */
  readonly collectLogStat: () => Promise<readonly LogStat[]>;
  readonly parameter: (name: string) => string;
  /** Of the sys log stream. */
  readonly configuration: () => Configuration;
}

export class RootContext {
  readonly tables: InnerTables;
  readonly peers: Peers;
  readonly timing: Timing;
  readonly effects: EffectLog;
  readonly epoch: number;
  readonly version: string;
  readonly collectLogStat: () => Promise<readonly LogStat[]>;
  readonly parameter: (name: string) => string;
  readonly configuration: () => Configuration;
  /** Servers away for longer than `server_permanent_offline_time`; the heartbeats know. */
  readonly lost = new Set<string>();
  readonly #propose: RootContextOptions['propose'];
  #queue: Promise<unknown> = Promise.resolve();
  ended = false;

  constructor(options: RootContextOptions) {
    this.tables = options.tables;
    this.peers = options.peers;
    this.timing = options.timing;
    this.effects = options.effects;
    this.epoch = options.epoch;
    this.version = options.version;
    this.collectLogStat = options.collectLogStat;
    this.parameter = options.parameter;
    this.configuration = options.configuration;
    this.#propose = options.propose;
  }

  get self(): string {
    return this.peers.self;
  }

  isLost(server: string): boolean {
    return this.lost.has(server);
  }

  /** One at a time: what is decided from the tables is written before the next decision reads them. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  write(changes: readonly Change[]): Promise<void> {
    return changes.length === 0 ? Promise.resolve() : this.#propose(changes);
  }

  /** Changes that append to the event history and drop its oldest rows. */
  eventChanges(events: readonly Pick<EventRow, 'module' | 'event' | 'pairs'>[], extraInfo = ''): Change[] {
    const { events: kept } = this.tables;
    const last = [...kept.values()].at(-1);
    const time = Math.max(nowUs(), (last?.time ?? 0) + 1);
    const added = events.map((event, offset): Change => {
      const sequence = (last?.sequence ?? 0) + 1 + offset;
      const row: EventRow = { ...event, sequence, time: time + offset, extraInfo, rs: this.self };
      return { table: 'events', key: String(sequence), row };
    });
    const excess = Math.max(0, kept.size + added.length - eventsKept);
    const dropped = [...kept.keys()]
      .slice(0, excess)
      .map((key): Change => ({ table: 'events', key, row: null }));
    return [...added, ...dropped];
  }
}

/** Addresses stand in quotes in the event history. */
export function quoted(server: string): string {
  return `"${server}"`;
}
