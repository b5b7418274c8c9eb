/**
 * An object is found under its own parent only. Every route with two ids is called with ids that both exist and do not
 * belong together: the answer is the one for an id that nobody has.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OperationId, operationIds, type Route, routes } from '@openocp/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema } from './config.ts';
import { type ControlPlane, openSecrets, startControlPlane } from './control-plane.ts';
import { shopCluster } from './store/cluster-fixture.ts';
import { createClusterStore } from './store/clusters.ts';
import { openDatabase } from './store/database.ts';
import { createServerStore } from './store/servers.ts';
import { createTaskStore } from './store/task-store.ts';
import { createZoneStore } from './store/zones.ts';

const folder = mkdtempSync(join(tmpdir(), 'openocp-foreign-'));
const password = 'aaAA11__';
const hourMs = 3_600_000;
const config = {
  ...configSchema.parse({
    dataDir: folder,
    db: `sqlite:${join(folder, 'a.db')}`,
    http: { port: 0 },
    adminPassword: password,
    syncIntervalMs: hourMs,
    leaseMs: hourMs,
  }),
  instance: 'this',
};

/** Ids of one cluster with a zone and a server, and of a task with a subtask. */
type Family = Readonly<Record<string, string>>;
let first: Family;
let second: Family;
let controlPlane: ControlPlane;

/** What does not exist, for each name of a path parameter that stands for a child. */
const nobody: Family = {
  serverId: '999999',
  zoneName: 'zone_of_nobody',
  subtaskInstanceId: '999999',
};

async function fill(): Promise<[Family, Family]> {
  const box = openSecrets(config);
  const database = await openDatabase(config.db);
  const clusters = createClusterStore(database, box, Date.now);
  const zones = createZoneStore(database, Date.now);
  const servers = createServerStore(database, Date.now);
  const tasks = createTaskStore(database);
  const makeFamily = async (number: number): Promise<Family> => {
    const name = `shop${number}`;
    // Refused at once: nothing waits for a cluster that is not there.
    const ip = `127.0.0.${number}`;
    const id = await clusters.insert({
      ...shopCluster,
      name,
      obClusterId: number,
      seed: { ip, sqlPort: 2881 },
    });
    const zoneName = `zone_of_${name}`;
    await zones.save(id, { name: zoneName, status: 'ACTIVE', region: 'r', idc: '', type: 'ReadWrite' });
    await servers.saveAll(id, [
      {
        ip,
        rpcPort: 2882,
        sqlPort: 2881,
        kernelId: 1,
        zone: zoneName,
        withRootServer: true,
        status: 'ACTIVE',
        startServiceTime: 1_700_000_000_000,
        stopTime: null,
        lastOfflineTime: null,
        buildVersion: '4.2.1.2',
      },
    ]);
    await clusters.saveManaged(id);
    const [server] = await servers.list([id]);
    const traits = { parallelIdx: 0, timeoutMs: 1000, prohibitRollback: false, prohibitSkip: false };
    const outcome = await tasks.create({
      definition: 'any',
      name: 'Any',
      parameters: {},
      attributes: {},
      submitter: { id: 100, name: 'admin' },
      claims: [],
      owner: 'another instance',
      now: Date.now(),
      subtasks: [{ step: 0, name: 'only', ...traits, upstreamSteps: [], status: 'PENDING' }],
    });
    if (outcome.kind !== 'created' || server === undefined) throw new Error('the metadata was not filled');
    return {
      id: String(id),
      zoneName,
      serverId: String(server.id),
      taskInstanceId: String(outcome.task.id),
      subtaskInstanceId: String(outcome.task.subtasks[0]?.id),
    };
  };
  const families: [Family, Family] = [await makeFamily(1), await makeFamily(2)];
  await database.close();
  return families;
}

beforeAll(async () => {
  [first, second] = await fill();
  controlPlane = await startControlPlane(config, pino({ level: 'silent' }));
});
afterAll(async () => {
  await controlPlane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const answer = z.object({ error: z.looseObject({ code: z.int(), message: z.string() }).optional() });

async function call(operationId: OperationId, ids: Family, body: object, user = 'admin') {
  const { method, path }: Route = routes[operationId];
  const response = await fetch(
    new URL(
      path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? '')),
      controlPlane.url,
    ),
    {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    },
  );
  return { status: response.status, error: answer.parse(await response.json()).error };
}

/** What a route needs besides its ids. The host is looked for after the server. */
const bodies: Partial<Record<OperationId, object>> = {
  serverReplace: { hostId: 1 },
  serverReplacePlan: { hostId: 1 },
};

const namesOf = (operationId: OperationId) => Object.keys(routes[operationId].pathParameters.shape);
const withTwoIds = operationIds.filter((operationId) => namesOf(operationId).length > 1);

describe.each(withTwoIds)('%s', (operationId) => {
  it('does not find the child of another parent, and does not tell that it exists', async () => {
    const child = namesOf(operationId).at(-1) ?? '';
    expect(nobody, `give the path parameter ${child} a value that does not exist`).toHaveProperty(child);
    const body = bodies[operationId] ?? {};
    for (const [parent, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const foreign = await call(operationId, { ...parent, [child]: other[child] ?? '' }, body);
      const missing = await call(operationId, { ...parent, [child]: nobody[child] ?? '' }, body);
      expect([foreign.status, missing.status]).toEqual([404, 404]);
      const [shown, hidden] = [other[child] ?? '', nobody[child] ?? ''];
      expect(foreign.error?.message).toContain(shown);
      expect({ ...foreign.error, message: foreign.error?.message.replace(shown, hidden) }).toEqual(
        missing.error,
      );
      // Not because nothing is ever found here.
      expect((await call(operationId, parent, body)).status).not.toBe(404);
    }
  });
});

/** Children of the cluster that are named in a body. */
const namedInBody = {
  serverDelete: ['serverId', (value: string) => ({ servers: [Number(value)] })],
  serverDeletePlan: ['serverId', (value: string) => ({ servers: [Number(value)] })],
  serverAdd: ['zoneName', (zoneName: string) => ({ zoneName, servers: [1] })],
  serverAddPlan: ['zoneName', (zoneName: string) => ({ zoneName, servers: [1] })],
} as const;
/** Bodies that name hosts, which belong to no cluster. */
const namesHosts: readonly OperationId[] = ['serverReplace', 'serverReplacePlan', 'zoneAdd', 'zoneAddPlan'];

describe('a body', () => {
  it.each(Object.entries(namedInBody))(
    'of %s names no child of another cluster',
    async (name, [child, bodyOf]) => {
      const operationId = name as keyof typeof namedInBody;
      const foreign = await call(operationId, first, bodyOf(second[child] ?? ''));
      const missing = await call(operationId, first, bodyOf(nobody[child] ?? ''));
      expect([foreign.status, missing.status]).toEqual([404, 404]);
      const message = foreign.error?.message.replace(second[child] ?? '', nobody[child] ?? '');
      expect({ ...foreign.error, message }).toEqual(missing.error);
    },
  );

  it('with ids, below a cluster, is in one of the two lists', () => {
    const withIds = operationIds.filter((operationId) => {
      const { path, parameters }: Route = routes[operationId];
      const shape = JSON.stringify(z.toJSONSchema(parameters, { io: 'input' }));
      return path.includes('/ob/clusters/{id}/') && /"int64"|"zoneName"/.test(shape);
    });
    expect(withIds.sort()).toEqual([...Object.keys(namedInBody), ...namesHosts].sort());
  });
});
