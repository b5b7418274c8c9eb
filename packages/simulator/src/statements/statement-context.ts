/** What the statements of one session work with. */
import { type Deadline, remainingMs } from '../cluster/table-access.ts';
import type { Identity, SessionRegistry } from '../mysql/session.ts';
import type { Observer } from '../process/observer.ts';
import type { SessionFacts } from '../sql/session-facts.ts';
import type { ViewDatabase } from '../sql/view-database.ts';
import type { ViewContext } from '../views/view.ts';
import type { SystemVariables } from './system-variables.ts';

export interface StatementContext {
  readonly observer: Observer;
  readonly identity: Identity;
  readonly variables: SystemVariables;
  readonly facts: SessionFacts;
  readonly deadline: Deadline;
  readonly sql: string;
  readonly views: () => ViewDatabase;
  /** Aborted when nobody waits for the result any more: the statement was killed or the client has gone. */
  readonly interrupted: AbortSignal;
  readonly registry: SessionRegistry;
  readonly useDatabase: (name: string) => void;
}

export function viewContextOf({ observer, identity, deadline, facts }: StatementContext): ViewContext {
  const context: ViewContext = {
    current: () => observer.currentTables(deadline),
    collect: observer.collect,
    rowsOf: (view) => observer.faults.views.rows(view, context),
    version: facts.obVersion,
    self: observer.self,
    tenantId: identity.tenantId,
  };
  return context;
}

export function remainingOf({ deadline }: StatementContext): number {
  return remainingMs(deadline);
}
