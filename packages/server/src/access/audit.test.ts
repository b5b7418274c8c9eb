import { auditEvent, logon } from '@openocp/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSecretBox } from '../security/secret-box.ts';
import { createAuditStore } from '../store/audit.ts';
import { type AccessInstance, type AccessServer, startAccessServer } from './access-server.ts';

const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const EVENTS = '/api/v2/audit/events';
const PASSWORD = 'bbBB22__';

let server: AccessServer;
let other: AccessInstance;
beforeAll(async () => {
  server = await startAccessServer();
  other = await server.addInstance();
  for (const [username, role] of [
    ['watcher', 'CLUSTER_VIEWER'],
    ['auditor', 'AUDIT_VIEWER'],
  ]) {
    const payload = { username, password: PASSWORD, email: 'a@example.com', roles: [role] };
    await server.call({ method: 'POST', url: '/api/v2/iam/users', payload });
  }
});
afterAll(() => server.close());

const page = <T>(item: z.ZodType<T>) =>
  z.object({ contents: z.array(item), page: z.object({ totalElements: z.int() }) });

async function list(query = '') {
  const { status, body } = await server.call({ url: `${EVENTS}?${query}`, as: ['auditor', PASSWORD] });
  expect([status, body.error?.message]).toEqual([200, undefined]);
  return page(auditEvent).parse(body.data).contents;
}

const newest = async (query = '') => (await list(query))[0];

describe('the audit', () => {
  it('has every write: who, from where, what, the task, the parameters', async () => {
    server.clock.now += 60_000;
    const payload = { force: true, password: 'canary-word' };
    const { body, headers } = await server.call({
      method: 'POST',
      url: STOP,
      payload,
      remoteAddress: '10.0.0.9',
    });
    const event = await newest();
    expect(event).toMatchObject({
      operationEvent: 'STOP_OB_SERVER',
      eventType: 'OB_CLUSTER_MANAGEMENT',
      resourceType: 'OB_CLUSTER',
      resourceId: '20',
      operatorName: 'admin',
      operatorId: 100,
      status: 'SUCCESS',
      executionType: 'NEW',
      taskId: z.object({ id: z.int() }).parse(body.data).id,
      clientIp: '10.0.0.9',
      traceId: headers['x-trace-id'],
    });
    expect(JSON.parse(event?.eventInfo ?? '')).toMatchObject({ id: 20, serverId: 3, force: true });
    expect(Date.parse(event?.startTime ?? '')).toBe(server.clock.now);
  });

  it('masks passwords, and never keeps a new secret', async () => {
    const payload = { username: 'keeper', password: 'ccCC33__', email: 'a@example.com', roles: ['PROFILE'] };
    await server.call({ method: 'POST', url: '/api/v2/iam/users', payload });
    expect((await newest())?.eventInfo).toContain('"password":"******"');
    const made = await server.call({ method: 'POST', url: '/api/v2/iam/accessKeys', payload: {} });
    const { accessKeySecret } = z.object({ accessKeySecret: z.string() }).parse(made.body.data);
    expect(await newest()).toMatchObject({ operationEvent: 'CREATE_ACCESS_KEY', status: 'SUCCESS' });
    const { rows } = await sql`select * from audit_event`.execute(server.database.db);
    for (const secret of ['ccCC33__', PASSWORD, accessKeySecret, 'canary-word', 'aaAA11__'])
      expect(JSON.stringify([rows, server.log])).not.toContain(secret);
  });

  it('has refused and failed writes, and refused reads, with the reason', async () => {
    const as = ['watcher', PASSWORD] as const;
    await server.call({ method: 'POST', url: STOP, as });
    const refused = await newest();
    expect(refused).toMatchObject({
      operationEvent: 'STOP_OB_SERVER',
      operatorName: 'watcher',
      status: 'FAILED',
      taskId: null,
    });
    expect(refused?.eventInfo).toContain('CLUSTER:20:UPDATE');
    await server.call({ method: 'POST', url: STOP, payload: { force: 'maybe' } });
    expect(await newest()).toMatchObject({
      operationEvent: 'STOP_OB_SERVER',
      operatorName: 'admin',
      status: 'FAILED',
    });
    await server.call({ url: '/api/v2/iam/users', as });
    expect(await newest()).toMatchObject({ operatorName: 'watcher', status: 'FAILED' });
    await server.call({ method: 'POST', url: STOP, as: null, remoteAddress: '10.9.9.9' });
    expect(await newest()).toMatchObject({ operatorId: 0, operatorName: '', clientIp: '10.9.9.9' });
    const before = (await list('size=2000')).length;
    await server.call({ url: '/api/v2/tasks/instances', as });
    expect(await list('size=2000')).toHaveLength(before);
  });

  it('counts a flood of the same refusal instead of writing each, and tells the number', async () => {
    const flooded = await server.addInstance();
    const call = { url: '/api/v2/ob/clusters/7', as: null, remoteAddress: '10.7.7.7' } as const;
    for (let count = 0; count < 50; count += 1) await flooded.call(call);
    const find = async () => (await list('size=2000')).filter(({ clientIp }) => clientIp === '10.7.7.7');
    expect(await find()).toHaveLength(1);
    await flooded.access.stop();
    const [told] = await find();
    expect(JSON.parse(told?.eventInfo ?? '')).toMatchObject({ repeated: 49 });
  });

  it.each([
    ['eventType=OB_CLUSTER_MANAGEMENT&order=id,asc', 'STOP_OB_SERVER'],
    ['operationEvent=CREATE_USER,DELETE_USER', 'CREATE_USER'],
    ['operatorId=100&eventInfo=FORCE', 'STOP_OB_SERVER'],
    ['status=FAILED&operationEvent=STOP_OB_SERVER', 'STOP_OB_SERVER'],
    ['startTime=2023-01-17T09:14:30Z&order=startTime,asc', 'STOP_OB_SERVER'],
    ['endTime=2023-01-17T17:14:00%2B08:00&order=id,asc', 'CREATE_USER'],
  ])('is filtered by %s', async (query, operationEvent) => {
    const found = await list(query);
    expect(found[0]).toMatchObject({ operationEvent });
    expect(found.length).toBeLessThan((await list('size=2000')).length);
  });

  it('finds nothing for filters that nothing meets, and refuses times that are none', async () => {
    expect(await list('operatorId=999')).toEqual([]);
    expect(await list('resourceName=100%25')).toEqual([]);
    expect(await list("eventType=' OR 1=1 --")).toEqual([]);
    expect((await server.call({ url: `${EVENTS}?startTime=yesterday` })).status).toBe(400);
  });
});

