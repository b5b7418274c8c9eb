/**
 * A server that is stopped until a time: while it is down, `server_permanent_offline_time` of its cluster is long enough,
 * and it is as before once the server is back.
 *
 * The former value is durable before the parameter is changed, and forgotten after it was put back. With several such
 * servers in one cluster the first one's former value is kept until the last one is back. A value that is neither the former
 * nor the raised one was set by somebody else, and stays.
 */
import {
  type Graph,
  type Operation,
  type Step,
  type StepContext,
  type StepDefinition,
  StepFailure,
} from '@openocp/engine';
import { z } from 'zod';
import { setParameters } from '../remote/oceanbase/parameters.ts';
import { parseSeconds } from '../remote/oceanbase/snapshot.ts';
import { listParameterValues } from '../remote/oceanbase/views.ts';
import type { OperationServices } from './services.ts';

export const offlineParameter = 'server_permanent_offline_time';
const subject = z.object({ clusterId: z.int(), serverId: z.int() });
type Subject = z.infer<typeof subject>;

/** For a server that comes back later than was said, and needs time to boot and to catch up. */
const reserveMs = 3_600_000;

/** Who says what was done: a step's log, or the program's. */
export interface Says {
  info(message: string): void;
  warn(message: string): void;
}

/** A stop makes the time long enough when it begins; a start puts it back when it ends. Others stay as they are. */
export function keepReturnWindow(operation: Operation, services: OperationServices): Operation {
  const isStop = operation.name === 'server-stop';
  if (!isStop && operation.name !== 'server-start') return operation;
  return {
    ...operation,
    build(graph: Graph, parameters: unknown) {
      const asked = subject.parse(parameters);
      const step = <R>(definition: StepDefinition<R>): Step<R> => {
        if (isStop && definition.after.length === 0) return graph.step(opening(definition, services, asked));
        if (!isStop && definition.name === 'Update OB cluster status')
          return graph.step(closing(definition, services, asked));
        return graph.step(definition);
      };
      operation.build({ step }, parameters);
    },
  };
}

function opening<R>(
  definition: StepDefinition<R>,
  services: OperationServices,
  asked: Subject,
): StepDefinition<R> {
  return {
    ...definition,
    async run(context) {
      const result = await definition.run(context);
      await openWindow(context, services, asked);
      return result;
    },
    async undo(context) {
      await closeWindow(services, asked, context.log);
      if (typeof definition.undo === 'function') await definition.undo(context);
    },
  };
}

function closing<R>(
  definition: StepDefinition<R>,
  services: OperationServices,
  asked: Subject,
): StepDefinition<R> {
  return {
    ...definition,
    async run(context) {
      // Asked for before an effect like any other; without a raised value there is none.
      if ((await services.offlineTimes.fetchRaised(asked.clusterId)) !== undefined)
        await context.assertOwned();
      await closeWindow(services, asked, context.log);
      return definition.run(context);
    },
  };
}

async function openWindow(
  context: StepContext,
  services: OperationServices,
  { clusterId, serverId }: Subject,
): Promise<void> {
  const { offlineTimes, clock } = services;
  const window = await offlineTimes.fetchWindow(serverId);
  if (window === undefined) return;
  const current = await readValue(services, clusterId);
  const neededSeconds = Math.ceil((window.returnBy - clock() + reserveMs) / 1_000);
  const backBy = new Date(window.returnBy).toISOString();
  if ((parseSeconds(current) ?? 0) >= neededSeconds) {
    context.log.info(
      `The server shall be back by ${backBy}; ${offlineParameter} is ${current}, which is long enough.`,
    );
    return;
  }
  const raisedValue = `${neededSeconds}s`;
  const known = await offlineTimes.fetchRaised(clusterId);
  await offlineTimes.saveRaised(clusterId, { formerValue: known?.formerValue ?? current, raisedValue });
  await context.assertOwned();
  await writeValue(services, clusterId, raisedValue).catch((error: unknown) => {
    throw new StepFailure(`${offlineParameter} could not be raised to ${raisedValue}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  context.log.info(
    `The server shall be back by ${backBy}: ${offlineParameter} is ${raisedValue} until then, it was ${current}.`,
  );
  context.annotate({ return_by: backBy, raised_permanent_offline_time: raisedValue });
}

export type ClosingServices = Pick<OperationServices, 'offlineTimes' | 'clusters' | 'sessions'>;

/**
 * The server is back, or was never stopped. May be done again and again: the window goes last, so that whoever finds it
 * after a crash does the rest.
 */
export async function closeWindow(
  services: ClosingServices,
  subject: Subject,
  says: Says,
  record: RecordReturn = async () => undefined,
): Promise<void> {
  await restoreOfflineTime(services, subject, says, record);
  await services.offlineTimes.deleteWindow(subject.serverId);
}

/** What became of a parameter that was raised, when it was needed no longer. */
export interface ReturnedOfflineTime {
  readonly parameter: string;
  readonly formerValue: string;
  readonly raisedValue: string;
  /** Its value before this; not the raised one where somebody has set it meanwhile, and then it stays. */
  readonly foundValue: string;
  readonly isPutBack: boolean;
}

/** Awaited before the former value is forgotten, so that a crash in between makes it come again and not never. */
export type RecordReturn = (returned: ReturnedOfflineTime) => Promise<void>;

/** Puts the parameter back, unless another stopped server still needs it. */
async function restoreOfflineTime(
  services: ClosingServices,
  { clusterId, serverId }: Subject,
  says: Says,
  record: RecordReturn,
): Promise<void> {
  const { offlineTimes } = services;
  const raised = await offlineTimes.fetchRaised(clusterId);
  if (raised === undefined) return;
  const others = (await offlineTimes.listWindows()).filter(
    (window) => window.clusterId === clusterId && window.serverId !== serverId,
  );
  if (others.length > 0) {
    const servers = others.map((window) => window.serverId).join(', ');
    says.info(`${offlineParameter} stays ${raised.raisedValue}: server ${servers} is still to come back.`);
    return;
  }
  const current = await readValue(services, clusterId);
  const isPutBack = parseSeconds(current) === parseSeconds(raised.raisedValue);
  if (isPutBack) {
    await writeValue(services, clusterId, raised.formerValue);
    says.info(`${offlineParameter} is ${raised.formerValue} again.`);
  } else if (parseSeconds(current) !== parseSeconds(raised.formerValue)) {
    says.warn(
      `${offlineParameter} was raised from ${raised.formerValue} to ${raised.raisedValue}, and is ${current} now: somebody else has set it, so it stays.`,
    );
  }
  await record({ parameter: offlineParameter, ...raised, foundValue: current, isPutBack });
  await offlineTimes.deleteRaised(clusterId);
}

type Reach = Pick<OperationServices, 'clusters' | 'sessions'>;

/** The shortest of all servers. @throws Error when nobody tells */
async function readValue({ clusters, sessions }: Reach, clusterId: number): Promise<string> {
  const access = await clusters.fetchAccess(clusterId);
  const values = await sessions.with(access, {}, (session) => listParameterValues(session, offlineParameter));
  values.sort((a, b) => (parseSeconds(a) ?? 0) - (parseSeconds(b) ?? 0));
  const [shortest] = values;
  if (shortest === undefined) throw new StepFailure(`No server tells its ${offlineParameter}.`);
  return shortest;
}

async function writeValue({ clusters, sessions }: Reach, clusterId: number, value: string): Promise<void> {
  const access = await clusters.fetchAccess(clusterId);
  await sessions.with(access, {}, (session) => setParameters(session, [{ name: offlineParameter, value }]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
