/** Hosts: machines on which servers run or may run. Every stored server has the host with its address. */
import type { AgentInfo } from '@openocp/contract';
import type { Insertable, Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { MetadataDatabase } from './database.ts';
import { type HostPageRequest, listHostPage } from './host-list.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

export interface Host {
  readonly id: number;
  readonly ip: string;
  readonly alias: string | null;
  readonly description: string | null;
  readonly kind: 'DEDICATED_PHYSICAL_MACHINE' | 'DEDICATED_CONTAINER';
  readonly sshPort: number;
  readonly idc: string;
  readonly region: string;
  readonly agentUrl: string | null;
  readonly agentFailure: string | null;
  readonly agentVersion: string;
  /** Homes that the agent may touch, as it told last. */
  readonly homes: readonly string[];
  readonly systemName: string;
  readonly systemRelease: string;
  readonly architecture: string;
  readonly createTime: number;
  readonly updateTime: number;
}

export type NewHost = Pick<
  Host,
  'ip' | 'alias' | 'description' | 'kind' | 'sshPort' | 'idc' | 'region' | 'agentUrl'
>;

export type HostStore = ReturnType<typeof createHostStore>;

/** @param clock epoch milliseconds. */
export function createHostStore({ db }: MetadataDatabase, clock: () => number) {
  return {
    /** Whose agent is known. */
    async listWithAgent(): Promise<Host[]> {
      const query = db.selectFrom('host').selectAll().where('agent_url', 'is not', null);
      return (await query.orderBy('id').execute()).map(toHost);
    },
    async page(request: HostPageRequest): Promise<{ hosts: Host[]; total: number }> {
      const { rows, total } = await listHostPage(db, request);
      return { hosts: rows.map(toHost), total };
    },
    async fetch(id: number): Promise<Host | undefined> {
      const row = await db.selectFrom('host').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toHost(row);
    },
    async fetchByIp(ip: string): Promise<Host | undefined> {
      const row = await db.selectFrom('host').selectAll().where('ip', '=', ip).executeTakeFirst();
      return row === undefined ? undefined : toHost(row);
    },
    /** @throws a duplicate key error when the address is taken. @returns its id. */
    async insert(host: NewHost): Promise<number> {
      const inserted = await db.insertInto('host').values(rowOf(host, clock())).executeTakeFirstOrThrow();
      return Number(inserted.insertId);
    },
    async saveAgent(id: number, url: string, info: AgentInfo): Promise<void> {
      await db
        .updateTable('host')
        .set({
          agent_url: url,
          agent_failure: null,
          agent_version: info.version,
          homes: JSON.stringify(info.homes),
          ...(info.system === undefined
            ? {}
            : {
                system_name: info.system.name,
                system_release: info.system.release,
                architecture: info.system.architecture,
              }),
          update_time: clock(),
        })
        .where('id', '=', id)
        .execute();
    },
    async saveAgentFailure(id: number, reason: string): Promise<void> {
      await db
        .updateTable('host')
        .set({ agent_failure: reason.slice(0, longestReason), update_time: clock() })
        .where('id', '=', id)
        .execute();
    },
    async delete(id: number): Promise<void> {
      await db.deleteFrom('host').where('id', '=', id).execute();
    },
  };
}

const longestReason = 2_000;
const pathList = z.array(z.string());

/** Makes sure that an address has a host; part of the transaction that stores a server. */
export async function ensureHost(db: Kysely<Database>, ip: string, now: number): Promise<void> {
  const found = await db.selectFrom('host').select('id').where('ip', '=', ip).executeTakeFirst();
  if (found !== undefined) return;
  const kind = 'DEDICATED_PHYSICAL_MACHINE';
  const host = {
    ip,
    alias: null,
    description: null,
    kind,
    sshPort: 22,
    idc: '',
    region: '',
    agentUrl: null,
  } as const;
  try {
    await db.insertInto('host').values(rowOf(host, now)).execute();
  } catch (error) {
    // Another cluster with a server on this host was looked at in the same moment.
    if (!isDuplicateKey(error)) throw error;
  }
}

function rowOf(host: NewHost, now: number): Insertable<Database['host']> {
  return {
    ip: host.ip,
    alias: host.alias,
    description: host.description,
    kind: host.kind,
    ssh_port: host.sshPort,
    idc: host.idc,
    region: host.region,
    agent_url: host.agentUrl,
    agent_failure: null,
    agent_version: '',
    homes: '[]',
    system_name: '',
    system_release: '',
    architecture: '',
    create_time: now,
    update_time: now,
  };
}

function toHost(row: Selectable<Database['host']>): Host {
  return {
    id: row.id,
    ip: row.ip,
    alias: row.alias,
    description: row.description,
    kind: row.kind === 'DEDICATED_CONTAINER' ? row.kind : 'DEDICATED_PHYSICAL_MACHINE',
    sshPort: row.ssh_port,
    idc: row.idc,
    region: row.region,
    agentUrl: row.agent_url,
    agentFailure: row.agent_failure,
    homes: pathList.parse(JSON.parse(row.homes)),
    agentVersion: row.agent_version,
    systemName: row.system_name,
    systemRelease: row.system_release,
    architecture: row.architecture,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
