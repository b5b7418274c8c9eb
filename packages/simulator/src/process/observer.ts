/**
 * One simulated OBServer: its replicas, its view of the cluster, and root service when it leads the sys log stream.
 * Life: starting (ports open, no service) -> serving (after root service was heard and boot is over) -> stopping.
 */
import { resolve } from 'node:path';
import { InnerTables, sysLsKey, type TablesImage } from '../cluster/inner-tables.ts';
import { LocationReporter } from '../cluster/location-reporter.ts';
import { logStatOf } from '../cluster/log-stat.ts';
import type { LsReplica } from '../cluster/ls-replica.ts';
import type { HeartbeatAnswer, HeartbeatRequest } from '../cluster/messages.ts';
import { ReplicaGroup } from '../cluster/replica-group.ts';
import { type CurrentTables, type Deadline, TableAccess } from '../cluster/table-access.ts';
import type { CollectVirtual, DiskHealth, VirtualName, VirtualRows } from '../cluster/virtual-rows.ts';
import { FaultState } from '../faults/fault-state.ts';
import { parameters } from '../parameters/catalog.ts';
import { Peers } from '../rpc/peers.ts';
import { MemberStore } from '../store/member-store.ts';
import { monotonicMs, nowUs, type Timing, timingOf } from '../timing.ts';
import { loadBootDelay } from './boot-delay.ts';
import type { EffectLog } from './effects.ts';
import { EventHistory } from './event-history.ts';
import type { LogFile } from './log-file.ts';
import { type ObserverConfig, selfAddress } from './observer-config.ts';
import { Replicas } from './replicas.ts';
import { rpcMethods } from './rpc-methods.ts';
import { SilentPeers } from './silent-peers.ts';
import type { SysMember } from './sys-member.ts';
import { virtualRowsOf } from './virtual-providers.ts';

export type Phase = 'starting' | 'serving' | 'stopping';

export interface ObserverParts {
  readonly home: string;
  readonly config: ObserverConfig;
  readonly effects: EffectLog;
  readonly log: LogFile;
}

export class Observer {
  readonly home: string;
  readonly config: ObserverConfig;
  readonly effects: EffectLog;
  readonly log: LogFile;
  readonly self: string;
  readonly timing: Timing;
  readonly faults = new FaultState();
  readonly peers: Peers;
  readonly access: TableAccess;
  readonly group: ReplicaGroup;
  readonly rpc = rpcMethods(this);
  readonly store: MemberStore;
  readonly history: EventHistory;
  readonly #replicas: Replicas;
  readonly #silentPeers = new SilentPeers();
  readonly #reporter: LocationReporter;
  sysMember: SysMember | undefined;
  phase: Phase = 'starting';
  /** Microseconds; 0 until serving. */
  startServiceTime = 0;
  readonly bootMs: number;
  #epochHeard = 0;
  #booting = false;
  #savingTables = false;

