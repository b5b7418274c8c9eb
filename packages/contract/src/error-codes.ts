/**
 * Every error the API can raise, as one table: our key -> OCP's number and name, the HTTP status, the exit code of the
 * command line, whether trying again may help, and the public text.
 *
 * OCP up to 4.2.1 knows errors by number, later versions by name; answers carry both. Where OCP documents only one of
 * the two, the other follows the pattern of its family (TSK100nn = 40nn, OBE190nn = 130nn, IAM100nn = 30nn ...).
 * Clients of OCP read these numbers: a row may be added, its numbers never change.
 */
import { exitCodes } from './exit-codes.ts';

/** What an error means to the caller; HTTP status, exit code and the advice to retry follow from it alone. */
const kinds = {
  invalid: { httpStatus: 400, cliExitCode: exitCodes.usage.code, retryable: false },
  /** The object is in a state that does not allow the call, or a safety check says no. OCP answers 400. */
  refused: { httpStatus: 400, cliExitCode: exitCodes.refused.code, retryable: false },
  unauthenticated: { httpStatus: 401, cliExitCode: exitCodes.unauthenticated.code, retryable: false },
  forbidden: { httpStatus: 403, cliExitCode: exitCodes.forbidden.code, retryable: false },
  missing: { httpStatus: 404, cliExitCode: exitCodes.missing.code, retryable: false },
  methodNotAllowed: { httpStatus: 405, cliExitCode: exitCodes.usage.code, retryable: false },
  /** Somebody else holds what the call needs; it may be free later. */
  conflict: { httpStatus: 409, cliExitCode: exitCodes.conflict.code, retryable: true },
  duplicate: { httpStatus: 409, cliExitCode: exitCodes.conflict.code, retryable: false },
  tooLarge: { httpStatus: 413, cliExitCode: exitCodes.usage.code, retryable: false },
  unsupportedMedia: { httpStatus: 415, cliExitCode: exitCodes.usage.code, retryable: false },
  tooMany: { httpStatus: 429, cliExitCode: exitCodes.conflict.code, retryable: true },
  internal: { httpStatus: 500, cliExitCode: exitCodes.internal.code, retryable: false },
  /** A database cluster, an agent or a host did not do its part. */
  remote: { httpStatus: 500, cliExitCode: exitCodes.remote.code, retryable: true },
  timeout: { httpStatus: 500, cliExitCode: exitCodes.remote.code, retryable: true },
  /** This instance cannot do it at the moment; another one, or this one soon, can. */
  unavailable: { httpStatus: 503, cliExitCode: exitCodes.remote.code, retryable: true },
} as const;

export type ErrorKind = keyof typeof kinds;

export interface ErrorCode<Text extends string = string> {
  /** OCP's number, `error.code` of an answer. */
  readonly ocpCode: number;
  /** OCP's name since 4.2.2, `error.name` of an answer. */
  readonly ocpName: string;
  readonly kind: ErrorKind;
  readonly httpStatus: number;
  readonly cliExitCode: number;
  readonly retryable: boolean;
  /** Public text, with `{placeholder}`s; the other languages are in `words`. */
  readonly text: { readonly 'en-US': Text };
}

function row<const Text extends string>(
  ocpCode: number,
  ocpName: string,
  kind: ErrorKind,
  text: Text,
): ErrorCode<Text> {
  return { ocpCode, ocpName, kind, ...kinds[kind], text: { 'en-US': text } };
}

