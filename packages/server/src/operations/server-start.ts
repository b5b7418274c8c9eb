/**
 * Start OB server: start the process, wait until the server is really ready (ACTIVE, in service, caught up), and only
 * then let the kernel give it leaders again.
 */
import type { Graph, Operation, StepContext } from '@openocp/engine';
import { z } from 'zod';
import { type PreparedServer, preparedServer, recordServer } from './prepared-server.ts';
import { addBringServerUp } from './server-graph.ts';
import { fetchTarget, lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { recordRolledBack } from './status-steps.ts';

const parameters = z.strictObject({ clusterId: z.int(), serverId: z.int() });
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
  addBringServerUp(graph, services, { after: prepare, clusterId, prepare });
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  input: ServerStartParameters,
): Promise<PreparedServer> {
  const target = await fetchTarget(services, input);
  const { snapshot, why } = await lookAround(services, input.clusterId, [target]);
  if (snapshot === undefined) context.log.warn(`The cluster cannot be asked yet: ${why}`);
  const prepared = await recordServer(context, services, input, snapshot);
  if (prepared.former.zoneStopped)
    context.log.warn(
      `Zone ${target.zone} is stopped: the server will run, and serve only when the zone is started.`,
    );
  return prepared;
}
