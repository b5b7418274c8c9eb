/** The subtasks "Stop zone" and "Start zone", and what every operation on a zone records before it changes anything. */
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import type { ZoneIntent } from '../planning/intents.ts';
import { type Isolated, isolate, isolated } from './isolation.ts';
import { bringZoneIntoService, sendStopZone, waitForIsolation, zoneStatusIn } from './kernel-service.ts';
import { nothingOverridden, type OverrideInput } from './override.ts';
import {
  fetchStopSubject,
  fetchTargets,
  lookAround,
  type ServerTarget,
  serverTarget,
} from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addUpdateZone } from './status-steps.ts';
import { type StepPlace, stepPlace } from './step-place.ts';
import { judgeVerdict, planOnceSettled } from './stop-verdict.ts';

export const preparedZone = z.strictObject({
  zone: z.string(),
  servers: z.array(serverTarget),
  /** STATUS in DBA_OB_ZONES; null when the cluster could not be asked. */
  formerStatus: z.string().nullable(),
  formerIntent: z.enum(['RUNNING', 'SERVICE_STOPPED', 'STOPPED']),
  kernelReachable: z.boolean(),
  /** Names of the checks that an override went past. */
  overridden: z.array(z.string()),
});
export type PreparedZone = z.infer<typeof preparedZone>;

export interface ZoneKey {
  readonly clusterId: number;
  readonly zoneName: string;
  /** Its servers that the operation works on. */
  readonly serverIds: readonly number[];
}

const zoneTimeoutMs = 1_800_000;
const marginMs = 5_000;

/** Verdict on taking the whole zone down. @throws StepFailure when it forbids that. */
export async function prepareZoneStop(
  context: StepContext,
  services: OperationServices,
  input: ZoneKey & OverrideInput & { readonly allServerIds: readonly number[] },
): Promise<PreparedZone> {
  const { clusterId } = input;
  const targets = await fetchTargets(services, clusterId, input.allServerIds);
  const subject = await fetchStopSubject(services, clusterId, targets, 'STOP ZONE');
  const { snapshot, plan } = await planOnceSettled(context, services, clusterId, subject);
  const overridden = judgeVerdict(context, 'Stopping this zone', plan, input);
  context.log.info(`${plan.leadersToMove.length} leaders to move.`);
  return recordZone(services, input, targets, snapshot, overridden);
}

export async function prepareZoneStart(
  context: StepContext,
  services: OperationServices,
  input: ZoneKey,
): Promise<PreparedZone> {
  const targets = await fetchTargets(services, input.clusterId, input.serverIds);
  const { snapshot, why } = await lookAround(services, input.clusterId, targets);
  if (snapshot === undefined) context.log.warn(`The cluster cannot be asked yet: ${why}`);
  return recordZone(services, input, targets, snapshot, []);
}

/** What a zone was before an operation. */
export async function recordZone(
  services: OperationServices,
  { clusterId, zoneName }: Pick<ZoneKey, 'clusterId' | 'zoneName'>,
  servers: ServerTarget[],
  snapshot: ClusterSnapshot | undefined,
  overridden: string[],
): Promise<PreparedZone> {
  const stored = (await services.zones.list([clusterId])).find(({ name }) => name === zoneName);
  return {
    zone: zoneName,
    servers,
    formerStatus: zoneStatusIn(snapshot, zoneName) ?? null,
    formerIntent: stored?.intent ?? 'RUNNING',
    kernelReachable: snapshot !== undefined,
    overridden,
  };
}

export interface ZoneStep extends StepPlace {
  readonly clusterId: number;
  readonly prepare: Step<PreparedZone>;
}

export function addStopZone(
  graph: Graph,
  services: OperationServices,
  step: ZoneStep & { readonly input: OverrideInput },
) {
  const { clusterId } = step;
  return graph.step({
    ...stepPlace(step),
    name: 'Stop zone',
    timeoutMs: zoneTimeoutMs,
    effects: 'some',
    result: isolated,
    run: (context) => isolateZone(context, services, step.input, clusterId, context.result(step.prepare)),
    async undo(context) {
      const before = context.resultIfAny(step.prepare);
      if (before === undefined || before.formerStatus !== 'ACTIVE') {
        context.log.info('The zone was not ACTIVE before this task; that stays.');
        return;
      }
      await bringZoneIntoService(context, services, { ...before, clusterId }, zoneTimeoutMs - marginMs);
      context.log.info(`Zone ${before.zone} is ACTIVE again.`);
    },
  });
}

async function isolateZone(
  context: StepContext,
  services: OperationServices,
  input: OverrideInput,
  clusterId: number,
  prepared: PreparedZone,
): Promise<Isolated> {
  const { zone, servers } = prepared;
  const answer = await isolate(context, {
    statement: 'STOP ZONE',
    input,
    prepared,
    timeoutMs: zoneTimeoutMs / 2 - marginMs,
    send: (kind, options) => sendStopZone(context, services, { clusterId, zone, servers }, kind, options),
    waitUntilShown: async (timeoutMs) => {
      const subject = await fetchStopSubject(services, clusterId, servers, 'STOP ZONE');
      await waitForIsolation(context, services, clusterId, subject, timeoutMs);
    },
  });
  if (answer.acknowledged) context.log.info(`Zone ${zone} is INACTIVE, and its servers lead nothing.`);
  return answer;
}

export interface StartZoneStep extends ZoneStep {
  /** A zone that was meant to be out of service before its cluster was stopped stays so. */
  readonly keepsOwnMark?: boolean;
}

export function addStartZone(graph: Graph, services: OperationServices, step: StartZoneStep) {
  const { clusterId } = step;
  return graph.step({
    ...stepPlace(step),
    name: 'Start zone',
    timeoutMs: zoneTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      const { zone, servers, formerIntent } = context.result(step.prepare);
      if (step.keepsOwnMark === true && formerIntent !== 'RUNNING') {
        context.log.info(`Zone ${zone} was out of service by itself before; that stays.`);
        return null;
      }
      const target = { clusterId, zone, servers };
      await bringZoneIntoService(context, services, target, zoneTimeoutMs - marginMs);
      return null;
    },
    async undo(context) {
      const before = context.resultIfAny(step.prepare);
      if (before === undefined || before.formerStatus !== 'INACTIVE') {
        context.log.info('The zone was not INACTIVE before this task; nothing to undo.');
        return;
      }
      await isolateZone(context, services, nothingOverridden, clusterId, { ...before, overridden: [] });
    },
  });
}

/** "Update zone status" of an operation on the zone: what it is meant to be from now on, and proof where it was stopped. */
export function addUpdateOwnZone(
  graph: Graph,
  services: OperationServices,
  step: ZoneStep & { readonly now: ZoneIntent; readonly mayBeActive: boolean },
) {
  return addUpdateZone(graph, services, {
    ...stepPlace(step),
    clusterId: step.clusterId,
    at(context) {
      const { zone, servers } = context.result(step.prepare);
      return { zone, avoid: servers };
    },
    intent: {
      now: () => step.now,
      former: (context) => context.resultIfAny(step.prepare)?.formerIntent,
    },
    confirm: (_context, status) => {
      if (step.now !== 'STOPPED' || step.mayBeActive || status === 'INACTIVE') return;
      throw new StepFailure(
        `The processes are gone, but the kernel shows the zone ${status ?? 'not at all'}. Somebody may have started it again; look at DBA_OB_ZONES, then retry or roll back.`,
      );
    },
  });
}