describe('the log-on history', () => {
  it('has who logged on, who failed and why, and who is locked', async () => {
    const attempt = (username: string, password: string) =>
      server.call({
        method: 'POST',
        url: '/api/v2/iam/login',
        payload: { username, password },
        headers: { 'user-agent': 'console/1' },
        remoteAddress: `10.1.1.${username.length}`,
        as: null,
      });
    await attempt('watcher', PASSWORD);
    for (let count = 0; count < 21; count += 1) await attempt('stranger', 'wrong');
    const read = async (query: string) => {
      const { body } = await server.call({ url: `/api/v2/iam/logonHistory?${query}` });
      return page(logon).parse(body.data).contents;
    };
    expect(await read('username=watcher')).toMatchObject([
      {
        username: 'watcher',
        client: 'console/1',
        clientIp: '10.1.1.7',
        result: 'SUCCESS',
        autoLocked: false,
      },
    ]);
    const strangers = await read('username=stranger&size=100&sort=id,asc');
    expect(strangers.map(({ autoLocked }) => autoLocked)).toEqual([
      ...Array.from({ length: 19 }, () => false),
      true,
    ]);
    expect(strangers[0]).toMatchObject({ result: 'FAILED', reason: expect.stringContaining('19 tries') });
    expect((await list('size=2000')).some(({ operatorName }) => operatorName === 'stranger')).toBe(false);
  });
});

describe('the chain', () => {
  const verify = async () =>
    (await createAuditStore(server.database, createSecretBox(Buffer.alloc(32, 7))).verify()).findings;

  it('is whole over several instances that add at once', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 === 0 ? server : other).call({ method: 'POST', url: STOP }),
      ),
    );
    expect(await verify()).toEqual([]);
    const { rows } = await sql<{ id: number }>`select id from audit_event order by id`.execute(
      server.database.db,
    );
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => index + 1));
  });

  const attacks: [string, string, RegExp][] = [
    ['an event is changed', "update audit_event set operator_name = 'nobody' where id = 3", /event 3 was/],
    ['an event is removed', 'delete from audit_event where id in (4, 5)', /events 4 to 5 are missing/],
    [
      'the newest is removed',
      'delete from audit_event where id = (select max(id) from audit_event)',
      /missing/,
    ],
    ['the head is removed', 'delete from audit_head', /head of the log is missing/],
    [
      'an event and its hash are those of another',
      'update audit_event set event_info = (select event_info from audit_event where id = 2), hash = (select hash from audit_event where id = 2) where id = 3',
      /event 3 was changed/,
    ],
  ];
  it.each(attacks)('shows it when %s', async (_, attack, expected) => {
    await sql`create table kept_event as select * from audit_event`.execute(server.database.db);
    await sql`create table kept_head as select * from audit_head`.execute(server.database.db);
    await sql.raw(attack).execute(server.database.db);
    expect((await verify()).join('\n')).toMatch(expected);
    for (const [table, kept] of [
      ['audit_event', 'kept_event'],
      ['audit_head', 'kept_head'],
    ]) {
      await sql.raw(`delete from ${table}`).execute(server.database.db);
      await sql.raw(`insert into ${table} select * from ${kept}`).execute(server.database.db);
      await sql.raw(`drop table ${kept}`).execute(server.database.db);
    }
    expect(await verify()).toEqual([]);
  });
});

it('a flood of log-ons with many names is one event, and then a number', async () => {
  const flooded = await server.addInstance();
  await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      flooded.call({
        method: 'POST',
        url: '/api/v2/iam/login',
        payload: { username: `flood${index}`, password: 'wrong' },
        remoteAddress: '10.20.0.1',
        as: null,
      }),
    ),
  );
  await flooded.access.stop();
  const { rows: busy } = await sql<{ eventInfo: string }>`
    select event_info as "eventInfo" from audit_event where event_info like '%are being checked%' order by id desc`.execute(
    server.database.db,
  );
  expect(busy.length).toBe(2);
  expect(JSON.parse(busy[0]?.eventInfo ?? '{}')).toHaveProperty('repeated');
});