  constructor({ home, config, effects, log }: ObserverParts) {
    this.home = home;
    this.config = config;
    this.effects = effects;
    this.log = log;
    this.self = selfAddress(config);
    this.history = new EventHistory(this.self);
    this.timing = timingOf(Number(config.options.get('__sim_time_scale') ?? 1) || 1, config.options);
    this.bootMs = loadBootDelay(home) ?? this.timing.bootMs;
    this.store = new MemberStore(resolve(home, config.dataDir));
    this.peers = new Peers(this.self, async (method, body) => {
      const handler = this.rpc.get(method);
      if (handler === undefined) throw new Error(`no rpc method ${method}`);
      // A call to oneself passes the same body as one over the wire.
      return handler(body as never, this.self);
    });
    this.access = new TableAccess(this.peers, this.timing, () => this.#onNewCopy());
    this.group = new ReplicaGroup({
      self: this.self,
      zone: config.zone,
      peers: this.peers,
      timing: this.timing,
      faults: this.faults,
      mayReceive: ({ key }, member) =>
        key !== sysLsKey || (this.sysMember?.replicator.isCaughtUp(member) ?? false),
      onLeaderChange: (replica, leading) => this.#onLeaderChange(replica, leading),
      // Only the sys log stream has a log that could lose something.
      secure: async ({ key }) => {
        if (key === sysLsKey) await this.sysMember?.replicator.propose([]);
      },
      create: (offer) => this.#replicas.create(offer),
      drop: (replica) => this.#replicas.drop(replica),
    });
    this.#reporter = new LocationReporter(this.group, this.access, this.peers, this.timing);
    this.#replicas = new Replicas(this);
    const image = this.store.loadTables();
    if (image !== undefined) this.access.copy.restore(image);
    if (this.store.isBootstrapped) {
      this.#replicas.openAll();
      // Until root service says otherwise a stopped server counts as still stopped.
      this.group.stopped = this.access.copy.isUnfitToLead(this.self);
    }
  }

  get diskHealth(): DiskHealth {
    return this.faults.diskErrorSince === 0 ? 'NORMAL' : 'ERROR';
  }

  get isBootstrapped(): boolean {
    return this.store.isBootstrapped;
  }

  /** What this server knows of the cluster without asking anybody. */
  get knownTables(): InnerTables {
    return this.sysMember?.isRootService === true ? this.sysMember.tables : this.access.copy;
  }

  /** The inner tables as of now: from itself if it is root service, else by asking root service. */
  async currentTables(deadline: Deadline): Promise<CurrentTables> {
    const member = this.sysMember;
    if (member?.isRootService === true) {
      return { tables: member.tables, rs: this.self, rsEpoch: member.rootService.context.epoch };
    }
    return this.access.read(deadline);
  }

  /** Regular work; the caller's timer decides the pace. */
  tick(): void {
    this.group.tick();
    this.sysMember?.replicator.tick();
    void this.#reporter.flush();
  }

  /** The first state of a new cluster, the same for all its servers. Doing it again changes nothing. */
  bootstrap(image: TablesImage): void {
    if (this.isBootstrapped) return;
    const tables = new InnerTables();
    tables.restore(image);
    this.store.saveTables(image);
    this.access.copy.restore(image);
    this.#replicas.makeAll(image, tables);
    this.tick();
  }

  onHeartbeat(request: HeartbeatRequest): HeartbeatAnswer {
    if (request.epoch < this.#epochHeard) return { refused: 'old epoch' };
    // The others of a new cluster may elect a root service before this one has its first tables.
    if (request.isMember && !this.isBootstrapped) return { refused: 'no data' };
    const newRs = request.epoch > this.#epochHeard;
    this.#epochHeard = request.epoch;
    // Root service talks to listed servers only: this one has been added.
    if (!this.isBootstrapped) this.store.join();
    this.access.noteRs(request.rs);
    this.group.stopped = request.stopped;
    if (newRs) this.#reporter.addAll();
    if (request.position.index !== this.access.copy.position.index) this.#refreshCopy();
    if (this.phase === 'starting' && !this.#booting) {
      this.#booting = true;
      setTimeout(() => this.#serve(), this.bootMs);
    }
    const [cluster] = this.access.copy.cluster.values();
    return {
      zone: this.config.zone,
      sqlPort: this.config.sqlPort,
      buildVersion: cluster?.buildVersion ?? '',
      startServiceTime: this.startServiceTime,
      diskHealth: this.diskHealth,
    };
  }

  /** Root service stopped or started something: whoever is concerned acts without waiting for the heartbeat. */
  onStopNotice(epoch: number, stopped: boolean): void {
    if (epoch < this.#epochHeard) return;
    this.group.stopped = stopped;
    this.tick();
  }

  /** Leaders leave, logins are refused; the caller ends the process. */
  prepareStop(): void {
    this.phase = 'stopping';
    this.group.stopping = true;
    this.tick();
  }

  /** Rows of every reachable server; who does not answer in time is left out. */
  readonly collect: CollectVirtual = async <Name extends VirtualName>(name: Name) => {
    const servers = [...this.knownTables.servers.keys()];
    const answers = await Promise.all(
      (servers.length > 0 ? servers : [this.self]).map((server) =>
        this.#silentPeers.ask(server, this.timing.rpcTimeoutMs, (timeoutMs) =>
          this.peers.call<VirtualRows[Name][]>(server, 'virtual', { name }, timeoutMs),
        ),
      ),
    );
    return answers.flatMap((answer) => answer ?? []);
  };

  virtual<Name extends VirtualName>(name: Name): VirtualRows[Name][] {
    return virtualRowsOf(this, name);
  }

  parameter(name: string): string {
    const { parameters: set } = this.knownTables;
    const row = set.get(`${name}@${this.self}`) ?? set.get(`${name}@`);
    return row?.value ?? this.config.options.get(name) ?? parameters.get(name)?.defaultValue ?? '';
  }

  /** Flushes what is in memory, in the background: the checkpoints move to where the logs end now. */
  minorFreeze(): void {
    setTimeout(() => {
      const now = monotonicMs();
      for (const replica of this.group.replicas.values()) replica.checkpoint(now);
    }, this.timing.freezeMs);
  }

  saveReplicas(): void {
    this.#replicas.save();
  }

  #onLeaderChange(replica: LsReplica, leading: boolean): void {
    const { tenantId, lsId, election } = replica;
    this.effects.record(leading ? 'leader_gained' : 'leader_lost', { tenantId, lsId, term: election.term });
    this.history.add('ELECTION', leading ? 'leader takeover success' : 'leader revoke', [
      ['tenant_id', String(tenantId)],
      ['ls_id', String(lsId)],
    ]);
    this.log.write('INFO', `${leading ? 'gained' : 'lost'} leader of ${replica.key}, term ${election.term}`);
    if (replica.key === sysLsKey) {
      if (leading) void this.sysMember?.onElected();
      else this.sysMember?.onDeposed();
    } else if (leading) {
      this.#reporter.add(replica);
    }
  }

  #serve(): void {
    if (this.phase !== 'starting') return;
    this.phase = 'serving';
    this.group.serving = true;
    this.startServiceTime = nowUs();
    this.effects.record('serving', { startServiceTime: this.startServiceTime });
    this.history.add('observer', 'start_service');
    this.log.write('INFO', 'observer is in service');
  }

  #refreshCopy(): void {
    if (this.sysMember?.isRootService === true) return;
    const deadline = {
      at: monotonicMs() + this.timing.rpcTimeoutMs,
      timeoutUs: this.timing.rpcTimeoutMs * 1000,
    };
    // The next heartbeat tries again.
    this.access.read(deadline).catch(() => undefined);
  }

  #onNewCopy(): void {
    this.#saveTablesSoon();
    this.#replicas.dropStrays(this.access.copy);
  }

  #saveTablesSoon(): void {
    if (this.#savingTables) return;
    this.#savingTables = true;
    setTimeout(() => {
      this.#savingTables = false;
      this.store.saveTables(this.access.copy.capture());
    }, 500);
  }

  get logStats(): VirtualRows['logStat'][] {
    const now = monotonicMs();
    const { tenants } = this.knownTables;
    return [...this.group.replicas.values()].map((replica) => {
      const isStandby = tenants.get(String(replica.tenantId))?.tenantRole === 'STANDBY';
      return logStatOf(replica, this.self, now, isStandby ? 'RAW_WRITE' : 'APPEND');
    });
  }
}
