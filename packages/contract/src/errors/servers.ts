/** Errors: servers. */
import { type ErrorCode, row } from './row.ts';

export const serverErrors = {
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
} as const satisfies Record<string, ErrorCode>;
