/**
 * The golden list of an operation: its subtasks, the edges between them, and every effect it had on the host and on the
 * kernel, in order for each server, with who caused it. Kept beside the tests; a change of an operation changes its list, and is seen.
 */
import { gatherEvidence, type HistoryEvent, readHistory, type Stack, type StackTask } from '@openocp/testkit';
import { expect } from 'vitest';

/** @param since epoch milliseconds: what was on record before does not belong to the case. */
export async function expectGolden(
  stack: Stack,
  operation: string,
  task: StackTask,
  since: number,
): Promise<void> {
  const nameOf = (id: number) => task.subtasks.find((subtask) => subtask.id === id)?.name ?? String(id);
  const plan = task.subtasks.map(({ name, upstreams }) =>
    upstreams.length === 0 ? name : `${name} <- ${upstreams.map(nameOf).join(', ')}`,
  );
  // By server, because those that are worked on at once have no order among each other.
  const events = readHistory(await gatherEvidence(stack))
    .filter((event) => event.time >= since)
    .toSorted((a, b) => a.address.localeCompare(b.address, 'en', { numeric: true }));
  const effects = events.flatMap((event) => describeEffect(event, nameOf) ?? []);
  // In a list of its own: whether an observer says that it boots before its agent says so is a matter of luck.
  const observer = events.flatMap((event) => describeObserver(event) ?? []);
  const lists = { Subtasks: plan, Effects: effects, Observer: observer };
  const text = Object.entries(lists)
    .map(([title, lines]) => [`# ${title}`, ...lines, ''].join('\n'))
    .join('\n');
  await expect(text).toMatchFileSnapshot(`golden/${operation}.txt`);
}

function describeEffect(event: HistoryEvent, nameOf: (id: number) => string): string | undefined {
  switch (event.kind) {
    case 'marked':
      return `kernel: STOP ${event.by.toUpperCase()} applied`;
    case 'unmarked':
      return `kernel: START ${event.by.toUpperCase()} applied`;
    case 'journal': {
      const { verb, phase, command, detail } = event.line;
      const signal = phase === 'signal' ? ` ${String(detail.signal)}` : '';
      return `agent: ${verb} ${phase}${signal} (${nameOf(command.subtaskId)}, ${command.mode} ${command.attempt})`;
    }
    case 'boot':
    case 'exit':
    case 'leads':
    case 'left':
      // Which leaders there are differs from run to run; that none is left is the oracle's to say.
      return undefined;
  }
}

function describeObserver({ kind }: HistoryEvent): string | undefined {
  if (kind === 'boot') return 'boots';
  return kind === 'exit' ? 'ends gracefully' : undefined;
}
