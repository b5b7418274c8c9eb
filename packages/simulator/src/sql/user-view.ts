/** A user table as a SELECT sees it. */
import type { InnerTables } from '../cluster/inner-tables.ts';
import type { UserTableRow, UserValue } from '../cluster/rows.ts';
import type { ViewValue } from '../views/view.ts';
import { engineValue, resultType } from './user-types.ts';
import type { FilledView } from './view-database.ts';

export function userView(table: UserTableRow, tables: InnerTables, offset: number): FilledView {
  const columns = table.columns.map(({ name, type }) => ({ name, type: resultType(type) }));
  const rows = [...tables.userRows.values()]
    .filter(({ tableId }) => tableId === table.tableId)
    .map(({ values }) =>
      Object.fromEntries(
        table.columns.map(({ name, type }, index) => [name, viewValue(type, values[index] ?? null, offset)]),
      ),
    );
  const view = { name: table.name, columns, sysOnly: true, rows: () => Promise.resolve(rows) };
  return { view, rows, database: table.database };
}

function viewValue(type: string, value: UserValue, offset: number): ViewValue {
  return engineValue(type, value, offset);
}
