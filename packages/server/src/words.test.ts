/** The catalogue of the contract against what this control plane really says. */
import { subtaskNames, taskNames, translateMessage } from '@openocp/contract';
import type { Operation, Step, StepDefinition } from '@openocp/engine';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { listOperations } from './control-plane.ts';
import { listMessageSources } from './testing/message-sources.ts';

const here = import.meta.dirname;
const isTranslated = (text: string) => translateMessage(text, 'zh-CN') !== text;

/** Values for parameters of any shape: every flag both ways, every choice, lists of two. */
function listSamples(schema: z.core.JSONSchema.JSONSchema): unknown[] {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum !== undefined) return schema.enum;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return alternatives.flatMap((each) => listSamples(each as typeof schema));
  if (schema.type === 'boolean') return [true, false];
  if (schema.type === 'integer' || schema.type === 'number') return [2];
  if (schema.type === 'array') return [[...listSamples((schema.items ?? {}) as typeof schema).slice(0, 2)]];
  if (schema.type !== 'object') return ['x'];
  return Object.entries(schema.properties ?? {}).reduce<object[]>(
    (samples, [name, property]) =>
      listSamples(property as typeof schema).flatMap((value) =>
        samples.map((sample) => ({ ...sample, [name]: value })),
      ),
    [{}],
  );
}

/** Names of the steps of every graph that an operation can build. */
function listStepNames(operation: Operation): string[] {
  const names = new Set<string>();
  const step = <R>(definition: StepDefinition<R>): Step<R> => {
    names.add(definition.name);
    return { index: 0, definition };
  };
  const shape = z.toJSONSchema(operation.parameters, { unrepresentable: 'any', reused: 'inline' });
  for (const sample of listSamples(shape)) operation.build({ step }, sample);
  return [...names];
}

// Building a graph calls none of the services.
const operations = listOperations({} as Parameters<typeof listOperations>[0]);

it.each(operations.map((operation) => [operation.name, operation] as const))(
  'the names of %s and of all its subtasks are in the catalogue, and so in every language',
  (_name, operation) => {
    expect(taskNames).toContain(operation.title);
    const names = listStepNames(operation);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(subtaskNames, 'words/en-us.ts').toContain(name);
  },
);

it('what an error of the kernel means and what to do about it is there in every language', () => {
  const texts = listMessageSources(here, ['remote/oceanbase']).filter((text) => text.endsWith('.'));
  expect(texts).toContain('Synchronise the cluster.');
  expect(texts.filter((text) => !isTranslated(text))).toEqual([]);
});

it('messages that are not in the catalogue yet are listed, and the list only shrinks', async () => {
  const texts = listMessageSources(here, ['operations', 'planning', 'app']);
  expect(texts.length).toBeGreaterThan(50);
  const missing = texts.filter((text) => !isTranslated(text.replaceAll('{}', 'x1')));
  await expect(`${missing.join('\n')}\n`).toMatchFileSnapshot('./untranslated-messages.txt');
});
