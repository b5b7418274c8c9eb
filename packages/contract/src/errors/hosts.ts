/** Errors: hosts and agents. */
import { type ErrorCode, row } from './row.ts';

export const hostErrors = {
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
} as const satisfies Record<string, ErrorCode>;
