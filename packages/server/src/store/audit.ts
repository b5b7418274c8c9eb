/**
 * The audit: events that are only added. Each row carries an HMAC over itself and the hash of the row before, under a key
 * that is sealed like every secret: whoever can write the database but not read the key cannot change, insert or remove a
 * row without its being found. One row, the head, knows the last id and hash; whoever adds takes it first.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { SecretBox } from '../security/secret-box.ts';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

export type AuditRow = Selectable<Database['audit_event']>;
export type NewAuditRow = Omit<AuditRow, 'id' | 'hash'>;

const headId = 1;
export const auditKeyPurpose = 'audit chain key';
/** Rows are read in pages, so that a log of years is never whole in memory. */
const pageRows = 1_000;
const rowsPerInsert = 100;

function hashAuditRow(key: Buffer, previous: string, row: Omit<AuditRow, 'hash'>): string {
  const values = [
    row.id,
    row.start_time,
    row.end_time,
    row.event_type,
    row.operation_event,
    row.resource_type,
    row.resource_id,
    row.resource_name,
    row.operator_id,
    row.operator_name,
    row.status,
    row.task_id,
    row.execution_type,
    row.event_info,
    row.client_ip,
    row.client,
    row.trace_id,
  ];
  return createHmac('sha256', key)
    .update(JSON.stringify([previous, ...values]))
    .digest('hex');
}

export type AuditStore = ReturnType<typeof createAuditStore>;

export function createAuditStore(database: MetadataDatabase, box: SecretBox) {
  return {
    /** Adds events in their order, in one transaction. */
    append: (rows: readonly NewAuditRow[]): Promise<void> =>
      database.transaction((transaction) => appendRows(transaction, box, rows)),
    /** @returns what is wrong, in words, oldest first; nothing when the log is whole. */
    verify: () => verifyChain(database.db, box),
  };
}

async function takeHead(
  transaction: Transaction<Database>,
  box: SecretBox,
): Promise<Selectable<Database['audit_head']>> {
  const touch = () =>
    transaction
      .updateTable('audit_head')
      .set((eb) => ({ last_id: eb.ref('last_id') }))
      .where('id', '=', headId)
      .execute();
  await touch();
  const find = () =>
    transaction.selectFrom('audit_head').selectAll().where('id', '=', headId).executeTakeFirst();
  const head = await find();
  if (head !== undefined) return head;
  const event = await transaction.selectFrom('audit_event').select('id').limit(1).executeTakeFirst();
  if (event !== undefined) throw new Error('the head of the audit log is missing: somebody removed it');
  const chainKey = box.seal(randomBytes(32).toString('base64'), auditKeyPurpose);
  const first = { id: headId, last_id: 0, last_hash: '', chain_key: chainKey };
  try {
    await transaction.insertInto('audit_head').values(first).execute();
    return first;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await touch();
    const other = await find();
    if (other === undefined) throw error;
    return other;
  }
}

async function appendRows(
  transaction: Transaction<Database>,
  box: SecretBox,
  rows: readonly NewAuditRow[],
): Promise<void> {
  const head = await takeHead(transaction, box);
  const key = Buffer.from(box.open(head.chain_key, auditKeyPurpose), 'base64');
  let { last_id: id, last_hash: hash } = head;
  const chained = rows.map((row) => {
    id += 1;
    hash = hashAuditRow(key, hash, { ...row, id });
    return { ...row, id, hash };
  });
  for (let start = 0; start < chained.length; start += rowsPerInsert)
    await transaction
      .insertInto('audit_event')
      .values(chained.slice(start, start + rowsPerInsert))
      .execute();
  await transaction
    .updateTable('audit_head')
    .set({ last_id: id, last_hash: hash })
    .where('id', '=', headId)
    .execute();
}

export interface AuditVerdict {
  readonly events: number;
  readonly lastId: number;
  readonly lastHash: string;
  readonly findings: readonly string[];
}

async function verifyChain(db: Kysely<Database>, box: SecretBox): Promise<AuditVerdict> {
  const findings: string[] = [];
  const head = await db.selectFrom('audit_head').selectAll().where('id', '=', headId).executeTakeFirst();
  const state = { events: 0, lastId: 0, lastHash: '' };
  if (head === undefined) {
    const event = await db.selectFrom('audit_event').select('id').limit(1).executeTakeFirst();
    return { ...state, findings: event === undefined ? [] : ['the head of the log is missing'] };
  }
  const key = Buffer.from(box.open(head.chain_key, auditKeyPurpose), 'base64');
  for (;;) {
    // Up to the head that was read: what others add meanwhile is verified the next time.
    const rows = await db
      .selectFrom('audit_event')
      .selectAll()
      .where('id', '>', state.lastId)
      .where('id', '<=', head.last_id)
      .orderBy('id')
      .limit(pageRows)
      .execute();
    for (const row of rows) checkRow(row, key, state, findings);
    if (rows.length < pageRows) break;
  }
  checkEnd(head, state, findings);
  return { ...state, findings };
}

interface ChainState {
  events: number;
  lastId: number;
  lastHash: string;
}

function checkRow(row: AuditRow, key: Buffer, state: ChainState, findings: string[]): void {
  if (row.id !== state.lastId + 1) findings.push(describeMissing(state.lastId + 1, row.id - 1));
  else if (hashAuditRow(key, state.lastHash, row) !== row.hash)
    findings.push(`event ${row.id} was changed, or the one before it was`);
  state.events += 1;
  state.lastId = row.id;
  state.lastHash = row.hash;
}

function checkEnd(head: Selectable<Database['audit_head']>, state: ChainState, findings: string[]): void {
  if (state.lastId < head.last_id) findings.push(describeMissing(state.lastId + 1, head.last_id));
  else if (state.lastHash !== head.last_hash)
    findings.push(`the last event ${state.lastId} is not the one that the head of the log names`);
}

function describeMissing(first: number, last: number): string {
  return first === last ? `event ${first} is missing` : `events ${first} to ${last} are missing`;
}
