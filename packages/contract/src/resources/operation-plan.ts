/**
 * What an operation would do, and whether it may: the answer of every `.../plan`. It comes from the same code as the
 * operation itself, with the same parameters, and changes nothing.
 */
import { z } from 'zod';
import { bool, enumList } from '../input.ts';
import { messageText, nameText } from '../words/word-fields.ts';

/**
 * Checks that a human may go past, by these names. The others (a second zone, a state that does not allow the operation,
 * a cluster that another operation holds) nobody can.
 */
export const overridableChecks = [
  'cluster-reachable',
  'not-the-only-server',
  'locality-stable',
  'leaders-known',
  'majority',
  'log-in-sync',
  'observation-fresh',
  'isolated',
  'rolling-zones',
  'cluster-healthy',
] as const;
export type OverridableCheck = (typeof overridableChecks)[number];

/** Parameters of every operation that may go past checks. They hold for one run, and are recorded with it. */
export const overrideParameters = {
  force: bool
    .default(false)
    .meta({ description: 'Go past every check that may be overridden; what was overridden is recorded' }),
  override: enumList(overridableChecks)
    .default([])
    .meta({ description: 'Go past these checks only; all others still hold' }),
  reason: z
    .string()
    .max(500)
    .default('')
    .meta({ description: 'Why, in your own words; recorded with who asked' }),
};

export const operationCheck = z
  .object({
    name: z.string().meta({ description: 'Stable; what `override` names' }),
    result: z.enum(['PASS', 'WARN', 'FAIL', 'UNKNOWN']),
    looked: messageText.meta({ description: 'What was looked at' }),
    evidence: messageText.meta({ description: 'What was seen there, with the names of the objects' }),
    meaning: messageText,
    remedy: messageText,
    overridable: z.boolean(),
  })
  .meta({ id: 'OperationCheck' });

export const plannedSubtask = z
  .object({
    name: nameText,
    expectedMs: z.int().meta({
      description: 'Median of its former runs in this operation; a typical value when there are none',
    }),
    /** Position among its parallel twins, -1 when it is the only one. */
    parallelIdx: z.int(),
  })
  .meta({ id: 'PlannedSubtask' });

export const operationPlan = z
  .object({
    verdict: z.enum(['SAFE', 'RISKY', 'BLOCKED']).meta({
      description:
        'Of these parameters: what `force` or `override` goes past makes it RISKY; BLOCKED would be refused',
    }),
    checks: z.array(operationCheck),
    leadersToMove: z.array(
      z.object({
        tenantId: z.int(),
        tenantName: z.string(),
        lsId: z.int(),
        server: z.string().meta({ description: '`ip:rpcPort` of the leader' }),
      }),
    ),
    tenantsAffected: z.array(z.string()),
    overriddenByForce: z
      .array(z.string())
      .meta({ description: 'Checks that say no and that `force` would go past' }),
    subtasks: z.array(plannedSubtask),
    permanentOfflineInSec: z.int().nullable().meta({
      description:
        'Seconds after which the kernel gives a stopped process up and rebuilds its replicas elsewhere; null when nothing stays stopped, or when it is not known',
    }),
  })
  .meta({ id: 'OperationPlan' });
export type PlannedSubtask = z.input<typeof plannedSubtask>;
export type OperationPlan = z.input<typeof operationPlan>;
