/**
 * Marked secrets go into every secret field of the API, right and wrong, and then nothing may show them: no log, answer,
 * event, file, diagnosis or process list. The fields are found in the contract: a new one without a canary fails here.
 */
import { createHash, createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { newAccessKey, type Route, routes } from '@openocp/contract';
import {
  addHost,
  EventClient,
  listFolderProcesses,
  readZip,
  type Stack,
  type StackProcess,
  startStack,
  taskShape,
} from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { listSecretParameters } from '../coverage/secret-fields.ts';
import { Canaries } from './canaries.ts';

interface Place {
  readonly where: string;
  readonly text: string;
}

const canaries = new Canaries();
const mark = (field: string) => canaries.mark(field);
const logs: Place[] = [];
const answers: Place[] = [];
const commandLines = new Map<string, Place>();
let stack: Stack;
let events: EventClient;
let processLooks: NodeJS.Timeout;

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

interface Call {
  readonly body?: unknown;
  /** The text of a body that is no correct JSON. */
  readonly text?: string;
  /** An empty one is not sent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** This answer alone shows a secret. */
  readonly isShownOnce?: true;
}

async function call(method: string, path: string, { body, text, headers, isShownOnce }: Call = {}) {
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const all = {
    ...basic(stack.user, stack.password),
    ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const response = await fetch(new URL(path, stack.api.url), {
    method,
    headers: Object.entries(all).filter(([, value]) => value !== ''),
    ...(payload === undefined ? {} : { body: payload }),
  });
  const bytes = await response.arrayBuffer();
  const shown = response.headers.get('content-type')?.startsWith('application/zip')
    ? [...readZip(bytes)].flat().join('\n')
    : Buffer.from(bytes).toString('utf8');
  const place = { where: `answer of ${method} ${path.split('?')[0]}`, text: shown };
  if (isShownOnce !== true) answers.push(place, { ...place, text: JSON.stringify([...response.headers]) });
  return { status: response.status, text: shown, cookies: response.headers.getSetCookie() };
}

/** @throws Error with the answer when it is another status */
async function expectStatus(status: number, ...request: Parameters<typeof call>) {
  const answer = await call(...request);
  if (answer.status !== status)
    throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${answer.text}`);
  return answer;
}

const dataOf = <T>(schema: z.ZodType<T>, { text }: { readonly text: string }): T =>
  z.object({ data: schema }).parse(JSON.parse(text)).data;

async function runTakeOvers(): Promise<void> {
  canaries.add('the password of the cluster', stack.cluster.rootPassword);
  canaries.add('the password of the user admin', stack.password);
  const request = (route: string) => ({
    ...stack.takeOverRequest(),
    rootSysPassword: mark(`${route} rootSysPassword`),
    proxyroPassword: mark(`${route} proxyroPassword`),
    saveToCredential: true,
  });
  const path = '/api/v2/ob/clusters';
  await expectStatus(200, 'POST', `${path}/takeOverPreCheck`, { body: request('clusterTakeOverPreCheck') });
  await expectStatus(400, 'POST', `${path}/takeOver`, { body: request('clusterTakeOver') });
  await stack.takeOver({ proxyroPassword: mark('clusterTakeOver proxyroPassword'), saveToCredential: true });
}

async function runClusterPasswords(): Promise<void> {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/changePassword`;
  const request = () => ({ newPassword: mark('clusterPasswordChange newPassword'), saveToCredential: true });
  const currentPassword = mark('clusterPasswordChange currentPassword');
  await expectStatus(400, 'POST', path, { body: { ...request(), currentPassword } });
  await expectStatus(200, 'POST', path, { body: request() });
}

async function runCredentials(): Promise<void> {
  const path = '/api/v2/profiles/me/credentials';
  const ssh = { type: 'PRIVATE_KEY', username: 'admin' };
  const ob = { clusterName: 'shop', obClusterId: 1, username: 'root' };
  for (const status of [200, 409]) {
    const sshCredentialProperty = {
      ...ssh,
      passphrase: mark('credentialCreate sshCredentialProperty.passphrase'),
    };
    const obCredentialProperty = {
      ...ob,
      passphrase: mark('credentialCreate obCredentialProperty.passphrase'),
    };
    const host = { targetType: 'HOST', name: 'hosts', sshCredentialProperty };
    const cluster = { targetType: 'OB_CLUSTER', name: 'shop', obCredentialProperty };
    await expectStatus(status, 'POST', path, { body: host });
    await expectStatus(status, 'POST', path, { body: cluster });
  }
}

async function runAccounts(): Promise<void> {
  const path = '/api/v2/iam';
  const first = mark('userCreate password');
  const user = { username: 'canary', password: first, email: 'c@example.com', roles: ['CLUSTER_VIEWER'] };
  const made = await expectStatus(200, 'POST', `${path}/users`, { body: user });
  const { id } = dataOf(z.looseObject({ id: z.int() }), made);
  await expectStatus(409, 'POST', `${path}/users`, {
    body: { ...user, password: mark('userCreate password') },
  });
  const reset = mark('userResetPassword newPassword');
  await expectStatus(200, 'POST', `${path}/users/${id}/resetPassword`, { body: { newPassword: reset } });
  const own = `${path}/changePassword`;
  const change = (currentPassword: string) => ({
    currentPassword,
    newPassword: mark('passwordChange newPassword'),
  });
  const wrong = mark('passwordChange currentPassword');
  expect(
    (await call('POST', own, { headers: basic('canary', reset), body: change(wrong) })).status,
  ).toBeGreaterThan(399);
  const last = change(reset);
  await expectStatus(200, 'POST', own, { headers: basic('canary', reset), body: last });
  await runLogOns('canary', last.newPassword);
}

async function runLogOns(username: string, password: string): Promise<void> {
  const path = '/api/v2/iam/login';
  for (const name of [username, 'stranger']) {
    const wrong = mark('sessionLogin password');
    await expectStatus(401, 'POST', path, {
      headers: { authorization: '' },
      body: { username: name, password: wrong },
    });
    await expectStatus(401, 'GET', '/api/v2/info', { headers: basic(name, mark('a wrong Basic password')) });
  }
  for (const scheme of ['Bearer', 'OCP-ACCESS-KEY-HMACSHA1', 'Basic'])
    await expectStatus(401, 'GET', '/api/v2/info', {
      headers: { authorization: `${scheme} ${mark('a token')}` },
    });
  const body = { username, password };
  const { cookies } = await expectStatus(200, 'POST', path, {
    body,
    headers: { authorization: '' },
    isShownOnce: true,
  });
  const values = cookies.map((cookie) => cookie.split(';', 1)[0] ?? '');
  for (const pair of values) canaries.add('a cookie of a session', pair.slice(pair.indexOf('=') + 1));
  const headers = { authorization: '', cookie: values.join('; ') };
  await expectStatus(200, 'GET', '/api/v2/iam/me', { headers });
  await expectStatus(403, 'POST', '/api/v2/iam/logout', {
    headers: { ...headers, 'x-xsrf-token': mark('a CSRF token') },
  });
}

async function runAccessKeys(): Promise<void> {
  const path = '/api/v2/iam/accessKeys';
  const made = await expectStatus(200, 'POST', path, { body: { description: 'canary' }, isShownOnce: true });
  const { accessKeyId, accessKeySecret } = dataOf(newAccessKey, made);
  canaries.add('an access key secret', accessKeySecret);
  for (const [secret, status] of [
    [accessKeySecret, 200],
    ['wrong', 401],
  ] as const) {
    const date = new Date().toUTCString();
    const text = ['GET', '', '', date, new URL(stack.api.url).host, '', path].join('\n');
    const signature = createHmac('sha1', secret).update(text).digest('base64');
    const authorization = `OCP-ACCESS-KEY-HMACSHA1 ${accessKeyId}:${signature}`;
    await expectStatus(status, 'GET', path, { headers: { authorization, date } });
  }
}

const nest = (names: readonly string[], value: unknown): unknown =>
  names.reduceRight((inner, name) => ({ [name]: inner }), value);

/** Every secret parameter once more: of another kind, too long, in the query, in broken JSON, with a key for repeats. */
async function runMalformed(): Promise<void> {
  for (const field of listSecretParameters()) {
    const [operationId = '', path = ''] = field.split(' ');
    const route = Object.entries<Route>(routes).find(([id]) => id === operationId)?.[1];
    if (route === undefined) throw new Error(`no route ${operationId}`);
    const url = route.path.replace('{id}', String(stack.clusterId)).replace(/\{\w+\}/g, '999');
    const names = path.split('.');
    const headers = {
      authorization:
        route.permission.kind === 'credentials' ? '' : basic(stack.user, stack.password).authorization,
    };
    for (const value of [{ inner: mark(field) }, [mark(field)], mark(field).repeat(4000)])
      await call(route.method, url, { headers, body: nest(names, value) });
    const idempotencyKey = createHash('md5').update(field).digest('hex');
    const body = JSON.stringify(nest(names, mark(field)));
    await call(route.method, url, { text: body, headers: { ...headers, 'idempotency-key': idempotencyKey } });
    await call(route.method, url, { headers, text: body.slice(0, -1) });
    await call(route.method, `${url}?${path}=${mark(field)}`, { headers });
  }
}

function watchOutput(process: StackProcess): void {
  const where = `output of ${process.name}`;
  logs.push({ where, text: process.output });
  process.follow((text) => logs.push({ where, text }));
}

/** Whatever runs in the folder, also for a moment only. */
function lookAtProcesses(): void {
  for (const { pid, startTicks } of listFolderProcesses(stack.folder)) {
    for (const kind of ['cmdline', 'environ']) {
      const path = `/proc/${pid}/${kind}`;
      if (!existsSync(path)) continue;
      try {
        commandLines.set(`${path} ${startTicks}`, { where: path, text: readFileSync(path, 'latin1') });
      } catch {
        // It has ended.
      }
    }
  }
}

/** Keys that are in files of their own, for nobody else to show. */
function markKeys(): void {
  const folder = join(stack.folder, 'certificates');
  for (const host of readdirSync(folder)) {
    const lines = readFileSync(join(folder, host, 'agent.key'), 'utf8').split('\n');
    canaries.add(`the private key of agent ${host}`, lines[lines.length > 4 ? 2 : 1] ?? '');
  }
  canaries.add('the key of the metadata', readFileSync(join(stack.folder, 'data/secret.key'), 'utf8').trim());
}

/** All that may be read, once. */
async function readEverything(): Promise<void> {
  const listed = await stack.api.data(
    z.object({ contents: z.array(z.looseObject({ id: z.int() })) }),
    'GET',
    '/api/v2/tasks/instances?size=2000',
  );
  for (const { id } of listed.contents) {
    const path = `/api/v2/tasks/instances/${id}`;
    const task = dataOf(taskShape, await expectStatus(200, 'GET', path));
    await expectStatus(200, 'POST', `${path}/downloadDiagnosis`);
    for (const subtask of task.subtasks) await expectStatus(200, 'GET', `${path}/subtasks/${subtask.id}/log`);
  }
  for (const { method, path, answer } of Object.values<Route>(routes)) {
    if (method !== 'GET' || answer.kind === 'events') continue;
    const url = path
      .replace('{id}', String(stack.clusterId))
      .replace('{zoneName}', 'zone1')
      .replace(/\{\w+\}/g, '1');
    await call(method, answer.kind === 'page' ? `${url}?size=2000` : url);
  }
}

function listFiles(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? listFiles(path) : [path]));
}

