import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { serverRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { shopCluster } from '../store/cluster-fixture.ts';
import { type ClusterStore, createClusterStore } from '../store/clusters.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createMovedOutStore, type MovedOutStore } from '../store/moved-out-clusters.ts';
import { createServerStore, type ServerStore } from '../store/servers.ts';
import { startMovedOutRemoval } from './moved-out.ts';

let folder: string;
let database: MetadataDatabase;
let clusters: ClusterStore;
let servers: ServerStore;
let movedOut: MovedOutStore;
let id: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-store-'));
  database = await openDatabase(`sqlite:${folder}/metadata.db`);
  clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), () => 1);
  servers = createServerStore(database, () => 2);
  movedOut = createMovedOutStore(database, () => 3);
  id = await clusters.insert(shopCluster);
  await clusters.saveTakingOver(id);
  await clusters.saveManaged(id);
  await servers.saveAll(id, [serverRow(1, 1)]);
  await movedOut.hide(id);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** Runs the reconciler until it has looked several times. */
async function reconcile(isHeld: boolean): Promise<number[]> {
  const removed: number[] = [];
  const held = vi.fn(async () => isHeld);
  const reconciler = startMovedOutRemoval({
    movedOut,
    isHeld: held,
    intervalMs: 1,
    onRemoved: (clusterId) => removed.push(clusterId),
    onError: (error) => {
      throw error;
    },
  });
  await vi.waitFor(() => expect(isHeld ? held.mock.calls.length > 2 : removed.length > 0).toBe(true));
  await reconciler.stop();
  return removed;
}

test('a cluster that was moved out is removed with everything of it, once', async () => {
  expect([await clusters.fetch(id), await clusters.list()]).toEqual([undefined, []]);
  expect(await reconcile(false)).toEqual([id]);
  expect([await servers.list([id]), await movedOut.list()]).toEqual([[], []]);
  await expect(clusters.fetchAccess(id)).rejects.toThrow(/not managed/);
});

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns by table, of every table that knows a cluster or a server. */
async function listTablesOfClusters(): Promise<Map<string, readonly Column[]>> {
  const { rows } = await sql<Column & { table: string }>`
    select m.name as "table", c.name as name, c.type as type from sqlite_master m
    join pragma_table_info(m.name) c where m.type = 'table'`.execute(database.db);
  const tables = Map.groupBy(rows, ({ table }) => table);
  const isOfCluster = ([, columns]: readonly [string, readonly Column[]]) =>
    columns.some(({ name }) => name === 'cluster_id' || name === 'server_id');
  return new Map([...tables].filter(isOfCluster));
}

/** What ran is history, and stays. */
const history = ['task'];

test('no table that knows a cluster or a server keeps a row of what was removed', async () => {
  const [server] = await database.db.selectFrom('server').select('id').execute();
  const tables = await listTablesOfClusters();
  for (const name of history) tables.delete(name);
  expect(tables.size).toBeGreaterThan(10);
  const valueFor = ({ name, type }: Column) => {
    if (name === 'cluster_id') return id;
    if (name === 'server_id') return server?.id ?? 0;
    return /int/.test(type) ? 77 : 'x';
  };
  for (const [table, columns] of tables) {
    if (table === 'server' || table === 'zone') continue;
    const names = sql.join(columns.map(({ name }) => sql.ref(name)));
    const values = sql.join(columns.map(valueFor));
    await sql`insert into ${sql.table(table)} (${names}) values (${values})`.execute(database.db);
  }
  await movedOut.remove(id);
  for (const table of tables.keys()) {
    const { rows } = await sql`select * from ${sql.table(table)}`.execute(database.db);
    expect({ table, rows }).toEqual({ table, rows: [] });
  }
});

test('while a task may still bring it back it stays, and comes back whole', async () => {
  expect(await reconcile(true)).toEqual([]);
  await movedOut.show(id);
  expect(await clusters.fetch(id)).toMatchObject({ phase: 'MANAGED', name: 'shop' });
  expect(await servers.list([id])).toHaveLength(1);
  await movedOut.remove(id);
  expect(await clusters.fetch(id)).toBeDefined();
});

test('a look that ends after the cluster was moved out writes nothing', async () => {
  await servers.saveAll(id, [serverRow(1, 1), serverRow(2, 1)]);
  await movedOut.remove(id);
  await servers.saveAll(id, [serverRow(1, 1)]);
  expect(await servers.list([id])).toEqual([]);
});

test('taken over again before it was removed it is a new cluster', async () => {
  const again = await clusters.insert(shopCluster);
  expect(again).not.toBe(id);
  expect(await movedOut.list()).toEqual([]);
  expect(await servers.list([id])).toEqual([]);
});
