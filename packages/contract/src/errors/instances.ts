/** Errors: several control planes. */
import { type ErrorCode, row } from './row.ts';

export const instanceErrors = {
  CLUSTER_LOCKED_BY_OTHER_OCP: row(
    34026,
    'OBE34026',
    'conflict',
    'Another control plane ({owner}) operates cluster {cluster}.',
  ),
} as const satisfies Record<string, ErrorCode>;
