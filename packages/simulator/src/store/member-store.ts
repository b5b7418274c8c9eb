/** What one server must remember over its death: its replicas with their votes, and the last seen inner tables. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TablesImage } from '../cluster/inner-tables.ts';
import type { Configuration, HardState } from '../consensus/election.ts';
import { replaceFile } from './replace-file.ts';

export interface ReplicaRecord extends HardState {
  readonly tenantId: number;
  readonly lsId: number;
  readonly configuration: Configuration;
  readonly primaryZone: string;
  /** Where this replica's log ended when it was last written down, nanoseconds as text. */
  readonly endScn: string;
}

export class MemberStore {
  readonly innerFolder: string;
  readonly #replicasFile: string;
  readonly #tablesFile: string;
  readonly #replicas = new Map<string, ReplicaRecord>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.innerFolder = join(folder, 'inner');
    this.#replicasFile = join(folder, 'replicas.json');
    this.#tablesFile = join(folder, 'tables.json');
    if (existsSync(this.#replicasFile)) {
      const records = JSON.parse(readFileSync(this.#replicasFile, 'utf8')) as [string, ReplicaRecord][];
      for (const [key, record] of records) this.#replicas.set(key, record);
    }
  }

  get isBootstrapped(): boolean {
    return existsSync(this.#replicasFile);
  }

  get replicas(): ReadonlyMap<string, ReplicaRecord> {
    return this.#replicas;
  }

  saveReplicas(changed: Iterable<readonly [string, ReplicaRecord]>): void {
    for (const [key, record] of changed) this.#replicas.set(key, record);
    replaceFile(this.#replicasFile, JSON.stringify([...this.#replicas]));
  }

  removeReplica(key: string): void {
    this.#replicas.delete(key);
    this.saveReplicas([]);
  }

  /** A server that joins a cluster without a replica of its own yet. */
  join(): void {
    this.saveReplicas([]);
  }

  loadTables(): TablesImage | undefined {
    if (!existsSync(this.#tablesFile)) return undefined;
    return JSON.parse(readFileSync(this.#tablesFile, 'utf8')) as TablesImage;
  }

  saveTables(image: TablesImage): void {
    replaceFile(this.#tablesFile, JSON.stringify(image));
  }
}
