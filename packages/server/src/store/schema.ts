/** All tables of the metadata, for Kysely. Each resource declares its own tables beside its queries. */
import type { AccessKeyTables } from './access-keys.ts';
import type { AuditTables } from './audit.ts';
import type { AuthorityTable } from './authority.ts';
import type { ClusterTable } from './clusters.ts';
import type { GuessTable } from './guesses.ts';
import type { ServerTable } from './servers.ts';
import type { SessionTable } from './sessions.ts';
import type { TaskTables } from './task-tables.ts';
import type { IamTables } from './user-tables.ts';
import type { ZoneTable } from './zones.ts';

interface AccessTables extends AccessKeyTables, AuditTables {
  iam_session: SessionTable;
  iam_guess: GuessTable;
}

interface InventoryTables {
  cluster: ClusterTable;
  zone: ZoneTable;
  server: ServerTable;
  authority: AuthorityTable;
}

export interface Database extends TaskTables, IamTables, AccessTables, InventoryTables {}
