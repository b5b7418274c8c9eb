/** Stopping, starting and restarting one OBServer: what is checked before there is a task, and the task. */
import { OcpError, type ServerAction, serverStatusesOffering } from '@openocp/contract';
import { hasAgent } from '../domain/agent-host.ts';
import { noOverride } from '../planning/check.ts';
import { planStart } from '../planning/start-plan.ts';
import { noImpact } from '../planning/stop-plan.ts';
import type { Server } from '../store/servers.ts';
import type { App, Caller } from './app.ts';
import type { Inventory } from './inventory-view.ts';
import { type Findings, findAgents, findState } from './operation-findings.ts';
import { createOperation, type OperationRequest } from './operation-request.ts';
import {
  askedFor,
  attributesOf,
  loadFresh,
  nameOf,
  overrideOf,
  pickServer,
  planStopOnceSettled,
  type SubjectServices,
  statusOf,
  stopSubjectOf,
  targetOf,
} from './operation-subject.ts';

type ServerUseCases = Pick<
  App,
  'serverStop' | 'serverStopPlan' | 'serverStart' | 'serverStartPlan' | 'serverRestart' | 'serverRestartPlan'
>;
type StopInput = Parameters<App['serverStop']>[1];
type StartInput = Parameters<App['serverStart']>[1];
type RestartInput = Parameters<App['serverRestart']>[1];

export function createServerOperations(services: SubjectServices): ServerUseCases {
  const stop = createOperation(services, prepareStop);
  const start = createOperation(services, prepareStart);
  const restart = createOperation(services, prepareRestart);
  return {
    serverStop: stop.run,
    serverStopPlan: stop.plan,
    serverStart: start.run,
    serverStartPlan: start.plan,
    serverRestart: restart.run,
    serverRestartPlan: restart.plan,
  };
}

async function prepareStop(
  services: SubjectServices,
  input: StopInput,
  findings: Findings,
  caller: Caller,
): Promise<OperationRequest> {
  const { type = 'STOP_PROCESS', freezeServer } = input;
  const stopsProcess = type === 'STOP_PROCESS';
  const action = stopsProcess ? 'stopProcess' : 'stopService';
  const { inventory, server, plan } = await planTakingDown(services, input, findings, action);
  const { force, override, reason } = input;
  const own = { clusterId: input.id, serverId: server.id, force, override, reason, by: caller.username };
  const target = stopsProcess ? 'PROCESS_STOPPED' : 'SERVICE_STOPPED';
  return {
    ...aboutServer(inventory, server, target, input),
    operation: 'server-stop',
    parameters: { ...own, type, freezeServer },
    checks: plan.checks,
    impact: plan,
    override: overrideOf(input),
  };
}

async function prepareRestart(
  services: SubjectServices,
  input: RestartInput,
  findings: Findings,
  caller: Caller,
): Promise<OperationRequest> {
  const { inventory, server, plan } = await planTakingDown(services, input, findings, 'restart');
  const { force, override, reason, freezeServer } = input;
  const own = { clusterId: input.id, serverId: server.id, force, override, reason, by: caller.username };
  return {
    ...aboutServer(inventory, server, 'RUNNING', input),
    operation: 'server-restart',
    parameters: { ...own, freezeServer },
    checks: plan.checks,
    impact: plan,
    override: overrideOf(input),
  };
}

/** State, agent and verdict of whatever takes one server down. */
async function planTakingDown(
  services: SubjectServices,
  { id, serverId, force }: RestartInput,
  findings: Findings,
  action: ServerAction,
) {
  const fresh = await loadFresh(services, id, findings, (known) => [pickServer(known, serverId)]);
  const server = pickServer(fresh.inventory, serverId);
  // A server that the cluster does not show running may only be taken down by force: its process may hang.
  findServerState(findings, fresh.inventory, server, action, force ? ['UNAVAILABLE'] : []);
  if (action !== 'stopService') findAgents(findings, [server]);
  const subject = await stopSubjectOf(services, id, [server], 'STOP SERVER');
  return { inventory: fresh.inventory, server, plan: await planStopOnceSettled(services, fresh, subject) };
}

async function prepareStart(
  services: SubjectServices,
  { id, serverId }: StartInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, (known) => [
    pickServer(known, serverId),
  ]);
  const server = pickServer(inventory, serverId);
  findServerState(findings, inventory, server, 'start', []);
  // Only isolated: START SERVER is all it needs, and the operation proves by SQL that the process runs.
  const bySql = !hasAgent(server) && statusOf(inventory, server) === 'SERVICE_STOPPED';
  if (!bySql) findAgents(findings, [server]);
  return {
    ...aboutServer(inventory, server, 'RUNNING'),
    operation: 'server-start',
    parameters: { clusterId: id, serverId, bySql },
    checks: planStart(look.snapshot, [targetOf(server)], look.why),
    impact: noImpact,
    override: noOverride,
  };
}

function findServerState(
  findings: Findings,
  inventory: Inventory,
  server: Server,
  action: ServerAction,
  alsoAllowed: readonly string[],
): void {
  const state = statusOf(inventory, server);
  const allowed = serverStatusesOffering(action);
  findState(findings, {
    subject: `Server ${nameOf(server)}`,
    state,
    allowed: [...allowed, ...alsoAllowed],
    error: () =>
      new OcpError('SERVER_STATE_NOT_ALLOWED', {
        server: nameOf(server),
        state,
        allowed: allowed.join(', '),
      }),
  });
}

/** What the request says of its subject. */
function aboutServer(
  inventory: Inventory,
  server: Server,
  targetStatus: string,
  asked: Parameters<typeof askedFor>[0] = { force: false, override: [], reason: '' },
) {
  return {
    cluster: inventory.cluster,
    subject: `server ${nameOf(server)}`,
    attributes: attributesOf(inventory, [server], [server.zoneName], {
      former_cluster_status: 'RUNNING',
      target_cluster_status: 'RUNNING',
      zone_name: server.zoneName,
      former_zone_status: 'RUNNING',
      target_zone_status: 'RUNNING',
      server_id: String(server.id),
      former_server_status: statusOf(inventory, server),
      target_server_status: targetStatus,
      ...askedFor(asked),
    }),
  };
}
