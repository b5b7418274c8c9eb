/**
 * Which operations a server, a zone or a cluster offers in which state: one table, the source of `availableOperations`, of the
 * console's buttons and of the refusals of the API (13003, 12004).
 */

export const serverActions = {
  RUNNING: ['restart', 'stopService', 'stopProcess', 'replace', 'reInstall', 'delete'],
  UNAVAILABLE: ['start', 'replace', 'reInstall', 'delete'],
  SERVICE_STOPPING: ['stopProcess'],
  SERVICE_STOPPED: ['start', 'stopProcess', 'replace', 'reInstall', 'delete'],
  PROCESS_STOPPED: ['start', 'replace', 'reInstall', 'delete'],
  DELETED: ['setFree'],
  CREATING: [],
  PROCESS_STOPPING: [],
  STARTING: [],
  RESTARTING: [],
  DELETING: [],
  REINSTALLING: [],
} as const;

export const zoneActions = {
  RUNNING: ['addServer', 'restart', 'stop', 'delete'],
  UNAVAILABLE: ['addServer', 'restart', 'stop', 'delete'],
  SERVICE_STOPPED: ['start', 'restart', 'delete'],
  STOPPED: ['start', 'delete'],
  DELETED: ['setFree'],
  CREATING: [],
  STOPPING: [],
  STARTING: [],
  RESTARTING: [],
  DELETING: [],
  OPERATING: [],
} as const;

export const clusterActions = {
  RUNNING: ['restart', 'stop'],
  UNAVAILABLE: ['start', 'restart', 'stop'],
  STOPPED: ['start'],
} as const;

export type ClusterAction = (typeof clusterActions)[keyof typeof clusterActions][number];
export type ServerStatus = keyof typeof serverActions;
export type ServerAction = (typeof serverActions)[ServerStatus][number];
export type ZoneStatus = keyof typeof zoneActions;
export type ZoneAction = (typeof zoneActions)[ZoneStatus][number];

type Table = Readonly<Record<string, readonly string[]>>;

function statusesOffering(table: Table, action: string): string[] {
  return Object.keys(table).filter((status) => table[status]?.includes(action) ?? false);
}

export function serverOffers(status: ServerStatus, action: ServerAction): boolean {
  const offered: readonly ServerAction[] = serverActions[status];
  return offered.includes(action);
}

export function zoneOffers(status: ZoneStatus, action: ZoneAction): boolean {
  const offered: readonly ZoneAction[] = zoneActions[status];
  return offered.includes(action);
}

/** The states in which a server offers an action; what a refusal tells. */
export function serverStatusesOffering(action: ServerAction): string[] {
  return statusesOffering(serverActions, action);
}

export function clusterStatusesOffering(action: ClusterAction): string[] {
  return statusesOffering(clusterActions, action);
}

export function zoneStatusesOffering(action: ZoneAction): string[] {
  return statusesOffering(zoneActions, action);
}
