import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { streamEvent } from '../resources/event.ts';
import { hostType } from '../resources/host-type.ts';
import { task } from '../resources/task.ts';
import { createAnswerTranslator, messageText, nameText } from './word-fields.ts';

const translate = (schema: z.ZodType, value: unknown) => createAnswerTranslator(schema)?.(value, 'zh-CN');

describe('the words of an answer', () => {
  it('are translated wherever its shape says that they are', () => {
    const schema = z.object({
      name: nameText,
      list: z.array(z.object({ text: messageText.meta({ description: 'x' }).optional(), other: z.string() })),
      reasons: z.record(z.string(), messageText),
      none: messageText.nullable(),
    });
    const value = {
      name: 'Stop server',
      list: [{ text: 'Look again.', other: 'Look again.' }, { other: '' }],
      reasons: { stop: 'it is read-only' },
      none: null,
      additive: 'Look again.',
    };
    expect(translate(schema, value)).toEqual({
      name: '停止服务',
      list: [{ text: '请再次查看。', other: 'Look again.' }, { other: '' }],
      reasons: { stop: '它是只读的' },
      none: null,
      additive: 'Look again.',
    });
  });

  it('are those of the kind of event', () => {
    const log = { event: 'log', data: { taskId: 1, text: 'No process is running.' } };
    expect(translate(streamEvent, log)).toEqual({
      event: 'log',
      data: { taskId: 1, text: '没有进程在运行。' },
    });
    const server = { event: 'server', data: { status: 'RUNNING' } };
    expect(translate(streamEvent, server)).toBe(server);
  });

  it('leave the value that was stored untouched', () => {
    const value = { name: 'Stop OB server', tasks: [], subtasks: [{ name: 'Stop server' }] };
    expect(translate(task, value)).toEqual({
      name: '停止 OB 服务器',
      tasks: [],
      subtasks: [{ name: '停止服务' }],
    });
    expect(value.name).toBe('Stop OB server');
  });

  it('cost nothing where there are none', () => {
    expect(createAnswerTranslator(hostType)).toBeUndefined();
    expect(createAnswerTranslator(task)).toBe(createAnswerTranslator(task));
  });
});
