/**
 * What this program reads of the API's answers. Looser than the contract on purpose: a control plane that is newer than
 * this program has more states, actions and fields, and whoever operates it at night must not fail on a word.
 */
import { z } from 'zod';

export const cluster = z.looseObject({
  id: z.int(),
  name: z.string(),
  obClusterId: z.int(),
  obVersion: z.string(),
  status: z.string(),
  serverCount: z.int(),
  tenantCount: z.int().optional(),
  syncTime: z.string().nullish(),
  failToQueryFromObReason: z.string().optional(),
});
export type Cluster = z.infer<typeof cluster>;

const offers = {
  availableOperations: z.array(z.string()).optional(),
  /** Why the others are not offered; servers that have it tell. */
  unavailableOperations: z.record(z.string(), z.string()).optional(),
};

export const server = z.looseObject({
  id: z.int(),
  ip: z.string(),
  port: z.int(),
  sqlPort: z.int(),
  zoneName: z.string(),
  version: z.string(),
  status: z.string(),
  innerStatus: z.string(),
  withRootserver: z.boolean(),
  clusterId: z.int(),
  startTime: z.string().optional(),
  stopTime: z.string().optional(),
  runPath: z.string().optional(),
  ...offers,
});
export type Server = z.infer<typeof server>;

export const zone = z.looseObject({
  name: z.string(),
  clusterId: z.int(),
  regionName: z.string(),
  status: z.string(),
  innerStatus: z.string(),
  serverCount: z.int(),
  servers: z.array(server).optional(),
  ...offers,
});
export type Zone = z.infer<typeof zone>;

export const host = z.looseObject({
  id: z.int(),
  innerIpAddress: z.string(),
  status: z.string(),
  agentUrl: z.string().nullish(),
  homes: z.array(z.looseObject({ path: z.string(), serverId: z.int().nullish() })).default([]),
});
export type Host = z.infer<typeof host>;

const waiting = z.looseObject({ what: z.string(), until: z.string(), evidence: z.string() });

export const subtask = z.looseObject({
  id: z.int(),
  name: z.string(),
  status: z.string(),
  operation: z.string(),
  upstreams: z.array(z.int()),
  runTime: z.int(),
  startTime: z.string().optional(),
  finishTime: z.string().optional(),
  failure: z.string().optional(),
  waitingFor: waiting.optional(),
  availableOperations: z.array(z.string()).optional(),
});
export type Subtask = z.infer<typeof subtask>;

const head = {
  id: z.int(),
  name: z.string(),
  status: z.string(),
  operation: z.string(),
  clusterId: z.int().optional(),
  cluster: z.looseObject({ name: z.string() }).optional(),
  creator: z.looseObject({ name: z.string() }),
  createTime: z.string(),
  startTime: z.string().optional(),
  finishTime: z.string().optional(),
};

export const taskHead = z.looseObject(head);
export type TaskHead = z.infer<typeof taskHead>;

export const task = z.looseObject({
  ...head,
  availableOperations: z.array(z.string()).optional(),
  subtasks: z.array(subtask),
});
export type Task = z.infer<typeof task>;

const check = z.looseObject({
  name: z.string(),
  result: z.string(),
  looked: z.string().default(''),
  evidence: z.string().default(''),
  meaning: z.string().default(''),
  remedy: z.string().default(''),
  overridable: z.boolean().default(false),
});
export type Check = z.infer<typeof check>;

export const plan = z.looseObject({
  verdict: z.string(),
  checks: z.array(check),
  leadersToMove: z.array(z.unknown()).default([]),
  tenantsAffected: z.array(z.unknown()).default([]),
  overriddenByForce: z.array(z.unknown()).default([]),
  subtasks: z.array(z.looseObject({ name: z.string(), expectedMs: z.number().nullish() })).default([]),
  permanentOfflineInSec: z.number().nullish(),
});
export type Plan = z.infer<typeof plan>;

export const listOf = <Item extends z.ZodType>(item: Item) => z.looseObject({ contents: z.array(item) });

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.looseObject({ contents: z.array(item), page: z.looseObject({ totalElements: z.int() }) });

export const subtaskLog = z.looseObject({ log: z.string() });
