/** A cluster to store, for tests. */
import type { NewCluster } from './clusters.ts';

export const shopCluster: NewCluster = {
  name: 'shop',
  obClusterId: 7,
  obVersion: '4.2.5.1',
  sysUser: 'root@sys',
  sysPassword: 'S3cret-word',
  seed: { ip: '10.0.1.1', sqlPort: 2881 },
  creator: { id: 100, name: 'admin' },
};
