/**
 * Every error the API can raise, as one table: our key -> OCP's number and name, the HTTP status, the exit code of the
 * command line, whether trying again may help, and the public text.
 *
 * OCP up to 4.2.1 knows errors by number, later versions by name; answers carry both. Where OCP documents only one of
 * the two, the other follows the pattern of its family (TSK100nn = 40nn, OBE190nn = 130nn, IAM100nn = 30nn ...).
 * Clients of OCP read these numbers: a row may be added, its numbers never change.
 */
import { accessErrors } from './errors/access.ts';
import { clusterErrors } from './errors/clusters.ts';
import { commonErrors } from './errors/common.ts';
import { hostErrors } from './errors/hosts.ts';
import { instanceErrors } from './errors/instances.ts';
import type { ErrorCode } from './errors/row.ts';
import { serverErrors } from './errors/servers.ts';
import { taskErrors } from './errors/tasks.ts';
import { zoneErrors } from './errors/zones.ts';

export type { ErrorCode, ErrorKind } from './errors/row.ts';

export const errorCodes = {
  ...commonErrors,
  ...accessErrors,
  ...taskErrors,
  ...hostErrors,
  ...clusterErrors,
  ...zoneErrors,
  ...serverErrors,
  ...instanceErrors,
} as const satisfies Record<string, ErrorCode>;

export type ErrorKey = keyof typeof errorCodes;
