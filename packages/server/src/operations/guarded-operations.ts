/**
 * Puts the guard of the cluster around every operation: it is passed when an operation begins, and before each effect,
 * which is wherever a step asks whether its task is still owned. Here and not in the operations, so that none can forget it.
 *
 * Nobody reached: refused, because another control plane may be at work, unless the operation was forced, or goes past
 * `cluster-reachable` by name; or it only brings up what is down, or takes back what it did (then the row may be in what is
 * down); or this very task has passed before.
 */
import {
  type Graph,
  type Operation,
  type Step,
  type StepContext,
  type StepDefinition,
  StepFailure,
} from '@openocp/engine';
import { z } from 'zod';
import { coversCheck } from '../planning/check.ts';
import { type ClusterGuard, ForeignControlPlane, type GuardOutcome } from './cluster-guard.ts';
import { recordOverride } from './override.ts';

const subject = z.object({
  clusterId: z.int(),
  force: z.boolean().default(false),
  /** Checks that the operation goes past by name. */
  override: z.array(z.string()).default([]),
  reason: z.string().default(''),
  by: z.string().default(''),
});
type Subject = z.infer<typeof subject>;

/** The first step takes the row; its undo lets go of it. */
const beginsManagement: ReadonlySet<string> = new Set(['cluster-take-over']);
/** The first step with effects lets go of the row; its undo takes it again. */
const endsManagement: ReadonlySet<string> = new Set(['cluster-move-out']);
const bringsUp = /-start$/;
/** For operations on what may well be down: each of their effects passes here, and a whole cluster has many. */
const shortPatienceMs = 500;

/** @param guard asked for when a step runs; building the graph needs none. */
export function guardOperation(operation: Operation, guard: () => ClusterGuard): Operation {
  return {
    ...operation,
    build(graph: Graph, parameters: unknown) {
      const parsed = subject.safeParse(parameters);
      if (!parsed.success) {
        operation.build(graph, parameters);
        return;
      }
      const wrap = chooseWrap({ name: operation.name, subject: parsed.data, guard });
      const step = <R>(definition: StepDefinition<R>): Step<R> => graph.step(wrap(definition));
      operation.build({ step }, parameters);
    },
  };
}

interface Guarded {
  readonly name: string;
  readonly subject: Subject;
  readonly guard: () => ClusterGuard;
}

type Wrap = <R>(definition: StepDefinition<R>) => StepDefinition<R>;
type Pass = (context: StepContext) => Promise<unknown>;

function chooseWrap(guarded: Guarded): Wrap {
  const { clusterId } = guarded.subject;
  const take: Pass = (context) =>
    settle(context, () => guarded.guard().take(clusterId, context.taskId), 'take', false);
  const release: Pass = (context) => letGo(context, guarded);
  if (beginsManagement.has(guarded.name)) {
    return (definition) =>
      isFirst(definition) ? withEnds(definition, { after: take, undo: release }) : definition;
  }
  if (endsManagement.has(guarded.name)) {
    return (definition) =>
      definition.effects === 'some' ? withEnds(definition, { before: release, undo: take }) : definition;
  }
  return (definition) => withPasses(definition, (context) => pass(context, guarded));
}

function isFirst({ after }: Pick<StepDefinition<unknown>, 'after'>): boolean {
  return after.length === 0;
}

interface Ends {
  readonly before?: Pass;
  readonly after?: Pass;
  /** Before the step's own undo: that may forget how to reach the cluster. */
  readonly undo: Pass;
}

function withEnds<R>(definition: StepDefinition<R>, { before, after, undo }: Ends): StepDefinition<R> {
  return {
    ...definition,
    async run(context) {
      await before?.(context);
      const result = await definition.run(context);
      await after?.(context);
      return result;
    },
    async undo(context) {
      await undo(context);
      if (typeof definition.undo === 'function') await definition.undo(context);
    },
  };
}

function withPasses<R>(definition: StepDefinition<R>, passGuard: Pass): StepDefinition<R> {
  // The context belongs to the engine and may keep what it likes to itself: everything else is asked of it.
  const guardedContext = (context: StepContext): StepContext => {
    const assertOwned = async () => {
      await passGuard(context);
      // Last, because it must be true at the moment of the effect.
      await context.assertOwned();
    };
    return new Proxy(context, {
      get(target, property) {
        if (property === 'assertOwned') return assertOwned;
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  const { undo } = definition;
  return {
    ...definition,
    async run(context) {
      if (isFirst(definition)) await passGuard(context);
      return definition.run(guardedContext(context));
    },
    undo: typeof undo === 'function' ? (context) => undo(guardedContext(context)) : undo,
  };
}

async function pass(
  context: StepContext,
  { name, subject: { clusterId, force, override, by, reason }, guard }: Guarded,
): Promise<void> {
  const mayBeSilent = coversCheck({ force, names: override }, 'cluster-reachable');
  const expectsSilence = mayBeSilent || bringsUp.test(name);
  const patienceMs = expectsSilence ? shortPatienceMs : undefined;
  const ask = () => guard().pass(clusterId, context.taskId, patienceMs);
  const isAsked = await settle(context, ask, 'check', expectsSilence || context.mode === 'undo');
  if (!isAsked && mayBeSilent)
    recordOverride(context, { by, reason }, ['cluster-reachable'], 'overridden_guard');
}

/** @returns whether the row was passed; false when it goes on without. */
async function settle(
  context: StepContext,
  ask: () => Promise<GuardOutcome>,
  verb: 'take' | 'check',
  isLenient: boolean,
): Promise<boolean> {
  const outcome = await ask().catch((error: unknown) => {
    if (error instanceof ForeignControlPlane) throw foreignFailure(error);
    throw error;
  });
  if (outcome.kind !== 'unreachable') return true;
  const what = `Whether another control plane operates the cluster could not be checked: ${outcome.why}`;
  if (isLenient || outcome.isOwnTask) {
    context.log.warn(`${what}. It goes on without.`);
    return false;
  }
  throw new StepFailure(
    verb === 'take'
      ? `The row openocp.control_plane could not be written: ${outcome.why}. Retry when the cluster answers.`
      : `${what}. Nothing was done. Retry when the cluster answers, or roll back and ask again with override cluster-reachable.`,
  );
}

/** The words of OCP's error 34026, and the way out. */
function foreignFailure(cause: ForeignControlPlane): StepFailure {
  const text = `OCP error 34026: another control plane operates the cluster: ${cause.message}. Nothing more is done here. When that one no longer runs, take the cluster again: PUT /api/v2/ob/clusters/${cause.clusterId}/guard with {"enabled": true, "adopt": true}, then retry.`;
  return new StepFailure(text, { cause });
}

/** The cluster leaves our hands anyhow: what cannot be released is said, and whoever takes it over adopts it. */
async function letGo(context: StepContext, { subject: { clusterId }, guard }: Guarded): Promise<void> {
  try {
    const outcome = await guard().release(clusterId, context.taskId);
    if (outcome.kind === 'passed')
      context.log.info('The row openocp.control_plane is free for another control plane.');
    if (outcome.kind === 'unreachable')
      context.log.warn(`The row openocp.control_plane still names this OpenOCP: ${outcome.why}`);
  } catch (error) {
    if (!(error instanceof ForeignControlPlane)) throw error;
    context.log.warn(`The row openocp.control_plane is not ours to release: ${error.message}.`);
  }
}
