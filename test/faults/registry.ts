/** The operations of the product, as the fault tests walk them: none is named here, so a new one is tested too. */
import type { Operation, Step, StepDefinition } from '@openocp/engine';
import { listOperations } from '@openocp/server/control-plane';
import { fixtureOf } from './operation-fixtures.ts';

/** Building a graph calls none of the services. */
const registered: readonly Operation[] = listOperations({} as Parameters<typeof listOperations>[0]);

/** Operations that need a cluster which is not managed yet come first: the others leave marks on the agents. */
const ordered: readonly Operation[] = registered.toSorted(
  (a, b) => Number(fixtureOf(b.name).needsNoCluster) - Number(fixtureOf(a.name).needsNoCluster),
);

export interface WalkedSubtask {
  readonly operation: string;
  readonly subtask: string;
  readonly upstreams: readonly string[];
  /** Its undo does something. */
  readonly hasUndo: boolean;
}

/** The subtasks of an operation in the order of their definition. */
function listSubtasks(operation: Operation): WalkedSubtask[] {
  const found: WalkedSubtask[] = [];
  const step = <R>(definition: StepDefinition<R>): Step<R> => {
    found.push({
      operation: operation.name,
      subtask: definition.name,
      upstreams: definition.after.map((each) => each.definition.name),
      hasUndo: typeof definition.undo === 'function',
    });
    return { index: found.length - 1, definition };
  };
  operation.build({ step }, operation.parameters.parse(fixtureOf(operation.name).parameters));
  return found;
}

export interface WalkedOperation {
  readonly operation: string;
  readonly subtasks: readonly WalkedSubtask[];
}

/** Every operation: rows for `test.each`. */
export const walkedOperations: readonly WalkedOperation[] = ordered.map((operation) => ({
  operation: operation.name,
  subtasks: listSubtasks(operation),
}));
