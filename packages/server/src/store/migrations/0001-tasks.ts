/** Tasks: the task, its subtasks, claims, owners, logs, leases of instances, idempotency keys. */
import type { ColumnDefinitionBuilder } from 'kysely';
import { longText } from '../dialect.ts';
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey();

export const tasksMigration: Migration = {
  name: '0001-tasks',
  async up(db, dialect) {
    const tables = [
      task(longText(dialect)),
      subtask(longText(dialect)),
      ...ownership,
      log(longText(dialect)),
      idempotencyKey,
    ];
    for (const table of tables) await createTable(db, dialect, table);
  },
};

type LongText = ReturnType<typeof longText>;

const task = (json: LongText): NewTable => ({
  name: 'task',
  withId: true,
  columns: (table) =>
    table
      .addColumn('definition', 'varchar(100)', required)
      .addColumn('name', 'varchar(255)', required)
      .addColumn('status', 'varchar(16)', required)
      .addColumn('operation', 'varchar(16)', required)
      .addColumn('prohibit_rollback', 'smallint', required)
      .addColumn('parameters_json', json, required)
      .addColumn('attributes_json', json, required)
      .addColumn('claims_json', json, required)
      .addColumn('submitter_id', 'bigint', required)
      .addColumn('submitter_name', 'varchar(255)', required)
      .addColumn('cluster_id', 'bigint')
      .addColumn('cluster_name', 'varchar(255)')
      .addColumn('tenant_id', 'bigint')
      .addColumn('host_id', 'bigint')
      .addColumn('owner', 'varchar(191)')
      .addColumn('fence', 'bigint', required)
      .addColumn('revision', 'bigint', required)
      .addColumn('last_change', 'varchar(36)', required)
      .addColumn('submission', 'varchar(36)', required)
      .addColumn('create_time', 'bigint', required)
      .addColumn('start_time', 'bigint')
      .addColumn('finish_time', 'bigint')
      .addUniqueConstraint('task_submission', ['submission']),
  // What runs, and for whom; what has ended long ago; what concerns a cluster.
  indexes: {
    task_status_owner: ['status', 'owner'],
    task_finish: ['finish_time'],
    task_cluster: ['cluster_id'],
  },
});

const subtask = (json: LongText): NewTable => ({
  name: 'subtask',
  withId: true,
  columns: (table) =>
    table
      .addColumn('task_id', 'bigint', required)
      .addColumn('step', 'integer', required)
      .addColumn('name', 'varchar(255)', required)
      .addColumn('parallel_idx', 'integer', required)
      .addColumn('timeout_ms', 'bigint', required)
      .addColumn('prohibit_rollback', 'smallint', required)
      .addColumn('prohibit_skip', 'smallint', required)
      .addColumn('upstream_steps_json', json, required)
      .addColumn('status', 'varchar(16)', required)
      .addColumn('operation', 'varchar(16)', required)
      .addColumn('mode', 'varchar(4)', required)
      .addColumn('attempt', 'integer', required)
      .addColumn('result_json', json)
      .addColumn('annotations_json', json)
      .addColumn('failure', json)
      .addColumn('create_time', 'bigint', required)
      .addColumn('start_time', 'bigint')
      .addColumn('finish_time', 'bigint')
      .addColumn('executor', 'varchar(191)')
      .addUniqueConstraint('subtask_step', ['task_id', 'step']),
});

const ownership: readonly NewTable[] = [
  {
    name: 'claim',
    withId: false,
    columns: (table) =>
      table
        .addColumn('claim', 'varchar(191)', key)
        .addColumn('task_id', 'bigint', required)
        .addColumn('create_time', 'bigint', required),
    indexes: { claim_task: ['task_id'] },
  },
  {
    name: 'task_ownership',
    withId: true,
    columns: (table) =>
      table
        .addColumn('task_id', 'bigint', required)
        .addColumn('owner', 'varchar(191)', required)
        .addColumn('create_time', 'bigint', required),
    indexes: { task_ownership_task: ['task_id'] },
  },
  {
    name: 'instance_lease',
    withId: false,
    columns: (table) =>
      table.addColumn('instance', 'varchar(191)', key).addColumn('expire_time', 'bigint', required),
  },
];

const log = (text: LongText): NewTable => ({
  name: 'subtask_log',
  withId: true,
  mayReuseIds: true,
  columns: (table) =>
    table
      .addColumn('task_id', 'bigint', required)
      .addColumn('subtask_id', 'bigint', required)
      .addColumn('attempt', 'integer', required)
      .addColumn('operation', 'varchar(16)', required)
      .addColumn('level', 'varchar(5)', required)
      .addColumn('time', 'bigint', required)
      .addColumn('text', text, required),
  // InnoDB and SQLite both keep the id at the end of every index, so a page of a log is one range. No second index: every
  // commit writes log lines.
  indexes: { subtask_log_subtask: ['subtask_id'] },
});

const idempotencyKey: NewTable = {
  name: 'idempotency_key',
  withId: false,
  columns: (table) =>
    table
      .addColumn('key_hash', 'varchar(64)', key)
      .addColumn('fingerprint', 'varchar(64)', required)
      .addColumn('task_id', 'bigint', required)
      .addColumn('create_time', 'bigint', required),
  indexes: { idempotency_key_task: ['task_id'] },
};
