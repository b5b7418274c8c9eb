/** KILL [CONNECTION | QUERY] id, for sessions of this server. */
import { okResult, type StatementResult } from '../mysql/result.ts';
import type { Identity, SessionRegistry } from '../mysql/session.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';

/** The kernel reads 32 bits of the id and no more, and 0 where a text is no number. */
const maxId = 0xffffffff;

/** The cursor stands behind `KILL`. */
export function kill(registry: SessionRegistry, by: Identity, cursor: TokenCursor): StatementResult {
  const queryOnly = cursor.takeWord('QUERY');
  if (!queryOnly) cursor.takeWord('CONNECTION');
  const given = Number.parseInt(cursor.expect('number', 'string'), 10);
  cursor.expectEnd();
  const id = Number.isNaN(given) ? 0 : Math.min(given, maxId);
  if (queryOnly) registry.killQuery(id, by);
  else registry.killConnection(id, by);
  return okResult;
}
