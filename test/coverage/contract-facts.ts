/**
 * What OCP's API reference says, as bare facts: paths, names of parameters, names and JSON types of the answers' fields
 * that its table and its sample agree on, names of subtasks in their sampled order. Its sentences stay where they are.
 *
 * The reference itself is no part of a checkout; the extract is, so that conformance is tested everywhere. Where the
 * reference lies beside the checkout, a test holds the extract against it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const extractFile = join(import.meta.dirname, 'contract-facts.golden.json');
/** Where the reference is looked for. */
export const referenceFile = join(root, '../shared/contract/ocp-api.json');

const endpointFacts = z.strictObject({
  group: z.string(),
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  /** Of the query and of the body, by name. */
  parameters: z.array(z.string()),
  /** The body is a list of objects with these parameters. */
  listBody: z.boolean(),
  /** `zones.name` -> JSON types; a list is walked through silently. */
  fields: z.record(z.string(), z.array(z.string())),
  /** Subtasks of the task that it answers. */
  dag: z.strictObject({ task: z.string(), subtasks: z.array(z.string()) }).optional(),
});
export type EndpointFacts = z.infer<typeof endpointFacts>;

interface ReferenceField {
  name: string;
  source: string;
  json?: string | string[] | undefined;
  children?: ReferenceField[] | undefined;
}

const referenceField: z.ZodType<ReferenceField> = z.lazy(() =>
  z.object({
    name: z.string(),
    source: z.string(),
    json: z.union([z.string(), z.array(z.string())]).optional(),
    children: z.array(referenceField).optional(),
  }),
);
const named = z.object({ name: z.string() });
const reference = z.object({
  endpoints: z.array(
    z.object({
      group: z.string(),
      operation: z.string(),
      method: z.string(),
      path: z.string(),
      queryParams: z.array(named),
      bodyParams: z.array(named),
      bodyShape: z.string(),
      response: z.object({ fields: z.array(referenceField).optional() }),
      dag: z
        .object({
          taskName: z.string(),
          nodes: z.array(named.extend({ level: z.int(), parallelIdx: z.int().optional() })),
        })
        .optional(),
    }),
  ),
});

function flatten(fields: readonly ReferenceField[], prefix = ''): [string, string[]][] {
  return fields
    .filter(({ source }) => source === 'doc+sample')
    .flatMap(({ name, json, children = [] }) => {
      const path = `${prefix}${name}`;
      return [[path, [json ?? 'null'].flat()], ...flatten(children, `${path}.`)];
    });
}

/** Reads the reference. */
export function extractFacts(file: string): EndpointFacts[] {
  const { endpoints } = reference.parse(JSON.parse(readFileSync(file, 'utf8')));
  return endpoints.map(({ group, operation, method, path, queryParams, bodyParams, ...more }) => ({
    group,
    operation,
    method,
    path,
    parameters: [...new Set([...queryParams, ...bodyParams].map(({ name }) => name))],
    listBody: more.bodyShape === 'array',
    fields: Object.fromEntries(flatten(more.response.fields ?? [])),
    ...(more.dag === undefined ? {} : { dag: dagOf(more.dag) }),
  }));
}

function dagOf(dag: {
  readonly taskName: string;
  readonly nodes: readonly { readonly name: string; readonly level: number }[];
}): { task: string; subtasks: string[] } {
  const nodes = dag.nodes.toSorted((a, b) => a.level - b.level);
  return { task: dag.taskName, subtasks: nodes.map(({ name }) => name) };
}

/** One endpoint a line. */
function render(facts: readonly EndpointFacts[]): string {
  return `[\n${facts.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`;
}

export function readFacts(): EndpointFacts[] {
  return z.array(endpointFacts).parse(JSON.parse(readFileSync(extractFile, 'utf8')));
}

export function isReferenceHere(): boolean {
  return existsSync(referenceFile);
}

export function writeFacts(facts: readonly EndpointFacts[]): void {
  writeFileSync(extractFile, render(facts));
}
