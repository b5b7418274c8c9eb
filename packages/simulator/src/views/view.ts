/** A table or view of database `oceanbase`: its columns as the kernel declares them, and where its rows come from. */
import type { CurrentTables } from '../cluster/table-access.ts';
import type { CollectVirtual } from '../cluster/virtual-rows.ts';

/** Times are microseconds since the epoch (0 is NULL) in columns of type timestamp. */
export type ViewValue = string | number | bigint | null;
export type ViewRow = Readonly<Record<string, ViewValue>>;

export interface ViewContext {
  /** The rows of a view as this server tells them: not the truth when a fault says so. */
  readonly rowsOf: (view: View) => Promise<readonly ViewRow[]>;
  /** The inner tables as root service has them now; rejects when there is none in time. */
  readonly current: () => Promise<CurrentTables>;
  readonly collect: CollectVirtual;
  /** Of the cluster, e.g. `4.3.5.1`. */
  readonly version: string;
  /** The server that answers. */
  readonly self: string;
  readonly tenantId: number;
}

interface ViewColumn {
  readonly name: string;
  readonly type: string;
  /** The first version that has it. */
  readonly since?: string;
}

export interface View {
  readonly name: string;
  readonly columns: readonly ViewColumn[];
  /** Unknown to other tenants. */
  readonly sysOnly: boolean;
  readonly rows: (context: ViewContext) => Promise<readonly ViewRow[]>;
}

/** `declared` is a list like `SVR_IP varchar(46), SVR_PORT bigint, DATA_DISK_ASSIGNED bigint since 4.3.5`. */
export function defineView(
  name: string,
  declared: string,
  rows: View['rows'],
  options?: { anyTenant: boolean },
): View {
  const columns = declared
    .split(/,(?![^(]*\))/)
    .map((column) => column.trim())
    .filter((column) => column !== '')
    .map((column): ViewColumn => {
      const space = column.indexOf(' ');
      const [type = '', since] = column.slice(space + 1).split(' since ');
      return { name: column.slice(0, space), type, ...(since === undefined ? {} : { since }) };
    });
  return { name, columns, rows, sysOnly: options?.anyTenant !== true };
}

/** The same rows under another name, possibly fewer. */
export function renameView(
  view: View,
  name: string,
  keep?: (row: ViewRow, context: ViewContext) => boolean,
): View {
  return {
    ...view,
    name,
    rows: async (context) => {
      const rows = await view.rows(context);
      return keep === undefined ? rows : rows.filter((row) => keep(row, context));
    },
  };
}

export function yesNo(value: boolean): 'YES' | 'NO' {
  return value ? 'YES' : 'NO';
}
