/** Errors: zones. */
import { type ErrorCode, row } from './row.ts';

export const zoneErrors = {
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
} as const satisfies Record<string, ErrorCode>;
