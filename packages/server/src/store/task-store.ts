/** Tasks in SQL: what the engine needs of a store, and what the API reads of it. */
import type { Task, TaskStore } from '@openocp/engine';
import type { MetadataDatabase } from './database.ts';
import { InstanceNames } from './instance-names.ts';
import { applyChanges } from './task-apply.ts';
import { acquireClaims } from './task-claims.ts';
import { fetchCommand, listRequestedCommands, requestCommand, withdrawCommand } from './task-commands.ts';
import { createTask } from './task-create.ts';
import { giveBack, listHalfTaken } from './task-give-back.ts';
import {
  type ClaimingTask,
  listLog,
  listTasks,
  listTasksByClaims,
  type StoredLogLine,
  type TaskPageRequest,
} from './task-list.ts';
import {
  deleteLease,
  fetchOwnership,
  listOrphans,
  listOwned,
  renewLease,
  takeOwnership,
} from './task-ownership.ts';
import { deleteFinishedTasks } from './task-retention.ts';
import { readTasks } from './task-rows.ts';
import { takeOver } from './task-take-over.ts';

export interface SqlTaskStore extends TaskStore {
  list(request: TaskPageRequest): Promise<{ readonly tasks: readonly Task[]; readonly total: number }>;
  /** Tasks that hold one of the claims, or wait for it. */
  listTasksByClaims(claims: readonly string[]): Promise<readonly ClaimingTask[]>;
  /** Lines of a subtask, oldest first; `after` is the id of the last line seen. */
  listLog(
    subtaskId: number,
    page?: { readonly after?: number; readonly limit?: number },
  ): Promise<readonly StoredLogLine[]>;
  deleteFinishedTasks(before: number, batch: number): Promise<number>;
}

export function createTaskStore(database: MetadataDatabase): SqlTaskStore {
  const { db } = database;
  const names = new InstanceNames(db);
  return {
    create: (task) => createTask(database, task),
    apply: (changes, delivery) => applyChanges(database, changes, delivery),
    takeOwnership: (request) => takeOwnership(database, request),
    takeOver: (request) => takeOver(database, request),
    acquireClaims: (request) => acquireClaims(database, request),
    fetch: async (taskId) => (await readTasks(db, [taskId]))[0],
    fetchOwnership: (taskId) => fetchOwnership(db, taskId),
    async renewLease(instance, leaseMs) {
      await names.require(instance);
      await renewLease(database, instance, leaseMs);
    },
    async dropLease(instance) {
      if (await names.isOwn(instance)) await deleteLease(db, instance);
    },
    listOrphans: (limit) => listOrphans(database, limit),
    listOwned: (owner) => listOwned(db, owner),
    listHalfTaken: (instance) => listHalfTaken(database, instance),
    giveBack: (task) => giveBack(database, task),
    requestCommand: (request, patienceMs) => requestCommand(database, request, patienceMs),
    listRequestedCommands: (owner) => listRequestedCommands(database, owner),
    fetchCommand: (requestId) => fetchCommand(db, requestId),
    withdrawCommand: (requestId) => withdrawCommand(db, requestId),
    list: (request) => listTasks(db, request),
    listTasksByClaims: (claims) => listTasksByClaims(db, claims),
    listLog: (subtaskId, page) => listLog(db, subtaskId, page),
    deleteFinishedTasks: (before, batch) => deleteFinishedTasks(database, before, batch),
  };
}
