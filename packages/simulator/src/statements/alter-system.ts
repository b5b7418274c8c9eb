/** ALTER SYSTEM: grammar and execution. Only the sys tenant may. */
import { kernelError } from '../kernel-error.ts';
import { okResult, type StatementResult } from '../mysql/result.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { administer } from './admin-call.ts';
import {
  optionalZone,
  serverAddress,
  serverStatement,
  takeAction,
  zoneStatement,
} from './server-zone-statements.ts';
import type { StatementContext } from './statement-context.ts';

/** The cursor stands behind `ALTER SYSTEM`. */
export async function alterSystem(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  const execute = parseAlterSystem(context, cursor);
  if (context.identity.tenantId !== 1) throw kernelError('noPrivilege');
  await execute();
  return okResult;
}

function parseAlterSystem(context: StatementContext, cursor: TokenCursor): () => Promise<unknown> {
  const action = takeAction(cursor);
  if (action !== undefined) {
    return cursor.takeWord('SERVER')
      ? serverStatement(context, cursor, action)
      : zoneStatement(context, cursor, action);
  }
  if (isUnsupported(cursor)) throw kernelError('notSupported');
  if (cursor.takeWord('MIGRATE', 'UNIT')) return migrateUnit(context, cursor);
  if (cursor.takeWord('CANCEL', 'MIGRATE', 'UNIT')) {
    const unitId = takeUnitId(cursor);
    cursor.expectEnd();
    return () => administer(context, { verb: 'cancel-migrate-unit', unitId });
  }
  if (cursor.takeWord('MINOR', 'FREEZE')) return minorFreeze(context, cursor);
  if (cursor.takeWord('MAJOR', 'FREEZE') || cursor.takeWord('CHECKPOINT')) {
    skipToEnd(cursor);
    return () => Promise.resolve();
  }
  cursor.takeWord('SET');
  return setParameters(context, cursor);
}

/** Statements of the kernel that have no executor here. */
function isUnsupported(cursor: TokenCursor): boolean {
  return [['SWITCH'], ['ADD', 'ARBITRATION'], ['REMOVE', 'ARBITRATION'], ['REPLACE', 'ARBITRATION']].some(
    (words) => cursor.isWord(...words),
  );
}

/** `MIGRATE UNIT [=] 1001 DESTINATION [=] 'ip:port'` */
function migrateUnit(context: StatementContext, cursor: TokenCursor): () => Promise<unknown> {
  const unitId = takeUnitId(cursor);
  cursor.expectWord('DESTINATION');
  cursor.takeOperator('=');
  const text = cursor.expect('string');
  cursor.expectEnd();
  return () => administer(context, { verb: 'migrate-unit', unitId, server: serverAddress(text) });
}

function takeUnitId(cursor: TokenCursor): number {
  cursor.takeOperator('=');
  return Number(cursor.expect('number'));
}

function minorFreeze(context: StatementContext, cursor: TokenCursor): () => Promise<unknown> {
  const texts: string[] = [];
  let zone = '';
  while (!cursor.isAtEnd) {
    if (cursor.takeWord('SERVER')) texts.push(...serverList(cursor));
    else if (cursor.isWord('ZONE')) zone = optionalZone(cursor);
    else if (cursor.takeWord('TENANT')) skipTenants(cursor);
    else cursor.fail();
  }
  return async () => {
    const { observer, deadline } = context;
    const wanted = texts.map(serverAddress);
    const { tables } = await observer.currentTables(deadline);
    const servers = [...tables.servers]
      .filter(
        ([server, row]) =>
          (wanted.length === 0 || wanted.includes(server)) && (zone === '' || row.zone === zone),
      )
      .map(([server]) => server);
    if (servers.length < wanted.length) throw kernelError('entryNotExist');
    // It is asynchronous in the kernel too; a server that cannot be reached freezes nothing.
    await Promise.allSettled(
      servers.map((server) => observer.peers.call(server, 'minor_freeze', {}, observer.timing.rpcTimeoutMs)),
    );
  };
}

function serverList(cursor: TokenCursor): string[] {
  cursor.takeOperator('=');
  const bracketed = cursor.takeOperator('(');
  const texts = [cursor.expect('string')];
  while (cursor.takeOperator(',')) texts.push(cursor.expect('string'));
  if (bracketed) cursor.expectOperator(')');
  return texts;
}

function skipTenants(cursor: TokenCursor): void {
  cursor.takeOperator('=');
  const bracketed = cursor.takeOperator('(');
  cursor.expect('word', 'quoted-name', 'string');
  while (cursor.takeOperator(',')) cursor.expect('word', 'quoted-name', 'string');
  if (bracketed) cursor.expectOperator(')');
}

interface Setting {
  readonly name: string;
  readonly value: string;
  readonly server: string;
  readonly zone: string;
}

function setParameters(context: StatementContext, cursor: TokenCursor): () => Promise<unknown> {
  const settings = [setting(cursor)];
  while (cursor.takeOperator(',')) settings.push(setting(cursor));
  cursor.expectEnd();
  return async () => {
    for (const { name, value, server, zone } of settings) {
      await administer(context, {
        verb: 'set-parameter',
        name,
        value,
        server: server === '' ? '' : serverAddress(server),
        zone,
      });
    }
  };
}

function setting(cursor: TokenCursor): Setting {
  const name = cursor.expect('word', 'quoted-name').toLowerCase();
  if (!cursor.takeOperator('=') && !cursor.takeWord('TO')) cursor.fail();
  const sign = cursor.takeOperator('-') ? '-' : '';
  const value = sign + cursor.expect('word', 'quoted-name', 'string', 'number');
  let server = '';
  let zone = '';
  for (;;) {
    if (cursor.takeWord('COMMENT')) cursor.expect('string');
    else if (cursor.takeWord('SCOPE')) {
      cursor.expectOperator('=');
      cursor.expect('word');
    } else if (cursor.takeWord('SERVER')) {
      cursor.takeOperator('=');
      server = cursor.expect('string');
    } else if (cursor.isWord('ZONE')) zone = optionalZone(cursor);
    else if (cursor.takeWord('TENANT')) skipTenants(cursor);
    else return { name, value, server, zone };
  }
}

function skipToEnd(cursor: TokenCursor): void {
  while (!cursor.isAtEnd) cursor.at += 1;
}
