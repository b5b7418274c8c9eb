/** Which calls are recorded, and as what: every write, whatever came of it, and every refusal. */
import {
  type AuditEventView,
  deriveAuditName,
  formatDateTime,
  type LogonView,
  type OcpError,
  type OperationId,
  type Route,
  routes,
} from '@openocp/contract';
import { z } from 'zod';
import type { AuditRow, NewAuditRow } from '../store/audit.ts';
import { type AuditPageRequest, LOGON_TYPE } from '../store/audit-list.ts';
import type { App, Identity, Visitor } from './app.ts';
import type { AuditLog } from './audit-log.ts';
import { maskSecrets } from './secret-fields.ts';

/** One call that came to its end. */
export interface AuditedCall {
  /** undefined for a path that does not exist. */
  readonly operationId: OperationId | undefined;
  readonly method: string;
  readonly path: string;
  readonly visitor: Visitor;
  readonly identity: Identity | undefined;
  /** The name somebody gave who was not recognised. */
  readonly claimedName: string | undefined;
  /** Path and other parameters, as far as they were understood. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
  readonly error?: OcpError;
  /** Epoch milliseconds. */
  readonly startTime: number;
}

/** What the product does by itself, because somebody asked for it long before: no call stands for it. */
export interface OwnDeed {
  /** The call that would do the same. */
  readonly operationId: OperationId;
  readonly resourceId: number;
  /** Who asked. */
  readonly operator: { readonly userId: number; readonly username: string };
  readonly taskId?: number;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface AuditOptions {
  readonly log: AuditLog;
  readonly list: (request: AuditPageRequest) => Promise<{ rows: AuditRow[]; total: number }>;
  readonly fetchResourceName: (resourceType: string, id: string) => Promise<string | undefined>;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  readonly offsetMinutes: number;
}

const MAX_INFO_LENGTH = 16_384;
/** The errors of somebody who gave a password. */
const LOGON_ERRORS: ReadonlySet<string> = new Set([
  'BAD_CREDENTIALS',
  'USER_LOCKED',
  'ADDRESS_LOCKED',
  'USER_DISABLED',
]);
const LOCKED = 'USER_LOCKED';

const numberedOutput = z.looseObject({ id: z.int() });
const hostOutput = z.looseObject({ host: z.string() });
const DEFAULT_SORT = { field: 'id', direction: 'desc' } as const;

const isRefusal = (error: OcpError | undefined) =>
  error !== undefined && ['unauthenticated', 'forbidden', 'tooMany'].includes(error.code.kind);

function isLogon({ operationId, error }: AuditedCall): boolean {
  return operationId === 'sessionLogin' || (error !== undefined && LOGON_ERRORS.has(error.key));
}

/** POSTs that only look. */
const LOOKS = /(?:Plan|PreCheck)$/;

function isRecorded({ error, operationId, method, identity }: AuditedCall): boolean {
  if (isRefusal(error)) return true;
  // What a stranger sends without sense would fill the audit for nothing.
  if (identity === undefined && error?.code.kind === 'invalid') return false;
  if (operationId === undefined || LOOKS.test(operationId)) return false;
  return method !== 'GET' && method !== 'HEAD';
}

function taskIdOf({ operationId, input, output }: AuditedCall): number | null {
  const route: Route | undefined = operationId && routes[operationId];
  const given = z.int().safeParse(input.taskInstanceId);
  if (given.success) return given.data;
  if (route?.createsTask !== true) return null;
  const task = numberedOutput.safeParse(output);
  return task.success ? task.data.id : null;
}

/** The first parameter of the path names the resource; one that was just made names itself. */
function resourceIdOf({ operationId, input, output }: AuditedCall): string | null {
  const route: Route | undefined = operationId && routes[operationId];
  const [name] = Object.keys(route?.pathParameters.shape ?? {});
  const given = name === undefined ? undefined : input[name];
  if (typeof given === 'string' || typeof given === 'number') return String(given);
  // Agents have no numbers; that of which host it was matters.
  const agent = operationId?.startsWith('agent') ? hostOutput.safeParse(output) : undefined;
  if (agent?.success) return agent.data.host;
  const made = numberedOutput.safeParse(output);
  return made.success && route?.createsTask !== true ? String(made.data.id) : null;
}

/** What JSON and the columns can hold, exactly: a hash is over it. */
const clean = (text: string, length: number) => text.toWellFormed().replaceAll('\u0000', '').slice(0, length);

function describeCall({ input, error, method, path }: AuditedCall): string {
  const reason = error === undefined ? {} : { error: { code: error.code.ocpCode, message: error.message } };
  const info = JSON.stringify({ ...Object(maskSecrets(input)), ...reason, request: `${method} ${path}` });
  if (info.length <= MAX_INFO_LENGTH) return clean(info, MAX_INFO_LENGTH);
  return JSON.stringify({ ...reason, request: `${method} ${path.slice(0, 256)}`, shortened: true });
}

export class Audit {
  readonly #options: AuditOptions;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** Resolves when the call is recorded, if it is one that is. */
  async record(call: AuditedCall): Promise<void> {
    if (!isRecorded(call)) return;
    const row = await this.#rowOf(call);
    const { error } = call;
    // Each wrong password is recorded by itself; there are no more than are hashed.
    if (!isRefusal(error) || error?.key === 'BAD_CREDENTIALS') return this.#options.log.record(row);
    // A flood of log-ons comes with many names from many addresses: it is one kind.
    const isFlood = error?.code.kind === 'tooMany' && call.identity === undefined;
    const origin = isFlood ? [] : [row.operator_name, row.client_ip];
    const kind = [...origin, call.method, call.path, error?.key].join(' ');
    return this.#options.log.recordRefusal(row, kind);
  }

