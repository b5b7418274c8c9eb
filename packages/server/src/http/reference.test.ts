import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createOpenApiDocument,
  operationIds,
  type Route,
  renderErrorReference,
  routes,
} from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));

describe('docs/reference is what `node scripts/generate-reference.ts` writes', () => {
  it('openapi.json', () => {
    expect(JSON.parse(read('docs/reference/openapi.json'))).toEqual(createOpenApiDocument(version));
  });

  it('error-codes.md', () => {
    expect(read('docs/reference/error-codes.md')).toBe(renderErrorReference());
  });
});

describe('the OpenAPI document', () => {
  const text = JSON.stringify(createOpenApiDocument(version));
  const document = z
    .object({
      openapi: z.literal('3.1.0'),
      paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
      components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
    })
    .parse(JSON.parse(text));

  it('has every route at every path, under its operation id', () => {
    for (const operationId of operationIds) {
      const route: Route = routes[operationId];
      const described = document.paths[route.path]?.[route.method.toLowerCase()];
      expect(described?.operationId).toBe(operationId);
      for (const alias of route.aliases ?? []) expect(document.paths).toHaveProperty([alias]);
    }
  });

  it('refers only to schemas it has', () => {
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
    expect(referred.length).toBeGreaterThan(5);
    for (const name of referred) expect(document.components.schemas).toHaveProperty(name);
  });

  it('has operation ids that are unique', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((each) => each.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
