/** Draws the DAG of a task while it runs: live in a terminal, plain lines elsewhere. */
import type { Stack, StackTask } from '@openocp/testkit';
import { Listr } from 'listr2';

type Subtask = StackTask['subtasks'][number];

/** Subtasks in the order of their edges. */
function sortByEdges(subtasks: readonly Subtask[]): Subtask[] {
  const sorted: Subtask[] = [];
  const left = [...subtasks];
  while (left.length > 0) {
    const index = left.findIndex(({ upstreams }) =>
      upstreams.every((id) => sorted.some((each) => each.id === id)),
    );
    const [next] = left.splice(Math.max(index, 0), 1);
    if (next !== undefined) sorted.push(next);
  }
  return sorted;
}

interface Line {
  readonly ended: PromiseWithResolvers<void>;
  show: (text: string) => void;
}

/** Follows the task to its end. @throws Error when it does not end well. */
export async function drawTask(stack: Stack, task: StackTask): Promise<void> {
  if (process.stdout.isTTY) await drawLive(stack, task);
  else await printLines(stack, task);
}

/** A line for each subtask that has ended, and one for what a running one waits for. */
async function printLines(stack: Stack, task: StackTask): Promise<void> {
  const said = new Set<string>();
  const sayOnce = (line: string) => {
    if (!said.has(line)) console.log(line);
    said.add(line);
  };
  const print = (now: StackTask) => {
    for (const { name, status, waitingFor, failure } of sortByEdges(now.subtasks)) {
      if (status === 'SUCCESSFUL') sayOnce(`  done     ${name}`);
      if (status === 'FAILED') sayOnce(`  failed   ${name}: ${failure}`);
      if (waitingFor !== undefined) sayOnce(`  waiting  ${name}: ${waitingFor.what}`);
    }
  };
  await stack.waitForTask(task.id, print);
}

async function drawLive(stack: Stack, task: StackTask): Promise<void> {
  const lines = new Map<number, Line>();
  for (const { id } of task.subtasks)
    lines.set(id, { ended: Promise.withResolvers(), show: () => undefined });
  const list = new Listr(
    sortByEdges(task.subtasks).map((subtask) => ({
      title: subtask.name,
      task: (_context, own) => {
        const line = lines.get(subtask.id);
        if (line !== undefined) {
          line.show = (text) => {
            own.output = text;
          };
        }
        return line?.ended.promise;
      },
    })),
    { concurrent: false, exitOnError: false },
  );
  const drawn = list.run();
  try {
    await stack.waitForTask(task.id, (now) => update(lines, now));
    for (const line of lines.values()) line.ended.resolve();
  } catch (error) {
    for (const line of lines.values()) line.ended.reject(new Error('did not end well'));
    throw error;
  } finally {
    await drawn;
  }
}

function update(lines: ReadonlyMap<number, Line>, task: StackTask): void {
  for (const subtask of task.subtasks) {
    const line = lines.get(subtask.id);
    if (line === undefined) continue;
    if (subtask.status === 'SUCCESSFUL') line.ended.resolve();
    if (subtask.status === 'FAILED') line.ended.reject(new Error(subtask.failure ?? 'failed'));
    const waiting = subtask.waitingFor;
    if (waiting !== undefined) line.show(`waits for ${waiting.what}: ${waiting.evidence}`);
  }
}
