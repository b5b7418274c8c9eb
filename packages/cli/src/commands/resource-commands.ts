/** `openocp server|zone|cluster list|show|plan|stop|start|restart`. */
import type { Command } from 'commander';
import {
  addressOf,
  chooseCluster,
  chooseServer,
  chooseZone,
  fetchClusters,
  fetchServers,
  fetchZones,
  findCluster,
  rawItem,
} from '../find-objects.ts';
import {
  renderCluster,
  renderClusters,
  renderServer,
  renderServers,
  renderZone,
  renderZones,
} from '../inventory-tables.ts';
import { type OperationRequest, runOperation, showPlan } from '../run-operation.ts';
import type { Outside, Session, SessionOptions } from '../session.ts';
import { act, addFollowOption, addSessionOptions, choice } from './common-options.ts';
import {
  addOperationOptions,
  type OperationFlags,
  parametersOf,
  type Resource,
  type Verb,
  verbs,
} from './operations.ts';

interface Subject extends Pick<OperationRequest, 'confirmation'> {
  /** `/api/v2/ob/clusters/1/servers/2` */
  readonly path: string;
  /** `server 2 (10.0.0.1:2882) of cluster obcluster` */
  readonly subject: string;
}

type List = (session: Session) => Promise<void>;
type One<Result> = (session: Session, name: string | undefined) => Promise<Result>;

interface ResourceCommands {
  readonly list: List;
  readonly show: One<void>;
  /** What an operation is for. */
  readonly find: One<Subject>;
}

const argumentOf: Readonly<Record<Resource, readonly [string, string]>> = {
  server: ['<server>', 'id, or address as ip:rpcPort'],
  zone: ['<zone>', 'name of the zone'],
  cluster: ['[cluster]', 'name or id; may be left out when there is only one'],
};

async function listServers({ client, cluster, terminal, ...session }: Session): Promise<void> {
  if (cluster !== undefined) {
    const { value, raw } = await fetchServers(client, (await findCluster(client, cluster)).id);
    return session.show(raw, () => renderServers(value.contents, terminal.paint));
  }
  const clusters = (await fetchClusters(client)).value.contents;
  const answers = await Promise.all(clusters.map(({ id }) => fetchServers(client, id)));
  const servers = answers.flatMap(({ value }) => value.contents);
  const names = new Map(clusters.map(({ id, name }) => [id, name]));
  session.show(
    { contents: answers.flatMap((each) => each.value.contents.map((item) => rawItem(each, item))) },
    () => renderServers(servers, terminal.paint, names),
  );
}

async function findServer({ client, cluster: asked }: Session, name = '') {
  const cluster = await findCluster(client, asked);
  const answer = await fetchServers(client, cluster.id);
  return { cluster, answer, server: chooseServer(answer.value.contents, name, cluster.name) };
}

async function findZone({ client, cluster: asked }: Session, name = '') {
  const cluster = await findCluster(client, asked);
  const answer = await fetchZones(client, cluster.id);
  return { cluster, answer, zone: chooseZone(answer.value.contents, name, cluster.name) };
}

const serverCommands: ResourceCommands = {
  list: listServers,
  async show(session, name) {
    const { cluster, answer, server } = await findServer(session, name);
    session.show(rawItem(answer, server), () => renderServer(server, cluster.name));
  },
  async find(session, name) {
    const { cluster, server } = await findServer(session, name);
    return {
      path: `/api/v2/ob/clusters/${cluster.id}/servers/${server.id}`,
      subject: `server ${server.id} (${addressOf(server)}, ${server.zoneName}) of cluster ${cluster.name}`,
    };
  },
};

