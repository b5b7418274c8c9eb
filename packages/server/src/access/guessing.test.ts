import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccessInstance, type AccessServer, startAccessServer } from './access-server.ts';

const ME = '/api/v2/iam/me';
const MINUTE = 60_000;

let server: AccessServer;
let other: AccessInstance;
beforeEach(async () => {
  server = await startAccessServer();
  other = await server.addInstance();
  const payload = { username: 'victim', password: 'bbBB22__', email: 'a@example.com', roles: ['PROFILE'] };
  await server.call({ method: 'POST', url: '/api/v2/iam/users', payload });
});
afterEach(() => server.close());

async function tryBasic(
  username: string,
  password: string,
  from = '10.0.0.1',
  instance: AccessInstance = server,
) {
  const { status, body } = await instance.call({ url: ME, as: [username, password], remoteAddress: from });
  return { status, code: body.error?.code, message: body.error?.message };
}

async function tryLogIn(username: string, password: string, from = '10.0.0.1') {
  const call = { method: 'POST', url: '/api/v2/iam/login', payload: { username, password } } as const;
  const { status, body } = await server.call({ ...call, as: null, remoteAddress: from });
  return { status, code: body.error?.code, message: body.error?.message };
}

describe('wrong passwords', () => {
  it('count for a user over addresses, instances and kinds of log-on; the twentieth locks for half an hour', async () => {
    for (let count = 1; count < 20; count += 1) {
      const from = `10.0.1.${count}`;
      const answer =
        count % 3 === 0
          ? await tryLogIn('victim', 'wrong', from)
          : await tryBasic('victim', 'wrong', from, count % 2 === 0 ? server : other);
      expect(answer).toMatchObject({
        status: 401,
        code: 3004,
        message: expect.stringContaining(`${Math.min(20 - count, 19)} tries`),
      });
    }
    expect(await tryBasic('victim', 'wrong')).toMatchObject({
      status: 401,
      code: 3003,
      message: expect.stringContaining('30 minutes'),
    });
    for (const answer of [
      await tryBasic('victim', 'bbBB22__', '10.0.2.1'),
      await tryBasic('victim', 'bbBB22__', '10.0.2.2', other),
      await tryLogIn('victim', 'bbBB22__', '10.0.2.3'),
    ])
      expect(answer).toMatchObject({ status: 401, code: 3003 });
    server.clock.now += 30 * MINUTE;
    expect((await tryBasic('victim', 'bbBB22__')).status).toBe(200);
  });

  it('are forgotten by a right one, and by a pause as long as the lock', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let count = 0; count < 19; count += 1) await tryBasic('victim', 'wrong', `10.0.${round}.${count}`);
      if (round === 0) expect((await tryBasic('victim', 'bbBB22__', '10.9.0.1')).status).toBe(200);
      else server.clock.now += 31 * MINUTE;
    }
    expect((await tryBasic('victim', 'bbBB22__', '10.9.0.1')).status).toBe(200);
  });

  it('from one address lock the address for ten minutes, but not who is known there already', async () => {
    expect((await tryBasic('admin', 'aaAA11__')).status).toBe(200);
    for (let count = 0; count < 20; count += 1) await tryBasic(`stranger${count}`, 'wrong');
    expect(await tryBasic('victim', 'bbBB22__')).toMatchObject({ status: 401, code: 3007 });
    expect(await tryLogIn('victim', 'bbBB22__')).toMatchObject({ status: 401, code: 3007 });
    expect((await tryBasic('victim', 'bbBB22__', '10.0.0.2')).status).toBe(200);
    expect((await tryBasic('admin', 'aaAA11__')).status).toBe(200);
    server.clock.now += 10 * MINUTE;
    expect((await tryBasic('victim', 'bbBB22__')).status).toBe(200);
  });

  it('get the same words for a user who does not exist, until the lock and in it', async () => {
    for (let count = 0; count < 21; count += 1) {
      const known = await tryBasic('victim', 'wrong', `10.1.0.${count}`);
      const unknown = await tryBasic('nobody', 'wrong', `10.2.0.${count}`);
      expect({ ...unknown, message: unknown.message?.replace('nobody', 'victim') }).toEqual(known);
    }
  });

  it('lock only the password, and an administrator can unlock the user', async () => {
    for (let count = 0; count < 20; count += 1) await tryBasic('victim', 'wrong', `10.1.0.${count}`);
    const list = await server.call({ url: '/api/v2/iam/users?username=victim' });
    const id = (list.body.data as { contents: { id: number }[] }).contents[0]?.id;
    const url = `/api/v2/iam/users/${id}`;
    expect((await server.call({ url })).body.data).toHaveProperty('lockedUntil');
    expect((await server.call({ method: 'POST', url: `${url}/unlock` })).body.data).not.toHaveProperty(
      'lockedUntil',
    );
    expect((await tryBasic('victim', 'bbBB22__')).status).toBe(200);
  });

  it('count when somebody tries his own present password through a session', async () => {
    const change = (from: string) =>
      server.call({
        method: 'POST',
        url: '/api/v2/iam/changePassword',
        as: ['victim', 'bbBB22__'],
        remoteAddress: from,
        payload: { currentPassword: 'wrong', newPassword: 'ccCC33__' },
      });
    for (let count = 0; count < 19; count += 1)
      expect((await change(`10.1.0.${count}`)).body.error?.code).toBe(3011);
    expect((await change('10.1.0.20')).body.error?.code).toBe(3003);
  });

  it('cannot be tried faster than they are counted', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => tryBasic('victim', `wrong${index}`, `10.3.0.${index}`)),
    );
    const right = await tryBasic('victim', 'bbBB22__', '10.4.0.1');
    expect(right).toMatchObject({ code: 3003 });
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
  });
});
