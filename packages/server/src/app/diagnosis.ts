/**
 * Everything that is known of a task, as one file for whoever has to find out what went wrong, perhaps on another
 * machine: the task and its subtasks as stored, every log, the safety checks that the logs tell of, and the versions.
 *
 * No secrets: tasks hold none, and fields with a telling name are left out all the same.
 */
import { type FileAnswer, OcpError } from '@openocp/contract';
import type { Engine, Subtask, Task } from '@openocp/engine';
import type { StoredLogLine } from '../store/task-list.ts';
import type { SqlTaskStore } from '../store/task-store.ts';
import type { App } from './app.ts';
import { withoutSecrets } from './secret-fields.ts';
import { SubtaskLogRenderer } from './task-log.ts';
import { viewTask } from './task-view.ts';
import { type ArchiveEntry, createZip } from './zip-archive.ts';

export interface DiagnosisOptions {
  readonly engine: Pick<Engine, 'fetch'>;
  readonly store: Pick<SqlTaskStore, 'listLog'>;
  /** Versions of this program, of what it runs on, and of the cluster that the task works on. */
  readonly describeVersions: (clusterId: number | undefined) => Promise<Readonly<Record<string, string>>>;
  readonly offsetMinutes: number;
}

/** Lines have at most 8 KiB each. */
const linesPerRead = 200;

/** How operations write a safety check, and what follows from all of them, into their logs. */
const evidenceLine = /^(?:(?:PASS|WARN|FAIL|UNKNOWN) [a-z-]+:|Verdict |Forced past )/;

export function createDiagnosis(options: DiagnosisOptions): Pick<App, 'taskDiagnosis'> {
  return {
    taskDiagnosis: async (_caller, { taskInstanceId }): Promise<FileAnswer> => {
      const task = await options.engine.fetch(taskInstanceId);
      if (task === undefined) throw new OcpError('TASK_NOT_FOUND', { taskId: taskInstanceId });
      return { fileName: `task-${task.id}.zip`, content: createZip(listEntries(task, options)) };
    },
  };
}

async function* listEntries(task: Task, options: DiagnosisOptions): AsyncGenerator<ArchiveEntry> {
  const { clusterId } = task.attributes;
  const versions = await options.describeVersions(typeof clusterId === 'number' ? clusterId : undefined);
  yield { name: 'versions.json', text: toJson(versions) };
  yield { name: 'task.json', text: toJson(withoutSecrets(viewTask(task, options.offsetMinutes))) };
  const { subtasks, ...stored } = task;
  yield { name: 'stored-task.json', text: toJson(withoutSecrets(stored)) };
  yield { name: 'stored-subtasks.json', text: toJson(withoutSecrets(subtasks)) };
  const evidence: string[] = [];
  for (const subtask of subtasks) {
    yield { name: logName(subtask), text: readLog(subtask, options, evidence) };
  }
  yield { name: 'evidence.txt', text: evidence.map((line) => `${line}\n`).join('') };
}

function logName({ step, name }: Subtask): string {
  return `logs/${String(step + 1).padStart(3, '0')}-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.log`;
}

async function* readLog(
  subtask: Subtask,
  { store, offsetMinutes }: DiagnosisOptions,
  evidence: string[],
): AsyncGenerator<string> {
  const renderer = new SubtaskLogRenderer(offsetMinutes);
  let after = 0;
  for (;;) {
    const lines: readonly StoredLogLine[] = await store.listLog(subtask.id, { after, limit: linesPerRead });
    yield renderer.render(lines);
    for (const { text, attempt } of lines) {
      if (evidenceLine.test(text)) evidence.push(`${subtask.name}, attempt ${attempt}: ${text}`);
    }
    after = lines.at(-1)?.id ?? after;
    if (lines.length < linesPerRead) return;
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
