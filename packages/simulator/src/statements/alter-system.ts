/** ALTER SYSTEM: grammar and execution. Only the sys tenant may. */
import { addressOf, parseAddress } from '../address.ts';
import type { StopKind } from '../cluster/messages.ts';
import { kernelError } from '../kernel-error.ts';
import { okResult, type StatementResult } from '../mysql/result.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { administer } from './admin-call.ts';
import { waitForLeadersToLeave } from './leader-wait.ts';
import type { StatementContext } from './statement-context.ts';

type Action = StopKind | 'START';

/** The cursor stands behind `ALTER SYSTEM`. */
export async function alterSystem(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  const execute = parseAlterSystem(context, cursor);
  if (context.identity.tenantId !== 1) throw kernelError('noPrivilege');
  await execute();
  return okResult;
}

function parseAlterSystem(context: StatementContext, cursor: TokenCursor): () => Promise<void> {
  const action = takeAction(cursor);
  if (action !== undefined) {
    return cursor.takeWord('SERVER')
      ? serverAction(context, cursor, action)
      : zoneAction(context, cursor, action);
  }
  if (cursor.takeWord('MINOR', 'FREEZE')) return minorFreeze(context, cursor);
  if (cursor.takeWord('MAJOR', 'FREEZE') || cursor.takeWord('CHECKPOINT')) {
    skipToEnd(cursor);
    return () => Promise.resolve();
  }
  cursor.takeWord('SET');
  return setParameters(context, cursor);
}

function takeAction(cursor: TokenCursor): Action | undefined {
  const target = (offset: number) =>
    ['SERVER', 'ZONE'].some((word) => cursor.tokens[cursor.at + offset]?.text.toUpperCase() === word);
  if (cursor.isWord('FORCE', 'STOP') && target(2)) {
    cursor.at += 2;
    return 'FORCE STOP';
  }
  for (const action of ['STOP', 'ISOLATE', 'START'] as const) {
    if (cursor.isWord(action) && target(1)) {
      cursor.at += 1;
      return action;
    }
  }
  return undefined;
}

function serverAction(context: StatementContext, cursor: TokenCursor, action: Action): () => Promise<void> {
  const texts = [cursor.expect('string')];
  while (cursor.takeOperator(',')) texts.push(cursor.expect('string'));
  const zone = optionalZone(cursor);
  cursor.expectEnd();
  return async () => {
    const servers = texts.map(serverAddress);
    if (action === 'START') {
      await administer(context, { verb: 'start-server', servers, zone });
      return;
    }
    await administer(context, { verb: 'stop-server', kind: action, servers, zone });
    if (action !== 'ISOLATE') await waitForLeadersToLeave(context, (server) => servers.includes(server));
  };
}

function zoneAction(context: StatementContext, cursor: TokenCursor, action: Action): () => Promise<void> {
  cursor.expectWord('ZONE');
  const zone = cursor.expect('word', 'quoted-name', 'string');
  cursor.expectEnd();
  return async () => {
    if (action === 'START') {
      await administer(context, { verb: 'start-zone', zone });
      return;
    }
    await administer(context, { verb: 'stop-zone', kind: action, zone });
    if (action === 'ISOLATE') return;
    await waitForLeadersToLeave(context, (server, { tables }) => tables.servers.get(server)?.zone === zone);
  };
}

function minorFreeze(context: StatementContext, cursor: TokenCursor): () => Promise<void> {
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
}

function setParameters(context: StatementContext, cursor: TokenCursor): () => Promise<void> {
  const settings = [setting(cursor)];
  while (cursor.takeOperator(',')) settings.push(setting(cursor));
  cursor.expectEnd();
  return async () => {
    for (const { name, value, server } of settings) {
      await administer(context, {
        verb: 'set-parameter',
        name,
        value,
        server: server === '' ? '' : serverAddress(server),
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
  for (;;) {
    if (cursor.takeWord('COMMENT')) cursor.expect('string');
    else if (cursor.takeWord('SCOPE')) {
      cursor.expectOperator('=');
      cursor.expect('word');
    } else if (cursor.takeWord('SERVER')) {
      cursor.takeOperator('=');
      server = cursor.expect('string');
    } else if (cursor.isWord('ZONE')) optionalZone(cursor);
    else if (cursor.takeWord('TENANT')) skipTenants(cursor);
    else return { name, value, server };
  }
}

function optionalZone(cursor: TokenCursor): string {
  if (!cursor.takeWord('ZONE')) return '';
  cursor.takeOperator('=');
  return cursor.expect('word', 'quoted-name', 'string');
}

function serverAddress(text: string): string {
  const endpoint = parseAddress(text);
  if (endpoint === undefined) throw kernelError('invalidArgument');
  return addressOf(endpoint.ip, endpoint.port);
}

function skipToEnd(cursor: TokenCursor): void {
  while (!cursor.isAtEnd) cursor.at += 1;
}
