/**
 * What a call is named in the audit: OCP's names, which follow from ours. `serverStop` is STOP_OB_SERVER, `userCreate` is
 * CREATE_USER: first what is done, then to what.
 */
import type { OperationId } from './routes/table.ts';

export const auditEventTypes = [
  'OB_CLUSTER_MANAGEMENT',
  'COMPUTE_HOST_MANAGEMENT',
  'OCP_USER_MANAGEMENT',
  'OCP_CLUSTER_MANAGEMENT',
  /** Ours: retry, rollback, skip and cancel of tasks. */
  'TASK_MANAGEMENT',
] as const;
export type AuditEventType = (typeof auditEventTypes)[number];

export interface AuditName {
  readonly operationEvent: string;
  readonly eventType: AuditEventType;
  readonly resourceType: string;
}

interface AuditResource {
  /** As it is called at the end of an event. */
  readonly noun: string;
  readonly eventType: AuditEventType;
  readonly resourceType: string;
}

const account = (noun: string, resourceType = 'OCP_USER'): AuditResource => ({
  noun,
  eventType: 'OCP_USER_MANAGEMENT',
  resourceType,
});
const cluster = (noun: string): AuditResource => ({
  noun,
  eventType: 'OB_CLUSTER_MANAGEMENT',
  resourceType: 'OB_CLUSTER',
});
const host = (noun: string): AuditResource => ({
  noun,
  eventType: 'COMPUTE_HOST_MANAGEMENT',
  resourceType: 'COMPUTE_HOST',
});
const task = (noun: string): AuditResource => ({
  noun,
  eventType: 'TASK_MANAGEMENT',
  resourceType: 'OCP_TASK',
});

/** By the word that an operation begins with. */
const resources: Readonly<Record<string, AuditResource>> = {
  cluster: cluster('OB_CLUSTER'),
  zone: cluster('OB_ZONE'),
  server: cluster('OB_SERVER'),
  hostType: host('HOST_TYPE'),
  host: host('HOST'),
  agent: host('OCP_AGENT'),
  task: task('TASK'),
  subtask: task('SUBTASK'),
  user: account('USER'),
  password: account('USER_PASSWORD'),
  accessKey: account('ACCESS_KEY'),
  session: account('SESSION'),
  credential: account('CREDENTIAL'),
  role: account('ROLE', 'OCP_ROLE'),
};

const ours: AuditResource = {
  noun: '',
  eventType: 'OCP_CLUSTER_MANAGEMENT',
  resourceType: 'OCP_CLUSTER',
};

/** Where OCP's name does not follow. */
const exceptions: Readonly<Partial<Record<OperationId, string>>> = {
  userResetPassword: 'CHANGE_USER_PASSWORD',
};

const upper = (camel: string) => camel.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();

export function deriveAuditName(operationId: OperationId): AuditName {
  const word = Object.keys(resources).find((each) => new RegExp(`^${each}[A-Z]`).test(operationId));
  const { noun, eventType, resourceType } = (word === undefined ? undefined : resources[word]) ?? ours;
  const verb = upper(operationId.slice(word?.length ?? 0));
  const derived = noun === '' ? verb : `${verb}_${noun}`;
  return { operationEvent: exceptions[operationId] ?? derived, eventType, resourceType };
}