const zoneCommands: ResourceCommands = {
  async list(session) {
    const cluster = await findCluster(session.client, session.cluster);
    const { value, raw } = await fetchZones(session.client, cluster.id);
    session.show(raw, () => renderZones(value.contents, session.terminal.paint));
  },
  async show(session, name) {
    const { cluster, answer, zone } = await findZone(session, name);
    session.show(rawItem(answer, zone), () => renderZone(zone, cluster.name, session.terminal.paint));
  },
  async find(session, name) {
    const { cluster, zone } = await findZone(session, name);
    return {
      path: `/api/v2/ob/clusters/${cluster.id}/zones/${encodeURIComponent(zone.name)}`,
      subject: `zone ${zone.name} (${zone.serverCount} servers) of cluster ${cluster.name}`,
    };
  },
};

const clusterCommands: ResourceCommands = {
  async list(session) {
    const { value, raw } = await fetchClusters(session.client);
    session.show(raw, () => renderClusters(value.contents, session.terminal.paint));
  },
  async show(session, name) {
    const answer = await fetchClusters(session.client);
    const cluster = chooseCluster(answer.value.contents, name ?? session.cluster);
    const zones = (await fetchZones(session.client, cluster.id)).value.contents;
    session.show(rawItem(answer, cluster), () => renderCluster(cluster, zones, session.terminal.paint));
  },
  async find(session, name) {
    const cluster = await findCluster(session.client, name ?? session.cluster);
    return {
      path: `/api/v2/ob/clusters/${cluster.id}`,
      subject: `cluster ${cluster.name} (all its ${cluster.serverCount} servers)`,
      confirmation: cluster.name,
    };
  },
};

const commandsOf = { server: serverCommands, zone: zoneCommands, cluster: clusterCommands } as const;

const summaries: Readonly<Record<Verb, string>> = {
  stop: 'show the plan, ask, stop it, and follow the task to its end',
  start: 'start it, and follow the task to its end',
  restart: 'show the plan, ask, restart it, and follow the task to its end',
};

const titles: Readonly<Record<Verb, string>> = { stop: 'Stop', start: 'Start', restart: 'Restart' };

async function requestOf(
  { find }: ResourceCommands,
  session: Session,
  name: string | undefined,
  verb: Verb,
  flags: OperationFlags,
): Promise<OperationRequest> {
  const { path, subject, ...more } = await find(session, name);
  return {
    path: `${path}/${verb}`,
    title: `${titles[verb]} ${subject}`,
    needsYes: verb !== 'start',
    parameters: parametersOf(flags),
    ...more,
  };
}

/** Adds the commands of one resource below `parent`. */
export function addResourceCommands(parent: Command, resource: Resource, outside: Outside): void {
  const commands = commandsOf[resource];
  const hasClusterOption = resource !== 'cluster';
  const child = (name: string, description: string) =>
    addSessionOptions(parent.command(name).description(description), hasClusterOption);

  act(child('list', `list ${resource}s`), outside, (session) => commands.list(session));
  const show = child('show', `show one ${resource}, and what can be done with it`);
  act<SessionOptions, [string | undefined]>(
    show.argument(...argumentOf[resource]),
    outside,
    (session, _options, name) => commands.show(session, name),
  );
  const plan = child('plan', 'show what an operation would do, and whether it is safe; changes nothing');
  plan
    .argument(...argumentOf[resource])
    .addOption(choice('--operation <operation>', 'what to plan', verbs).default('stop'));
  addOperationOptions(plan, resource, verbs);
  act<OperationFlags & { readonly operation: Verb }, [string | undefined]>(
    plan,
    outside,
    async (session, flags, name) =>
      showPlan(session, await requestOf(commands, session, name, flags.operation, flags), flags),
  );
  for (const verb of verbs) {
    const command = child(verb, summaries[verb]).argument(...argumentOf[resource]);
    if (verb !== 'start') command.option('-y, --yes', 'do not ask');
    addFollowOption(command);
    addOperationOptions(command, resource, [verb]);
    act<OperationFlags, [string | undefined]>(command, outside, async (session, flags, name) =>
      runOperation(session, await requestOf(commands, session, name, verb, flags), flags),
    );
  }
}
