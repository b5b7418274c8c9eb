/** Rows of tasks and what belongs to them. Times are epoch milliseconds; columns named `*_json` hold JSON text. */
import type { SubtaskOperation, SubtaskStatus, TaskOperation, TaskStatus } from '@openocp/engine';
import type { Generated } from 'kysely';

export interface TaskTable {
  id: Generated<number>;
  definition: string;
  name: string;
  status: TaskStatus;
  operation: TaskOperation;
  /** 0 or 1 */
  prohibit_rollback: number;
  parameters_json: string;
  attributes_json: string;
  claims_json: string;
  submitter_id: number;
  submitter_name: string;
  /** Copies of attributes, to list by. */
  cluster_id: number | null;
  cluster_name: string | null;
  tenant_id: number | null;
  host_id: number | null;
  owner: string | null;
  fence: number;
  /** Raised by every change; a reader that sees the same revision twice has read one state. */
  revision: number;
  /** Names the last transaction that changed the row, so that one whose answer was lost can be recognised. */
  last_change: string;
  /** Names the submission; unique, so that repeating one whose answer was lost cannot make a second task. */
  submission: string;
  create_time: number;
  start_time: number | null;
  finish_time: number | null;
}

export interface SubtaskTable {
  id: Generated<number>;
  task_id: number;
  step: number;
  name: string;
  parallel_idx: number;
  timeout_ms: number;
  prohibit_rollback: number;
  prohibit_skip: number;
  /** Step numbers, as JSON: the graph of a task never changes, and is only read as a whole. */
  upstream_steps_json: string;
  status: SubtaskStatus;
  operation: SubtaskOperation;
  mode: 'run' | 'undo';
  attempt: number;
  result_json: string | null;
  annotations_json: string | null;
  failure: string | null;
  create_time: number;
  start_time: number | null;
  finish_time: number | null;
  executor: string | null;
}

/** One row for each claim that is held. */
export interface ClaimTable {
  claim: string;
  task_id: number;
  create_time: number;
}

/** One row for each claim that a queued task waits for; the lowest task of a claim is next. */
export interface ClaimQueueTable {
  task_id: number;
  claim: string;
  create_time: number;
}

/** Every change of owner; the id is the fence. Ids only grow, also across tasks, so agents can compare them. */
export interface TaskOwnershipTable {
  id: Generated<number>;
  task_id: number;
  owner: string;
  create_time: number;
}

export interface SubtaskLogTable {
  id: Generated<number>;
  task_id: number;
  subtask_id: number;
  attempt: number;
  operation: SubtaskOperation;
  level: 'INFO' | 'WARN' | 'ERROR';
  time: number;
  text: string;
}

/** What a subtask waits for in this attempt and mode. */
export interface SubtaskWaitTable {
  subtask_id: number;
  task_id: number;
  attempt: number;
  mode: 'run' | 'undo';
  what: string;
  since_time: number;
  until_time: number;
  evidence: string;
}

export interface InstanceLeaseTable {
  instance: string;
  /** By the database's clock. */
  expire_time: number;
}

/** The process that acts under the name of an instance. */
export interface InstanceProcessTable {
  instance: string;
  process: string;
}

export interface IdempotencyKeyTable {
  /** SHA-256 of the key, in hexadecimal. */
  key_hash: string;
  fingerprint: string;
  task_id: number;
  create_time: number;
}

/** A command for a task that another instance runs. */
export interface TaskCommandTable {
  id: Generated<number>;
  /** Names the request, so that giving it twice makes one. */
  request: string;
  task_id: number;
  command_json: string;
  state: 'pending' | 'answered' | 'withdrawn';
  /** Of a command that was refused. */
  refusal_json: string | null;
  /** By the database's clock; after it nobody carries the command out. */
  expire_time: number;
}

interface TaskPauseTable {
  task_id: number;
  /** PAUSED or ABORTED */
  state: string;
  username: string;
  create_time: number;
  /** `subtask:attempt` that has ended for an abort: a later attempt is a human's wish to go on. */
  taken_by: string | null;
}

export interface TaskTables {
  task: TaskTable;
  subtask: SubtaskTable;
  claim: ClaimTable;
  claim_queue: ClaimQueueTable;
  task_ownership: TaskOwnershipTable;
  subtask_log: SubtaskLogTable;
  subtask_wait: SubtaskWaitTable;
  instance_lease: InstanceLeaseTable;
  instance_process: InstanceProcessTable;
  idempotency_key: IdempotencyKeyTable;
  task_command: TaskCommandTable;
  task_pause: TaskPauseTable;
}
