/** All tables of the metadata, for Kysely. */
import type { AccessTables } from './tables/access-tables.ts';
import type { AgentTables } from './tables/agent-tables.ts';
import type { GuardTables } from './tables/guard-tables.ts';
import type { InventoryTables } from './tables/inventory-tables.ts';
import type { TaskTables } from './tables/task-tables.ts';
import type { IamTables } from './tables/user-tables.ts';

export interface Database
  extends TaskTables,
    IamTables,
    AccessTables,
    InventoryTables,
    AgentTables,
    GuardTables {}
