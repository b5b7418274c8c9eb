/** Real answers hold what OCP documents: every field that its table and its sample agree on, with a type of the sample. */
import { type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { findDecision, findRoute, nameOf } from '../coverage/conformance.ts';
import { type EndpointFacts, readFacts } from '../coverage/contract-facts.ts';

let stack: Stack;
/** Answers of operations, by endpoint; a GET is asked when its turn comes. */
const answers = new Map<string, unknown>();
const ids: Record<string, string> = {};

const existing = readFacts().filter((facts) => findRoute(facts) !== undefined);
const reading = existing.filter(({ method, fields }) => method === 'GET' && Object.keys(fields).length > 0);
const stopPath = '/api/v2/ob/clusters/{id}/servers/{serverId}/stop';

const item = z.looseObject({ id: z.int() });
const list = z.object({ contents: z.array(item) });

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1 });
  await stack.takeOver();
  const body = { name: 'tiny', description: '2core' };
  const hostType = await stack.api.data(item, 'POST', '/api/v2/compute/hostTypes', body);
  const [server] = stack.servers;
  const hosts = await stack.api.data(list, 'GET', '/api/v2/compute/hosts');
  ids.id = ids.clusterId = String(stack.clusterId);
  ids.serverId = String(server?.id);
  ids.zoneName = server?.zone ?? '';
  ids.hostTypeId = String(hostType.id);
  ids.hostId = String(hosts.contents[0]?.id);
  const stop = await stack.api.call('POST', fill(stopPath), { type: 'STOP_SERVICE' });
  answers.set(`POST ${stopPath}`, stop.body.data);
  const task = await stack.waitForTask(item.parse(stop.body.data).id);
  ids.taskInstanceId = String(task.id);
  ids.subtaskInstanceId = String(task.subtasks[0]?.id);
});

afterAll(() => stack?.stop());

const fill = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? `no ${name}`);

/** Values at a path of names; lists are walked through. */
function valuesAt(value: unknown, names: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, names));
  const [name, ...rest] = names;
  if (name === undefined) return [value];
  if (typeof value !== 'object' || value === null || !(name in value)) return [];
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return rest.length === 0 ? [found] : valuesAt(found, rest);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function findMissing({ fields }: EndpointFacts, data: unknown): string[] {
  return Object.entries(fields).flatMap(([path, types]) => {
    const found = new Set(valuesAt(data, path.split('.')).map(typeOf));
    if (found.size === 0) return [path];
    // A sample with null tells no type, and neither does an answer with null.
    const isKnown = types.includes('null') || found.has('null') || types.some((type) => found.has(type));
    return isKnown || (types.includes('number') && found.has('integer'))
      ? []
      : [`${path} is ${[...found].join(', ')}, not ${types.join(', ')}`];
  });
}

test.each(reading.map((facts) => ({ name: nameOf(facts), facts })))('$name', async ({ name, facts }) => {
  const text = await (await stack.api.fetch('GET', fill(facts.path))).text();
  const body = z.looseObject({ data: z.unknown().optional() }).parse(JSON.parse(text));
  const contents = z.looseObject({ contents: z.unknown() }).safeParse(body.data);
  const data = contents.success ? contents.data.contents : (body.data ?? body);
  expect(findMissing(facts, data)).toEqual(absent[name] ?? []);
});

test('a stop answers the task that OCP documents', () => {
  const facts = existing.find((each) => nameOf(each) === `POST ${stopPath}`);
  if (facts === undefined) throw new Error('the reference has no stop');
  const missing = findMissing(facts, answers.get(`POST ${stopPath}`));
  expect(missing.filter((field) => findDecision(`field x ${field}`) === undefined)).toEqual([]);
});

/** What a healthy cluster of this version has nothing to show for, and why. Only shrinks. */
const absent: Readonly<Record<string, readonly string[]>> = {
  'GET /api/v2/tasks/instances': [
    // Lists name the cluster of a task without its type.
    'cluster.type',
    // No operation works on a tenant.
    ...['tenant', 'tenant.id', 'tenant.name', 'tenant.obTenantId', 'tenant.mode'],
  ],
};
