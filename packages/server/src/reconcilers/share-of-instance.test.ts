import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { listLiveInstances } from '../store/instance-leases.ts';
import { createTaskStore } from '../store/task-store.ts';
import { createShare, shareOf } from './share-of-instance.ts';

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

test('instances that hold leases in one database share, and whose lease is over has no share', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-share-'));
  const database = await openDatabase(`sqlite:${folder}/metadata.db`);
  const shares = ['a', 'b'].map((name) => createShare(name, () => listLiveInstances(database)));
  const looked = async () =>
    (await Promise.all(shares.map((share) => share(ids)))).map((some) => some.length);
  const store = createTaskStore(database);
  await store.renewLease('a', 60_000);
  await store.renewLease('b', 60_000);
  const [ofA = 0, ofB = 0] = await looked();
  expect(ofA + ofB).toBe(ids.length);
  expect(Math.min(ofA, ofB)).toBeGreaterThan(0);
  await store.renewLease('b', 1);
  await vi.waitFor(async () => expect((await looked())[0]).toBe(ids.length));
  await database.close();
  rmSync(folder, { recursive: true });
});
