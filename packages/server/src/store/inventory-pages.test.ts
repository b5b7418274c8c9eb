/** Pages of clusters and hosts, cut by the database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { shopCluster } from './cluster-fixture.ts';
import type { ClusterPageRequest } from './cluster-list.ts';
import { type ClusterStore, createClusterStore } from './clusters.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import type { HostFilter, HostPageRequest } from './host-list.ts';
import { createHostStore, type HostStore } from './hosts.ts';
import { startMariadb } from './mariadb-server.ts';
import { inventoryIndexesMigration } from './migrations/0022-inventory-indexes.ts';
import { createServerStore, type ServerStore } from './servers.ts';

const folder = mkdtempSync(join(tmpdir(), 'openocp-pages-'));
const mariadb = await startMariadb();

afterAll(async () => {
  await mariadb?.stop();
  rmSync(folder, { recursive: true });
});

const places: [string, () => Promise<string>][] = [
  ['SQLite', async () => `sqlite:${join(folder, 'metadata.db')}`],
];
if (mariadb !== undefined) places.push(['MariaDB', () => mariadb.createDatabase()]);

const byId = { field: 'id', direction: 'asc' } as const;

describe.each(places)('in %s', (dialect, place) => {
  let database: MetadataDatabase;
  let clusters: ClusterStore;
  let servers: ServerStore;
  let hosts: HostStore;
  /** In the order of their names, whatever their case. */
  const names = ['Ant', 'ape', 'Bee', 'cat', 'Cow'];

  beforeAll(async () => {
    database = await openDatabase(await place());
    clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), () => 1);
    servers = createServerStore(database, () => 1);
    hosts = createHostStore(database, () => 1);
    for (const [index, name] of names.toReversed().entries()) {
      const id = await clusters.insert({ ...shopCluster, name, obClusterId: 10 + (index % 2) });
      await clusters.saveManaged(id);
      await servers.saveAll(id, [serverRow(index + 1, 1), serverRow(index + 1, 2)]);
    }
    await clusters.insert({ ...shopCluster, name: 'Bug', obClusterId: 99 });
  });

  afterAll(() => database.close());

  async function namesOf(request: Partial<ClusterPageRequest>) {
    const page = await clusters.page({ sort: byId, ...request });
    return [page.clusters.map(({ name }) => name), page.total] as const;
  }

  test('pages of clusters are whole and disjoint, and know how many there are', async () => {
    const pages = await Promise.all(
      [0, 2, 4, 6].map((offset) =>
        namesOf({ sort: { field: 'name', direction: 'asc' }, cut: { offset, limit: 2 } }),
      ),
    );
    expect(pages).toEqual([
      [['Ant', 'ape'], 5],
      [['Bee', 'cat'], 5],
      [['Cow'], 5],
      [[], 5],
    ]);
  });

  test('clusters that are equal in what they are sorted by keep their order from page to page', async () => {
    const sort = { field: 'obClusterId', direction: 'desc' } as const;
    const [all] = await namesOf({ sort });
    expect(all).toEqual(['ape', 'cat', 'Ant', 'Bee', 'Cow']);
    const pages = await Promise.all(all.map((_, offset) => namesOf({ sort, cut: { offset, limit: 1 } })));
    expect(pages.flatMap(([page]) => page)).toEqual(all);
  });

  test('clusters are found by a part of their name, and among those that may be seen alone', async () => {
    const cut = { offset: 0, limit: 10 };
    expect(await namesOf({ name: 'A', cut })).toEqual([['cat', 'ape', 'Ant'], 3]);
    expect(await namesOf({ name: '%', cut })).toEqual([[], 0]);
    const { clusters: all } = await clusters.page({ sort: byId });
    const ids = all.filter(({ name }) => name === 'cat' || name === 'Bee').map(({ id }) => id);
    expect(await namesOf({ ids, cut })).toEqual([['cat', 'Bee'], 2]);
    expect(await namesOf({ ids: [], cut })).toEqual([[], 0]);
  });

  async function ipsOf(request: Partial<HostPageRequest>) {
    const page = await hosts.page({ sort: byId, offset: 0, limit: 20, ...request });
    return [page.hosts.map(({ ip }) => ip), page.total] as const;
  }

  test('hosts are sorted by their alias, or else their address', async () => {
    const named = { kind: 'DEDICATED_CONTAINER', sshPort: 22, idc: '', region: '' } as const;
    await hosts.insert({ ...named, ip: '10.9.9.9', alias: '10.0.1.15', description: null, agentUrl: null });
    const sort = { field: 'name', direction: 'asc' } as const;
    expect(await ipsOf({ sort, limit: 3 })).toEqual([['10.0.1.1', '10.9.9.9', '10.0.1.2'], 11]);
    expect(await ipsOf({ sort, limit: 1, offset: 1 })).toEqual([['10.9.9.9'], 11]);
    expect(await ipsOf({ ids: [2] })).toEqual([['10.0.1.2'], 1]);
    expect(await ipsOf({ ids: [] })).toEqual([[], 0]);
  });

  test('hosts are found by what is on them', async () => {
    const agentUrl = 'https://10.8.8.8:62888';
    const idle = {
      kind: 'DEDICATED_CONTAINER',
      sshPort: 22,
      idc: '',
      region: '',
      description: null,
    } as const;
    const id = await hosts.insert({ ...idle, ip: '10.8.8.8', alias: 'Spare%', agentUrl });
    const found = async (filter: HostFilter) => (await ipsOf({ filter, limit: 3 }))[0];
    const first = ['10.0.1.1', '10.0.1.2', '10.0.2.1'];
    expect(await found({ statuses: ['ONLINE'] })).toEqual(first);
    expect(await found({ statuses: ['NEW', 'AVAILABLE'] })).toEqual(['10.9.9.9', '10.8.8.8']);
    expect(await found({ statuses: ['OFFLINE'] })).toEqual([]);
    await hosts.saveAgentFailure(id, 'no answer');
    expect(await found({ statuses: ['OFFLINE'] })).toEqual(['10.8.8.8']);
    expect(await found({ keyword: 'COW:10' })).toEqual(['10.0.1.1', '10.0.1.2']);
    // Its take-over has not begun.
    expect(await found({ keyword: 'bug' })).toEqual([]);
    expect(await found({ keyword: 'e%' })).toEqual(['10.8.8.8']);
    expect(await found({ keyword: 'gen' })).toEqual(['10.8.8.8']);
    expect(await found({ keyword: '10.0.2', statuses: ['NEW'] })).toEqual([]);
    expect(await found({ included: ['OB_CLUSTER', 'OB_PROXY'] })).toEqual(first);
    expect(await found({ included: ['OB_PROXY'] })).toEqual([]);
    expect(await found({ excluded: ['OB_CLUSTER', 'OB_PROXY'] })).toEqual(['10.9.9.9', '10.8.8.8']);
    expect(await found({ excluded: ['OB_CLUSTER', 'OCP_AGENT'] })).toEqual(['10.9.9.9']);
    expect(await ipsOf({ sort: { field: 'status', direction: 'asc' }, limit: 3 })).toEqual([
      ['10.9.9.9', '10.8.8.8', '10.0.1.1'],
      12,
    ]);
  });

  test('the servers of some hosts are found, whatever their clusters', async () => {
    const found = await servers.listOnHosts(['10.0.1.1', '10.0.2.2', '10.7.7.7']);
    expect(found.map(({ ip, clusterId }) => [ip, clusterId])).toEqual([
      ['10.0.1.1', 1],
      ['10.0.2.2', 2],
    ]);
    expect(await servers.listOnHosts([])).toEqual([]);
  });

  test('its indexes are made once, also when a crash has cut their making in two', async () => {
    await inventoryIndexesMigration.up(database.db as never, database.dialect);
    if (dialect !== 'SQLite') return;
    const plan = await sql<{ detail: string }>`explain query plan
      select id from server where ip in ('10.0.1.1', '10.0.2.2')`.execute(database.db);
    expect(plan.rows.map(({ detail }) => detail).join()).toContain('server_ip');
  });
});
