/** What the folder of a cluster remembers of it, so that homes for further servers can be made in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';

export interface ClusterFile {
  readonly clusterName: string;
  readonly obClusterId: number;
  readonly sqlPort: number;
  readonly rsList: string;
  /** The simulator's own options, which each home keeps in etc/simulator.json. */
  readonly simulatorOptions: Readonly<Record<string, string>>;
}

function fileOf(dataFolder: string): string {
  return join(dataFolder, 'cluster.json');
}

export function writeClusterFile(dataFolder: string, content: ClusterFile): void {
  replaceFile(fileOf(dataFolder), `${JSON.stringify(content, null, 2)}\n`);
}

export function readClusterFile(dataFolder: string): ClusterFile {
  try {
    return JSON.parse(readFileSync(fileOf(dataFolder), 'utf8')) as ClusterFile;
  } catch (error) {
    throw new Error(`${dataFolder} is not the folder of a simulated cluster: it has no cluster.json`, {
      cause: error,
    });
  }
}