function show(places: readonly Place[]): string[] {
  const found = places.flatMap(({ where, text }) =>
    canaries.findIn(text).map((name) => `${name} is in the ${where}`),
  );
  return [...new Set(found)];
}

beforeAll(async () => {
  const observerOptions = { __sim_time_scale: '0.2' };
  stack = await startStack({ serversPerZone: 1, observerOptions, config: { log: { level: 'debug' } } });
  for (const process of [stack.controlPlane, ...stack.agents.map((agent) => agent.process)])
    watchOutput(process);
  processLooks = setInterval(lookAtProcesses, 200);
  events = await EventClient.open(stack.api);
  await runTakeOvers();
  await runClusterPasswords();
  const host = await addHost(stack, 'zone2');
  for (const { process } of stack.agents.slice(-1)) watchOutput(process);
  const task = await stack.submitTo('servers', { zoneName: 'zone2', servers: [host.hostId] });
  await runCredentials();
  await runAccounts();
  await runAccessKeys();
  await runMalformed();
  await stack.waitForTask(task.id);
  markKeys();
  await readEverything();
  lookAtProcesses();
}, 120_000);

afterAll(async () => {
  clearInterval(processLooks);
  await events?.close();
  await stack?.stop();
});

test('every secret field of the API has a canary', () => {
  expect(listSecretParameters().filter((field) => !canaries.names.includes(field))).toEqual([]);
});

