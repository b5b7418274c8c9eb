/** Reading the audit. */

import type { AuditRow } from './audit.ts';
import { countRows } from './count-rows.ts';
import type { MetadataDatabase } from './database.ts';
import { containsText } from './dialect.ts';

/** Log-ons are in the same chain and have a list of their own. */
export const LOGON_TYPE = 'LOGON';

export interface AuditFilter {
  readonly logons: boolean;
  readonly eventTypes?: readonly string[] | undefined;
  readonly operationEvents?: readonly string[] | undefined;
  readonly operatorIds?: readonly number[] | undefined;
  readonly operatorName?: string | undefined;
  readonly resourceName?: string | undefined;
  readonly eventInfo?: string | undefined;
  readonly status?: AuditRow['status'] | undefined;
  /** Epoch milliseconds, inclusive. */
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
}

export interface AuditPageRequest {
  readonly filter: AuditFilter;
  readonly sort: { readonly field: 'startTime' | 'endTime' | 'id'; readonly direction: 'asc' | 'desc' };
  readonly offset: number;
  readonly limit: number;
}

const sortColumns = { startTime: 'start_time', endTime: 'end_time', id: 'id' } as const;

export async function listAuditRows(
  { db }: MetadataDatabase,
  { filter, sort, offset, limit }: AuditPageRequest,
): Promise<{ rows: AuditRow[]; total: number }> {
  const { eventTypes = [], operationEvents = [], operatorIds = [], startTime, endTime, status } = filter;
  const texts = [
    ['resource_name', filter.resourceName],
    ['event_info', filter.eventInfo],
    ['operator_name', filter.operatorName],
  ] as const;
  let query = db.selectFrom('audit_event').where('event_type', filter.logons ? '=' : '!=', LOGON_TYPE);
  if (eventTypes.length > 0) query = query.where('event_type', 'in', eventTypes);
  if (operationEvents.length > 0) query = query.where('operation_event', 'in', operationEvents);
  if (operatorIds.length > 0) query = query.where('operator_id', 'in', operatorIds);
  if (status !== undefined) query = query.where('status', '=', status);
  if (startTime !== undefined) query = query.where('start_time', '>=', startTime);
  if (endTime !== undefined) query = query.where('start_time', '<=', endTime);
  for (const [column, text] of texts)
    if (text !== undefined) query = query.where((eb) => containsText(eb.ref(column).$castTo<string>(), text));
  const rows = await query
    .selectAll()
    .orderBy(sortColumns[sort.field], sort.direction)
    .orderBy('id', sort.direction)
    .limit(limit)
    .offset(offset)
    .execute();
  return { rows, total: await countRows(query) };
}

/** What a resource is called, for the reader of an event. */
export async function fetchResourceName(
  { db }: MetadataDatabase,
  resourceType: string,
  id: string,
): Promise<string | undefined> {
  if (resourceType === 'OCP_ROLE') return id;
  const number = Number(id);
  if (!Number.isSafeInteger(number)) return undefined;
  if (resourceType === 'OCP_USER') {
    const query = db.selectFrom('iam_user').select('username').where('id', '=', number);
    return (await query.executeTakeFirst())?.username;
  }
  if (resourceType === 'OB_CLUSTER') {
    const query = db.selectFrom('cluster').select('name').where('id', '=', number);
    return (await query.executeTakeFirst())?.name;
  }
  return undefined;
}
