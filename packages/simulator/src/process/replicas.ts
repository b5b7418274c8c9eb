/** The replicas of this server between disk and memory: opened at boot, made and dropped as members change. */
import { rmSync } from 'node:fs';
import { type InnerTables, lsKey, sysLsKey, type TablesImage } from '../cluster/inner-tables.ts';
import { LsReplica } from '../cluster/ls-replica.ts';
import type { ConfigurationOffer } from '../cluster/messages.ts';
import { Election, everyoneIn, firstConfiguration } from '../consensus/election.ts';
import { ReplicatedLog } from '../consensus/replicated-log.ts';
import type { ReplicaRecord } from '../store/member-store.ts';
import { monotonicMs, nowUs } from '../timing.ts';
import type { Observer } from './observer.ts';
import { openSysLog, SysMember } from './sys-member.ts';

type SysLog = NonNullable<ReturnType<typeof openSysLog>>;

export class Replicas {
  readonly #observer: Observer;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** Of a new cluster, from its first tables. */
  makeAll(image: TablesImage, tables: InnerTables): void {
    const { self, store } = this.#observer;
    const own = [...tables.streams.values()].filter(({ members }) => members.includes(self));
    if (own.some(({ tenantId, lsId }) => lsKey(tenantId, lsId) === sysLsKey))
      openSysLog(store.innerFolder, image);
    store.saveReplicas(
      own.map(({ tenantId, lsId, members, primaryZone }): [string, ReplicaRecord] => [
        lsKey(tenantId, lsId),
        recordOf({ tenantId, lsId, primaryZone, configuration: firstConfiguration(members) }),
      ]),
    );
    this.openAll();
  }

  openAll(): void {
    for (const [key, record] of this.#observer.store.replicas) this.#open(key, record);
  }

  /** The data is here already: building it took its time before the members changed. */
  create(offer: ConfigurationOffer): void {
    const { store, group } = this.#observer;
    const key = lsKey(offer.tenantId, offer.lsId);
    // An old log of the stream would be one of another life.
    if (key === sysLsKey) {
      rmSync(store.innerFolder, { recursive: true, force: true });
      ReplicatedLog.create(store.innerFolder, { term: 0, index: 0, state: emptyImage });
    }
    // Counts as a vote for the leader that asks: this member may have voted in this term before it was dropped.
    const record = { ...recordOf(offer), term: offer.term, votedFor: offer.leader };
    store.saveReplicas([[key, record]]);
    this.#open(key, record);
    group.tick();
  }

  drop(replica: LsReplica): void {
    const { store, group, log } = this.#observer;
    group.replicas.delete(replica.key);
    if (replica.key === sysLsKey) {
      this.#observer.sysMember?.onDeposed();
      this.#observer.sysMember = undefined;
    }
    store.removeReplica(replica.key);
    if (replica.key === sysLsKey) rmSync(store.innerFolder, { recursive: true, force: true });
    log.write('INFO', `dropped the replica of ${replica.key}`);
  }

  /** Replicas that were taken out of their streams while this server was away. */
  dropStrays({ streams }: InnerTables): void {
    const { self, group } = this.#observer;
    for (const replica of group.replicas.values()) {
      const { configuration } = replica.election;
      const known = streams.get(replica.key);
      // A copy of the tables that is older than the stream, as right after a start, is no reason to give up a log.
      if (known === undefined) continue;
      // A configuration newer than root service has heard of may name this server again.
      const isNewer = configuration.version >= known.configurationVersion;
      if (known.members.includes(self) || (isNewer && everyoneIn(configuration).includes(self))) continue;
      if (!replica.election.hearsLeader(monotonicMs())) this.drop(replica);
    }
  }

  /** Where the logs end is written down now and then: a restarted replica starts from there. */
  save(): void {
    const { store, group } = this.#observer;
    const now = monotonicMs();
    store.saveReplicas(
      [...group.replicas.values()].flatMap((replica) => {
        const record = store.replicas.get(replica.key);
        return record === undefined
          ? []
          : [[replica.key, { ...record, endScn: String(replica.endScn(now)) }] as const];
      }),
    );
  }

  #open(key: string, record: ReplicaRecord): void {
    const { self, timing, store, group } = this.#observer;
    const sysLog: SysLog | undefined = key === sysLsKey ? openSysLog(store.innerFolder) : undefined;
    const election = new Election({
      self,
      configuration: record.configuration,
      hard: record,
      leaseMs: timing.electionLeaseMs,
      stepMs: timing.candidateStepMs,
      now: monotonicMs(),
      random: Math.random,
      persist: (hard, configuration) => {
        const known = store.replicas.get(key) ?? record;
        store.saveReplicas([[key, { ...known, ...hard, configuration }]]);
      },
      logPosition: () => sysLog?.last ?? { term: 0, index: 0 },
    });
    const { tenantId, lsId, primaryZone, endScn } = record;
    const replica = new LsReplica({
      key,
      tenantId,
      lsId,
      primaryZone,
      election,
      endScn: BigInt(endScn),
      beatFreshMs: timing.renewMs * 3,
    });
    if (sysLog !== undefined) this.#observer.sysMember = this.#openSysMember(replica, sysLog);
    group.replicas.set(key, replica);
  }

  #openSysMember(replica: LsReplica, log: SysLog): SysMember {
    const { effects, peers, timing } = this.#observer;
    const rootService = {
      effects,
      collectLogStat: () => this.#observer.collect('logStat'),
      parameter: (name: string) => this.#observer.parameter(name),
    };
    return new SysMember({ replica, log, peers, timing, rootService });
  }
}

const emptyImage: TablesImage = { position: { term: 0, index: 0 }, tables: {} };

function recordOf(
  of: Pick<ReplicaRecord, 'tenantId' | 'lsId' | 'primaryZone' | 'configuration'>,
): ReplicaRecord {
  const { tenantId, lsId, primaryZone, configuration } = of;
  const endScn = String(BigInt(nowUs()) * 1000n);
  return { tenantId, lsId, primaryZone, configuration, term: 0, votedFor: null, endScn };
}
