/** Databases and tables that users make in the sys tenant: definitions and rows, written like any inner table. */
import { type Change, userRowKey, userTableKey } from '../cluster/inner-tables.ts';
import type { AdminReply, UserDdl, UserDml } from '../cluster/messages.ts';
import type { UserTableRow } from '../cluster/rows.ts';
import { kernelError } from '../kernel-error.ts';
import { hasUserTables, isDatabase } from '../sql/databases.ts';
import type { SessionFacts } from '../sql/session-facts.ts';
import { sqliteFailure } from '../sql/sqlite-failure.ts';
import { changeRows } from '../sql/table-engine.ts';
import { nowUs } from '../timing.ts';
import type { RootContext } from './root-context.ts';

/** Ids of user tables begin there, as in the kernel. */
const firstTableId = 500_001;

export async function defineUserObject(context: RootContext, ddl: UserDdl): Promise<void> {
  await context.exclusively(() => context.write(ddlChanges(context, ddl)));
}

function ddlChanges(context: RootContext, ddl: UserDdl): Change[] {
  const { databases, userTables } = context.tables;
  const database = ddl.database.toLowerCase();
  if (ddl.kind === 'create-database' || ddl.kind === 'drop-database') {
    return databaseChanges(context, ddl.kind, database, ddl.quiet);
  }
  if (!databases.has(database) && !isDatabase(database)) throw unknownDatabase(database);
  if (!hasUserTables(database))
    throw kernelError('notSupported', `tables in database ${database} not supported`);
  const key = userTableKey(database, ddl.table);
  const known = userTables.get(key);
  if (ddl.kind === 'drop-table') {
    if (known === undefined && ddl.quiet) return [];
    if (known === undefined) throw kernelError('unknownTable', `Unknown table '${database}.${ddl.table}'`);
    return dropped(context, known);
  }
  if (known !== undefined && ddl.quiet) return [];
  if (known !== undefined) throw kernelError('tableExist', `Table '${ddl.table}' already exists`);
  const ids = [...userTables.values()].map(({ tableId }) => tableId);
  const row: UserTableRow = {
    tableId: Math.max(firstTableId - 1, ...ids) + 1,
    database,
    name: ddl.table,
    columns: ddl.columns,
    keys: ddl.keys,
    createTime: nowUs(),
  };
  return [{ table: 'userTables', key, row }];
}

function databaseChanges(
  context: RootContext,
  kind: 'create-database' | 'drop-database',
  name: string,
  quiet: boolean,
): Change[] {
  const { databases, userTables } = context.tables;
  if (kind === 'create-database') {
    const exists = databases.has(name) || isDatabase(name);
    if (exists && !quiet)
      throw kernelError('databaseExist', `Can't create database '${name}'; database exists`);
    return exists ? [] : [{ table: 'databases', key: name, row: { name, createTime: nowUs() } }];
  }
  if (isDatabase(name)) throw kernelError('notSupported', `drop database ${name} not supported`);
  if (!databases.has(name)) {
    if (quiet) return [];
    throw kernelError('databaseNotExist', `Can't drop database '${name}'; database doesn't exist`);
  }
  const tables = [...userTables.values()].filter(({ database }) => database === name);
  return [
    ...tables.flatMap((table) => dropped(context, table)),
    { table: 'databases', key: name, row: null },
  ];
}

function dropped({ tables }: RootContext, { tableId, database, name }: UserTableRow): Change[] {
  const rows = [...tables.userRows.values()].filter((row) => row.tableId === tableId);
  return [
    ...rows.map(({ rowId }): Change => ({ table: 'userRows', key: userRowKey(tableId, rowId), row: null })),
    { table: 'userTables', key: userTableKey(database, name), row: null },
  ];
}

/** Read, decided and written as one: no other change comes between. */
export async function changeUserRows(
  context: RootContext,
  dml: UserDml,
  facts: SessionFacts,
): Promise<AdminReply> {
  return context.exclusively(async () => {
    const { tables } = context;
    const table = tables.userTables.get(userTableKey(dml.database, dml.table));
    if (table === undefined) throw unknownTarget(context, dml);
    const { tableId } = table;
    const rows = [...tables.userRows.values()].filter((row) => row.tableId === tableId);
    const changes = attempt(dml, facts, () => changeRows({ table, rows, dml, facts }));
    await context.write(
      changes.rows.map(([rowId, values]) => ({
        table: 'userRows',
        key: userRowKey(tableId, rowId),
        row: values === null ? null : { tableId, rowId, values },
      })),
    );
    return { affectedRows: changes.affectedRows, matchedRows: changes.matchedRows };
  });
}

function attempt<Result>(dml: UserDml, facts: SessionFacts, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw sqliteFailure(error, dml.sqlite, facts.database);
  }
}

function unknownTarget({ tables }: RootContext, { database, table }: UserDml): Error {
  if (!tables.databases.has(database) && !isDatabase(database)) return unknownDatabase(database);
  if (!hasUserTables(database)) return kernelError('notSupported');
  return kernelError('tableNotExist', `Table '${database}.${table}' doesn't exist`);
}

function unknownDatabase(name: string): Error {
  return kernelError('badDatabase', `Unknown database '${name}'`);
}
