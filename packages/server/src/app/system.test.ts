import { describe, expect, it } from 'vitest';
import { createSystem } from './system.ts';

const NOW = Date.UTC(2020, 10, 11, 7, 46, 27, 316);
const system = (unavailable: readonly string[]) =>
  createSystem({
    version: '0.1.0',
    buildTimeMs: 0,
    now: () => NOW,
    offsetMinutes: 480,
    listUnavailable: async () => unavailable,
  });

describe('system', () => {
  it('tells the time with its offset', async () => {
    expect(await system([]).timeGet(undefined, {})).toBe('2020-11-11T15:46:27.316+08:00');
  });

  it('is okay, or bad, naming what is unavailable only when asked', async () => {
    const status = (unavailable: readonly string[], includeUnavailableComponent: boolean) =>
      system(unavailable).statusGet(undefined, { includeUnavailableComponent });
    expect(await status([], true)).toBe('okay');
    expect(await status(['metadb'], false)).toBe('bad');
    expect(await status(['metadb'], true)).toBe('bad metadb');
  });

  it('gives its OpenAPI document', async () => {
    expect(await system([]).openapiGet(undefined, {})).toMatchObject({
      openapi: '3.1.0',
      info: { version: '0.1.0' },
    });
  });
});
