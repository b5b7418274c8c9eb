/** Looks a field up in a JSON Schema by a path such as `zones.servers.id`; lists are walked through to their items. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : resolve(root.$defs?.[name] ?? {}, root);
}

/** The variants of a schema that are no references and no unions. */
function variantsOf(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const { anyOf, ...own } = resolve(schema, root);
  return anyOf === undefined ? [own] : anyOf.flatMap((each) => variantsOf(each, root));
}

/** @returns the variants of the field; undefined when no variant of its parent has it. */
export function findSchema(root: JsonSchema, path: string): JsonSchema[] | undefined {
  let level = variantsOf(root, root);
  for (const name of path.split('.')) {
    const objects = level.flatMap((each) =>
      each.items === undefined ? [each] : variantsOf(each.items, root),
    );
    const found = objects.flatMap(({ properties }) => properties?.[name] ?? []);
    if (found.length === 0) return undefined;
    level = found.flatMap((each) => variantsOf(each, root));
  }
  return level;
}

/** A sample that shows null tells nothing of the type. */
export function allowsType(variants: readonly JsonSchema[], type: string): boolean {
  if (type === 'null') return true;
  const types = variants.flatMap((each) => [each.type ?? []].flat());
  return types.includes(type) || (type === 'integer' && types.includes('number'));
}
