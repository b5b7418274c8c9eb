/** Every migration, oldest first. Add new ones at the end. */
import { tasksMigration } from './0001-tasks.ts';
import { iamMigration } from './0002-iam.ts';
import { inventoryMigration } from './0003-inventory.ts';
import { taskCommandsMigration } from './0004-task-commands.ts';
import { intentsMigration } from './0005-intents.ts';
import { taskPausesMigration } from './0006-task-pauses.ts';
import { credentialsMigration } from './0007-credentials.ts';
import { driftMigration } from './0008-drift.ts';
import { claimQueueMigration } from './0009-claim-queue.ts';
import { clusterGuardsMigration } from './0010-cluster-guards.ts';
import { accessKeyMigration } from './0011-access-keys.ts';
import { usersAndRolesMigration } from './0012-users-and-roles.ts';
import { sessionsAndGuessesMigration } from './0013-sessions-and-guesses.ts';
import { auditMigration } from './0014-audit.ts';
import { hostsMigration } from './0017-hosts.ts';
import { userThrottleMigration } from './0019-user-throttle.ts';
import { agentCertificatesMigration } from './0020-agent-certificates.ts';
import { inventoryIndexesMigration } from './0022-inventory-indexes.ts';
import { subtaskWaitsMigration } from './0023-subtask-waits.ts';
import { instanceProcessesMigration } from './0024-instance-processes.ts';
import type { Migration } from './migration.ts';

export const migrationList: readonly Migration[] = [
  tasksMigration,
  iamMigration,
  inventoryMigration,
  taskCommandsMigration,
  intentsMigration,
  taskPausesMigration,
  credentialsMigration,
  driftMigration,
  claimQueueMigration,
  clusterGuardsMigration,
  accessKeyMigration,
  usersAndRolesMigration,
  sessionsAndGuessesMigration,
  auditMigration,
  hostsMigration,
  userThrottleMigration,
  agentCertificatesMigration,
  inventoryIndexesMigration,
  subtaskWaitsMigration,
  instanceProcessesMigration,
];
