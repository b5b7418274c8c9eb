/** `openocp host list`, and which servers a cluster has: `openocp server add|delete|replace`. */
import type { Command } from 'commander';
import type { Cluster } from '../answers.ts';
import {
  addressOf,
  chooseHost,
  chooseServer,
  chooseZone,
  fetchHosts,
  fetchServers,
  fetchZones,
  findCluster,
} from '../find-objects.ts';
import { renderHosts } from '../inventory-tables.ts';
import { type OperationOptions, type OperationRequest, runOperation, showPlan } from '../run-operation.ts';
import type { Outside, Session, SessionOptions } from '../session.ts';
import { act, addFollowOption, addSessionOptions, collect, positiveInteger } from './common-options.ts';

interface MemberFlags extends SessionOptions, OperationOptions {
  readonly planOnly?: boolean;
  readonly home?: string;
  readonly rpcPort?: number;
  readonly sqlPort?: number;
  readonly hostLost?: boolean;
}
interface AddFlags extends MemberFlags {
  readonly zone: string;
  readonly host: readonly string[];
}
interface ReplaceFlags extends MemberFlags {
  readonly host: string;
}

/** Only what was asked for: the rest follows from the cluster and the host. */
const placeOf = ({ home, rpcPort, sqlPort }: MemberFlags) => ({
  ...(home === undefined ? {} : { home }),
  ...(rpcPort === undefined ? {} : { rpcPort }),
  ...(sqlPort === undefined ? {} : { sqlPort }),
});

const lossOf = ({ hostLost = false }: MemberFlags) => (hostLost ? { skipHostOperation: true } : {});

const serversPath = ({ id }: Cluster) => `/api/v2/ob/clusters/${id}/servers`;

async function findHosts({ client }: Session, names: readonly string[]) {
  const hosts = (await fetchHosts(client)).value.contents;
  return names.map((name) => chooseHost(hosts, name));
}

async function findServers({ client }: Session, cluster: Cluster, names: readonly string[]) {
  const servers = (await fetchServers(client, cluster.id)).value.contents;
  return names.map((name) => chooseServer(servers, name, cluster.name));
}

async function requestAdd(session: Session, flags: AddFlags): Promise<OperationRequest> {
  const cluster = await findCluster(session.client, session.cluster);
  const zones = (await fetchZones(session.client, cluster.id)).value.contents;
  const zoneName = chooseZone(zones, flags.zone, cluster.name).name;
  const hosts = await findHosts(session, flags.host);
  const where = hosts.map(({ innerIpAddress }) => innerIpAddress).join(', ');
  return {
    path: serversPath(cluster),
    title: `Add servers on ${where} to zone ${zoneName} of cluster ${cluster.name}`,
    needsYes: true,
    parameters: { zoneName, servers: hosts.map(({ id }) => id), ...placeOf(flags) },
  };
}

async function requestDelete(
  session: Session,
  flags: MemberFlags,
  names: readonly string[],
): Promise<OperationRequest> {
  const cluster = await findCluster(session.client, session.cluster);
  const servers = await findServers(session, cluster, names);
  const which = servers.map((each) => `${each.id} (${addressOf(each)}, ${each.zoneName})`).join(', ');
  return {
    path: `${serversPath(cluster)}/batchDelete`,
    title: `Delete server ${which} of cluster ${cluster.name} for good`,
    needsYes: true,
    parameters: { servers: servers.map(({ id }) => id), ...lossOf(flags) },
  };
}

async function requestReplace(
  session: Session,
  flags: ReplaceFlags,
  name: string,
): Promise<OperationRequest> {
  const cluster = await findCluster(session.client, session.cluster);
  const servers = (await fetchServers(session.client, cluster.id)).value.contents;
  const server = chooseServer(servers, name, cluster.name);
  const host = chooseHost((await fetchHosts(session.client)).value.contents, flags.host);
  return {
    path: `${serversPath(cluster)}/${server.id}/replace`,
    title: `Replace server ${server.id} (${addressOf(server)}, ${server.zoneName}) of cluster ${cluster.name} by one on ${host.innerIpAddress}`,
    needsYes: true,
    parameters: { hostId: host.id, ...lossOf(flags), ...placeOf(flags) },
  };
}

const planOrRun = (session: Session, flags: MemberFlags, request: OperationRequest) =>
  flags.planOnly === true ? showPlan(session, request, flags) : runOperation(session, request, flags);

function addPlaceOptions(command: Command): Command {
  return command
    .option('--home <folder>', 'home of the new server; the only free one of the host when left out')
    .option('--rpc-port <port>', 'its RPC port; that of the cluster when left out', positiveInteger)
    .option('--sql-port <port>', 'its SQL port; that of the cluster when left out', positiveInteger);
}

const addLossOption = (command: Command) =>
  command.option('--host-lost', 'the host is lost: nothing is asked of its agent, its process is not ended');

/** Adds `add`, `delete` and `replace` below `server`. */
export function addMembershipCommands(server: Command, outside: Outside): void {
  const child = (name: string, description: string) =>
    addFollowOption(addSessionOptions(server.command(name).description(description), true))
      .option('-y, --yes', 'do not ask')
      .option('--plan-only', 'show what it would do, and whether it may; changes nothing');

  const add = child('add', 'add servers to a zone, on hosts that have the software already')
    .requiredOption('--zone <zone>', 'the zone they join')
    .requiredOption('--host <host>', 'id or address of a host; may be repeated', collect);
  act<AddFlags, []>(addPlaceOptions(add), outside, async (session, flags) =>
    planOrRun(session, flags, await requestAdd(session, flags)),
  );
  const remove = child('delete', 'delete servers: the kernel moves everything off them, then they end');
  act<MemberFlags, [readonly string[]]>(
    addLossOption(remove.argument('<servers...>', 'ids, or addresses as ip:rpcPort')),
    outside,
    async (session, flags, names) => planOrRun(session, flags, await requestDelete(session, flags, names)),
  );
  const replace = child('replace', 'replace a server: a new one joins its zone, then the old one is deleted')
    .argument('<server>', 'id, or address as ip:rpcPort')
    .requiredOption('--host <host>', 'id or address of the host of the new server');
  act<ReplaceFlags, [string]>(
    addLossOption(addPlaceOptions(replace)),
    outside,
    async (session, flags, name) => planOrRun(session, flags, await requestReplace(session, flags, name)),
  );
}

/** Adds `list` below `host`. */
export function addHostCommands(host: Command, outside: Outside): void {
  const list = addSessionOptions(host.command('list').description('list hosts, and their free homes'), false);
  act(list, outside, async (session) => {
    const { value, raw } = await fetchHosts(session.client);
    session.show(raw, () => renderHosts(value.contents, session.terminal.paint));
  });
}
