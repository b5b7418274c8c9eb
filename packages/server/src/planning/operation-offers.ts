/**
 * Which operations a server or a zone offers at this moment, and why it does not offer the others. The table of states is
 * the contract's; what else stands in the way is what the API would refuse with. Pure.
 */
import {
  operationIds,
  type ServerAction,
  type ServerStatus,
  serverActions,
  serverOffers,
  serverStatusesOffering,
  type ZoneAction,
  type ZoneStatus,
  zoneActions,
  zoneOffers,
  zoneStatusesOffering,
} from '@openocp/contract';

export interface Offers<Action extends string> {
  readonly available: Action[];
  /** Action to reason, one sentence. */
  readonly unavailable: Partial<Record<Action, string>>;
}

export interface OfferSituation {
  /** The unfinished operation that holds the cluster. */
  readonly holder:
    | { readonly taskId: number; readonly taskName: string; readonly username: string }
    | undefined;
  /** `ip` of the hosts concerned that have no agent. */
  readonly withoutAgent: readonly string[];
}

interface ActionFacts {
  /** Routes that do it. None of them here: this version cannot do it. */
  readonly routes: readonly string[];
  /** False in states in which SQL is enough. */
  readonly needsAgent: boolean | ((status: string) => boolean);
}

const served: ReadonlySet<string> = new Set(operationIds);
/** In the order of the tables, so that equal states show equal lists. */
const everyServerAction: readonly ServerAction[] = [...new Set(Object.values(serverActions).flat())];
const everyZoneAction: readonly ZoneAction[] = [...new Set(Object.values(zoneActions).flat())];

const serverFacts: Readonly<Record<ServerAction, ActionFacts>> = {
  start: { routes: ['serverStart'], needsAgent: (status) => status !== 'SERVICE_STOPPED' },
  stopService: { routes: ['serverStop'], needsAgent: false },
  stopProcess: { routes: ['serverStop'], needsAgent: true },
  restart: { routes: ['serverRestart'], needsAgent: true },
  replace: { routes: ['serverReplace'], needsAgent: true },
  reInstall: { routes: ['serverReinstall'], needsAgent: true },
  delete: { routes: ['serverBatchDelete', 'serverDelete'], needsAgent: true },
  setFree: { routes: ['serverRelease'], needsAgent: false },
};

const zoneFacts: Readonly<Record<ZoneAction, ActionFacts>> = {
  start: { routes: ['zoneStart'], needsAgent: true },
  stop: { routes: ['zoneStop'], needsAgent: true },
  restart: { routes: ['zoneRestart'], needsAgent: true },
  addServer: { routes: ['serverAdd'], needsAgent: false },
  delete: { routes: ['zoneDelete'], needsAgent: true },
  setFree: { routes: ['zoneRelease'], needsAgent: false },
};

export function offerServerActions(status: ServerStatus, situation: OfferSituation): Offers<ServerAction> {
  const isOffered = (action: ServerAction) => serverOffers(status, action);
  return decide(everyServerAction, serverFacts, { ...situation, status }, (action) =>
    isOffered(action) ? undefined : describeState(status, serverStatusesOffering(action)),
  );
}

export function offerZoneActions(status: ZoneStatus, situation: OfferSituation): Offers<ZoneAction> {
  const isOffered = (action: ZoneAction) => zoneOffers(status, action);
  return decide(everyZoneAction, zoneFacts, { ...situation, status }, (action) =>
    isOffered(action) ? undefined : describeState(status, zoneStatusesOffering(action)),
  );
}

function decide<Action extends string>(
  actions: readonly Action[],
  facts: Readonly<Record<Action, ActionFacts>>,
  situation: OfferSituation & { readonly status: string },
  refusalByState: (action: Action) => string | undefined,
): Offers<Action> {
  const available: Action[] = [];
  const unavailable: Partial<Record<Action, string>> = {};
  for (const action of actions) {
    const reason = refusalByFacts(facts[action], situation) ?? refusalByState(action);
    if (reason === undefined) available.push(action);
    else unavailable[action] = reason;
  }
  return { available, unavailable };
}

function refusalByFacts(
  { routes, needsAgent }: ActionFacts,
  { holder, withoutAgent, status }: OfferSituation & { readonly status: string },
): string | undefined {
  if (!routes.some((route) => served.has(route))) return 'This version of OpenOCP cannot do it.';
  if (holder !== undefined) {
    const { taskId, taskName, username } = holder;
    return `Task ${taskId} (${taskName}) of ${username} holds the cluster and is not finished.`;
  }
  const isNeeded = typeof needsAgent === 'function' ? needsAgent(status) : needsAgent;
  if (isNeeded && withoutAgent.length > 0) {
    return `No agent is connected on ${withoutAgent.join(', ')}; connect it first (connectAgents of the cluster).`;
  }
  return undefined;
}

function describeState(status: string, allowed: readonly string[]): string {
  return `Not in state ${status}; possible in ${allowed.join(', ')}.`;
}
