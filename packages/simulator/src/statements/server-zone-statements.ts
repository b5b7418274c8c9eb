/** ALTER SYSTEM ... SERVER and ... ZONE: their grammar, and what each asks of root service. */
import { addressOf, parseAddress } from '../address.ts';
import type { ZoneOptions } from '../cluster/messages.ts';
import { kernelError } from '../kernel-error.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { isWordToken } from '../sql/token-cursor.ts';
import { administer } from './admin-call.ts';
import { waitForLeadersToLeave } from './leader-wait.ts';
import type { StatementContext } from './statement-context.ts';

/** As the words stand; CHANGE and MODIFY are ALTER. */
const actions = [
  'FORCE STOP',
  'CANCEL DELETE',
  'STOP',
  'ISOLATE',
  'START',
  'ADD',
  'DELETE',
  'ALTER',
  'CHANGE',
  'MODIFY',
] as const;

export type Action = (typeof actions)[number];

/** Takes the words of the action if SERVER or ZONE comes behind them. */
export function takeAction(cursor: TokenCursor): Action | undefined {
  const found = actions.find((action) => {
    const words = action.split(' ');
    const target = cursor.tokens[cursor.at + words.length];
    return cursor.isWord(...words) && (isWordToken(target, 'SERVER') || isWordToken(target, 'ZONE'));
  });
  if (found !== undefined) cursor.takeWord(...found.split(' '));
  return found;
}

/** The cursor stands behind `SERVER`. */
export function serverStatement(
  context: StatementContext,
  cursor: TokenCursor,
  action: Action,
): () => Promise<unknown> {
  if (action === 'ALTER' || action === 'CHANGE' || action === 'MODIFY') return cursor.fail();
  const texts = [cursor.expect('string')];
  while (cursor.takeOperator(',')) texts.push(cursor.expect('string'));
  const zone = optionalZone(cursor);
  cursor.expectEnd();
  return async () => {
    const servers = texts.map(serverAddress);
    switch (action) {
      case 'START':
        await administer(context, { verb: 'start-server', servers, zone });
        break;
      case 'ADD':
        await administer(context, { verb: 'add-server', servers, zone });
        break;
      case 'DELETE':
        await administer(context, { verb: 'delete-server', servers, zone });
        break;
      case 'CANCEL DELETE':
        await administer(context, { verb: 'cancel-delete-server', servers, zone });
        break;
      case 'STOP':
      case 'FORCE STOP':
      case 'ISOLATE':
        await administer(context, { verb: 'stop-server', kind: action, servers, zone });
        if (action !== 'ISOLATE') await waitForLeadersToLeave(context, (server) => servers.includes(server));
    }
  };
}

export function zoneStatement(
  context: StatementContext,
  cursor: TokenCursor,
  action: Action,
): () => Promise<unknown> {
  cursor.expectWord('ZONE');
  const zone = cursor.expect('word', 'quoted-name', 'string');
  switch (action) {
    case 'ADD': {
      const options = takeZoneOptions(cursor);
      return () => administer(context, { verb: 'add-zone', zone, options });
    }
    case 'ALTER':
    case 'CHANGE':
    case 'MODIFY': {
      cursor.takeWord('SET');
      const options = takeZoneOptions(cursor);
      if (Object.keys(options).length === 0) cursor.fail();
      return () => administer(context, { verb: 'alter-zone', zone, options });
    }
    case 'CANCEL DELETE':
      return cursor.fail();
    case 'DELETE':
      cursor.expectEnd();
      return () => administer(context, { verb: 'delete-zone', zone });
    case 'START':
      cursor.expectEnd();
      return () => administer(context, { verb: 'start-zone', zone });
    case 'STOP':
    case 'FORCE STOP':
    case 'ISOLATE':
      cursor.expectEnd();
      return async () => {
        await administer(context, { verb: 'stop-zone', kind: action, zone });
        if (action === 'ISOLATE') return;
        await waitForLeadersToLeave(
          context,
          (server, { tables }) => tables.servers.get(server)?.zone === zone,
        );
      };
  }
}

const zoneTypes = ['ReadWrite', 'ReadOnly', 'Encryption'] as const;

function takeZoneOptions(cursor: TokenCursor): ZoneOptions {
  let options: ZoneOptions = {};
  while (!cursor.isAtEnd) {
    const name = ['REGION', 'IDC', 'ZONE_TYPE'].find((word) => cursor.takeWord(word)) ?? cursor.fail();
    cursor.takeOperator('=');
    const value = cursor.expect('string', 'word', 'quoted-name');
    if (name === 'REGION') options = { ...options, region: value };
    else if (name === 'IDC') options = { ...options, idc: value };
    else options = { ...options, type: zoneType(value) };
    if (!cursor.isAtEnd && !cursor.takeOperator(',')) cursor.fail();
  }
  return options;
}

function zoneType(text: string): (typeof zoneTypes)[number] {
  const type = zoneTypes.find((one) => one.toLowerCase() === text.toLowerCase());
  if (type === undefined) throw kernelError('invalidArgument');
  return type;
}

export function optionalZone(cursor: TokenCursor): string {
  if (!cursor.takeWord('ZONE')) return '';
  cursor.takeOperator('=');
  return cursor.expect('word', 'quoted-name', 'string');
}

/** Of the RPC port. @throws KernelError 1210 for what is no address. */
export function serverAddress(text: string): string {
  const endpoint = parseAddress(text);
  if (endpoint === undefined) throw kernelError('invalidArgument');
  return addressOf(endpoint.ip, endpoint.port);
}
