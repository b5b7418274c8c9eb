/** What the other tests show on SQLite, where instances write at the same time: on MariaDB. */
import { newAccessKey } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PasswordHasher } from '../app/password-hash.ts';
import { removeOldKeys, resetPassword } from '../host-commands.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { createAuditStore } from '../store/audit.ts';
import { startMariadb } from '../store/mariadb-server.ts';
import { type AccessInstance, type AccessServer, logIn, signed, startAccessServer } from './access-server.ts';

const mariadb = await startMariadb();
const adminPassword = 'aaAA11__';
const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const USERS = '/api/v2/iam/users';
const KEYS = '/api/v2/iam/accessKeys';

describe.skipIf(mariadb === undefined)('accounts on MariaDB', () => {
  let server: AccessServer;
  let other: AccessInstance;
  beforeAll(async () => {
    server = await startAccessServer({ adminPassword, url: (await mariadb?.createDatabase()) ?? '' });
    other = await server.addInstance();
  });
  afterAll(async () => {
    await server.close();
    await mariadb?.stop();
  });

  const box = createSecretBox(Buffer.alloc(32, 7));
  const idOf = (body: { data?: unknown }) => (body.data as { id: number }).id;

  async function create(username: string, ...roles: string[]): Promise<number> {
    const payload = { username, password: 'bbBB22__', email: 'a@example.com', roles };
    const { status, body } = await server.call({ method: 'POST', url: USERS, payload });
    expect([status, body.error?.message]).toEqual([200, undefined]);
    return idOf(body);
  }

  it('five access keys are made of eight that are asked for at once, and a signature is good once', async () => {
    const asked = Array.from({ length: 8 }, (_, index) =>
      (index % 2 === 0 ? server : other).call({ method: 'POST', url: KEYS, payload: {} }),
    );
    const made = (await Promise.all(asked)).filter(({ status }) => status === 200);
    expect(made).toHaveLength(5);
    const key = newAccessKey.parse(made[0]?.body.data);
    const call = signed(key, { method: 'POST', url: STOP, date: new Date(server.clock.now) });
    const statuses = (await Promise.all([server.call(call), other.call(call)])).map(({ status }) => status);
    expect(statuses.sort((a, b) => a - b)).toEqual([200, 401]);
  });

  it('roles, users and sessions take effect on the other instance, and names differ by case', async () => {
    const payload = { name: 'shop_role', permissions: ['CLUSTER:20:*'] };
    expect((await server.call({ method: 'POST', url: '/api/v2/iam/roles', payload })).status).toBe(200);
    const id = await create('shopper', 'shop_role');
    const stop = { method: 'POST', url: STOP, as: ['shopper', 'bbBB22__'] } as const;
    expect((await other.call(stop)).status).toBe(200);
    expect((await other.call({ ...stop, as: ['Shopper', 'bbBB22__'] })).status).toBe(401);
    expect((await other.call({ ...stop, as: ['shopper ', 'bbBB22__'] })).status).toBe(401);
    const { headers } = await logIn(server, 'shopper', 'bbBB22__');
    const me = { url: '/api/v2/iam/me', headers, as: null };
    expect((await other.call(me)).status).toBe(200);
    await server.call({ method: 'PUT', url: `${USERS}/${id}`, payload: { roles: ['PROFILE'] } });
    expect((await other.call(stop)).status).toBe(403);
    expect((await server.call({ url: `${USERS}?username=SHOP&sort=username,desc` })).body.data).toMatchObject(
      {
        page: { totalElements: 1 },
      },
    );
    expect((await server.call({ method: 'DELETE', url: `${USERS}/${id}` })).status).toBe(200);
    expect((await other.call(me)).status).toBe(401);
  });

  it('twenty guesses at once through two instances lock, names of every kind', async () => {
    for (const username of ['victim1', '\u{1f600}'.repeat(40)]) {
      const guess = (index: number) =>
        (index % 2 === 0 ? server : other).call({
          url: '/api/v2/iam/me',
          as: [username, 'wrong'],
          remoteAddress: `10.${username.length}.0.${index}`,
        });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => guess(index)));
      expect(answers.every(({ status }) => status === 401)).toBe(true);
      expect((await guess(100)).body.error?.code).toBe(3003);
    }
  });

  it('two administrators who disable each other at once leave one', async () => {
    const second = await create('admin2', 'ADMIN');
    const answers = await Promise.all([
      server.call({ method: 'POST', url: `${USERS}/${second}/disable` }),
      other.call({ method: 'POST', url: `${USERS}/100/disable`, as: ['admin2', 'bbBB22__'] }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await resetPassword(server.database, new PasswordHasher({ N: 2, r: 1, p: 1 }), 'admin', adminPassword);
  });

  it('the audit is one whole chain, is filtered, and every seal of the database is known', async () => {
    const many = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? server : other).call({ method: 'POST', url: STOP }),
    );
    await Promise.all(many);
    const { findings, events } = await createAuditStore(server.database, box).verify();
    expect(findings).toEqual([]);
    expect(events).toBeGreaterThan(20);
    const query = 'operationEvent=STOP_OB_SERVER&eventInfo=SERVERID&order=startTime,desc&operatorId=100';
    const { body } = await server.call({ url: `/api/v2/audit/events?${query}` });
    expect(body.data).toMatchObject({ contents: expect.arrayContaining([expect.anything()]) });
    expect(await removeOldKeys({ database: server.database, box, keyFile: undefined })).toBe(0);
    expect(server.log.join('')).not.toContain('auditError');
  });
});
