/** What the graphs of the operations on a whole cluster share. */
import type { Graph, Step } from '@openocp/engine';
import { z } from 'zod';
import type { OperationServices } from './services.ts';
import { type PreparedZone, preparedZone, prepareZoneStart } from './zone-steps.ts';

export const clusterParameters = {
  clusterId: z.int(),
  /** The zones that the operation works on, and of each the servers. */
  zones: z.array(z.strictObject({ name: z.string(), serverIds: z.array(z.int()) })),
};

export interface ClusterKey {
  readonly clusterId: number;
  readonly zones: readonly { readonly name: string; readonly serverIds: readonly number[] }[];
}

export function serversOf({ zones }: ClusterKey): number[] {
  return zones.flatMap(({ serverIds }) => serverIds);
}

export interface PreparedZoneStep {
  readonly prepare: Step<PreparedZone>;
}

/** One for each zone: how it was, and what it was meant to be. */
export function addPrepareZones(
  graph: Graph,
  services: OperationServices,
  {
    name,
    after,
    input,
  }: {
    readonly name: 'Prepare stop OB zone' | 'Prepare start OB zone';
    readonly after: readonly Step<unknown>[];
    readonly input: ClusterKey;
  },
): PreparedZoneStep[] {
  return input.zones.map((zone, parallelIdx) => ({
    prepare: graph.step({
      name,
      after,
      parallelIdx,
      timeoutMs: 1_800_000,
      effects: 'none',
      prohibitSkip: true,
      result: preparedZone,
      run: (context) =>
        prepareZoneStart(context, services, {
          clusterId: input.clusterId,
          zoneName: zone.name,
          serverIds: zone.serverIds,
        }),
      undo: { nothingToUndo: 'It only looks.' },
    }),
  }));
}
