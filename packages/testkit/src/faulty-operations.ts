/** Operations whose steps have faults around their work. */
import {
  type Graph,
  type Operation,
  OutcomeUnknown,
  type StepContext,
  type StepDefinition,
  StepFailure,
} from '@openocp/engine';
import type { Fault, Moment } from './fault.ts';
import type { FaultBook, ReachedPoint } from './fault-book.ts';

/** Never returns: nothing after the point may happen. */
export function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

/** Stops the whole process, and goes on when it gets SIGCONT. */
export function freeze(): void {
  process.kill(process.pid, 'SIGSTOP');
}

export function wrapOperations(book: FaultBook, operations: readonly Operation[]): Operation[] {
  return operations.map((operation) => ({
    ...operation,
    build: (graph: Graph, parameters: unknown) =>
      operation.build(
        { step: (definition) => graph.step(wrapStep(book, operation.name, definition)) },
        parameters,
      ),
  }));
}

function wrapStep<R>(book: FaultBook, operation: string, definition: StepDefinition<R>): StepDefinition<R> {
  const { name: subtask, undo } = definition;
  return {
    ...definition,
    run: (context) =>
      withFaults(book, { kind: 'step', operation, subtask }, context, () => definition.run(context)),
    undo:
      typeof undo === 'function'
        ? (context) => withFaults(book, { kind: 'undo', operation, subtask }, context, () => undo(context))
        : undo,
  };
}

async function withFaults<T>(
  book: FaultBook,
  point: ReachedPoint,
  context: StepContext,
  work: () => Promise<T>,
): Promise<T> {
  await strike(book, point, 'before', context);
  const result = await work();
  const again = book.take(point, 'before', ['repeat']) !== undefined;
  const last = again ? await work() : result;
  await strike(book, point, 'after', context);
  return last;
}

async function strike(
  book: FaultBook,
  point: ReachedPoint,
  moment: Moment,
  { signal }: StepContext,
): Promise<void> {
  const fault = book.take(point, moment, ['die', 'freeze', 'fail', 'unknown', 'hold']);
  if (fault !== undefined) await strikeStep(book, fault, signal);
}

async function strikeStep(book: FaultBook, fault: Fault, signal: AbortSignal): Promise<void> {
  switch (fault.do) {
    case 'die':
      return die();
    case 'freeze':
      return freeze();
    case 'fail':
      throw new StepFailure(`A fault of the test: ${fault.at}`);
    case 'unknown':
      throw new OutcomeUnknown(`A fault of the test: the answer was lost, ${fault.at}`);
    case 'hold':
      return book.waitUntilWithdrawn(fault, signal);
    case 'repeat':
    case 'fill':
      return undefined;
  }
}
