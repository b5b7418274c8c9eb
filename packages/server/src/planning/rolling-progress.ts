/** Which batch of a rolling operation is down at this moment; between two batches, none is. */

export interface RollingBatch {
  readonly zoneName: string;
  readonly serverIds: readonly number[];
}

interface RollingStep {
  readonly name: string;
  readonly isDone: boolean;
}

/** The step that begins each batch, when nothing is stopped yet. */
const boundaryName = 'Set zone context';

/** @param steps in the order of the graph. */
export function findBatchInProgress(
  steps: readonly RollingStep[],
  batches: readonly RollingBatch[],
): RollingBatch | undefined {
  const boundaries = steps.flatMap(({ name }, index) => (name === boundaryName ? [index] : []));
  const passed = boundaries.findLastIndex((index) => steps[index]?.isDone === true);
  const begin = boundaries[passed];
  if (begin === undefined) return undefined;
  const own = steps.slice(begin, boundaries[passed + 1] ?? steps.length);
  const isServing = own.some(({ name, isDone }) => name === 'Update observer status' && isDone);
  const isUpdated = own.every(({ name, isDone }) => name !== 'Update observer status' || isDone);
  return isServing && isUpdated ? undefined : batches[passed];
}
