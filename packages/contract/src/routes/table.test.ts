import { describe, expect, expectTypeOf, it } from 'vitest';
import type { TaskView } from '../resources/task.ts';
import type { Route } from './route.ts';
import { type InputOf, type OutputOf, routes } from './table.ts';

const entries = Object.entries<Route>(routes);
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

describe.each(entries)('%s', (operationId, route) => {
  it('names its path parameters the same in path, aliases and schema', () => {
    const names = Object.keys(route.pathParameters.shape);
    for (const path of [route.path, ...(route.aliases ?? [])]) expect(placeholders(path)).toEqual(names);
  });

  it('needs a permission whose instance is in its path', () => {
    if (!('expression' in route.permission)) return;
    const names = Object.keys(route.pathParameters.shape);
    for (const name of placeholders(route.permission.expression)) expect(names).toContain(name);
    // Rights on hosts are rights on all hosts.
    if (names[0] !== undefined && !route.permission.expression.startsWith('HOST:*:'))
      expect(placeholders(route.permission.expression)).toEqual([names[0]]);
  });

  it('is public only when it changes nothing, and read-only permissions guard no writes', () => {
    // OCP downloads a diagnosis by POST.
    if (route.method === 'GET' || route.answer.kind === 'file') return;
    // One's own account, and the log-on itself.
    if (route.permission.kind === 'own' || route.permission.kind === 'credentials') return;
    // What is a user's own needs no right.
    if (route.path.startsWith('/api/v2/profiles/me/')) {
      expect(route.permission).toEqual({ kind: 'authenticated' });
      return;
    }
    expect(route.permission).toHaveProperty('expression', expect.not.stringMatching(/:READ$/));
  });

  it('is named resource first, and lives under /api', () => {
    expect(operationId).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
    expect(route.path).toMatch(/^\/api\//);
  });

  it('has no parameter that would be taken for one of its path', () => {
    for (const name of Object.keys(route.pathParameters.shape))
      expect(route.parameters.shape).not.toHaveProperty(name);
  });
});

describe('the types of a use case', () => {
  it('join path and other parameters, whichever of them are empty', () => {
    expectTypeOf<InputOf<'serverStop'>>().toExtend<{ id: number; serverId: number; force: boolean }>();
    expectTypeOf<InputOf<'statusGet'>['includeUnavailableComponent']>().toEqualTypeOf<boolean>();
    expectTypeOf<InputOf<'clusterTakeOver'>['address']>().toEqualTypeOf<string>();
    expectTypeOf<InputOf<'taskGet'>['taskInstanceId']>().toEqualTypeOf<number>();
  });

  it('answer what the route says', () => {
    expectTypeOf<OutputOf<'serverStop'>>().toEqualTypeOf<TaskView>();
    expectTypeOf<OutputOf<'timeGet'>>().toEqualTypeOf<string>();
  });
});
