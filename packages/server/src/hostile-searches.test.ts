/** Texts that are looked for, and fields that are sorted by, are never part of a statement; wildcards are characters. */
import { operationIds, type Route, routes } from '@openocp/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FilledControlPlane, startFilledControlPlane } from './testing/filled-control-plane.ts';

let controlPlane: FilledControlPlane;
beforeAll(async () => {
  controlPlane = await startFilledControlPlane();
  // For the audit to hold something.
  const headers = { authorization: controlPlane.authorization, 'content-type': 'application/json' };
  const url = new URL('/api/v2/compute/hostTypes', controlPlane.url);
  await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name: 'tiny', description: 'd' }) });
});
afterAll(() => controlPlane?.stop());

const page = z.object({
  data: z
    .looseObject({
      contents: z.array(z.unknown()),
      page: z.looseObject({ totalElements: z.int() }).optional(),
    })
    .optional(),
});

async function search(path: string, query: Readonly<Record<string, string>>) {
  const url = new URL(`${path}?${new URLSearchParams(query)}`, controlPlane.url);
  const response = await fetch(url, { headers: { authorization: controlPlane.authorization } });
  return { status: response.status, ...page.parse(await response.json()) };
}

const attacks = [
  "' OR '1'='1",
  "') OR 1=1 --",
  "x'; DROP TABLE task; --",
  "x' UNION SELECT password_hash FROM iam_user --",
  '" OR ""="',
  '\\',
  "\\' OR 1=1 --",
  '%',
  '_',
  '%%%',
  '*',
];

interface TextParameter {
  readonly name: string;
  readonly path: string;
  readonly parameter: string;
}

/** Every parameter of a list that is a text of one's own. */
const textParameters = operationIds.flatMap((operationId): TextParameter[] => {
  const { method, path, parameters, answer }: Route = routes[operationId];
  if (method !== 'GET' || answer.kind !== 'page') return [];
  const { properties = {} } = z.toJSONSchema(parameters, { io: 'input' });
  return Object.entries(properties).flatMap(([parameter, schema]) => {
    const isText = typeof schema === 'object' && schema.type === 'string' && schema.enum === undefined;
    if (!isText || schema.format !== undefined || ['sort', 'order'].includes(parameter)) return [];
    return [{ name: operationId, path: path.replace(/\{\w+\}/g, '1'), parameter }];
  });
});

describe.each(textParameters)('$name $parameter', ({ path, parameter }) => {
  it('finds nothing for a text that nothing has, whatever the text says to a database', async () => {
    const all = await search(path, {});
    expect(all.status).toBe(200);
    for (const attack of attacks) {
      const { status, data } = await search(path, { [parameter]: attack });
      // Our own names have underscores.
      const isPart = attack === '_' && JSON.stringify(all.data).includes('_');
      expect([attack, status]).toEqual([attack, 200]);
      if (!isPart) expect([attack, data?.contents.length]).toEqual([attack, 0]);
    }
    expect((await search(path, { [parameter]: '\0' })).status).toBe(400);
    // It is all there still, and found.
    expect((await search(path, {})).data?.page?.totalElements).toBeGreaterThanOrEqual(
      all.data?.page?.totalElements ?? 0,
    );
  });
});

it.each(['/api/v2/tasks/instances', '/api/v2/ob/clusters', '/api/v2/audit/events'])(
  '%s is sorted by its own fields alone',
  async (path) => {
    for (const field of [
      'id;DROP TABLE task',
      '(SELECT 1)',
      'password_hash',
      'id,asc;--',
      '__proto__',
      'constructor',
    ])
      expect([field, (await search(path, { sort: `${field},asc` })).status]).toEqual([field, 400]);
    expect((await search(path, {})).data?.contents.length).toBeGreaterThan(0);
  },
);

it('there are such parameters', () => {
  expect(textParameters.map(({ name }) => name)).toContain('taskList');
  expect(textParameters.length).toBeGreaterThan(5);
});