test('no output of a process of ours shows a secret', () => {
  expect(
    logs.filter(({ text }) => text.includes('"path":"/api/v2/iam/changePassword"')).length,
  ).toBeGreaterThan(0);
  expect(show(logs)).toEqual([]);
});

test('no answer shows a secret, but the one that shows a new access key and the one that begins a session', () => {
  expect(answers.length).toBeGreaterThan(200);
  expect(
    answers.some(({ where, text }) => where.endsWith('downloadDiagnosis') && text.includes('subtask')),
  ).toBe(true);
  // The audit has kept the calls, and something in place of their secrets.
  expect(answers.some(({ where, text }) => where.endsWith('audit/events') && text.includes('******'))).toBe(
    true,
  );
  expect(show(answers)).toEqual([]);
});

test('no event shows a secret', () => {
  expect(events.events.length).toBeGreaterThan(10);
  expect(show(events.events.map((event) => ({ where: 'events', text: JSON.stringify(event) })))).toEqual([]);
});

test('no file shows a secret: metadata and their write-ahead log, journals of agents', () => {
  const folders = ['data', ...stack.agents.map(({ host }) => `agents/${host}`)].map((each) =>
    join(stack.folder, each),
  );
  const places = folders
    .flatMap(listFiles)
    .filter((path) => !path.endsWith('secret.key'))
    .map((path) => ({
      where: `file ${path.slice(stack.folder.length)}`,
      text: readFileSync(path, 'latin1'),
    }));
  expect(places.some(({ where }) => where.endsWith('-wal'))).toBe(true);
  expect(places.some(({ text }) => text.includes('c@example.com'))).toBe(true);
  expect(places.filter(({ where }) => where.includes('agents')).length).toBeGreaterThan(3);
  expect(show(places)).toEqual([]);
});

test('no process shows a secret in its arguments or its environment', () => {
  const places = [...commandLines.values()];
  expect(places.some(({ text }) => text.includes('openocp.yaml'))).toBe(true);
  expect(places.some(({ text }) => text.includes('agent.json'))).toBe(true);
  expect(show(places)).toEqual([]);
});
