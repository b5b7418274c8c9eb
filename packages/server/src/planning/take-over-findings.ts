/**
 * What speaks against taking a cluster over, and what is worth knowing before it is done. Everything is found at once: who
 * mends the first finding should not have to come back for the second. Pure.
 */
import type { Section, ServerRow, ZoneRow } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';

export interface TakeOverSubject {
  /** As it was given. */
  readonly address: string;
  readonly port: number;
  readonly name: string | undefined;
  readonly obClusterId: number | undefined;
  readonly servers: Section<ServerRow>;
  readonly zones: Section<ZoneRow>;
  /** How the cluster is already known here, in words. */
  readonly known: string | undefined;
  /** Addresses of the hosts for which an agent was named. */
  readonly agentHosts: readonly string[];
  /** Things that the request refers to and that do not exist, in words. */
  readonly missing: readonly string[];
}

export interface TakeOverFindings {
  /** One sentence each. Empty: it can be taken over. */
  readonly obstacles: readonly string[];
  readonly notes: readonly string[];
}

/** The oldest kernel whose views are the ones that everything here reads. */
const oldestMajor = 4;

export function findTakeOverFindings(subject: TakeOverSubject): TakeOverFindings {
  const servers = subject.servers.ok ? subject.servers.rows : [];
  return {
    obstacles: [
      ...findIdentity(subject),
      ...findUnreadable('DBA_OB_SERVERS', subject.servers),
      ...findUnreadable('DBA_OB_ZONES', subject.zones),
      ...findVersion(servers),
      ...findForeignAddress(subject, servers),
      ...(subject.known === undefined ? [] : [subject.known]),
      ...subject.missing,
    ],
    notes: [...servers.flatMap(noteState), ...noteAgents(subject, servers)],
  };
}

function findIdentity({ name, obClusterId }: TakeOverSubject): string[] {
  if (name !== undefined && obClusterId !== undefined) return [];
  return ['The cluster does not tell its name and id (parameters cluster and cluster_id).'];
}

function findUnreadable(view: string, section: Section<unknown>): string[] {
  if (!section.ok) return [`${view} cannot be read: ${section.reason}`];
  return section.rows.length > 0 ? [] : [`The cluster shows no rows in ${view}.`];
}

function findVersion(servers: readonly ServerRow[]): string[] {
  const old = servers.filter(({ buildVersion }) => Number.parseInt(buildVersion, 10) < oldestMajor);
  if (old.length === 0) return [];
  const names = old.map((server) => `${formatAddress(server)} (${server.buildVersion.split('_')[0]})`);
  return [`OceanBase ${oldestMajor}.0 or later is needed; older are ${names.join(', ')}.`];
}

/** A proxy answers like a server, but leads to another one with every connection. A host name cannot be judged. */
function findForeignAddress({ address, port }: TakeOverSubject, servers: readonly ServerRow[]): string[] {
  const isIp = /^[\d.]+$/.test(address) || address.includes(':');
  if (!isIp || servers.length === 0 || servers.some((server) => server.sqlPort === port)) return [];
  return [
    `${address}:${port} is no server of the cluster: none of them has the SQL port ${port}. Give the address of a server, not of a proxy.`,
  ];
}

function noteState(server: ServerRow): string[] {
  const address = formatAddress(server);
  if (server.status !== 'ACTIVE') return [`Server ${address} of ${server.zone} is ${server.status}.`];
  if (server.stopTime !== null) return [`Server ${address} of ${server.zone} is stopped (STOP SERVER).`];
  return [];
}

function noteAgents({ agentHosts }: TakeOverSubject, servers: readonly ServerRow[]): string[] {
  const hosts = [...new Set(servers.map(({ ip }) => ip))];
  const without = hosts.filter((ip) => !agentHosts.includes(ip));
  const foreign = agentHosts.filter((host) => servers.length > 0 && !hosts.includes(host));
  return [
    ...(without.length === 0
      ? []
      : [
          `No agent was named for ${without.join(', ')}: processes there cannot be started or stopped from here. Agents can be connected later.`,
        ]),
    ...foreign.map((host) => `An agent was named for ${host}, which is no host of the cluster.`),
  ];
}
