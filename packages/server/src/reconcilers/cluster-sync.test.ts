import { expect, test } from 'vitest';
import type { ClusterStore } from '../store/clusters.ts';
import { startClusterSync } from './cluster-sync.ts';

test('looks at the managed clusters in its share, and at no other', async () => {
  const phases = ['MANAGED', 'MANAGED', 'TAKING_OVER', 'MANAGED'];
  const rows = phases.map((phase, index) => ({ id: index + 1, phase }));
  const clusters = { list: async () => rows } as unknown as ClusterStore;
  const looked: number[] = [];
  const asked: (readonly number[])[] = [];
  const both = Promise.withResolvers<void>();
  const sync = startClusterSync({
    clusters,
    async share(ids) {
      asked.push(ids);
      return ids.filter((id) => id !== 2);
    },
    async refreshCluster(id) {
      looked.push(id);
      if (looked.length === 2) both.resolve();
      return { reachable: true, summary: '' };
    },
    intervalMs: 20,
    onError: (_, error) => both.reject(error),
  });
  await both.promise;
  await sync.stop();
  expect(looked.slice(0, 2)).toEqual([1, 4]);
  expect(asked[0]).toEqual([1, 2, 4]);
});