  /** Resolves when the deed is recorded. */
  async recordDeed({ operationId, resourceId, operator, taskId, info }: OwnDeed): Promise<void> {
    const { operationEvent, eventType, resourceType } = deriveAuditName(operationId);
    const now = this.#options.now();
    await this.#options.log.record({
      start_time: now,
      end_time: now,
      event_type: eventType,
      operation_event: operationEvent,
      resource_type: resourceType,
      resource_id: String(resourceId),
      resource_name: await this.#fetchName(resourceType, String(resourceId)),
      operator_id: operator.userId,
      operator_name: clean(operator.username, 128),
      status: 'SUCCESS',
      task_id: taskId ?? null,
      execution_type: 'NEW',
      event_info: clean(JSON.stringify({ ...info, byItself: true }), MAX_INFO_LENGTH),
      client_ip: '',
      client: '',
      trace_id: '',
    });
  }

  async #rowOf(call: AuditedCall): Promise<NewAuditRow> {
    const { operationId, identity, visitor, error } = call;
    const name = operationId === undefined ? undefined : deriveAuditName(operationId);
    const resourceId = resourceIdOf(call);
    const resourceType = name?.resourceType ?? 'OCP_CLUSTER';
    return {
      start_time: call.startTime,
      end_time: this.#options.now(),
      event_type: isLogon(call) ? LOGON_TYPE : (name?.eventType ?? 'OCP_CLUSTER_MANAGEMENT'),
      operation_event: isLogon(call) ? (error?.key ?? LOGON_TYPE) : (name?.operationEvent ?? 'UNKNOWN_PATH'),
      resource_type: resourceType,
      resource_id: resourceId === null ? null : clean(resourceId, 128),
      resource_name: resourceId === null ? null : await this.#fetchName(resourceType, resourceId),
      operator_id: identity?.userId ?? 0,
      operator_name: clean(identity?.username ?? call.claimedName ?? '', 128),
      status: error === undefined ? 'SUCCESS' : 'FAILED',
      task_id: taskIdOf(call),
      execution_type: operationId?.endsWith('Retry') === true ? 'RETRY' : 'NEW',
      event_info: describeCall(call),
      client_ip: clean(visitor.clientAddress, 64),
      client: clean(visitor.userAgent ?? '', 255),
      trace_id: visitor.traceId,
    };
  }

  async #fetchName(resourceType: string, id: string): Promise<string | null> {
    const name = await this.#options.fetchResourceName(resourceType, id).catch(() => undefined);
    return name === undefined ? null : clean(name, 128);
  }

  useCases(): Pick<App, 'auditEventList' | 'logonList'> {
    const { list, offsetMinutes } = this.#options;
    return {
      auditEventList: async (_caller, { page, size, sort, order, ...input }) => {
        const { eventType, operationEvent, operatorId, ...rest } = input;
        const filter = {
          ...rest,
          logons: false,
          eventTypes: eventType,
          operationEvents: operationEvent,
          operatorIds: operatorId,
        };
        const request = {
          filter,
          sort: sort ?? order ?? DEFAULT_SORT,
          offset: (page - 1) * size,
          limit: size,
        };
        const { rows, total } = await list(request);
        return { contents: rows.map((row) => viewEvent(row, offsetMinutes)), totalElements: total };
      },
      logonList: async (_caller, { page, size, sort = DEFAULT_SORT, username, ...period }) => {
        const filter = { ...period, logons: true, operatorName: username };
        const { rows, total } = await list({ filter, sort, offset: (page - 1) * size, limit: size });
        return { contents: rows.map((row) => viewLogon(row, offsetMinutes)), totalElements: total };
      },
    };
  }
}

function viewEvent(row: AuditRow, offsetMinutes: number): AuditEventView {
  return {
    id: row.id,
    operationEvent: row.operation_event,
    eventType: row.event_type,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    resourceName: row.resource_name,
    parentResource: null,
    operatorName: row.operator_name,
    operatorId: row.operator_id,
    status: row.status,
    taskId: row.task_id,
    executionType: row.execution_type,
    eventInfo: row.event_info,
    clientIp: row.client_ip,
    startTime: formatDateTime(row.start_time, offsetMinutes),
    endTime: formatDateTime(row.end_time, offsetMinutes),
    traceId: row.trace_id,
  };
}

const infoWithError = z.object({ error: z.object({ message: z.string() }).optional() });

function viewLogon(row: AuditRow, offsetMinutes: number): LogonView {
  const info = infoWithError.safeParse(JSON.parse(row.event_info));
  return {
    id: row.id,
    username: row.operator_name,
    clientIp: row.client_ip,
    client: row.client,
    time: formatDateTime(row.start_time, offsetMinutes),
    result: row.status,
    reason: info.success ? (info.data.error?.message ?? '') : '',
    autoLocked: row.operation_event === LOCKED,
  };
}
