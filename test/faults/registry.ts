/** The operations of the product, as the fault tests walk them: none is named here, so a new one is tested too. */
import type { Operation, Step, StepDefinition } from '@openocp/engine';
import { listOperations } from '@openocp/server/control-plane';
import { fixtureOf } from './operation-fixtures.ts';

/** Building a graph calls none of the services. */
const registered: readonly Operation[] = listOperations({} as Parameters<typeof listOperations>[0]);

export interface WalkedSubtask {
  readonly operation: string;
  readonly subtask: string;
  /** Position in the operation. */
  readonly index: number;
  readonly isLast: boolean;
  /** Its undo does something. */
  readonly hasUndo: boolean;
  /** It stands for its whole operation, in one case of each kind. */
  readonly isSample: boolean;
}

export interface WalkedOperation {
  readonly operation: string;
  /** The name of its tasks. */
  readonly title: string;
  readonly needsNoCluster: boolean;
  /** In the order of their definition. */
  readonly subtasks: readonly WalkedSubtask[];
  /** Those at which the walks of every test run interfere: all of them, or the sample of the fixture. */
  readonly walked: readonly WalkedSubtask[];
}

function walk(operation: Operation): WalkedOperation {
  const { needsNoCluster, parameters, sample } = fixtureOf(operation.name);
  const found: Omit<WalkedSubtask, 'isLast'>[] = [];
  const isSample = sample !== undefined;
  const step = <R>(definition: StepDefinition<R>): Step<R> => {
    const index = found.length;
    const hasUndo = typeof definition.undo === 'function';
    found.push({ operation: operation.name, subtask: definition.name, index, hasUndo, isSample });
    return { index, definition };
  };
  operation.build({ step }, operation.parameters.parse(parameters));
  const subtasks = found.map((each) => ({ ...each, isLast: each.index === found.length - 1 }));
  return {
    operation: operation.name,
    title: operation.title,
    needsNoCluster,
    subtasks,
    walked: pickSample(operation, subtasks, sample),
  };
}

function pickSample(
  { name }: Operation,
  subtasks: readonly WalkedSubtask[],
  sample: readonly string[] | undefined,
): readonly WalkedSubtask[] {
  if (sample === undefined) return subtasks;
  return sample.map((wanted) => {
    const found = subtasks.find(({ subtask }) => subtask === wanted);
    if (found === undefined) throw new Error(`the sample of ${name} names ${wanted}, which it has not`);
    return found;
  });
}

/** Operations that need a cluster which is not managed yet come first: the others leave marks on the agents. */
export const walkedOperations: readonly WalkedOperation[] = registered
  .map(walk)
  .toSorted((a, b) => Number(b.needsNoCluster) - Number(a.needsNoCluster));

export interface WalkedGroup {
  readonly title: string;
  readonly subtasks: readonly WalkedSubtask[];
}

/**
 * For walks in which every case ends with success: the subtasks of different operations take turns, because where a stop
 * ends a start begins, and so most cases find the cluster as they need it.
 */
export const walkedGroups: readonly WalkedGroup[] = [
  ...walkedOperations
    .filter(({ needsNoCluster }) => needsNoCluster)
    .map(({ operation, walked }) => ({ title: operation, subtasks: walked })),
  {
    title: 'operations of a managed cluster',
    subtasks: walkedOperations
      .filter(({ needsNoCluster }) => !needsNoCluster)
      .flatMap(({ walked }) => walked)
      .toSorted((a, b) => a.index - b.index),
  },
];
