/**
 * A member of the sys log stream: the replicated inner tables, and root service while this member leads. A new leader
 * first commits an entry of its own term; only then does it know all that its predecessors acknowledged.
 */
import { type Change, InnerTables, type TablesImage } from '../cluster/inner-tables.ts';
import type { LsReplica } from '../cluster/ls-replica.ts';
import { LogReplicator } from '../consensus/log-replicator.ts';
import { ReplicatedLog } from '../consensus/replicated-log.ts';
import { kernelError } from '../kernel-error.ts';
import { RootContext, type RootContextOptions } from '../rootservice/root-context.ts';
import { RootService } from '../rootservice/root-service.ts';
import type { Peers } from '../rpc/peers.ts';
import { monotonicMs, type Timing } from '../timing.ts';

export interface SysMemberOptions {
  readonly replica: LsReplica;
  readonly log: ReplicatedLog<Change>;
  readonly peers: Peers;
  readonly timing: Timing;
  readonly rootService: Omit<
    RootContextOptions,
    'tables' | 'propose' | 'epoch' | 'version' | 'peers' | 'timing' | 'configuration'
  >;
}

export class SysMember {
  readonly tables = new InnerTables();
  readonly replicator: LogReplicator<Change>;
  readonly #options: SysMemberOptions;
  #rootService: RootService | undefined;

  constructor(options: SysMemberOptions) {
    this.#options = options;
    this.replicator = new LogReplicator<Change>({
      log: options.log,
      election: options.replica.election,
      peers: options.peers,
      timeoutMs: options.timing.rpcTimeoutMs,
      now: monotonicMs,
      state: {
        apply: (changes, position) => this.tables.apply(changes, position),
        // A snapshot holds what `capture` gave.
        restore: (state, position) => this.tables.restore(state as TablesImage, position),
        capture: () => this.tables.capture(),
      },
    });
  }

  /** Throws 4638 when this server is not root service, or cannot be sure that it still is. */
  get rootService(): RootService {
    const leads = this.#options.replica.election.isLeader(monotonicMs());
    if (this.#rootService === undefined || !leads) throw kernelError('rsNotMaster');
    return this.#rootService;
  }

  get isRootService(): boolean {
    return this.#rootService !== undefined && this.#options.replica.election.isLeader(monotonicMs());
  }

  async onElected(): Promise<void> {
    const { replica, peers, timing, rootService } = this.#options;
    const epoch = replica.election.term;
    try {
      await this.replicator.takeOver();
    } catch {
      // Deposed before it began.
      return;
    }
    if (replica.election.term !== epoch || !replica.election.leading) return;
    const [cluster] = this.tables.cluster.values();
    const context = new RootContext({
      ...rootService,
      tables: this.tables,
      propose: (changes) => this.#propose(epoch, changes),
      peers,
      timing,
      epoch,
      version: cluster?.version ?? '',
      configuration: () => replica.election.configuration,
    });
    this.#rootService = new RootService(context);
    this.#rootService.start();
  }

  onDeposed(): void {
    this.#rootService?.end();
    this.#rootService = undefined;
    this.replicator.abandon();
  }

  #propose(epoch: number, changes: readonly Change[]): Promise<void> {
    if (this.#options.replica.election.term !== epoch) return Promise.reject(kernelError('notMaster'));
    return this.replicator.propose(changes);
  }
}

/** The log of this member, from its folder or, at bootstrap, from the first image of the tables. */
export function openSysLog(folder: string, genesis?: TablesImage): ReplicatedLog<Change> | undefined {
  if (genesis !== undefined) return ReplicatedLog.create(folder, { ...genesis.position, state: genesis });
  return ReplicatedLog.open(folder);
}
