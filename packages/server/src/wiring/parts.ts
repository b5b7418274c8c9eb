/** What the parts of the control plane are given of each other. */
import type { Engine, Operation } from '@openocp/engine';
import type { Logger } from 'pino';
import type { AccessControl } from '../access/access-control.ts';
import type { ClusterSync } from '../app/cluster-sync.ts';
import type { EventHub } from '../app/event-hub.ts';
import type { ListProgress } from '../app/operation-progress.ts';
import type { OperationServices } from '../operations/services.ts';
import type { KeyPair } from '../security/certificate-authority.ts';
import type { AgentTrustStore } from '../store/agent-trust.ts';
import type { ClusterGuardStore } from '../store/cluster-guards.ts';
import type { CredentialStore } from '../store/credentials.ts';
import type { MetadataDatabase } from '../store/database.ts';
import type { DriftStore } from '../store/drift.ts';
import type { HostTypeStore } from '../store/host-types.ts';
import type { PasswordChangeStore } from '../store/password-changes.ts';
import type { TaskPauseStore } from '../store/task-pauses.ts';
import type { SqlTaskStore } from '../store/task-store.ts';

export interface Outside extends OperationServices, ClusterSync {
  readonly guards: ClusterGuardStore;
  readonly pauses: TaskPauseStore;
  readonly passwordChanges: PasswordChangeStore;
  readonly credentials: CredentialStore;
  readonly hostTypes: HostTypeStore;
  readonly drift: DriftStore;
  readonly listProgress: ListProgress;
  readonly authority: KeyPair;
  readonly trust: AgentTrustStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface TaskParts extends Outside {
  readonly database: MetadataDatabase;
  readonly engine: Engine;
  readonly operations: readonly Operation[];
  readonly taskStore: SqlTaskStore;
}

export interface ReconcilerParts extends TaskParts {
  readonly recordDeed: AccessControl['recordDeed'];
  readonly log: Logger;
}

export interface AppParts extends TaskParts {
  readonly events: EventHub;
  readonly access: AccessControl;
}

export const clock = () => Date.now();
export const monotonic = () => performance.now();
