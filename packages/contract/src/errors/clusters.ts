/** Errors: clusters. */
import { type ErrorCode, row } from './row.ts';

export const clusterErrors = {
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
} as const satisfies Record<string, ErrorCode>;
