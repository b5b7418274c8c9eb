import { errorEnvelope, type OperationId, operationIds, type Route, routes, task } from '@openocp/contract';
import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { basic, startTestServer, type TestServer } from './test-server.ts';

const STOP = '/api/v2/ob/clusters/20/servers/3/stop';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  await server.fastify.close();
});

describe('a successful answer', () => {
  it('wraps an object in the envelope of OCP', async () => {
    const { status, body, headers, text } = await server.call({ method: 'POST', url: STOP });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      successful: true,
      status: 200,
      server: '127.0.0.1',
      timestamp: '2021-03-02T16:11:11.37+08:00',
    });
    expect(body.duration).toBeTypeOf('number');
    expect(body.traceId).toMatch(/^[0-9a-f]{16}$/);
    expect(headers['x-trace-id']).toBe(body.traceId);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(text).not.toContain('\n');
    expect(task.parse(body.data).creator).toEqual({ id: 100, name: 'admin' });
  });

  it('wraps a list in contents, without a page', async () => {
    const { body } = await server.call({ url: '/api/v2/ob/clusters/20/servers' });
    expect(body.data).toEqual({ contents: [expect.objectContaining({ id: 3, withRootserver: false })] });
  });

  it('wraps a page with its counts', async () => {
    for (let count = 0; count < 5; count += 1) await server.call({ method: 'POST', url: STOP });
    const { body } = await server.call({ url: '/api/v2/tasks/instances?page=2&size=2' });
    expect(body.data).toMatchObject({ page: { number: 2, size: 2, totalElements: 5, totalPages: 3 } });
    expect(body.data).toHaveProperty('contents.length', 2);
  });

  it('is bare for info, time and status', async () => {
    const info = await server.call({ url: '/api/v2/info' });
    expect(JSON.parse(info.text)).toHaveProperty('buildVersion', '0.1.0');
    const time = await server.call({ url: '/api/v2/time', user: null });
    expect([time.status, time.text]).toEqual([200, '1970-01-01T00:00:00+00:00']);
    expect(time.headers['content-type']).toBe('text/plain; charset=utf-8');
    const health = await server.call({ url: '/api/status?includeUnavailableComponent=true', user: null });
    expect([health.status, health.text]).toEqual([200, 'okay']);
  });

  it('is the same at an alias', async () => {
    await server.call({ method: 'POST', url: STOP });
    const { body } = await server.call({ url: '/api/v2/tasks/101' });
    expect(body.data).toHaveProperty('id', 101);
    const zone = await server.call({ url: '/api/v2/clusters/20/zones/zone2/servers' });
    expect(zone.status).toBe(200);
  });
});

