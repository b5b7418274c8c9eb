/**
 * An object is found under its own parent only. Every route with two ids is called with ids that both exist and do not
 * belong together: the answer is the one for an id that nobody has.
 */
import { type OperationId, operationIds, type Route, routes } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type Family,
  type FilledControlPlane,
  startFilledControlPlane,
} from './testing/filled-control-plane.ts';

let controlPlane: FilledControlPlane;

/** What does not exist, for each name of a path parameter that stands for a child. */
const nobody: Family = {
  serverId: '999999',
  zoneName: 'zone_of_nobody',
  subtaskInstanceId: '999999',
};

beforeAll(async () => {
  controlPlane = await startFilledControlPlane();
});
afterAll(() => controlPlane?.stop());

const answer = z.object({
  data: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
});

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function send(method: string, path: string, body: object, authorization: string) {
  const isGet = method === 'GET';
  const response = await fetch(new URL(path, controlPlane.url), {
    method,
    headers: { authorization, ...(isGet ? {} : { 'content-type': 'application/json' }) },
    ...(isGet ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...answer.parse(await response.json()) };
}

async function call(
  operationId: OperationId,
  ids: Family,
  body: object,
  authorization = controlPlane.authorization,
) {
  const { method, path }: Route = routes[operationId];
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? ''));
  const { status, error } = await send(method, filled, body, authorization);
  return { status, error };
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
      [controlPlane.first, controlPlane.second],
      [controlPlane.second, controlPlane.first],
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
      const { first, second } = controlPlane;
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

describe('what is a user’s own', () => {
  const own = operationIds.filter((operationId) => {
    const { permission, pathParameters }: Route = routes[operationId];
    const isOwn = permission.kind === 'authenticated' || permission.kind === 'own';
    return isOwn && Object.keys(pathParameters.shape).length > 0;
  });
  let mine: Family;
  let stranger: string;

  beforeAll(async () => {
    const create = async (path: string, body: object) =>
      (await send('POST', path, body, controlPlane.authorization)).data ?? {};
    const sshCredentialProperty = { type: 'PASSWORD', username: 'admin', passphrase: 'x' };
    const credential = await create('/api/v2/profiles/me/credentials', {
      targetType: 'HOST',
      name: 'mine',
      sshCredentialProperty,
    });
    const key = await create('/api/v2/iam/accessKeys', {});
    mine = { credentialId: String(credential.id), accessKeyId: String(key.accessKeyId) };
    const [first, last] = ['Fr_0mThem', 'Fr_0mMe__'];
    const user = {
      username: 'stranger',
      password: first,
      email: 'a@example.com',
      roles: ['CLUSTER_MANAGER'],
    };
    await create('/api/v2/iam/users', user);
    const change = { currentPassword: first, newPassword: last };
    await send('POST', '/api/v2/iam/changePassword', change, basic('stranger', first));
    stranger = basic('stranger', last);
  });

  it.each(own)('is not found by another: %s', async (operationId) => {
    const [name = ''] = namesOf(operationId);
    const hidden = name === 'accessKeyId' ? 'z'.repeat(16) : '999999';
    const shown = mine[name] ?? '';
    expect(shown, `make an object for the path parameter ${name}`).not.toBe('');
    const foreign = await call(operationId, mine, {}, stranger);
    const missing = await call(operationId, { [name]: hidden }, {}, stranger);
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    const message = foreign.error?.message.replace(shown, hidden);
    expect({ ...foreign.error, message }).toEqual(missing.error);
  });

  it('is found by its owner', async () => {
    expect(own).toContain('accessKeyDisable');
    expect((await call('accessKeyDisable', mine, {})).status).toBe(200);
    expect((await call('credentialDelete', mine, {})).status).toBe(200);
  });
});
