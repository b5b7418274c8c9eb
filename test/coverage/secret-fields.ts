/** Finds the secret fields of the API: by their mark, and by names that secrets go by. */
import { type OperationId, operationIds, type Route, routes } from '@openocp/contract';
import { z } from 'zod';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly format?: string;
  readonly writeOnly?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

export interface TextField {
  readonly operationId: OperationId;
  /** `sshCredentialProperty.passphrase` */
  readonly path: string;
  readonly isMarked: boolean;
  /** It may only go in. */
  readonly isWriteOnly: boolean;
}

interface Step {
  readonly root: Schema;
  readonly path: string;
  /** References on the way: a schema may contain itself. */
  readonly seen: readonly string[];
}

function* walk(schema: Schema, step: Step): Generator<{ path: string; schema: Schema }> {
  const { root, path, seen } = step;
  const reference = schema.$ref?.replace('#/$defs/', '');
  if (reference !== undefined) {
    if (seen.includes(reference)) return;
    yield* walk(root.$defs?.[reference] ?? {}, { ...step, seen: [...seen, reference] });
    return;
  }
  for (const variant of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) yield* walk(variant, step);
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    yield* walk(property, { ...step, path: path === '' ? name : `${path}.${name}` });
  if (schema.items !== undefined) yield* walk(schema.items, step);
  if (typeof schema.additionalProperties === 'object') yield* walk(schema.additionalProperties, step);
  if (schema.type === 'string' && schema.enum === undefined) yield { path, schema };
}

function textFieldsOf(operationId: OperationId, schema: z.ZodType, io: 'input' | 'output'): TextField[] {
  const root = z.toJSONSchema(schema, { io }) as Schema;
  return [...walk(root, { root, path: '', seen: [] })].map((field) => ({
    operationId,
    path: field.path,
    isMarked: field.schema.format === 'password',
    isWriteOnly: field.schema.writeOnly === true,
  }));
}

/** Every parameter of every route that is a text. */
export function listTextParameters(): TextField[] {
  return operationIds.flatMap((id) => textFieldsOf(id, (routes[id] as Route).parameters, 'input'));
}

/** Every field of every answer that is a text. */
export function listTextAnswers(): TextField[] {
  return operationIds.flatMap((id) => {
    const { answer }: Route = routes[id];
    return 'schema' in answer ? textFieldsOf(id, answer.schema, 'output') : [];
  });
}

export const nameOf = ({ operationId, path }: TextField) => `${operationId} ${path}`;

/** Parameters that must come out nowhere, `userCreate password`. */
export const listSecretParameters = () => [
  ...new Set(
    listTextParameters()
      .filter(({ isWriteOnly }) => isWriteOnly)
      .map(nameOf),
  ),
];
