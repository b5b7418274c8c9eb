import { newAccessKey } from '@openocp/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, signed, startAccessServer } from './access-server.ts';

const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const KEYS = '/api/v2/iam/accessKeys';

let server: AccessServer;
beforeAll(async () => {
  server = await startAccessServer();
});
afterAll(() => server.close());

async function createKey() {
  const { status, body } = await server.call({ method: 'POST', url: KEYS, payload: { description: 'ci' } });
  expect(status).toBe(200);
  return newAccessKey.parse(body.data);
}

const pathOf = (id: string, verb?: string) => `${KEYS}/${id}${verb === undefined ? '' : `/${verb}`}`;

async function removeKey(id: string): Promise<void> {
  await server.call({ method: 'POST', url: pathOf(id, 'disable') });
  expect((await server.call({ method: 'DELETE', url: pathOf(id) })).status).toBe(200);
}

const now = () => new Date(server.clock.now);
const codeOf = async (call: Parameters<AccessServer['call']>[0]) => {
  const { status, body } = await server.call(call);
  return [status, body.error?.code, body.error?.message];
};

describe('a signed call', () => {
  it('acts as the owner of the key, its body included', async () => {
    const key = await createKey();
    expect(
      (await server.call(signed(key, { method: 'GET', url: '/api/v2/tasks/instances?size=5', date: now() })))
        .status,
    ).toBe(200);
    const before = server.app.stops.length;
    const body = '{"force":true}';
    expect(
      (await server.call(signed(key, { method: 'POST', url: STOP, date: now(), body }))).body.data,
    ).toMatchObject({ creator: { name: 'admin' } });
    expect(server.app.stops.slice(before)).toEqual([{ id: 20, serverId: 3, force: true }]);
    await removeKey(key.accessKeyId);
  });

  it('is refused when its body, its secret or its key is another, in the same words', async () => {
    const key = await createKey();
    const call = signed(key, { method: 'POST', url: STOP, date: now(), body: '{"force":false}' });
    const stranger = { accessKeyId: 'a'.repeat(16), accessKeySecret: key.accessKeySecret };
    const wrong = { ...key, accessKeySecret: '0'.repeat(32) };
    const before = server.app.stops.length;
    const answers = [
      await codeOf({ ...call, payload: '{"force":true}' }),
      await codeOf(signed(stranger, { method: 'POST', url: STOP, date: now() })),
      await codeOf(signed(wrong, { method: 'POST', url: STOP, date: now() })),
      await codeOf({
        url: KEYS,
        as: null,
        headers: { authorization: 'OCP-ACCESS-KEY-HMACSHA256 a:b', date: now().toUTCString() },
      }),
    ];
    expect(new Set(answers.map(String)).size).toBe(1);
    expect(answers[0]?.slice(0, 2)).toEqual([401, 3000]);
    expect(server.app.stops).toHaveLength(before);
    await removeKey(key.accessKeyId);
  });

  it('is refused when its date is fifteen minutes away, absent or no date', async () => {
    const key = await createKey();
    const at = (offsetMs: number) =>
      codeOf(signed(key, { method: 'GET', url: KEYS, date: new Date(server.clock.now + offsetMs) }));
    expect((await at(-15 * 60_000 + 1000))[0]).toBe(200);
    expect((await at(15 * 60_000 - 1000))[0]).toBe(200);
    for (const offset of [-15 * 60_000, 15 * 60_000]) {
      const [status, , message] = await at(offset);
      expect([status, message]).toEqual([401, expect.stringContaining('2023-01-17T09:13:57')]);
    }
    const call = signed(key, { method: 'GET', url: KEYS, date: now() });
    for (const date of ['', '2023-01-17T09:13:57Z', 'Tue, 17 Jan 2023 09:13:57 +0800'])
      expect((await codeOf({ ...call, headers: { ...call.headers, date } }))[0]).toBe(401);
    await removeKey(key.accessKeyId);
  });

  it('that writes is good once, on whichever instance, also in another spelling of its base64', async () => {
    const key = await createKey();
    const other = await server.addInstance();
    const call = signed(key, { method: 'POST', url: STOP, date: now() });
    expect((await other.call(call)).status).toBe(200);
    const before = server.app.stops.length;
    const authorization = String(call.headers?.authorization).replace(/=*$/, '');
    for (const again of [call, { ...call, headers: { ...call.headers, authorization } }]) {
      const { status, body } = await server.call(again);
      expect([status, body.error?.message]).toEqual([401, expect.stringContaining('received before')]);
    }
    expect(server.app.stops).toHaveLength(before);
    const read = signed(key, { method: 'GET', url: KEYS, date: now() });
    for (let count = 0; count < 2; count += 1) expect((await server.call(read)).status).toBe(200);
    await removeKey(key.accessKeyId);
  });

  it('is refused as too large before its body is kept', async () => {
    const key = await createKey();
    const body = 'x'.repeat(1_000_000);
    expect((await server.call(signed(key, { method: 'POST', url: STOP, date: now(), body }))).status).toBe(
      413,
    );
    await removeKey(key.accessKeyId);
  });
});

describe('access keys', () => {
  it('show their secret once, and keep it sealed', async () => {
    const key = await createKey();
    expect(key).toMatchObject({
      accessKeyId: expect.stringMatching(/^[A-Za-z]{16}$/),
      accessKeySecret: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: 'ENABLED',
      description: 'ci',
    });
    const { body } = await server.call({ url: KEYS });
    expect(body.data).toHaveProperty('contents.0.accessKeyId', key.accessKeyId);
    expect(JSON.stringify(body)).not.toContain(key.accessKeySecret);
    const { rows } = await sql`select * from iam_access_key`.execute(server.database.db);
    expect(JSON.stringify(rows)).not.toContain(key.accessKeySecret);
    expect(server.log.join('')).not.toContain(key.accessKeySecret);
    await removeKey(key.accessKeyId);
  });

  it('stop and go on being accepted at once when disabled and enabled', async () => {
    const key = await createKey();
    const other = await server.addInstance();
    const read = signed(key, { method: 'GET', url: KEYS, date: now() });
    expect((await other.call(read)).status).toBe(200);
    await server.call({ method: 'POST', url: pathOf(key.accessKeyId, 'disable') });
    expect((await other.call(read)).body.error?.message).toContain('is disabled');
    await server.call({ method: 'POST', url: pathOf(key.accessKeyId, 'enable') });
    expect((await other.call(read)).status).toBe(200);
    await removeKey(key.accessKeyId);
    expect((await other.call(read)).status).toBe(401);
  });

  it('are deleted only when disabled', async () => {
    const key = await createKey();
    expect((await codeOf({ method: 'DELETE', url: pathOf(key.accessKeyId) })).slice(0, 2)).toEqual([
      400, 3018,
    ]);
    await removeKey(key.accessKeyId);
    expect((await codeOf({ method: 'DELETE', url: pathOf(key.accessKeyId) }))[0]).toBe(404);
  });

  it('are five for each user at most, also when they are made at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, () => server.call({ method: 'POST', url: KEYS, payload: {} })),
    );
    const good = made.filter(({ status }) => status === 200).map(({ body }) => newAccessKey.parse(body.data));
    expect(good).toHaveLength(5);
    expect(made.find(({ status }) => status !== 200)?.body.error).toMatchObject({
      code: 3018,
      name: 'IAM10018',
    });
    for (const { accessKeyId } of good) await removeKey(accessKeyId);
  });
});
