import { role } from '@openocp/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type AccessInstance, type AccessServer, startAccessServer } from './access-server.ts';

const ROLES = '/api/v2/iam/roles';
const PASSWORD = 'bbBB22__';
const stopAt = (cluster: number) => `/api/v2/ob/clusters/${cluster}/servers/3/stop`;

let server: AccessServer;
let other: AccessInstance;
beforeAll(async () => {
  server = await startAccessServer();
  other = await server.addInstance();
});
afterAll(() => server.close());

const codeOf = async (call: Parameters<AccessServer['call']>[0]) => {
  const { status, body } = await server.call(call);
  return [status, body.error?.code];
};

it('a custom role gives rights on its clusters alone, and changes take effect everywhere at once', async () => {
  const create = { name: 'shop_role', permissions: ['CLUSTER:20:READ', 'TASK:*:READ'], description: 'shop' };
  const made = await server.call({ method: 'POST', url: ROLES, payload: create });
  expect(role.parse(made.body.data)).toMatchObject({ ...create, builtIn: false });
  const user = { username: 'shopper', password: PASSWORD, email: 'a@example.com', roles: ['shop_role'] };
  expect(await codeOf({ method: 'POST', url: '/api/v2/iam/users', payload: user })).toEqual([200, undefined]);
  const as = ['shopper', PASSWORD] as const;
  const stop = async (cluster: number) =>
    (await other.call({ method: 'POST', url: stopAt(cluster), as })).status;
  expect([await stop(20), await stop(21)]).toEqual([403, 403]);
  const url = `${ROLES}/shop_role`;
  const payload = { permissions: ['CLUSTER:20:*'] };
  expect((await server.call({ method: 'PUT', url, payload })).body.data).toMatchObject({
    ...payload,
    description: 'shop',
  });
  expect([await stop(20), await stop(21)]).toEqual([200, 403]);
  expect((await other.call({ url: '/api/v2/tasks/instances', as })).status).toBe(403);
  expect(await codeOf({ method: 'DELETE', url })).toEqual([400, 3103]);
});

it('the list has every built-in role with its expressions', async () => {
  const { body } = await server.call({ url: ROLES });
  const { contents } = z.object({ contents: z.array(role) }).parse(body.data);
  expect(contents.find(({ name }) => name === 'ADMIN')).toMatchObject({ permissions: ['**'], builtIn: true });
  expect(contents.filter(({ builtIn }) => builtIn)).toHaveLength(21);
});

it('built-in roles are neither made, changed nor deleted', async () => {
  const payload = { permissions: ['CLUSTER:*:READ'] };
  expect(await codeOf({ method: 'POST', url: ROLES, payload: { ...payload, name: 'ADMIN' } })).toEqual([
    409, 1006,
  ]);
  for (const name of ['ADMIN', 'PROFILE']) {
    expect(await codeOf({ method: 'PUT', url: `${ROLES}/${name}`, payload })).toEqual([400, 3109]);
    expect(await codeOf({ method: 'DELETE', url: `${ROLES}/${name}` })).toEqual([400, 3109]);
  }
});

it.each(['**', 'CLUSTER:*:*:*', 'USER:*:UPDATE', 'CLUSTER:0:READ', 'CLUSTER:1:CREATE', 'TASK:*:UPDATE', ''])(
  'a custom role cannot hold %j',
  async (expression) => {
    const payload = { name: 'greedy_role', permissions: ['CLUSTER:1:READ', expression] };
    expect(await codeOf({ method: 'POST', url: ROLES, payload })).toEqual([400, 3101]);
    expect(await codeOf({ url: `${ROLES}/greedy_role` })).toEqual([404, 1002]);
  },
);

it('a role that nobody holds is deleted; one that is not there is 404', async () => {
  const payload = { name: 'idle_role', permissions: ['CLUSTER:*:CREATE'] };
  expect(await codeOf({ method: 'POST', url: ROLES, payload })).toEqual([200, undefined]);
  expect(await codeOf({ method: 'POST', url: ROLES, payload })).toEqual([409, 1006]);
  const url = `${ROLES}/idle_role`;
  expect(await codeOf({ method: 'DELETE', url })).toEqual([200, undefined]);
  expect(await codeOf({ method: 'DELETE', url })).toEqual([404, 1002]);
  expect(await codeOf({ method: 'PUT', url, payload: { permissions: ['HOST:*:READ'] } })).toEqual([
    404, 1002,
  ]);
});