export const errorCodes = {
  // Common
  INVALID_PARAMETER: row(1001, 'COM10001', 'invalid', 'Parameter {parameter} is not valid: {reason}.'),
  NOT_FOUND: row(1002, 'COM10002', 'missing', 'There is no {resource} {id}.'),
  INVALID_REQUEST: row(1003, 'COM10003', 'invalid', 'The request is not valid: {reason}.'),
  REQUEST_TOO_LARGE: row(1003, 'COM10003', 'tooLarge', 'The request body is larger than {limitBytes} bytes.'),
  MEDIA_TYPE_UNSUPPORTED: row(
    1003,
    'COM10003',
    'unsupportedMedia',
    'Content-Type {mediaType} is not supported; use application/json or application/x-www-form-urlencoded.',
  ),
  TIMEOUT: row(1004, 'COM10004', 'timeout', '{what} did not finish in {seconds} s.'),
  CONFLICT: row(1005, 'COM10005', 'conflict', 'The request conflicts with another one: {reason}.'),
  DUPLICATE_NAME: row(1006, 'COM10006', 'duplicate', 'There is already a {resource} named {name}.'),
  METHOD_UNSUPPORTED: row(
    1008,
    'COM10008',
    'methodNotAllowed',
    'Method {method} is not supported for {path}; supported: {allowed}.',
  ),
  TIME_RANGE_INVALID: row(1010, 'COM10010', 'invalid', 'The time range from {start} to {end} is not valid.'),
  SORT_FIELD_UNSUPPORTED: row(
    1011,
    'COM10011',
    'invalid',
    'Cannot sort by {field}; possible fields: {allowed}.',
  ),
  INTERNAL_ERROR: row(
    1115,
    'COM10115',
    'internal',
    'An unexpected error occurred. The server log has the details under trace id {traceId}.',
  ),
  OCEANBASE_CONNECT_FAILED: row(
    1501,
    'OBE10001',
    'remote',
    'Cannot connect to the OceanBase cluster: {reason}.',
  ),
  OCEANBASE_OPERATION_FAILED: row(
    1500,
    'OBE10002',
    'remote',
    'The OceanBase cluster refused or failed: {reason}.',
  ),
  PATH_UNKNOWN: row(1999, 'COM10999', 'missing', 'There is no API at {method} {path}.'),
  TOO_MANY_REQUESTS: row(
    0,
    'IAM20000',
    'tooMany',
    'Too many requests: the limit of the current throttling window is exceeded.',
  ),

  // Identity and access
  NOT_AUTHENTICATED: row(3000, 'IAM10000', 'unauthenticated', 'You are not logged on.'),
  USER_DISABLED: row(3001, 'IAM10001', 'unauthenticated', 'User {username} is disabled.'),
  USER_LOCKED: row(
    3003,
    'IAM10003',
    'unauthenticated',
    'User {username} is locked; try again in {minutes} minutes.',
  ),
  BAD_CREDENTIALS: row(
    3004,
    'IAM10004',
    'unauthenticated',
    'The username or the password is wrong; {remaining} tries are left.',
  ),
  ADDRESS_LOCKED: row(
    3007,
    'IAM10007',
    'unauthenticated',
    'Too many wrong passwords came from your address; try again in {minutes} minutes.',
  ),
  TOO_MANY_LOGINS: row(
    3007,
    'IAM10007',
    'tooMany',
    'Too many passwords are being checked at the moment; try again in a few seconds.',
  ),
  CSRF_TOKEN_WRONG: row(
    3100,
    'IAM11000',
    'forbidden',
    'A write by session needs the header X-XSRF-TOKEN with the value of the cookie XSRF-TOKEN.',
  ),
  PASSWORD_CHANGE_NEEDED: row(
    3019,
    'IAM10019',
    'forbidden',
    'Choose a new password first: POST /api/v2/iam/changePassword.',
  ),
  /** OCP prints no numbers for signed calls: they are not logged on. One text for an unknown key and a wrong signature. */
  SIGNATURE_WRONG: row(
    3000,
    'IAM10000',
    'unauthenticated',
    'The access key or the signature of the request is wrong.',
  ),
  SIGNATURE_DATE_INVALID: row(
    3000,
    'IAM10000',
    'unauthenticated',
    'A signed request needs the header Date, like "Tue, 17 Jan 2023 09:13:57 GMT", at most {minutes} minutes from the time here, {now}.',
  ),
  SIGNATURE_REPLAYED: row(
    3000,
    'IAM10000',
    'unauthenticated',
    'This signed request was received before. Sign it again with the present Date.',
  ),
  ACCESS_KEY_DISABLED: row(3000, 'IAM10000', 'unauthenticated', 'Access key {accessKeyId} is disabled.'),
  ACCESS_KEY_LIMIT: row(
    3018,
    'IAM10018',
    'refused',
    'You have {limit} access keys, which is the limit; disable and delete one first.',
  ),
  ACCESS_KEY_IN_USE: row(
    3018,
    'IAM10018',
    'refused',
    'Access key {accessKeyId} is enabled; disable it before you delete it.',
  ),
  USERNAME_INVALID: row(3008, 'IAM10008', 'invalid', 'Username {username} is not valid: {reason}.'),
  PASSWORD_WEAK: row(3009, 'IAM10009', 'invalid', 'The password does not meet the rules: {reason}.'),
  CREDENTIAL_MISSING: row(
    3010,
    'CRD08000',
    'refused',
    'There is no credential for user {username} of tenant {tenant} of cluster {cluster}.',
  ),
  PASSWORD_SAME: row(3021, 'IAM10021', 'invalid', 'The new password must differ from the present one.'),
  CURRENT_PASSWORD_WRONG: row(3011, 'IAM10011', 'invalid', 'The current password is wrong.'),
  NOT_PERMITTED: row(3100, 'IAM11000', 'forbidden', 'You need the permission {permission}.'),
  PERMISSION_EXPRESSION_INVALID: row(
    3101,
    'IAM11001',
    'invalid',
    'Permission expression {expression} is not one that a custom role can hold; those are CLUSTER:<id or *>:READ, UPDATE, DELETE or *, CLUSTER:*:CREATE, CLUSTER:<id or *>:TENANT:*:<verb>, CLUSTER:<id or *>:BACKUP:*:<verb>, TASK:*:READ, HOST:*:READ.',
  ),
  DEFAULT_ACCOUNT_PROTECTED: row(
    3104,
    'IAM11004',
    'refused',
    'Account {username} is built in and cannot be changed this way.',
  ),
  LAST_ADMIN: row(
    3104,
    'IAM11004',
    'refused',
    'User {username} is the last enabled administrator; give another user the role ADMIN first.',
  ),
  ADMIN_ONLY: row(
    3100,
    'IAM11000',
    'forbidden',
    'Only an administrator may give or take the role ADMIN, or change an account that holds it.',
  ),
  ROLE_BUILT_IN: row(
    3109,
    'IAM11009',
    'refused',
    'Role {name} is built in and cannot be changed or deleted.',
  ),
  ROLE_IN_USE: row(
    3103,
    'IAM11003',
    'refused',
    'Role {name} is held by {count} users and cannot be deleted; take it from them first.',
  ),
  NAME_RESERVED: row(3105, 'IAM11005', 'invalid', 'Name {name} is reserved.'),

  // Tasks
  TASK_FAILED: row(4000, 'TSK10000', 'internal', 'The task failed: {reason}.'),
  TASK_NOT_FOUND: row(4001, 'TSK10001', 'missing', 'There is no task {taskId}.'),
  SUBTASK_NOT_FOUND: row(4001, 'TSK10001', 'missing', 'Task {taskId} has no subtask {subtaskId}.'),
  HOST_COMMAND_FAILED: row(4005, 'TSK10005', 'remote', 'Command {command} failed on host {host}: {reason}.'),
  TASK_STATE_NOT_ALLOWED: row(
    4007,
    'TSK10007',
    'refused',
    'Task {taskId} is in state {state}, which does not allow this.',
  ),
  TASK_ROLLBACK_PROHIBITED: row(
    4009,
    'TSK10009',
    'refused',
    'Task {taskId} cannot be rolled back: {reason}.',
  ),
  SUBTASK_SKIP_PROHIBITED: row(
    4010,
    'TSK10010',
    'refused',
    'Subtask {subtaskId} cannot be skipped: {reason}.',
  ),
  TASK_CHANGED_BY_UPGRADE: row(
    4011,
    'TSK10011',
    'refused',
    'Task {taskId} was made by another version and cannot go on: {reason}.',
  ),
  SUBTASK_TIMEOUT: row(4012, 'TSK10012', 'timeout', 'Subtask {subtaskId} did not finish in {seconds} s.'),
  SUBTASK_INTERRUPTED: row(4013, 'TSK10013', 'refused', 'Subtask {subtaskId} was interrupted.'),
  SUBTASK_CANCELLED: row(4014, 'TSK10014', 'refused', 'Subtask {subtaskId} was cancelled.'),
  /** OCP's number for a task in the wrong state; it has no other for subtasks. */
  SUBTASK_STATE_NOT_ALLOWED: row(
    4007,
    'TSK10007',
    'refused',
    'Subtask {subtaskId} is in state {state}, which does not allow this; allowed: {allowed}.',
  ),
  /** OCP's general number for tasks: its own engine has no state like this. */
  ENGINE_UNAVAILABLE: row(
    4000,
    'TSK10000',
    'unavailable',
    'This instance cannot run tasks at the moment: {reason}. Nothing was changed; try again.',
  ),
  /** Likewise; only where several instances share their metadata. */
  TASK_COMMAND_UNANSWERED: row(
    4000,
    'TSK10000',
    'unavailable',
    'Task {taskId} is run by {owner}, which has not answered within {seconds} s. {outcome}.',
  ),

  // Hosts and agents
  HOST_EXISTS: row(7001, 'CMP07001', 'duplicate', 'There is already a host with address {address}.'),
  SSH_FAILED: row(7002, 'CMP07002', 'remote', 'SSH to {username}@{host}:{port} failed: {reason}.'),
  HOST_OFFLINE: row(7004, 'CMP07004', 'refused', 'Host {host} is offline or in use.'),
  HOST_NOT_FOUND: row(7005, 'CMP07005', 'missing', 'There is no host {host}.'),
  HOST_STATE_NOT_ALLOWED: row(
    7006,
    'CMP07006',
    'refused',
    'Host {host} is in state {state}, which does not allow this.',
  ),
  HOST_BY_IP_NOT_FOUND: row(
    7013,
    'CMP07013',
    'refused',
    'There is no host with address {address}: no agent is connected there, so its processes cannot be started or stopped from here. Connect its agent first (connectAgents of the cluster).',
  ),
  AGENT_STATE_NOT_ALLOWED: row(
    7019,
    'CMP07019',
    'refused',
    'The agent of host {host} is in state {state}, which does not allow this.',
  ),
  HOST_PORTS_UNREACHABLE: row(7029, 'CMP07029', 'remote', 'Cannot reach ports {ports} of host {host}.'),
  AGENT_CREDENTIAL_INVALID: row(
    7030,
    'CMP07030',
    'remote',
    'The agent of host {host} and this server do not trust each other: {reason}.',
  ),
  AGENT_ENROLMENT_REFUSED: row(7031, 'CMP07031', 'forbidden', 'The agent is not enrolled: {reason}.'),
  SEVERAL_PROCESSES: row(
    7033,
    'CMP07033',
    'refused',
    'Host {host} runs several processes of {process}: {pids}.',
  ),
  PROCESS_NOT_FOUND: row(7054, 'CMP07054', 'refused', 'Host {host} runs no process of {process}.'),
  AGENT_CONNECT_FAILED: row(
    7101,
    'CMP10001',
    'remote',
    'Cannot connect to the agent of host {host}: {reason}.',
  ),
  AGENT_OPERATION_FAILED: row(7102, 'CMP10002', 'remote', 'The agent of host {host} failed: {reason}.'),

  // Clusters
  CLUSTER_NOT_FOUND: row(11001, 'OBE11001', 'missing', 'There is no OceanBase cluster {clusterId}.'),
  CLUSTER_NAME_NOT_FOUND: row(11002, 'OBE11002', 'missing', 'There is no OceanBase cluster named {name}.'),
  CLUSTER_VERSION_UNSUPPORTED: row(
    11004,
    'OBE11004',
    'refused',
    'Cluster {cluster} has version {version}; at least {minimum} is needed.',
  ),
  CLUSTER_STATE_NOT_ALLOWED: row(
    11007,
    'OBE11007',
    'refused',
    'Cluster {cluster} is in state {state}, which does not allow this.',
  ),
  CLUSTER_STATE_REQUIRED: row(
    11008,
    'OBE11008',
    'refused',
    'Cluster {cluster} must be in state {required} for this.',
  ),
  CLUSTER_NO_ROOT_SERVICE: row(
    11010,
    'OBE11010',
    'refused',
    'Cluster {cluster} has no root service: {reason}.',
  ),
  CLUSTER_EXISTS: row(
    11014,
    'OBE11014',
    'duplicate',
    'Cluster {name} with OceanBase cluster id {obClusterId} is already managed as cluster {clusterId}.',
  ),
  CLUSTER_NO_SERVERS: row(11019, 'OBE11019', 'refused', 'Cluster {cluster} has no servers.'),
  CLUSTER_OPERATION_UNFINISHED: row(
    11020,
    'OBE11020',
    'conflict',
    'Task {taskId} ({taskName}) of {username} holds cluster {cluster} and is not finished.',
  ),
  CLUSTER_UNREACHABLE: row(11028, 'OBE11028', 'refused', 'Cluster {cluster} cannot be reached: {reason}.'),
  TAKE_OVER_SERVER_COUNT: row(
    11030,
    'OBE11030',
    'refused',
    'The cluster has {actual} servers, {expected} were given.',
  ),
  TAKE_OVER_ADDRESS_UNKNOWN: row(
    11031,
    'OBE11031',
    'refused',
    'Address {address} is not a server of the cluster.',
  ),
  TAKE_OVER_CHECK_FAILED: row(11050, 'OBE11050', 'refused', 'The cluster cannot be taken over: {reason}.'),
  TAKE_OVER_STATE: row(
    11051,
    'OBE11051',
    'refused',
    'The cluster is in state {state}, which does not allow taking it over.',
  ),
  TAKE_OVER_PROCESS_NOT_FOUND: row(
    11052,
    'OBE11052',
    'refused',
    'Host {host} runs no observer process for server {server}.',
  ),
  PARAMETER_UNKNOWN: row(11055, 'OBE31201', 'invalid', 'Cluster {cluster} has no parameter {parameter}.'),
  PARAMETER_READ_ONLY: row(
    11056,
    'OBE31202',
    'refused',
    'Parameter {parameter} of cluster {cluster} cannot be changed while the servers run.',
  ),
  PARAMETER_VALUE_REFUSED: row(
    11057,
    'OBE31203',
    'invalid',
    'Cluster {cluster} does not accept the value of {parameter}: {reason}.',
  ),
  PARAMETER_NOT_IN_EFFECT: row(
    11058,
    'OBE31204',
    'remote',
    'Cluster {cluster} accepted the change of {parameter}, but it is not in effect everywhere: {reason}.',
  ),
  STOP_LOSES_MAJORITY: row(
    11070,
    'OBE11070',
    'refused',
    'Stopping {target} would lose the majority of {affected}.',
  ),
  ROLLING_NEEDS_ZONES: row(
    11071,
    'OBE18010',
    'refused',
    'Cluster {cluster} has {actual} zones; rolling operation needs at least {required}.',
  ),
  KERNEL_CHECK_FAILED: row(11080, 'OBE11080', 'refused', 'The safety check says no: {reason}.'),
  CLUSTER_NO_REACHABLE_SERVER: row(
    11102,
    'OBE11102',
    'remote',
    'No server of cluster {cluster} can be reached: {reason}.',
  ),

  // Zones
  ZONE_NOT_FOUND: row(12002, 'OBE18002', 'missing', 'Cluster {clusterId} has no zone {zone}.'),
  ZONE_EXISTS: row(12003, 'OBE18003', 'conflict', 'Cluster {cluster} has a zone {zone} already.'),
  ZONE_HOLDS_DATA: row(12007, 'OBE18007', 'refused', 'Zone {zone} holds data: {reason}.'),
  ZONE_STATE_NOT_ALLOWED: row(
    12004,
    'OBE18004',
    'refused',
    'Zone {zone} is in state {state}, which does not allow this.',
  ),
  ZONE_STATE_REQUIRED: row(12005, 'OBE18005', 'refused', 'Zone {zone} must be in state {required} for this.'),
  ZONE_STOP_FAILED: row(12006, 'OBE18006', 'remote', 'Zone {zone} could not be stopped: {reason}.'),
  ZONE_OPERATION_UNFINISHED: row(
    12008,
    'OBE18008',
    'conflict',
    'Task {taskId} ({taskName}) of {username} holds zone {zone} and is not finished.',
  ),
  /** OCP has no number of its own for it: the kernel allows stopped servers in one zone only. */
  OTHER_ZONE_STOPPED: row(
    11080,
    'OBE11080',
    'refused',
    'Servers of zone {zone} are stopped; servers of two zones must not be stopped at once.',
  ),

  // Servers
  SERVER_NOT_FOUND: row(13001, 'OBE19001', 'missing', 'Cluster {clusterId} has no server {serverId}.'),
  SERVER_ADDRESS_NOT_FOUND: row(13002, 'OBE19002', 'missing', 'Cluster {clusterId} has no server {address}.'),
  SERVER_STATE_NOT_ALLOWED: row(
    13003,
    'OBE19003',
    'refused',
    'Server {server} is in state {state}, which does not allow this; allowed: {allowed}.',
  ),
  SERVER_STATE_REQUIRED: row(
    13004,
    'OBE19004',
    'refused',
    'Server {server} must be in state {required} for this.',
  ),
  SERVER_DID_NOT_EXIT: row(13005, 'OBE19005', 'remote', 'Server {server} did not exit: {reason}.'),
  SERVER_DID_NOT_START: row(13006, 'OBE19006', 'remote', 'Server {server} did not start: {reason}.'),
  SERVER_IP_INVALID: row(13007, 'OBE19007', 'invalid', 'Server address {address} is not valid.'),
  SERVER_RPC_PORT_INVALID: row(
    13008,
    'OBE19008',
    'invalid',
    'RPC port {port} is not between 1025 and 65535.',
  ),
  SERVER_SQL_PORT_INVALID: row(
    13009,
    'OBE19009',
    'invalid',
    'SQL port {port} is not between 1025 and 65535.',
  ),
  SERVER_OPERATION_UNFINISHED: row(
    13012,
    'OBE19012',
    'conflict',
    'Task {taskId} ({taskName}) of {username} holds server {server} and is not finished.',
  ),
  SERVER_AMBIGUOUS: row(13014, 'OBE19014', 'refused', 'More than one server matches {address}: {serverIds}.'),
  SERVER_LAST_OF_CLUSTER: row(
    13020,
    'OBE19020',
    'refused',
    'Server {server} is the only one of cluster {cluster}; stop the cluster instead.',
  ),
  SERVER_OPTION_UNSUPPORTED: row(13021, 'OBE19021', 'refused', 'Option {option} is not supported: {reason}.'),

  // Several control planes
  CLUSTER_LOCKED_BY_OTHER_OCP: row(
    34026,
    'OBE34026',
    'conflict',
    'Another control plane ({owner}) operates cluster {cluster}.',
  ),
} as const satisfies Record<string, ErrorCode>;

export type ErrorKey = keyof typeof errorCodes;
