/** Every call that another server may make, by name. */
import type { Change, TablesImage } from '../cluster/inner-tables.ts';
import { buildVersionOf, isKernelVersion } from '../cluster/kernel-version.ts';
import type {
  AdminRequest,
  ChangeMembersRequest,
  ConfigurationOffer,
  HeartbeatRequest,
  LocationReport,
  NewcomerInfo,
  ReadTablesReply,
  ReadTablesRequest,
} from '../cluster/messages.ts';
import type { VirtualName } from '../cluster/virtual-rows.ts';
import type { VoteRequest } from '../consensus/election.ts';
import type { AppendMessage, SnapshotMessage } from '../consensus/log-replicator.ts';
import { kernelError } from '../kernel-error.ts';
import type { RpcHandlers } from '../rpc/rpc-server.ts';
import { monotonicMs } from '../timing.ts';
import { wait } from '../wait.ts';
import type { Observer } from './observer.ts';
import type { SysMember } from './sys-member.ts';

export function rpcMethods(observer: Observer): RpcHandlers {
  return new Map<string, (body: never, from: string) => unknown>([
    ...consensusMethods(observer),
    ...clusterMethods(observer),
  ]);
}

function consensusMethods(observer: Observer): [string, (body: never) => unknown][] {
  return [
    ['vote', (body: { key: string; request: VoteRequest }) => observer.group.onVote(body)],
    ['beat', (body: Parameters<Observer['group']['onBeat']>[0]) => observer.group.onBeat(body)],
    ['take_over', (body: { key: string; leader: string; term: number }) => observer.group.onTakeOver(body)],
    ['offer_configuration', (body: ConfigurationOffer) => observer.group.onOffer(body)],
    ['change_members', (body: ChangeMembersRequest) => observer.group.changeMembers(body)],
    ['append', (body: AppendMessage<Change>) => sysMember(observer).replicator.onAppend(body)],
    ['snapshot', (body: SnapshotMessage) => sysMember(observer).replicator.onSnapshot(body)],
    ['who_leads', () => ({ leader: sysLeader(observer) })],
  ];
}

function clusterMethods(observer: Observer): [string, (body: never) => unknown][] {
  return [
    [
      'heartbeat',
      async (body: HeartbeatRequest) => {
        // Silence until root service has given up, as if the network were cut.
        if (observer.faults.dropHeartbeats) {
          await wait(observer.timing.rpcTimeoutMs * 2);
          throw new Error('heartbeat dropped');
        }
        return observer.onHeartbeat(body);
      },
    ],
    [
      'notify_switch_leader',
      ({ epoch, stopped }: { epoch: number; stopped: string[] }) => {
        observer.onStopNotice(epoch, stopped.includes(observer.self));
      },
    ],
    ['read_tables', (body: ReadTablesRequest) => readTables(observer, body)],
    ['admin', (body: AdminRequest) => rootService(observer).administer(body)],
    [
      'report_locations',
      ({ reports }: { reports: LocationReport[] }) => rootService(observer).report(reports),
    ],
    ['virtual', ({ name }: { name: VirtualName }) => observer.virtual(name)],
    ['minor_freeze', () => observer.minorFreeze()],
    ['build_replica', () => buildReplica(observer)],
    ['newcomer_info', () => newcomerInfo(observer)],
    ['machine_status', () => ({ diskHealth: observer.diskHealth })],
    ['bootstrap', (image: TablesImage) => observer.bootstrap(image)],
  ];
}

/** There is no data: only the time passes that copying it would take. */
async function buildReplica(observer: Observer): Promise<void> {
  const startedAt = monotonicMs();
  do {
    if (observer.phase !== 'serving') throw kernelError('serverNotAlive');
    await wait(Math.min(50, observer.timing.buildMs));
  } while (monotonicMs() - startedAt < (observer.faults.replicaCopyMs ?? observer.timing.buildMs));
}

function newcomerInfo({ config, isBootstrapped }: Observer): NewcomerInfo {
  const version = config.options.get('__sim_version') ?? '';
  return {
    zone: config.zone,
    sqlPort: config.sqlPort,
    isEmpty: !isBootstrapped,
    buildVersion: isKernelVersion(version) ? buildVersionOf(version) : '',
  };
}

function sysMember(observer: Observer): SysMember {
  if (observer.sysMember === undefined) throw kernelError('rsNotMaster');
  return observer.sysMember;
}

function rootService(observer: Observer): SysMember['rootService'] {
  return sysMember(observer).rootService;
}

function sysLeader(observer: Observer): string | null {
  const election = observer.group.replicas.get('1.1')?.election;
  return election?.hearsLeader(monotonicMs()) === true ? (election.leader ?? null) : null;
}

function readTables(observer: Observer, { have }: ReadTablesRequest): ReadTablesReply {
  const { context } = rootService(observer);
  const { position } = context.tables;
  const current = have.index === position.index && have.term === position.term;
  return { rs: observer.self, epoch: context.epoch, image: current ? null : context.tables.capture() };
}
