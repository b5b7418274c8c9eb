/** A stop that says until when: checked and noted before the task exists, so that the task finds it. */
import { OcpError } from '@openocp/contract';
import { type ClosingServices, closeWindow, type Says } from '../operations/return-window.ts';
import type { ReturnWindow } from '../planning/permanent-offline.ts';
import type { OfflineTimeStore } from '../store/offline-times.ts';
import type { ServerStore } from '../store/servers.ts';
import type { App, Caller } from './app.ts';
import type { OwnDeed } from './audit.ts';
import { listPermanentOffline } from './offline-times.ts';

export interface ReturnWindowServices {
  readonly offlineTimes: OfflineTimeStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

const minuteMs = 60_000;
/** Longer than a month is no maintenance: delete the server instead. */
const longestMs = 31 * 24 * 60 * minuteMs;

export function askForReturns<Some extends Pick<App, 'serverStop'>>(
  app: Some,
  { offlineTimes, clock }: ReturnWindowServices,
): Some {
  return {
    ...app,
    async serverStop(caller, input) {
      const { id: clusterId, serverId, returnBy, startAtReturnBy: startsServer = false, type } = input;
      if (returnBy === undefined) {
        if (startsServer)
          throw invalid('startAtReturnBy', 'needs returnBy: the time when the server shall start');
        return app.serverStop(caller, input);
      }
      if (type === 'STOP_SERVICE')
        throw invalid(
          'returnBy',
          'a server of which only the service is stopped never goes permanently offline',
        );
      const former = await offlineTimes.fetchWindow(serverId);
      const window = {
        serverId,
        clusterId,
        returnBy: timeOf(returnBy, clock()),
        startsServer,
        userId: caller.userId,
        username: caller.username,
        startTaskId: 0,
      };
      await offlineTimes.saveWindow({ ...window, stopTaskId: 0 });
      try {
        const task = await app.serverStop(caller, input);
        await offlineTimes.saveWindow({ ...window, stopTaskId: task.id });
        return task;
      } catch (error) {
        if (former === undefined) await offlineTimes.deleteWindow(serverId);
        else await offlineTimes.saveWindow(former);
        throw error;
      }
    },
  };
}

function timeOf(returnBy: number | string, now: number): number {
  const at = typeof returnBy === 'number' ? now + returnBy * minuteMs : Date.parse(returnBy);
  if (at <= now) throw invalid('returnBy', 'must be in the future');
  if (at > now + longestMs) throw invalid('returnBy', 'must be within 31 days');
  return at;
}

function invalid(parameter: string, reason: string): OcpError {
  return new OcpError('INVALID_PARAMETER', { parameter, reason }, { target: parameter });
}

export interface ReturnServices extends ReturnWindowServices, ClosingServices {
  readonly servers: ServerStore;
  readonly guard: { readonly pass: (clusterId: number, taskId: number) => Promise<unknown> };
  /** An unfinished operation holds the cluster, or waits for it. */
  readonly isHeld: (clusterId: number) => Promise<boolean>;
  readonly serverStart: (
    caller: Caller,
    input: { readonly id: number; readonly serverId: number },
  ) => Promise<{ readonly id: number }>;
  readonly recordDeed: (deed: OwnDeed) => Promise<void>;
  readonly log: { info(details: object, text: string): void; warn(details: object, text: string): void };
}

/** What is known of the servers that shall come back, and how they do; driven by a reconciler. */
export function createReturns(services: ReturnServices) {
  const { offlineTimes, log } = services;
  return {
    listWindows: () => offlineTimes.listWindows(),
    async look({ clusterId, serverId }: ReturnWindow) {
      const server = await services.servers.fetch(clusterId, serverId);
      if (server === undefined) return undefined;
      const deadlines = await listPermanentOffline(services, [server]);
      const isActive = server.innerStatus === 'ACTIVE' && server.startServiceTime !== null;
      return {
        isHeld: await services.isHeld(clusterId),
        isUp: isActive && server.process !== 'absent',
        hasPassed: deadlines.get(serverId)?.state === 'PASSED',
      };
    },
    async start(window: ReturnWindow): Promise<number> {
      const input = { id: window.clusterId, serverId: window.serverId };
      const { id: taskId } = await services.serverStart(callerOf(window), input);
      // Of several instances that submit the one task, one records it.
      if (await offlineTimes.saveStartTask(window.serverId, taskId))
        await services.recordDeed({ ...aboutDeed(window), operationId: 'serverStart', taskId, info: input });
      return taskId;
    },
    async close(window: ReturnWindow): Promise<void> {
      const { clusterId, serverId } = window;
      if ((await offlineTimes.fetchRaised(clusterId)) !== undefined) await services.guard.pass(clusterId, 0);
      const about = { clusterId, serverId };
      const says: Says = {
        info: (text) => log.info(about, text),
        warn: (text) => log.warn(about, text),
      };
      await closeWindow(services, about, says, (returned) =>
        services.recordDeed({
          ...aboutDeed(window),
          operationId: 'clusterParameterUpdate',
          info: { ...about, ...returned },
        }),
      );
    },
  };
}

/** In the name of whoever stopped the server, who has asked for all this. */
function aboutDeed({ clusterId, userId, username }: ReturnWindow) {
  return { resourceId: clusterId, operator: { userId, username } };
}

/** Whoever stopped the server has asked for its start too; the key makes it one task, however many ask. */
function callerOf({ serverId, returnBy, userId, username }: ReturnWindow): Caller {
  const key = `return of server ${serverId} at ${returnBy}`;
  return {
    userId,
    username,
    permissions: [],
    traceId: 'return-window',
    clientAddress: '',
    language: 'en-US',
    onConflict: 'queue',
    repeatable: { key, fingerprint: key },
  };
}
