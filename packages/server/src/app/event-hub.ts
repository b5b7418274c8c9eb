/**
 * Tells everybody who listens at this instance what changes, whichever instance changed it.
 *
 * What is told comes from the metadata store alone: the sequence of log lines says which tasks have changed, and the
 * tasks are then read and compared with what was told last. The engine of this instance only says when to look; for what
 * others do the hub looks twice a second. So every instance tells the same, and a place in the sequence of lines is a
 * place to resume from, at any instance.
 *
 * A task's new state follows its last line. Whoever resumes behind a line hears the state of that line's task again, so
 * nothing is lost wherever the stream was cut. Without listeners the hub does nothing.
 */
import { type EventsAnswer, OcpError, type StreamItem } from '@openocp/contract';
import type { Engine, EngineEvent, Task } from '@openocp/engine';
import type { StoredLogLine } from '../store/task-list.ts';
import { EventQueue } from './event-queue.ts';
import { LineOrder } from './line-order.ts';
import { hasEnded, type MissedEventSources, tellMissed, tellReset } from './missed-events.ts';
import { TaskChanges } from './task-changes.ts';
import { isFor, type Listener, type Told, tellLine, tellServer, tellState } from './told.ts';

export interface EventHubOptions extends MissedEventSources {
  readonly engine: Pick<Engine, 'events' | 'fetchSettled'>;
  /** Only this process writes to the store. */
  readonly hasOneWriter: boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly limits?: Partial<EventLimits>;
}

export interface EventLimits {
  /** Pause between two looks for what other instances did. */
  readonly pollMs: number;
  readonly heartbeatMs: number;
  /** A stream ends after this time, so that its listener is authenticated again. */
  readonly lifetimeMs: number;
  /** JSON that may wait for one listener. */
  readonly queueCharacters: number;
  /** Lines that are told to one who was away; after more it begins afresh. */
  readonly missedLines: number;
  readonly listeners: number;
}

const defaultLimits: EventLimits = {
  pollMs: 500,
  heartbeatMs: 15_000,
  lifetimeMs: 15 * 60_000,
  queueCharacters: 1024 * 1024,
  missedLines: 20_000,
  listeners: 500,
};

const linesPerRead = 500;
/** Looking at all servers may take this part of the time, however many there are. */
const serverLookShare = 1 / 20;
const gapPauseMs = 50;

interface Open extends Listener {
  readonly queue: EventQueue;
}

