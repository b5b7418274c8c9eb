/**
 * The subtasks that make a zone and remove it: "Add zone", "Start zone" of a new one, "Set zone idc info", "Delete zone".
 * The kernel keeps a zone that holds servers, so none is lost by a deletion.
 */
import { type Graph, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import type { ZoneRow } from '../domain/cluster-snapshot.ts';
import type { Session } from '../remote/oceanbase/session.ts';
import { addZone, alterZoneIdc, deleteZone } from '../remote/oceanbase/zone-statements.ts';
import { bringZoneIntoService, send, sendStopZone } from './kernel-service.ts';
import { lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';

export interface NewZone {
  readonly clusterId: number;
  readonly zoneName: string;
  readonly region: string;
  readonly idc: string;
}

const zoneTimeoutMs = 1_800_000;
const statementTimeoutMs = 60_000;
const marginMs = 5_000;

type ZoneKey = Pick<NewZone, 'clusterId' | 'zoneName'>;

/** @returns undefined when the cluster has no such zone. @throws StepFailure when that cannot be read. */
async function fetchZone(
  services: OperationServices,
  { clusterId, zoneName }: ZoneKey,
): Promise<ZoneRow | undefined> {
  const { snapshot, why } = await lookAround(services, clusterId, []);
  if (snapshot === undefined) throw new StepFailure(`The cluster does not answer: ${why}`);
  if (!snapshot.zones.ok) throw new StepFailure(`DBA_OB_ZONES cannot be read: ${snapshot.zones.reason}`);
  return snapshot.zones.rows.find(({ name }) => name === zoneName);
}

/** Sends a statement that may have worked before its answer was lost: it looks each time before it is sent. */
async function tell(
  context: StepContext,
  services: OperationServices,
  { clusterId, zoneName }: ZoneKey,
  what: string,
  statement: (session: Session) => Promise<void>,
): Promise<void> {
  const about = { clusterId, avoid: [], what: `${what} ${zoneName} to be acknowledged` };
  const options = { timeoutMs: zoneTimeoutMs - marginMs, acceptRefusal: false };
  await send(context, services, about, options, statement);
}

async function removeZone(context: StepContext, services: OperationServices, key: ZoneKey): Promise<void> {
  await tell(context, services, key, 'DELETE ZONE', async (session) => {
    if ((await fetchZone(services, key)) !== undefined)
      await deleteZone(session, key.zoneName, statementTimeoutMs);
  });
  context.log.info(`The cluster has no zone ${key.zoneName} any more.`);
}

export function addAddZone(graph: Graph, services: OperationServices, step: NewZone & StepPlace) {
  const { clusterId, zoneName, region } = step;
  return graph.step({
    ...stepPlace(step),
    name: 'Add zone',
    timeoutMs: zoneTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await tell(context, services, step, 'ADD ZONE', async (session) => {
        if ((await fetchZone(services, step)) === undefined)
          await addZone(session, zoneName, region, statementTimeoutMs);
      });
      await services.syncCluster(clusterId);
      context.log.info(
        `Zone ${zoneName} is part of the cluster, in region ${region}; it is not started yet.`,
      );
      return null;
    },
    async undo(context) {
      await removeZone(context, services, step);
      await services.syncCluster(clusterId);
    },
  });
}

/** The kernel adds servers to active zones only. */
export function addStartNewZone(graph: Graph, services: OperationServices, step: ZoneKey & StepPlace) {
  const target = { clusterId: step.clusterId, zone: step.zoneName, servers: [] };
  return graph.step({
    ...stepPlace(step),
    name: 'Start zone',
    timeoutMs: zoneTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await bringZoneIntoService(context, services, target, zoneTimeoutMs - marginMs);
      return null;
    },
    async undo(context) {
      const zone = await fetchZone(services, step);
      if (zone?.status !== 'ACTIVE') {
        context.log.info(`Zone ${step.zoneName} is ${zone?.status ?? 'not there'}; nothing to undo.`);
        return;
      }
      const options = { timeoutMs: zoneTimeoutMs - marginMs, acceptRefusal: false };
      await sendStopZone(context, services, target, 'STOP', options);
      context.log.info(`Zone ${step.zoneName}, which is empty, is stopped.`);
    },
  });
}

export function addSetIdc(graph: Graph, services: OperationServices, step: NewZone & StepPlace) {
  const { zoneName, idc } = step;
  return graph.step({
    ...stepPlace(step),
    name: 'Set zone idc info',
    timeoutMs: zoneTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await tell(context, services, step, 'ALTER ZONE', async (session) => {
        if ((await fetchZone(services, step))?.idc !== idc)
          await alterZoneIdc(session, zoneName, idc, statementTimeoutMs);
      });
      context.log.info(`Zone ${zoneName} is in IDC ${idc}.`);
      return null;
    },
    undo: { nothingToUndo: 'It goes with the zone.' },
  });
}

export function addDeleteZone(graph: Graph, services: OperationServices, step: ZoneKey & StepPlace) {
  return graph.step({
    ...stepPlace(step),
    name: 'Delete zone',
    timeoutMs: zoneTimeoutMs,
    effects: 'some',
    prohibitRollback: true,
    result: z.null(),
    async run(context) {
      await removeZone(context, services, step);
      return null;
    },
    undo: { nothingToUndo: 'Its servers have left the cluster; add the zone anew.' },
  });
}

/** What is stored of the zone and of what it was meant to be. */
export function addForgetZone(graph: Graph, services: OperationServices, step: ZoneKey & StepPlace) {
  return graph.step({
    ...stepPlace(step),
    name: 'Delete zone meta info',
    timeoutMs: zoneTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      await services.zones.forget(step.clusterId, step.zoneName, context);
      return null;
    },
    undo: { nothingToUndo: 'The zone is no part of the cluster any more.' },
  });
}
