/**
 * Which fields of an answer are words for people: said where the shape of the answer is said, so that a new field needs no
 * second place. `z.object({ failure: messageText })`.
 */
import { z } from 'zod';
import type { Language } from './languages.ts';
import { translateLog, translateMessage, translateName } from './translate-words.ts';

type WordKind = 'name' | 'message' | 'log';

const words = z.registry<{ readonly kind: WordKind }>();

/** Name of a task or subtask. */
export const nameText = z.string().register(words, { kind: 'name' });
/** A message, or several in a row. */
export const messageText = z.string().register(words, { kind: 'message' });
/** The log of a subtask. */
export const logText = z.string().register(words, { kind: 'log' });

const translators = { name: translateName, message: translateMessage, log: translateLog } as const;

/** Gives back the value, or a copy with other words. */
type Translate = (value: unknown, language: Language) => unknown;

const known = new WeakMap<z.core.$ZodType, { readonly translate: Translate | undefined }>();

/** @returns undefined for a shape without words */
export function createAnswerTranslator(schema: z.core.$ZodType): Translate | undefined {
  const before = known.get(schema);
  if (before !== undefined) return before.translate;
  const translate = build(schema);
  known.set(schema, { translate });
  return translate;
}

function build(schema: z.core.$ZodType): Translate | undefined {
  const kind = words.get(schema)?.kind;
  if (kind !== undefined) {
    return (value, language) => (typeof value === 'string' ? translators[kind](value, language) : value);
  }
  if (schema instanceof z.ZodObject) return buildObject(schema.shape);
  if (schema instanceof z.ZodArray) return buildArray(schema.element);
  if (schema instanceof z.ZodRecord) return buildRecord(schema.valueType);
  if (schema instanceof z.ZodDiscriminatedUnion) return buildUnion(schema);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  )
    return createAnswerTranslator(schema.def.innerType);
  return undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function buildObject(shape: Readonly<Record<string, z.core.$ZodType>>): Translate | undefined {
  const fields = Object.entries(shape).flatMap(([name, schema]) => {
    const translate = createAnswerTranslator(schema);
    return translate === undefined ? [] : [{ name, translate }];
  });
  if (fields.length === 0) return undefined;
  return (value, language) => {
    if (!isRecord(value)) return value;
    const translated = fields
      .filter(({ name }) => value[name] !== undefined)
      .map(({ name, translate }) => [name, translate(value[name], language)]);
    return { ...value, ...Object.fromEntries(translated) };
  };
}

function buildArray(element: z.core.$ZodType): Translate | undefined {
  const translate = createAnswerTranslator(element);
  if (translate === undefined) return undefined;
  return (value, language) => (Array.isArray(value) ? value.map((item) => translate(item, language)) : value);
}

function buildRecord(valueType: z.core.$ZodType): Translate | undefined {
  const translate = createAnswerTranslator(valueType);
  if (translate === undefined) return undefined;
  return (value, language) => {
    if (!isRecord(value)) return value;
    const translated = Object.entries(value).map(([key, item]) => [key, translate(item, language)]);
    return Object.fromEntries(translated);
  };
}

/** Which shape a value has is decided by its discriminator, a literal in each option. */
function buildUnion({ def }: z.ZodDiscriminatedUnion): Translate | undefined {
  const byLiteral = new Map<unknown, Translate>();
  for (const option of def.options) {
    const translate = createAnswerTranslator(option);
    const literal = option instanceof z.ZodObject ? option.shape[def.discriminator] : undefined;
    if (translate === undefined || !(literal instanceof z.ZodLiteral)) continue;
    for (const value of literal.values) byLiteral.set(value, translate);
  }
  if (byLiteral.size === 0) return undefined;
  return (value, language) => {
    const translate = isRecord(value) ? byLiteral.get(value[def.discriminator]) : undefined;
    return translate === undefined ? value : translate(value, language);
  };
}
