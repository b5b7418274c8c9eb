/** Which batch of a rolling operation is down at this moment; between two batches, none is. */

export interface RollingBatch {
  readonly zoneName: string;
  readonly serverIds: readonly number[];
}

interface RollingStep {
  readonly name: string;
  readonly isDone: boolean;
  /** It turned out not to be needed, and did nothing. */
  readonly isPassed?: boolean;
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
  if (own.some(({ isPassed }) => isPassed === true)) return undefined;
  const isServing = own.some(({ name, isDone }) => name === 'Update observer status' && isDone);
  const isUpdated = own.every(({ name, isDone }) => name !== 'Update observer status' || isDone);
  return isServing && isUpdated ? undefined : listRounds(batches)[passed];
}

/** What goes down after each boundary: a batch, and after that each of its servers alone, of which one way is passed. */
function listRounds(batches: readonly RollingBatch[]): RollingBatch[] {
  return batches.flatMap((batch) => {
    const { zoneName, serverIds } = batch;
    return serverIds.length === 1
      ? [batch]
      : [batch, ...serverIds.map((id) => ({ zoneName, serverIds: [id] }))];
  });
}
