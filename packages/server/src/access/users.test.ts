import { user } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PasswordHasher } from '../app/password-hash.ts';
import { resetPassword } from '../host-commands.ts';
import { type AccessInstance, type AccessServer, startAccessServer } from './access-server.ts';

const USERS = '/api/v2/iam/users';
const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const PASSWORD = 'bbBB22__';

let server: AccessServer;
let other: AccessInstance;
beforeAll(async () => {
  server = await startAccessServer();
  other = await server.addInstance();
});
afterAll(() => server.close());

const profile = { email: 'dba@example.com', password: PASSWORD };

async function create(username: string, ...roles: string[]) {
  const { status, body } = await server.call({
    method: 'POST',
    url: USERS,
    payload: { ...profile, username, roles },
  });
  expect([status, body.error?.message]).toEqual([200, undefined]);
  return user.parse(body.data);
}

const path = (id: number, verb?: string) => `${USERS}/${id}${verb === undefined ? '' : `/${verb}`}`;
const codeOf = async (call: Parameters<AccessServer['call']>[0]) => {
  const { status, body } = await server.call(call);
  return [status, body.error?.code];
};
const stopAs = async (name: string, password = PASSWORD) => {
  const { status, body } = await other.call({ method: 'POST', url: STOP, as: [name, password] });
  return [status, body.error?.code];
};

describe('users', () => {
  it('have a policy of their own for how often they call, effective on every instance at once', async () => {
    const throttlePolicy = { tenSeconds: 2, day: 1000 };
    const payload = { ...profile, username: 'program1', roles: ['CLUSTER_VIEWER'], throttlePolicy };
    const made = user.parse((await server.call({ method: 'POST', url: USERS, payload })).body.data);
    expect(made).toMatchObject({ throttlePolicy });
    const me = () => other.call({ url: '/api/v2/iam/me', as: ['program1', PASSWORD] });
    const statuses = [(await me()).status, (await me()).status, (await me()).status];
    expect(statuses).toEqual([200, 200, 429]);
    const change = (policy: unknown) =>
      server.call({ method: 'PUT', url: path(made.id), payload: { throttlePolicy: policy } });
    expect(user.parse((await change({ tenSeconds: 5 })).body.data).throttlePolicy).toEqual({ tenSeconds: 5 });
    expect((await me()).status).toBe(200);
    expect(user.parse((await change({})).body.data).throttlePolicy).toBeUndefined();
    expect(await change({ minute: 0 })).toMatchObject({ status: 400 });
    expect(await change({ week: 1 })).toMatchObject({ status: 400 });
    expect((await server.call({ method: 'DELETE', url: path(made.id) })).status).toBe(200);
  });

  it('are made, listed, changed and deleted, effective on every instance at once', async () => {
    const made = await create('operator1', 'CLUSTER_VIEWER');
    expect(made).toMatchObject({ username: 'operator1', email: 'dba@example.com', status: 'ENABLED' });
    expect(made).toMatchObject({ needChangePassword: true, builtIn: false, roles: ['CLUSTER_VIEWER'] });
    expect(await stopAs('operator1')).toEqual([403, 3100]);
    const changes = { roles: ['CLUSTER_MANAGER'], department: 'storage' };
    const changed = await server.call({ method: 'PUT', url: path(made.id), payload: changes });
    expect(changed.body.data).toMatchObject({ ...changes, email: 'dba@example.com' });
    expect(await stopAs('operator1')).toEqual([200, undefined]);
    await server.call({ method: 'POST', url: path(made.id, 'disable') });
    expect(await stopAs('operator1')).toEqual([401, 3001]);
    await server.call({ method: 'POST', url: path(made.id, 'enable') });
    expect(await stopAs('operator1')).toEqual([200, undefined]);
    const list = await server.call({ url: `${USERS}?username=RATOR1&status=ENABLED&sort=username,desc` });
    expect(list.body.data).toMatchObject({ page: { totalElements: 1 }, contents: [{ id: made.id }] });
    expect((await server.call({ method: 'DELETE', url: path(made.id) })).status).toBe(200);
    expect(await stopAs('operator1')).toEqual([401, 3004]);
    expect(await codeOf({ url: path(made.id) })).toEqual([404, 1002]);
  });

  it.each([
    ['a reserved name', { username: 'dba' }, [400, 3105]],
    ['a bad name', { username: '1abc' }, [400, 3008]],
    ['a weak password', { password: 'aaaaaaaa' }, [400, 3009]],
    ['no role', { roles: [] }, [400, 1001]],
    ['a role that is not there', { roles: ['nowhere_role'] }, [404, 1002]],
    ['no email', { email: 'nobody' }, [400, 1001]],
  ])('are not made with %s', async (_, change, expected) => {
    const payload = { ...profile, username: 'operator2', roles: ['PROFILE'], ...change };
    expect(await codeOf({ method: 'POST', url: USERS, payload })).toEqual(expected);
  });

  it('never show their password, and log none', async () => {
    const made = await create('operator3', 'PROFILE');
    const shown = JSON.stringify([made, await server.call({ url: USERS }), server.log]);
    expect(shown).not.toContain(PASSWORD);
    expect(shown).not.toContain('scrypt');
  });
});

