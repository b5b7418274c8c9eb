import type { LogLine, Task } from '@openocp/engine';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { StoredLogLine } from '../store/task-list.ts';
import type { Caller } from './app.ts';
import { createDiagnosis } from './diagnosis.ts';
import { createSampleTask } from './sample-task.ts';

const NOW = Date.UTC(2021, 7, 25, 7, 9, 32, 700);
const caller: Caller = {
  userId: 100,
  username: 'admin',
  permissions: ['**'],
  traceId: '00112233aabbccdd',
  clientAddress: '127.0.0.1',
  language: 'en-US',
};

function lineOf(id: number, text: string): StoredLogLine {
  const line = { taskId: 1, subtaskId: 201, attempt: 1, operation: 'EXECUTE' } satisfies Partial<LogLine>;
  return { id, ...line, level: 'INFO', time: NOW, text };
}

async function download(task: Task, lines: readonly StoredLogLine[]): Promise<Map<string, string>> {
  const { taskDiagnosis } = createDiagnosis({
    engine: { fetch: async (id) => (id === task.id ? task : undefined) },
    store: {
      listLog: async (subtaskId, { after = 0, limit = 0 } = {}) =>
        lines.filter((line) => line.subtaskId === subtaskId && line.id > after).slice(0, limit),
    },
    describeVersions: async (clusterId) => ({ openocp: '1.2.3', cluster: String(clusterId) }),
    offsetMinutes: 0,
  });
  const { content, fileName } = await taskDiagnosis(caller, { taskInstanceId: task.id });
  expect(fileName).toBe('task-1.zip');
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  const files = unzipSync(new Uint8Array(Buffer.concat(pieces)));
  return new Map(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

const task = createSampleTask(1, NOW);

describe('the diagnosis of a task', () => {
  it('holds the task, every subtask, every log and the versions', async () => {
    const files = await download(task, [lineOf(1, 'hello')]);
    expect([...files.keys()].filter((name) => !name.startsWith('logs/'))).toEqual([
      'versions.json',
      'task.json',
      'stored-task.json',
      'stored-subtasks.json',
      'evidence.txt',
    ]);
    expect(files.get('versions.json')).toBe('{\n  "openocp": "1.2.3",\n  "cluster": "20"\n}\n');
    expect(JSON.parse(files.get('stored-task.json') ?? '')).toMatchObject({
      definition: 'server-stop',
      fence: 1,
    });
    expect(JSON.parse(files.get('stored-subtasks.json') ?? '')).toHaveLength(8);
    expect(files.get('logs/001-prepare-stop-observer.log')).toContain(' INFO hello\n');
    expect(files.get('logs/008-update-ob-cluster-status.log')).toBe('');
  });

  it('gathers the checks of the verdict from the logs', async () => {
    const texts = [
      'begin',
      'PASS majority: All 3 log streams.',
      'FAIL in-sync: lagging',
      'Verdict BLOCKED; 0 leaders',
    ];
    const files = await download(
      task,
      texts.map((text, index) => lineOf(index + 1, text)),
    );
    expect(files.get('evidence.txt')).toBe(
      [
        'Prepare stop observer, attempt 1: PASS majority: All 3 log streams.',
        'Prepare stop observer, attempt 1: FAIL in-sync: lagging',
        'Prepare stop observer, attempt 1: Verdict BLOCKED; 0 leaders',
        '',
      ].join('\n'),
    );
  });

  it('holds a long log whole, though it is read in parts', async () => {
    const lines = Array.from({ length: 1_001 }, (_, index) => lineOf(index + 1, `line ${index}`));
    const text = (await download(task, lines)).get('logs/001-prepare-stop-observer.log') ?? '';
    expect(text.split('\n')).toHaveLength(1 + 1_001 + 1);
    expect(text.match(/^####/gm)).toHaveLength(1);
  });

  it('leaves out whatever has the name of a secret, at every depth', async () => {
    const parameters = {
      sys: { rootSysPassword: 'hidden-word' },
      list: [{ secretKey: 'hidden-word' }],
      force: true,
    };
    const attributes = { ...task.attributes, credentials: { user: 'root', word: 'hidden-word' } };
    const subtasks = task.subtasks.map((subtask) => ({ ...subtask, result: { accessToken: 'hidden-word' } }));
    const files = await download({ ...task, parameters, attributes, subtasks }, []);
    expect([...files.values()].join('')).not.toContain('hidden-word');
    expect(JSON.parse(files.get('stored-task.json') ?? '')).toMatchObject({ parameters: { force: true } });
  });
});
