/** Versions of everything that takes part in a task, for a diagnosis. */
import type { ClusterStore } from '../store/clusters.ts';

export interface VersionSources {
  readonly version: string;
  readonly database: string;
  readonly clusters: Pick<ClusterStore, 'fetch'>;
}

export function createDescribeVersions({ version, database, clusters }: VersionSources) {
  return async (clusterId: number | undefined): Promise<Readonly<Record<string, string>>> => {
    const cluster = clusterId === undefined ? undefined : await clusters.fetch(clusterId);
    return {
      openocp: version,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      metadata: database,
      ...(cluster === undefined ? {} : { oceanbase: cluster.obVersion }),
    };
  };
}
