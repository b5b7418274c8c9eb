import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeOldKeys, rotateKey } from './host-commands.ts';
import { openKeyFile } from './security/key-file.ts';
import { createSecretBox } from './security/secret-box.ts';
import { createAccessKeyStore } from './store/access-keys.ts';
import { createAuditStore, type NewAuditRow } from './store/audit.ts';
import { fetchOrCreateAuthority } from './store/authority.ts';
import { createClusterStore } from './store/clusters.ts';
import { type MetadataDatabase, openDatabase } from './store/database.ts';

let folder: string;
let keyFile: string;
let database: MetadataDatabase;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-rotate-'));
  keyFile = join(folder, 'secret.key');
  database = await openDatabase(`sqlite:${join(folder, 'metadata.db')}`);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const event: NewAuditRow = {
  start_time: 1,
  end_time: 2,
  event_type: 'OCP_USER_MANAGEMENT',
  operation_event: 'CREATE_USER',
  resource_type: 'OCP_USER',
  resource_id: '1000',
  resource_name: null,
  operator_id: 100,
  operator_name: 'admin',
  status: 'SUCCESS',
  task_id: null,
  execution_type: 'NEW',
  event_info: '{}',
  client_ip: '127.0.0.1',
  client: '',
  trace_id: '0011223344556677',
};

/** What a running server does with its secrets, with a box that was opened before the key changed. */
function startServer() {
  const box = createSecretBox(openKeyFile(keyFile));
  const keys = createAccessKeyStore(database, box, () => 1);
  const clusters = createClusterStore(database, box, () => 1);
  const audit = createAuditStore(database, box);
  return {
    insert: async (name: string) => {
      const secret = 'canary-word';
      await keys.insert({ accessKeyId: name, userId: 100, secret, description: '' }, 5);
      const access = {
        sysUser: 'root@sys',
        sysPassword: 'canary-word',
        seed: { ip: '10.0.0.1', sqlPort: 2881 },
      };
      const creator = { id: 100, name: 'admin' };
      const id = await clusters.insert({ name, obClusterId: 1, obVersion: '4.2', creator, ...access });
      await audit.append([event]);
      return id;
    },
    read: async (name: string, clusterId: number) => [
      (await keys.fetchWithSecret(name))?.secret,
      (await clusters.fetchAccess(clusterId)).credentials.password,
      (await fetchOrCreateAuthority(database.db, box, new Date())).key.includes('PRIVATE KEY'),
      (await audit.verify()).findings,
    ],
  };
}

const intact = ['canary-word', 'canary-word', true, []];
const openOwn = () => ({ database, box: createSecretBox(openKeyFile(keyFile)), keyFile });

it('a new key seals every secret while servers run, and the old one can be removed', async () => {
  const server = startServer();
  const first = await server.insert('keyBefore');
  expect(await server.read('keyBefore', first)).toEqual(intact);
  const before = await readFile(keyFile, 'utf8');
  expect(await rotateKey(openOwn())).toBe(4);
  expect(await server.read('keyBefore', first)).toEqual(intact);
  const second = await server.insert('keyAfter');
  expect(await server.read('keyAfter', second)).toEqual(intact);
  expect(await removeOldKeys(openOwn())).toBe(0);
  const after = await readFile(keyFile, 'utf8');
  expect(after.trim().split('\n')).toHaveLength(1);
  expect(after).not.toContain(before.trim());
  for (const [name, id] of [
    ['keyBefore', first],
    ['keyAfter', second],
  ] as const)
    expect(await server.read(name, id)).toEqual(intact);
  expect(await startServer().read('keyBefore', first)).toEqual(intact);
});

it('an interrupted change of the key is finished by the next one, and loses nothing', async () => {
  const server = startServer();
  const id = await server.insert('keyBefore');
  expect(await server.read('keyBefore', id)).toEqual(intact);
  const replaced = createSecretBox(openKeyFile(keyFile));
  await rotateKey({ ...openOwn(), box: { ...replaced, isCurrent: () => true } });
  expect(await server.read('keyBefore', id)).toEqual(intact);
  expect(await removeOldKeys(openOwn())).toBe(4);
  expect(await server.read('keyBefore', id)).toEqual(intact);
});

it('the old key stays while any value of the database needs it, also one that nobody listed', async () => {
  const sealed = createSecretBox(openKeyFile(keyFile)).seal('canary-word', 'something new');
  await sql`create table later_secret (value varchar(512))`.execute(database.db);
  await sql`insert into later_secret values (${sealed})`.execute(database.db);
  await rotateKey(openOwn());
  await expect(removeOldKeys(openOwn())).rejects.toThrow('later_secret.value');
  expect((await readFile(keyFile, 'utf8')).trim().split('\n')).toHaveLength(2);
});
