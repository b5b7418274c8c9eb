/** Every use case, each with what it needs, and what is put around all of them. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import packageFile from '../../package.json' with { type: 'json' };
import { createAgentEnrolment } from '../app/agent-enrolment.ts';
import type { App } from '../app/app.ts';
import { createClusterFigures } from '../app/cluster-figures.ts';
import { createClusterGuards, rejectForeignClusters } from '../app/cluster-guards.ts';
import { createMoveOut } from '../app/cluster-move-out.ts';
import { createClusterOperations } from '../app/cluster-operations.ts';
import { createClusterParameters } from '../app/cluster-parameters.ts';
import { createClusterPassword } from '../app/cluster-password.ts';
import { createCredentials } from '../app/credentials.ts';
import { createDiagnosis } from '../app/diagnosis.ts';
import { EventHub } from '../app/event-hub.ts';
import { createEvents } from '../app/events.ts';
import { createHostTypes } from '../app/host-types.ts';
import { createHosts } from '../app/hosts.ts';
import { createInventory, type InventoryServices } from '../app/inventory.ts';
import { createMembershipOperations } from '../app/membership-operations.ts';
import { listPermanentOffline, showOfflineTimes } from '../app/offline-times.ts';
import type { SubjectServices } from '../app/operation-subject.ts';
import { createDescribeSubtasks } from '../app/planned-subtasks.ts';
import { answerRepeatedRequests } from '../app/repeated-requests.ts';
import { askForReturns } from '../app/return-windows.ts';
import { createServerOperations } from '../app/server-operations.ts';
import { ServerStates } from '../app/server-states.ts';
import { createSystem } from '../app/system.ts';
import { createTakeOver } from '../app/take-over.ts';
import { createTaskCommands } from '../app/task-commands.ts';
import { createTaskPauses } from '../app/task-pauses.ts';
import { createTasks } from '../app/tasks.ts';
import { translateAnswers } from '../app/translated-answers.ts';
import { createDescribeVersions } from '../app/versions.ts';
import { createZoneMembership } from '../app/zone-membership.ts';
import { createZoneOperations } from '../app/zone-operations.ts';
import type { ServerAddress } from '../domain/server-address.ts';
import { lookAtCluster } from '../remote/oceanbase/look.ts';
import { createEventFeed } from '../store/event-feed.ts';
import { listFormerRuns } from '../store/former-runs.ts';
import { fetchTaskIdByKey } from '../store/idempotency-keys.ts';
import { createSubtaskLogStore } from '../store/subtask-log.ts';
import { type AppParts, clock, monotonic, type TaskParts } from './parts.ts';

export function createApp(parts: AppParts): App {
  const { database, engine } = parts;
  const fetchTaskByKey = async (key: string) => {
    const taskId = await fetchTaskIdByKey(database.db, key);
    return taskId === undefined ? undefined : engine.fetch(taskId);
  };
  const shown = askForReturns(showOfflineTimes(createUseCases(parts), parts), parts);
  const useCases = rejectForeignClusters(shown, parts);
  return translateAnswers(answerRepeatedRequests(useCases, { fetchTaskByKey, offsetMinutes: 0 }));
}

function inventoryOf(parts: TaskParts): InventoryServices {
  const { clusters, zones, servers, hostTypes, drift, listProgress } = parts;
  return { clusters, zones, servers, hostTypes, drift, listProgress };
}

export function createEventHub(parts: TaskParts & { readonly log: Logger }): EventHub {
  const { database, engine, log } = parts;
  return new EventHub({
    feed: createEventFeed(database.db),
    engine,
    servers: new ServerStates(inventoryOf(parts), (servers) => listPermanentOffline(parts, servers)),
    hasOneWriter: database.dialect === 'sqlite',
    offsetMinutes: 0,
    now: monotonic,
    onError: (error) => log.error({ err: error }, 'looking for events failed'),
  });
}

export function subjectsOf(parts: TaskParts): SubjectServices {
  const { database, engine, operations, clusters, sessions, syncAndLook } = parts;
  const lookThrough = async (clusterId: number, avoid: readonly ServerAddress[]) =>
    lookAtCluster(sessions, await clusters.fetchAccess(clusterId), { avoid, now: monotonic });
  const listRuns = (operation: string) => listFormerRuns(database.db, operation);
  return {
    ...inventoryOf(parts),
    engine,
    syncAndLook,
    lookAtCluster: lookThrough,
    describeSubtasks: createDescribeSubtasks({ operations, listFormerRuns: listRuns }),
    now: monotonic,
  };
}

function createUseCases(parts: AppParts): App {
  const { database, engine, taskStore, events, clusters } = parts;
  const inventory = inventoryOf(parts);
  const { version } = packageFile;
  const subjects = subjectsOf(parts);
  return {
    ...createInventory(inventory),
    ...createHosts(parts),
    ...createAgentEnrolment(parts),
    ...createClusterParameters(parts),
    ...createClusterFigures(parts),
    ...createClusterPassword(parts),
    ...createHostTypes(parts),
    ...createCredentials(parts),
    ...createServerOperations(subjects),
    ...createMembershipOperations({ ...subjects, hosts: parts.hosts }),
    ...createZoneMembership({ ...subjects, hosts: parts.hosts }),
    ...createZoneOperations(subjects),
    ...createMoveOut({ ...inventory, ...parts }),
    ...createClusterOperations(subjects),
    ...createTakeOver({ ...inventory, ...parts }),
    ...createClusterGuards(parts),
    ...createTasks({
      engine,
      pauses: parts.pauses,
      store: taskStore,
      logs: createSubtaskLogStore(database.db),
      offsetMinutes: 0,
    }),
    ...createTaskCommands({ engine, pauses: parts.pauses, offsetMinutes: 0 }),
    ...createTaskPauses({ engine, pauses: parts.pauses, offsetMinutes: 0 }),
    ...createDiagnosis({
      engine,
      store: taskStore,
      describeVersions: createDescribeVersions({ version, database: database.dialect, clusters }),
      offsetMinutes: 0,
    }),
    ...createEvents(events),
    ...parts.access.useCases,
    ...createSystem({
      version,
      buildTimeMs: statSync(fileURLToPath(import.meta.url)).mtimeMs,
      now: clock,
      offsetMinutes: 0,
      listUnavailable: async () => ((await database.isHealthy()) ? [] : ['metadb']),
    }),
  };
}
