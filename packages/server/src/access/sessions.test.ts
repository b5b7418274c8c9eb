import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessInstance, type AccessServer, logIn, startAccessServer } from './access-server.ts';

const ME = '/api/v2/iam/me';
const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const MINUTE = 60_000;

let server: AccessServer;
let other: AccessInstance;
beforeAll(async () => {
  server = await startAccessServer();
  other = await server.addInstance();
});
afterAll(() => server.close());

async function createUser(username: string, ...roles: string[]): Promise<number> {
  const payload = { username, password: 'bbBB22__', email: 'a@example.com', roles };
  const { body } = await server.call({ method: 'POST', url: '/api/v2/iam/users', payload });
  return Number((body.data as { id: number }).id);
}

const statusOf = async (headers: Readonly<Record<string, string>>, instance: AccessInstance = other) =>
  (await instance.call({ url: ME, headers, as: null })).status;

describe('a session', () => {
  it('is begun by form or JSON, served by every instance, and ended everywhere', async () => {
    const { headers } = await logIn(server);
    const me = await other.call({ url: ME, headers, as: null });
    expect(me.body.data).toMatchObject({ username: 'admin', roles: ['ADMIN'], authentication: 'session' });
    const form = await server.call({
      method: 'POST',
      url: '/api/v2/iam/login',
      payload: 'username=admin&password=aaAA11__',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      as: null,
    });
    expect([form.status, form.body.data]).toMatchObject([200, { needChangePassword: false }]);
    const out = await other.call({ method: 'POST', url: '/api/v2/iam/logout', headers, as: null });
    expect([out.status, String(out.headers['set-cookie'])]).toEqual([
      200,
      expect.stringContaining('Max-Age=0'),
    ]);
    expect([await statusOf(headers, server), await statusOf(headers)]).toEqual([401, 401]);
  });

  it('has cookies that no script reads and no other site sends, and keeps no usable id in the metadata', async () => {
    const { cookies, headers } = await logIn(server);
    expect(cookies[0]).toMatch(/^OPENOCP_SESSION=[\w-]{43}; Path=\/; SameSite=Strict; HttpOnly$/);
    expect(cookies[1]).toMatch(/^XSRF-TOKEN=[\w-]{43}; Path=\/; SameSite=Strict$/);
    const id = /SESSION=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    const { rows } = await sql`select * from iam_session`.execute(server.database.db);
    expect(JSON.stringify([rows, server.log])).not.toContain(id);
  });

  it('writes only with its CSRF token; Basic needs none', async () => {
    const { headers } = await logIn(server);
    const { headers: foreign } = await logIn(server);
    const cookie = headers.cookie ?? '';
    const before = server.app.stops.length;
    for (const wrong of [
      { cookie },
      { cookie, 'x-xsrf-token': '' },
      { cookie, 'x-xsrf-token': foreign['x-xsrf-token'] ?? '' },
    ]) {
      const { status, body } = await server.call({ method: 'POST', url: STOP, headers: wrong, as: null });
      expect([status, body.error?.message]).toEqual([403, expect.stringContaining('X-XSRF-TOKEN')]);
    }
    expect(server.app.stops).toHaveLength(before);
    expect((await server.call({ method: 'POST', url: STOP, headers, as: null })).status).toBe(200);
    expect((await server.call({ method: 'POST', url: STOP })).status).toBe(200);
    expect(await statusOf({ cookie })).toBe(200);
  });

  it('ends after half an hour without use, and not while it is used', async () => {
    const { headers } = await logIn(server);
    for (let minutes = 0; minutes < 90; minutes += 29) {
      server.clock.now += 29 * MINUTE;
      expect(await statusOf(headers, minutes % 2 === 0 ? server : other)).toBe(200);
    }
    server.clock.now += 30 * MINUTE;
    expect(await statusOf(headers)).toBe(401);
  });

  it('ends with the password it began with, with the account, and with its enablement', async () => {
    const id = await createUser('sitter', 'CLUSTER_VIEWER');
    const first = await logIn(server, 'sitter', 'bbBB22__');
    const payload = { newPassword: 'ccCC33__' };
    await server.call({ method: 'POST', url: `/api/v2/iam/users/${id}/resetPassword`, payload });
    expect(await statusOf(first.headers)).toBe(401);
    const second = await logIn(server, 'sitter', 'ccCC33__');
    await server.call({ method: 'POST', url: `/api/v2/iam/users/${id}/disable` });
    expect(await statusOf(second.headers)).toBe(401);
    await server.call({ method: 'POST', url: `/api/v2/iam/users/${id}/enable` });
    expect(await statusOf(second.headers)).toBe(200);
    await server.call({ method: 'DELETE', url: `/api/v2/iam/users/${id}` });
    expect(await statusOf(second.headers)).toBe(401);
  });

  it('is refused in one way when the cookie is unknown or garbage, and asks a browser for no dialogue', async () => {
    for (const id of ['x'.repeat(43), '', '../..', 'é'.repeat(43)]) {
      const { status, body, headers } = await server.call({
        url: ME,
        as: null,
        headers: { cookie: `a=b; OPENOCP_SESSION=${encodeURIComponent(id)}` },
      });
      expect([status, body.error?.code, headers['www-authenticate']]).toEqual([401, 3000, undefined]);
    }
  });
});

describe('a password that somebody else has chosen', () => {
  it('is good for choosing another one, in a session; HTTP Basic goes on', async () => {
    await createUser('newcomer', 'CLUSTER_MANAGER');
    const { headers, needChangePassword } = await logIn(server, 'newcomer', 'bbBB22__');
    expect(needChangePassword).toBe(true);
    expect(await statusOf(headers)).toBe(200);
    for (const url of [STOP, '/api/v2/iam/accessKeys']) {
      const { status, body } = await server.call({ method: 'POST', url, headers, as: null });
      expect([status, body.error?.code]).toEqual([403, 3019]);
    }
    expect((await server.call({ method: 'POST', url: STOP, as: ['newcomer', 'bbBB22__'] })).status).toBe(200);
    const payload = { currentPassword: 'bbBB22__', newPassword: 'ccCC33__' };
    const change = { method: 'POST', url: '/api/v2/iam/changePassword', payload, headers, as: null } as const;
    expect((await server.call(change)).status).toBe(200);
    expect(await statusOf(headers)).toBe(401);
    const again = await logIn(server, 'newcomer', 'ccCC33__');
    expect(again.needChangePassword).toBe(false);
    const stop = { method: 'POST', url: STOP, headers: again.headers, as: null } as const;
    expect((await other.call(stop)).status).toBe(200);
  });

  it('is that of the generated administrator', async () => {
    const fresh = await startAccessServer({ adminPassword: undefined });
    expect((await logIn(fresh, 'admin', fresh.generatedPassword)).needChangePassword).toBe(true);
    await fresh.close();
  });
});
