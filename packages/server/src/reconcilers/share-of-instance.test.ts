import { expect, test } from 'vitest';
import { shareOf } from './share-of-instance.ts';

const ids = Array.from({ length: 900 }, (_, index) => index + 1);

/** Who looks at each object. */
function looksOf(instances: readonly string[]): Map<number, string[]> {
  const looks = new Map<number, string[]>(ids.map((id) => [id, []]));
  for (const instance of instances)
    for (const id of shareOf(instance, instances, ids)) looks.get(id)?.push(instance);
  return looks;
}

test('an instance alone looks at everything, in the order given, also before its lease is seen', () => {
  expect(shareOf('a', ['a'], ids)).toEqual(ids);
  expect(shareOf('a', [], ids)).toEqual(ids);
});

test('of several instances each object has exactly one, and each instance about as many', () => {
  const instances = ['a', 'b', 'c'];
  const looks = [...looksOf(instances).values()];
  expect(looks.every((who) => who.length === 1)).toBe(true);
  for (const instance of instances) {
    const share = looks.filter(([who]) => who === instance).length;
    expect(share).toBeGreaterThan(240);
    expect(share).toBeLessThan(360);
  }
});

test('whatever order the leases are read in, the share is the same', () => {
  expect(shareOf('b', ['c', 'b', 'a'], ids)).toEqual(shareOf('b', ['a', 'b', 'c'], ids));
});

test('when an instance is gone only its objects change theirs', () => {
  const before = looksOf(['a', 'b', 'c']);
  const after = looksOf(['a', 'c']);
  for (const id of ids) {
    const [former] = before.get(id) ?? [];
    if (former !== 'b') expect(after.get(id)).toEqual([former]);
    else expect(after.get(id)).toHaveLength(1);
  }
});
