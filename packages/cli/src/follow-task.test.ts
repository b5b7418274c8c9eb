import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from './answers.ts';
import { ApiClient } from './api-client.ts';
import { followTask } from './follow-task.ts';
import { sampleSubtask, sampleTask } from './testing/sample-answers.ts';
import { ScriptedApi } from './testing/scripted-api.ts';

const path = 'GET /api/v2/tasks/instances/7';
const events = 'GET /api/v2/events';
const running = sampleTask();
const ended = sampleTask({ status: 'SUCCESSFUL' });
let api: ScriptedApi;

beforeEach(async () => {
  api = await new ScriptedApi().start();
});
afterEach(() => api.stop());

function follow(giveUpMs?: number) {
  const states: Task[] = [];
  const troubles: string[] = [];
  const client = new ApiClient({ url: api.url, user: 'a', password: async () => 'b', language: 'en-US' });
  const result = followTask(client, 7, {
    signal: new AbortController().signal,
    onState: (task) => states.push(task),
    onTrouble: (message) => troubles.push(message),
    ...(giveUpMs === undefined ? {} : { giveUpMs }),
  });
  return { states, troubles, result };
}

const send = (response: ServerResponse, id: number, event: string, data: unknown) =>
  response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('a followed task', () => {
  it('is shown with every event, to its end', async () => {
    let isOver = false;
    api.on(path, () => ({ data: isOver ? ended : running }));
    api.on(events, (_request, response) => {
      send(response, 1, 'subtask', sampleSubtask(1, 'Prepare stop observer', { status: 'SUCCESSFUL' }));
      isOver = true;
      send(response, 2, 'task', ended);
      return undefined;
    });
    const { states, result } = follow();
    expect(await result).toEqual(ended);
    expect(states.at(-1)).toEqual(ended);
  });

  it('is followed on where the stream broke', async () => {
    api.on(path, () => ({ data: api.listSent(events).length > 1 ? ended : running }));
    api.on(events, (_request, response) => {
      send(response, 41, 'log', { taskId: 7, text: 'x' });
      response.end();
      return undefined;
    });
    const { result } = follow();
    expect((await result).status).toBe('SUCCESSFUL');
    expect(api.listSent(events).map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '41']);
  });

  it('keeps its stream when memory is collected before the stream is read', async () => {
    let looks = 0;
    api.on(path, () => {
      collectGarbage();
      looks += 1;
      return { data: looks > 1 ? ended : running };
    });
    api.on(events, (_request, response) => {
      send(response, 1, 'task', ended);
      return undefined;
    });
    const { result } = follow();
    expect(await result).toEqual(ended);
    expect(api.listSent(events)).toHaveLength(1);
  });

  it.each([403, 404])('is asked for again and again where there is no stream (HTTP %i)', async (status) => {
    let looks = 0;
    api.on(events, { status, error: { code: 1, message: 'no' } });
    api.on(path, () => {
      looks += 1;
      return { data: looks > 1 ? ended : running };
    });
    const { states, troubles, result } = follow();
    expect(await result).toEqual(ended);
    expect([states.length, troubles, api.listSent(events).length]).toEqual([2, [], 1]);
  });

  it('is said to go on when the control plane is away, once, and is found again', async () => {
    let looks = 0;
    api.on(events, (_request, response) => {
      response.destroy();
      return undefined;
    });
    api.on(path, { data: ended });
    const { troubles, result } = follow();
    api.on(events, (_request, response) => {
      looks += 1;
      if (looks < 3) response.destroy();
      else response.write(': alive\n\n');
      return undefined;
    });
    expect(await result).toEqual(ended);
    expect(troubles).toEqual([expect.stringContaining('Task 7 does not need it')]);
  });

  it('is given up when the control plane stays away, with the words to go on', async () => {
    api.on(events, (_request, response) => {
      response.destroy();
      return undefined;
    });
    await expect(follow(1).result).rejects.toMatchObject({
      kind: 'remote',
      message: expect.stringContaining('openocp task follow 7'),
    });
  });

  it('that does not exist is told at once', async () => {
    api.on(events, (_request, response) => {
      response.write(': alive\n\n');
      return undefined;
    });
    api.on(path, { status: 404, error: { code: 4001, message: 'There is no task 7.' } });
    await expect(follow().result).rejects.toMatchObject({ error: { code: 4001 } });
  });
});
