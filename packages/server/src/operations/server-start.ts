/**
 * Start OB server: start the process, wait until the server is really ready (ACTIVE, in service, caught up), and only
 * then let the kernel give it leaders again.
 */
import { type Graph, type Observation, type Operation, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { formatAddress } from '../domain/server-address.ts';
import { findUnready } from '../planning/server-readiness.ts';
import { type PreparedServer, preparedServer, recordServer } from './prepared-server.ts';
import { addBringServerUp, addServeAgain } from './server-graph.ts';
import { fetchTarget, lookAround, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { recordRolledBack } from './status-steps.ts';
import { findSilent } from './wait-for-active.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  serverId: z.int(),
  /** It was only isolated, and no agent could start a process: it is proven by SQL that none is needed. */
  bySql: z.boolean().default(false),
});
/** The proof takes 25 s; a replica that catches up may take longer. The engine's limit comes a little later. */
const serviceTimeoutMs = 290_000;

type ServerStartParameters = z.infer<typeof parameters>;

export function serverStart(services: OperationServices): Operation<ServerStartParameters> {
  return {
    name: 'server-start',
    title: 'Start OB server',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerStartParameters): void {
  const { clusterId } = input;
  const prepare = graph.step({
    name: 'Prepare start observer',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedServer,
    run: (context) => runPrepare(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  if (input.bySql) addServeAgain(graph, services, { after: prepare, clusterId, prepare });
  else addBringServerUp(graph, services, { after: prepare, clusterId, prepare });
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  input: ServerStartParameters,
): Promise<PreparedServer> {
  const agent = input.bySql ? 'optional' : 'needed';
  const target = await fetchTarget(services, input, agent);
  if (input.bySql) await proveRunning(context, services, target);
  const { snapshot, why } = await lookAround(services, input.clusterId, [target]);
  if (snapshot === undefined) context.log.warn(`The cluster cannot be asked yet: ${why}`);
  const prepared = await recordServer(context, services, input, snapshot, [], agent);
  if (prepared.former.zoneStopped)
    context.log.warn(
      `Zone ${target.zone} is stopped: the server will run, and serve only when the zone is started.`,
    );
  return prepared;
}

/**
 * Without an agent: the server answers SQL itself, and has done so for longer than the kernel can go on showing a process
 * that was there before; then what the kernel shows is this one. One that does not answer cannot be helped from here.
 *
 * @throws StepFailure
 */
async function proveRunning(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<void> {
  const name = formatAddress(target);
  const answersSinceMs = services.now();
  const look = async (): Promise<Observation<null>> => {
    const silent = await findSilent(services, target);
    if (silent !== undefined)
      throw new StepFailure(
        `${name} does not answer (${silent}), and without an agent on its host OpenOCP cannot start a process. Connect the agent (connectAgents of the cluster), then start the server.`,
      );
    const { snapshot } = await lookAround(services, target.clusterId, [target]);
    const upMs = services.now() - answersSinceMs;
    const unready = findUnready(snapshot, target, { shownBefore: 'unknown', upMs });
    return unready === undefined ? { done: true, value: null } : { done: false, evidence: unready };
  };
  await context.waitFor(`${name} to be in service`, look, { timeoutMs: serviceTimeoutMs, intervalMs: 1000 });
}