describe('passwords', () => {
  it('are changed by their owner, who knows the present one, and the old one ends everywhere', async () => {
    const { id } = await create('operator4', 'CLUSTER_MANAGER');
    expect(await stopAs('operator4')).toEqual([200, undefined]);
    const change = (currentPassword: string, newPassword: string) =>
      codeOf({
        method: 'POST',
        url: '/api/v2/iam/changePassword',
        as: ['operator4', PASSWORD],
        payload: { currentPassword, newPassword },
      });
    expect(await change('wrong', 'ccCC33__')).toEqual([400, 3011]);
    expect(await change(PASSWORD, PASSWORD)).toEqual([400, 3021]);
    expect(await change(PASSWORD, 'short')).toEqual([400, 3009]);
    expect(await change(PASSWORD, 'ccCC33__')).toEqual([200, undefined]);
    expect(await stopAs('operator4')).toEqual([401, 3004]);
    expect(await stopAs('operator4', 'ccCC33__')).toEqual([200, undefined]);
    expect((await server.call({ url: path(id) })).body.data).toMatchObject({ needChangePassword: false });
  });

  it('are reset by who manages users, and then asked for anew', async () => {
    const { id } = await create('operator5', 'CLUSTER_MANAGER');
    const reset = { method: 'POST', url: path(id, 'resetPassword') } as const;
    expect(await codeOf({ ...reset, payload: { newPassword: PASSWORD } })).toEqual([400, 3021]);
    expect(await codeOf({ ...reset, payload: { newPassword: 'ccCC33__' } })).toEqual([200, undefined]);
    expect(await stopAs('operator5')).toEqual([401, 3004]);
    expect((await server.call({ url: path(id) })).body.data).toMatchObject({ needChangePassword: true });
  });

  it('are reset on the host when nobody can log on, and that enables the account', async () => {
    const hasher = new PasswordHasher({ N: 2, r: 1, p: 1 });
    const { id } = await create('operator6', 'CLUSTER_MANAGER');
    await server.call({ method: 'POST', url: path(id, 'disable') });
    const generated = await resetPassword(server.database, hasher, 'operator6', '');
    expect(await stopAs('operator6', generated)).toEqual([200, undefined]);
    expect(await resetPassword(server.database, hasher, 'operator6', 'ddDD44__')).toBeUndefined();
    expect(await stopAs('operator6', 'ddDD44__')).toEqual([200, undefined]);
    await expect(resetPassword(server.database, hasher, 'stranger', '')).rejects.toMatchObject({
      key: 'NOT_FOUND',
    });
    await expect(resetPassword(server.database, hasher, 'system', '')).rejects.toMatchObject({
      key: 'DEFAULT_ACCOUNT_PROTECTED',
    });
  });
});

describe('administrators', () => {
  it('are made, changed and removed by administrators alone', async () => {
    const admin2 = await create('admin2', 'ADMIN');
    const keeper = await create('userkeeper', 'USER_MANAGER');
    const as = ['userkeeper', PASSWORD] as const;
    const refused = [403, 3100];
    const payload = { ...profile, username: 'admin3', roles: ['ADMIN'] };
    expect(await codeOf({ method: 'POST', url: USERS, payload, as })).toEqual(refused);
    for (const target of [keeper.id, admin2.id])
      expect(
        await codeOf({ method: 'PUT', url: path(target), payload: { roles: ['ADMIN', 'USER_MANAGER'] }, as }),
      ).toEqual(refused);
    for (const verb of ['disable', 'enable'])
      expect(await codeOf({ method: 'POST', url: path(admin2.id, verb), as })).toEqual(refused);
    const newPassword = 'eeEE55__';
    expect(
      await codeOf({ method: 'POST', url: path(100, 'resetPassword'), payload: { newPassword }, as }),
    ).toEqual(refused);
    expect(await codeOf({ method: 'DELETE', url: path(admin2.id), as })).toEqual(refused);
    expect(
      await codeOf({
        method: 'POST',
        url: USERS,
        payload: { ...profile, username: 'plain', roles: ['PROFILE'] },
        as,
      }),
    ).toEqual([200, undefined]);
    expect(await codeOf({ method: 'DELETE', url: path(admin2.id) })).toEqual([200, undefined]);
  });

  it('never vanish: the last one is neither disabled, nor do two disable each other at once', async () => {
    expect(await codeOf({ method: 'POST', url: path(100, 'disable') })).toEqual([400, 3104]);
    const second = await create('admin4', 'ADMIN');
    const answers = await Promise.all([
      server.call({ method: 'POST', url: path(second.id, 'disable') }),
      other.call({ method: 'POST', url: path(100, 'disable'), as: ['admin4', PASSWORD] }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await resetPassword(server.database, new PasswordHasher({ N: 2, r: 1, p: 1 }), 'admin', 'aaAA11__');
    expect(await codeOf({ method: 'DELETE', url: path(second.id) })).toEqual([200, undefined]);
  });

  it('cannot change what is built in: admin stays, system cannot be touched', async () => {
    await create('admin5', 'ADMIN');
    const as = ['admin5', PASSWORD] as const;
    const protectedCode = [400, 3104];
    expect(await codeOf({ method: 'DELETE', url: path(100), as })).toEqual(protectedCode);
    expect(await codeOf({ method: 'PUT', url: path(100), payload: { roles: ['PROFILE'] }, as })).toEqual(
      protectedCode,
    );
    for (const call of [
      { method: 'DELETE', url: path(200) },
      { method: 'POST', url: path(200, 'disable') },
      { method: 'POST', url: path(200, 'resetPassword'), payload: { newPassword: 'eeEE55__' } },
    ] as const)
      expect(await codeOf(call)).toEqual(protectedCode);
    expect((await server.call({ url: USERS, as: ['system', ''] })).status).toBe(401);
  });
});
