/**
 * This server's way to the inner tables: it asks root service, wherever that is, and keeps the answer as a copy, so that
 * an unchanged state costs one small round trip. Without a root service the tables cannot be read, but the last copy
 * still serves what the kernel serves from memory (logins, who the other servers are).
 */
import { queryTimeout } from '../kernel-error.ts';
import type { Peers } from '../rpc/peers.ts';
import { RpcError } from '../rpc/rpc-error.ts';
import { monotonicMs, type Timing } from '../timing.ts';
import { wait } from '../wait.ts';
import { InnerTables, sysLsKey } from './inner-tables.ts';
import type { ReadTablesReply, ReadTablesRequest } from './messages.ts';

export interface CurrentTables {
  readonly tables: InnerTables;
  readonly rs: string;
  readonly rsEpoch: number;
}

/** What is left of a statement's time. */
export interface Deadline {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** The timeout as the session has it, for the error text. */
  readonly timeoutUs: number;
}

export function remainingMs(deadline: Deadline): number {
  return deadline.at - monotonicMs();
}

export class TableAccess {
  readonly copy = new InnerTables();
  readonly #peers: Peers;
  readonly #timing: Timing;
  readonly #onNewCopy: () => void;
  #rs: string | undefined;

  constructor(peers: Peers, timing: Timing, onNewCopy: () => void) {
    this.#peers = peers;
    this.#timing = timing;
    this.#onNewCopy = onNewCopy;
  }

  get rs(): string | undefined {
    return this.#rs;
  }

  /** A heartbeat tells who root service is. */
  noteRs(rs: string): void {
    this.#rs = rs;
  }

  async read(deadline: Deadline): Promise<CurrentTables> {
    return this.withRs(deadline, async (rs, timeoutMs) => {
      const request: ReadTablesRequest = { have: this.copy.position };
      const reply = await this.#peers.call<ReadTablesReply>(rs, 'read_tables', request, timeoutMs);
      if (reply.image !== null) {
        this.copy.restore(reply.image);
        this.#onNewCopy();
      }
      return { tables: this.copy, rs: reply.rs, rsEpoch: reply.epoch };
    });
  }

  /** Calls whoever is root service, looking for it again while time is left. Only for calls that may be repeated. */
  async withRs<Result>(
    deadline: Deadline,
    call: (rs: string, timeoutMs: number) => Promise<Result>,
  ): Promise<Result> {
    for (;;) {
      const left = remainingMs(deadline);
      if (left <= 0) throw queryTimeout(deadline.timeoutUs);
      const rs = this.#rs ?? (await this.findRs());
      if (rs !== undefined) {
        try {
          return await call(rs, Math.min(left, this.#timing.rpcTimeoutMs));
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          this.#rs = undefined;
        }
      }
      await wait(Math.min(100, Math.max(1, remainingMs(deadline))));
    }
  }

  /** Asks the members of the sys log stream whom they follow. */
  async findRs(): Promise<string | undefined> {
    const members = this.copy.streams.get(sysLsKey)?.members ?? [];
    const answers = members.map(async (member) => {
      const { leader } = await this.#peers.call<{ leader: string | null }>(
        member,
        'who_leads',
        {},
        this.#timing.rpcTimeoutMs,
      );
      if (leader === null) throw new Error('no leader known');
      return leader;
    });
    this.#rs = await Promise.any(answers).catch(() => undefined);
    return this.#rs;
  }
}
