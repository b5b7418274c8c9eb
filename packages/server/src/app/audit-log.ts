/**
 * Takes events and adds them to the audit. Whoever records waits until his event is durable; events that wait at the same
 * time share one transaction.
 *
 * A flood of refusals must not fill the disk: the first of its kind is recorded at once, the same ones within the next
 * minute are counted and recorded together.
 */
import type { AuditStore, NewAuditRow } from '../store/audit.ts';

export interface AuditLogOptions {
  readonly store: Pick<AuditStore, 'append'>;
  /** What could not be recorded: the last place where it can be told. */
  readonly onError: (error: unknown, lost: readonly NewAuditRow[]) => void;
  /** For tests. */
  readonly repeatWindowMs?: number;
}

interface Waiting {
  readonly row: NewAuditRow;
  readonly done: () => void;
}

interface Repeated {
  count: number;
  last: NewAuditRow;
  readonly timer: NodeJS.Timeout;
}

const DEFAULT_REPEAT_WINDOW_MS = 60_000;
/** Kinds of refusals that are counted at once; more are counted as one kind for each error. */
const MAX_KINDS = 5_000;

export class AuditLog {
  readonly #options: AuditLogOptions;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  readonly #repeated = new Map<string, Repeated>();

  constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** Resolves when the event is durable, or has been reported as lost: an audit that is full must not stop the rest. */
  record(row: NewAuditRow): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ row, done: resolve });
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  /** @param kind refusals of one kind say the same: who, from where, what, why */
  async recordRefusal(row: NewAuditRow, kind: string): Promise<void> {
    const key = this.#repeated.size < MAX_KINDS || this.#repeated.has(kind) ? kind : row.operation_event;
    const repeated = this.#repeated.get(key);
    if (repeated !== undefined) {
      repeated.count += 1;
      repeated.last = row;
      return;
    }
    const windowMs = this.#options.repeatWindowMs ?? DEFAULT_REPEAT_WINDOW_MS;
    const timer = setTimeout(() => void this.#endRepetition(key), windowMs).unref();
    this.#repeated.set(key, { count: 0, last: row, timer });
    await this.record(row);
  }

  /** Records what was only counted so far. */
  async stop(): Promise<void> {
    await Promise.all([...this.#repeated.keys()].map((key) => this.#endRepetition(key)));
    await this.#writing;
  }

  async #endRepetition(key: string): Promise<void> {
    const repeated = this.#repeated.get(key);
    if (repeated === undefined) return;
    clearTimeout(repeated.timer);
    this.#repeated.delete(key);
    const { count, last } = repeated;
    if (count === 0) return;
    const info: unknown = JSON.parse(last.event_info);
    await this.record({ ...last, event_info: JSON.stringify({ ...Object(info), repeated: count }) });
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const rows = batch.map(({ row }) => row);
      try {
        await this.#options.store.append(rows);
      } catch (error) {
        this.#options.onError(error, rows);
      }
      for (const { done } of batch) done();
    }
  }
}
