/** Tasks as tables. Pure. */
import type { Task, TaskHead } from './answers.ts';
import { styleOf } from './inventory-tables.ts';
import { detailOf, orderSubtasks } from './task-lines.ts';
import type { Paint } from './terminal.ts';
import { printable, renderFields, renderTable } from './text-table.ts';

/** `2026-11-23 16:21:14`; the offset is that of the control plane. */
const shortTime = (time: string | undefined) => time?.slice(0, 19).replace('T', ' ') ?? '';

const nameOfCluster = ({ cluster, clusterId }: TaskHead) =>
  cluster?.name ?? (clusterId === undefined ? '' : String(clusterId));

export function renderTasks(tasks: readonly TaskHead[], total: number, paint: Paint): string {
  if (tasks.length === 0) return 'No tasks.';
  const rows = tasks.map((each) => [
    String(each.id),
    each.name,
    nameOfCluster(each),
    each.status,
    each.operation,
    each.creator.name,
    shortTime(each.startTime ?? each.createTime),
    shortTime(each.finishTime),
  ]);
  const table = renderTable(
    ['ID', 'TASK', 'CLUSTER', 'STATUS', 'OPERATION', 'BY', 'BEGUN', 'ENDED'],
    rows,
    (text, column) => (column === 3 ? paint(styleOf(text.trim()), text) : text),
  );
  const rest = total - tasks.length;
  return rest <= 0 ? table : `${table}\n${rest} more; see --page and --size.`;
}

export function renderTask(task: Task, paint: Paint): string {
  const fields = renderFields([
    ['task', `${task.id} ${task.name}`],
    ['status', `${task.status} (${task.operation})`],
    ['cluster', nameOfCluster(task) || undefined],
    ['by', task.creator.name],
    ['begun', shortTime(task.startTime ?? task.createTime)],
    ['ended', shortTime(task.finishTime) || undefined],
    ['can be done', task.availableOperations?.map((each) => each.toLowerCase()).join(', ') || undefined],
  ]);
  const ordered = orderSubtasks(task);
  const rows = ordered.map((each) => [
    String(each.id),
    each.name,
    each.status,
    String(each.runTime),
    shortTime(each.startTime),
    shortTime(each.finishTime),
  ]);
  const table = renderTable(['ID', 'SUBTASK', 'STATUS', 'RUN', 'BEGUN', 'ENDED'], rows, (text, column) =>
    column === 2 ? paint(styleOf(text.trim()), text) : text,
  );
  const details = ordered.flatMap((each) => {
    const detail = detailOf(each);
    return detail === '' ? [] : [`${each.name}: ${printable(detail)}`];
  });
  return [fields, '', table, ...(details.length === 0 ? [] : ['', ...details])].join('\n');
}