export class EventHub {
  readonly #options: EventHubOptions;
  readonly #limits: EventLimits;
  readonly #open = new Set<Open>();
  readonly #order: LineOrder;
  #changes: TaskChanges;
  #begun: Promise<void> | undefined;
  #ends: (() => void)[] = [];
  /** Everything up to this line was told. */
  #position = 0;
  /** Tasks of which the engine has spoken since the last look. */
  #touched = new Set<number>();
  #nextServerLook = 0;
  #isAsked = false;
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#order = new LineOrder(options.hasOneWriter);
    this.#changes = new TaskChanges(options.offsetMinutes);
  }

  /**
   * @param after the last event that the listener has seen; undefined for one who is new
   * @throws OcpError TOO_MANY_REQUESTS, ENGINE_UNAVAILABLE
   */
  async listen(listener: Listener, after: number | undefined): Promise<EventsAnswer> {
    await this.#beginning();
    if (this.#isStopped) throw new OcpError('ENGINE_UNAVAILABLE', { reason: 'it is shutting down' });
    if (this.#open.size >= this.#limits.listeners) throw new OcpError('TOO_MANY_REQUESTS', {});
    const queue = new EventQueue({
      maxCharacters: this.#limits.queueCharacters,
      missed: this.#missed(listener, after),
      onClosed: () => {
        clearTimeout(lifetime);
        this.#open.delete(open);
        if (this.#open.size === 0) this.#rest();
      },
    });
    const open: Open = { ...listener, queue };
    const lifetime = setTimeout(() => queue.close(), this.#limits.lifetimeMs);
    this.#open.add(open);
    return queue;
  }

  /** Ends all streams; resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { queue } of this.#open) queue.close();
    await this.#looking;
  }

  #missed(listener: Listener, after: number | undefined): AsyncGenerator<StreamItem[], undefined> {
    const upTo = this.#position;
    if (after === undefined) return tellPosition(upTo);
    const isTooMuch = listener.taskId === undefined && upTo - after > this.#limits.missedLines;
    if (after > upTo || isTooMuch) return tellReset(this.#options.servers, listener, upTo);
    return tellMissed(this.#options, listener, after, upTo);
  }

  async #beginning(): Promise<void> {
    // It may have come to rest again while we waited.
    for (let begun: Promise<void> | undefined; begun === undefined || begun !== this.#begun; ) {
      this.#begun ??= this.#begin();
      begun = this.#begun;
      await begun;
    }
  }

  async #begin(): Promise<void> {
    const { engine, feed, servers, now } = this.#options;
    try {
      const newest = await feed.listNewest(linesPerRead);
      this.#position = newest.at(-1)?.id ?? 0;
      this.#order.begin(newest, now());
      await servers.look();
    } catch (error) {
      this.#begun = undefined;
      throw error;
    }
    const poll = setInterval(() => this.#ask(), this.#limits.pollMs);
    const heartbeat = setInterval(() => this.#beat(), this.#limits.heartbeatMs);
    const unsubscribe = engine.events.subscribe((event) => this.#hear(event));
    this.#ends = [() => clearInterval(poll), () => clearInterval(heartbeat), unsubscribe];
  }

  #rest(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#begun = undefined;
    this.#touched.clear();
    this.#changes = new TaskChanges(this.#options.offsetMinutes);
  }

  #hear({ kind, task }: EngineEvent): void {
    // A line is found in the store; a wait is known to the engine alone.
    if (kind !== 'log') this.#touched.add(task.id);
    this.#ask();
  }

  #beat(): void {
    for (const { queue } of this.#open) queue.push([{ id: this.#position }]);
  }

  #ask(): void {
    this.#isAsked = true;
    this.#looking ??= this.#lookWhileAsked()
      .catch((error: unknown) => this.#options.onError(error))
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#isAsked && this.#open.size > 0) {
      this.#isAsked = false;
      // Everything that became durable together is told together.
      await new Promise((resolve) => setImmediate(resolve));
      const touched = this.#touched;
      this.#touched = new Set();
      try {
        await this.#tellServers(await this.#tellTasks(touched));
      } catch (error) {
        for (const taskId of touched) this.#touched.add(taskId);
        throw error;
      }
    }
  }

  /** @returns the clusters of tasks that have changed. */
  async #tellTasks(touched: ReadonlySet<number>): Promise<Set<number>> {
    const { feed, now } = this.#options;
    const clusterIds = await this.#tellLate();
    let rest = touched;
    for (;;) {
      const lines = await feed.list({ after: this.#position }, linesPerRead);
      const passed = this.#order.take(lines, this.#position, now());
      const told = await this.#describe(passed, rest);
      this.#position = passed.at(-1)?.id ?? this.#position;
      this.#deliver(told);
      for (const id of changedClusters(told)) clusterIds.add(id);
      rest = new Set();
      if (passed.length < lines.length) setTimeout(() => this.#ask(), gapPauseMs).unref();
      if (passed.length < linesPerRead) return clusterIds;
    }
  }

  /** Lines that became visible after later ones had been told. Their place is where the stream is now. */
  async #tellLate(): Promise<Set<number>> {
    const { feed, now } = this.#options;
    const lines = await feed.listByIds(this.#order.missing(now()));
    if (lines.length === 0) return new Set();
    const told = await this.#describe(lines, new Set());
    this.#order.found(lines);
    this.#deliver(told.map(({ item, ...each }) => ({ ...each, item: { ...item, id: this.#position } })));
    return changedClusters(told);
  }

  async #describe(lines: readonly StoredLogLine[], touched: ReadonlySet<number>): Promise<Told[]> {
    const lastLines = new Map(lines.map((line) => [line.taskId, line.id]));
    const ids = [...new Set([...lastLines.keys(), ...touched])];
    const read = await Promise.all(ids.map((id) => this.#options.engine.fetchSettled(id)));
    const tasks = new Map(read.flatMap((task) => (task === undefined ? [] : [[task.id, task] as const])));
    const ahead = await this.#endsAhead(tasks.values(), Math.max(lines.at(-1)?.id ?? 0, this.#position));
    const told: Told[] = [];
    for (const line of lines) {
      const task = tasks.get(line.taskId);
      // Removed since.
      if (task === undefined) continue;
      told.push(tellLine(line, task, this.#options.offsetMinutes));
      if (lastLines.get(task.id) === line.id && !ahead.has(task.id)) told.push(...this.#tellChanges(task));
    }
    for (const task of tasks.values()) {
      if (!lastLines.has(task.id) && !ahead.has(task.id)) told.push(...this.#tellChanges(task));
    }
    return told;
  }

  /** Tasks that have ended with lines that are not told yet: a listener may stop at the end, so it is told behind them. */
  async #endsAhead(tasks: Iterable<Task>, position: number): Promise<{ has(taskId: number): boolean }> {
    const ended = [...tasks].filter(hasEnded).map(({ id }) => id);
    if (ended.length === 0) return new Set();
    const ahead = await this.#options.feed.listTasks({ after: position });
    return new Set(ended.filter((id) => ahead.has(id)));
  }

  #tellChanges(task: Task): Told[] {
    return this.#changes.take(task).map((event) => tellState(event, task));
  }

  async #tellServers(clusterIds: ReadonlySet<number>): Promise<void> {
    const { servers, now } = this.#options;
    const begin = now();
    const isDue = begin >= this.#nextServerLook;
    if (!isDue && clusterIds.size === 0) return;
    const changed = await servers.look(isDue ? undefined : [...clusterIds]);
    if (isDue) {
      const end = now();
      this.#nextServerLook = end + Math.max(this.#limits.pollMs, (end - begin) / serverLookShare);
    }
    this.#deliver(changed.map(tellServer));
  }

  #deliver(told: readonly Told[]): void {
    if (told.length === 0) return;
    for (const open of this.#open) {
      const items = told.filter((each) => isFor(open, each)).map(({ item }) => item);
      if (items.length > 0) open.queue.push(items);
    }
  }
}

/** Clusters of what has changed, and not only spoken. */
function changedClusters(told: readonly Told[]): Set<number> {
  return new Set(
    told.flatMap(({ event, clusterId }) => (event === 'log' || clusterId === undefined ? [] : [clusterId])),
  );
}

async function* tellPosition(position: number): AsyncGenerator<StreamItem[], undefined> {
  yield [{ id: position }];
  return undefined;
}