describe('parameters of an operation', () => {
  const forced: [string, InjectOptions][] = [
    ['a JSON body', { payload: { force: true } }],
    ['text in a JSON body', { payload: { force: 'true' } }],
    ['the query', { query: { force: 'true' } }],
    [
      'a form body',
      {
        payload: 'force=True',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    ['a body that disagrees with the query', { payload: { force: true }, query: { force: 'false' } }],
    ['a body with unknown fields', { payload: { force: true, deleteMonitor: 1, toString: 2 } }],
  ];
  it.each(forced)('are read from %s', async (_name, request) => {
    expect((await server.call({ method: 'POST', url: STOP, ...request })).status).toBe(200);
    expect(server.app.stops).toEqual([{ id: 20, serverId: 3, force: true }]);
  });

  const unforced: [string, InjectOptions][] = [
    ['there is no body at all', {}],
    ['the JSON body is empty', { headers: { 'content-type': 'application/json' } }],
    ['the value is null', { payload: { force: null } }],
    ['the form is empty', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ];
  it.each(unforced)('have their defaults when %s', async (_name, request) => {
    expect((await server.call({ method: 'POST', url: STOP, ...request })).status).toBe(200);
    expect(server.app.stops).toEqual([{ id: 20, serverId: 3, force: false }]);
  });

  it('never override what the path says', async () => {
    await server.call({ method: 'POST', url: `${STOP}?serverId=4`, payload: { id: 21, serverId: 5 } });
    expect(server.app.stops).toEqual([{ id: 20, serverId: 3, force: false }]);
  });
});

describe('bad input is refused and changes nothing', () => {
  const json = { 'content-type': 'application/json' };
  const deep = `${'{"force":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  const bad: [string, InjectOptions, { status: number; code: number }][] = [
    ['force: maybe', { payload: { force: 'maybe' } }, { status: 400, code: 1001 }],
    ['force: 1', { payload: { force: 1 } }, { status: 400, code: 1001 }],
    ['force twice in the query', { query: { force: ['true', 'false'] } }, { status: 400, code: 1001 }],
    ['malformed JSON', { payload: '{"force":', headers: json }, { status: 400, code: 1003 }],
    ['a JSON array', { payload: [1] }, { status: 400, code: 1003 }],
    ['a JSON number', { payload: '5', headers: json }, { status: 400, code: 1003 }],
    [
      'a prototype key',
      {
        payload: '{"__proto__":{"force":true}}',
        headers: json,
      },
      { status: 400, code: 1003 },
    ],
    [
      'a constructor key',
      {
        payload: '{"constructor":{"prototype":{"force":true}}}',
        headers: json,
      },
      { status: 400, code: 1003 },
    ],
    ['deep JSON', { payload: deep, headers: json }, { status: 400, code: 1001 }],
    [
      '1 MB of JSON in unknown fields',
      { payload: { filler: 'x'.repeat(1_000_000) } },
      { status: 413, code: 1003 },
    ],
    ['XML', { payload: '<force/>', headers: { 'content-type': 'text/xml' } }, { status: 415, code: 1003 }],
  ];
  it.each(bad)('%s', async (_name, request, { status, code }) => {
    const answer = await server.call({ method: 'POST', url: STOP, ...request });
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body).toMatchObject({ successful: false, status });
    expect(answer.body).not.toHaveProperty('data');
    errorEnvelope.parse(JSON.parse(answer.text));
    expect(server.app.stops).toEqual([]);
  });

  const badIds = ['1.5', '1e3', '99999999999999999999', '-1', '0', '0x10', 'NaN', '%00', '1%20', 'null'];
  it.each(badIds)('the id %s', async (id) => {
    for (const url of [
      `/api/v2/ob/clusters/${id}/servers/3/stop`,
      `/api/v2/ob/clusters/20/servers/${id}/stop`,
    ]) {
      const { status, body } = await server.call({ method: 'POST', url });
      expect([status, body.error?.code, body.error?.name]).toEqual([400, 1001, 'COM10001']);
      expect(body.error?.message).toMatch(
        /^Parameter (id|serverId) is not valid: must be an integer from 1 to/,
      );
      expect(body.error?.subErrors).toHaveLength(1);
    }
    expect(server.app.stops).toEqual([]);
  });

  it.each([
    ['sort=password,asc', 1011],
    ['sort=id,up', 1001],
    ['sort=', 1001],
    ['page=0', 1001],
    ['page=-1', 1001],
    ['size=0', 1001],
    ['size=2001', 1001],
    ['size=ten', 1001],
    ['status=RUNNING,BROKEN', 1001],
    ['type=other', 1001],
  ])('the list parameter %s', async (query, code) => {
    const { status, body } = await server.call({ url: `/api/v2/tasks/instances?${query}` });
    expect([status, body.error?.code]).toEqual([400, code]);
  });

  it('a path that is not correctly encoded', async () => {
    const { status, body } = await server.call({ url: '/api/v2/ob/clusters/%zz' });
    expect([status, body.error?.code]).toEqual([400, 1003]);
  });
});

describe('paths and methods', () => {
  it('an unknown path is 404 in the envelope, for any method and body', async () => {
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const { status, body } = await server.call({
        method,
        url: '/api/v2/nothing?x=1',
        headers: { 'content-type': 'a/b' },
      });
      expect([status, body.error?.code, body.successful]).toEqual([404, 1999, false]);
      expect(body.error?.message).toBe(`There is no API at ${method} /api/v2/nothing.`);
    }
  });

  it('a known path with another method is 405 and says which would do', async () => {
    const { status, body, headers } = await server.call({ url: STOP });
    expect([status, body.error?.code, headers.allow]).toEqual([405, 1008, 'POST']);
    const takeOver = await server.call({ method: 'DELETE', url: '/api/v2/ob/clusters/takeOver/' });
    expect([takeOver.status, takeOver.headers.allow]).toEqual([405, 'POST']);
  });

  it('a slash at the end does not matter', async () => {
    expect((await server.call({ url: '/api/v2/ob/clusters/' })).status).toBe(200);
  });
});

describe('who may call', () => {
  const roles: [string, OperationId[]][] = [
    ['admin', operationIds],
    ['manager', operationIds.filter((each) => !each.startsWith('user'))],
    [
      'viewer',
      operationIds.filter(
        (each) =>
          !/^(cluster(GuardUpdate|ParameterUpdate|PasswordChange|MoveOut|AgentsConnect)|host(Register|Delete)|hostType(Create|Delete))$/.test(
            each,
          ) &&
          !/^((server|zone|cluster)(Stop|Start|Restart)|clusterTakeOver|task(R|Pause|Abort)|subtask(Retry|Skip|Cancel))/.test(
            each,
          ),
      ),
    ],
    [
      'tasks',
      operationIds.filter((each) => /^(task|subtask|event|credential|info|time|status|openapi)/.test(each)),
    ],
    ['nobody', operationIds.filter((each) => /^(credential|info|time|status|openapi)/.test(each))],
  ];
  const urlOf = (route: Route) => route.path.replace(/\{zoneName\}/, 'zone9').replace(/\{\w+\}/g, '999');

  it.each(roles)('%s may call exactly the routes of the role', async (user, allowed) => {
    for (const operationId of operationIds) {
      const route: Route = routes[operationId];
      const { status, body } = await server.call({ method: route.method, url: urlOf(route), user });
      const isRefused = status === 403 && body.error?.code === 3100;
      expect({ operationId, isRefused }).toEqual({ operationId, isRefused: !allowed.includes(operationId) });
      expect(status).not.toBe(401);
    }
  });

  it('without credentials only public routes answer, the rest is 401 and asks for Basic', async () => {
    for (const operationId of operationIds) {
      const route: Route = routes[operationId];
      const { status, body, headers } = await server.call({
        method: route.method,
        url: urlOf(route),
        user: null,
      });
      if (route.permission.kind === 'public') expect(status).toBe(200);
      else {
        expect([status, body.error?.code]).toEqual([401, 3000]);
        expect(headers['www-authenticate']).toMatch(/^Basic /);
      }
    }
  });

  it('401 comes before 400, 403 before the body is looked at, 404 last', async () => {
    const malformed = { payload: '{', headers: { 'content-type': 'application/json' } };
    const url = '/api/v2/ob/clusters/999/servers/1/stop';
    const stranger = await server.call({
      method: 'POST',
      url: '/api/v2/ob/clusters/x/servers/1/stop',
      user: null,
    });
    expect(stranger.status).toBe(401);
    expect((await server.call({ method: 'POST', url, user: 'viewer', ...malformed })).status).toBe(403);
    expect((await server.call({ method: 'POST', url, user: 'manager', ...malformed })).status).toBe(400);
    const missing = await server.call({ method: 'POST', url, user: 'manager' });
    expect([missing.status, missing.body.error?.code, missing.body.error?.name]).toEqual([
      404,
      11001,
      'OBE11001',
    ]);
    expect((await server.call({ url: '/api/v2/nothing', user: null })).status).toBe(401);
  });

  it.each([
    ['a wrong password', basic('admin', 'wrong'), 3004],
    ['an unknown user', basic('stranger', 'aaAA11__'), 3004],
    ['the user that cannot log on', basic('system', ''), 3004],
    ['a user in other case', basic('ADMIN', 'aaAA11__'), 3004],
    ['a disabled user', basic('gone', 'aaAA11__'), 3001],
    ['another scheme', 'Bearer abc', 3000],
    ['no colon', `Basic ${Buffer.from('admin').toString('base64')}`, 3000],
    ['no base64', 'Basic ???', 3000],
  ])('%s is 401', async (_, authorization, code) => {
    const { status, body } = await server.call({
      url: '/api/v2/info',
      user: null,
      headers: { authorization },
    });
    expect([status, body.error?.code]).toEqual([401, code]);
  });
});

describe('trace ids and the log', () => {
  it('keeps a well-formed trace id of the caller and replaces any other', async () => {
    const own = await server.call({ url: '/api/v2/info', headers: { 'x-trace-id': '00112233aabbccdd' } });
    expect(own.headers['x-trace-id']).toBe('00112233aabbccdd');
    for (const foreign of ['', 'x', '00112233AABBCCDD', '00112233aabbccdd00']) {
      const { headers } = await server.call({ url: '/api/v2/nothing', headers: { 'x-trace-id': foreign } });
      expect(headers['x-trace-id']).toMatch(/^[0-9a-f]{16}$/);
      expect(headers['x-trace-id']).not.toBe(foreign);
    }
  });

  it('has the trace id on every line, and neither query nor credentials', async () => {
    const { body } = await server.call({ method: 'POST', url: `${STOP}?force=true&password=hidden-word` });
    await server.call({ url: '/api/v2/nothing?token=hidden-word' });
    const log = server.log();
    expect(log.length).toBeGreaterThan(1);
    for (const line of log) expect(line.traceId).toMatch(/^[0-9a-f]{16}$/);
    expect(log[0]).toMatchObject({
      traceId: body.traceId,
      method: 'POST',
      path: STOP,
      status: 200,
      user: 'admin',
    });
    expect(JSON.stringify(log)).not.toMatch(/hidden-word|aaAA11__|[Bb]asic /);
  });

  it('tells the caller nothing of an unexpected error, and the log everything', async () => {
    server.app.failure = new Error('SELECT secret FROM t', { cause: new Error('socket 10.0.0.7 closed') });
    const { status, body, text } = await server.call({ url: '/api/v2/info' });
    expect([status, body.error?.code]).toEqual([500, 1115]);
    expect(body.error?.message).toContain(String(body.traceId));
    expect(text).not.toMatch(/SELECT|10\.0\.0\.7|stack/);
    const logged = JSON.stringify(server.log().filter((line) => line.traceId === body.traceId));
    expect(logged).toMatch(/SELECT secret/);
    expect(logged).toMatch(/10\.0\.0\.7/);
  });
});

describe('over a real socket', () => {
  it('serves, and closes without leaving a connection', async () => {
    const url = await server.fastify.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${url}/api/v2/time`);
    expect([answer.status, await answer.text()]).toEqual([200, '1970-01-01T00:00:00+00:00']);
    const refused = await fetch(`${url}${STOP}`, { method: 'POST', body: 'x'.repeat(1_000_000) });
    expect(refused.status).toBe(401);
    expect(z.looseObject({ status: z.int() }).parse(await refused.json()).status).toBe(401);
    await server.fastify.close();
    await expect(fetch(`${url}/api/v2/time`)).rejects.toThrow();
  });
});
