/**
 * Holds the route table against the facts of OCP's reference: which endpoints exist, which parameters each accepts,
 * which fields its answer declares and with which JSON types, which subtasks its task has. What is missing is a gap, one
 * line of text each, and the known gaps are in a list that may only shrink.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Route, routes } from '@openocp/contract';
import { z } from 'zod';
import { walkedOperations } from '../faults/registry.ts';
import type { EndpointFacts } from './contract-facts.ts';
import { allowsType, findSchema, type JsonSchema } from './schema-path.ts';

const gapFile = join(import.meta.dirname, 'conformance-gaps.json');

export interface GroupResult {
  readonly group: string;
  readonly endpoints: Count;
  readonly parameters: Count;
  readonly fields: Count;
  readonly graphs: Count;
  readonly gaps: readonly string[];
}

interface Count {
  readonly met: number;
  readonly all: number;
}

export const nameOf = ({ method, path }: Pick<EndpointFacts, 'method' | 'path'>) => `${method} ${path}`;

/** Path parameters are named differently from page to page of the reference. */
const shapeOf = (path: string) => path.replace(/\{\w+\}/g, '{}');

export function findRoute({ method, path }: Pick<EndpointFacts, 'method' | 'path'>): Route | undefined {
  return Object.values<Route>(routes).find(
    (route) =>
      route.method === method &&
      [route.path, ...(route.aliases ?? [])].some((each) => shapeOf(each) === shapeOf(path)),
  );
}

/** The schema of one object of the answer: of an item, where it is a list or a page. */
function schemaOf({ answer }: Route): JsonSchema {
  if (!('schema' in answer)) return {};
  return z.toJSONSchema(answer.schema, { io: 'output' }) as JsonSchema;
}

function missingParameters(facts: EndpointFacts, route: Route): string[] {
  let { shape } = route.parameters;
  if (facts.listBody) {
    const list = route.listBody === undefined ? undefined : shape[route.listBody];
    shape = list instanceof z.ZodArray && list.element instanceof z.ZodObject ? list.element.shape : {};
  }
  return facts.parameters.filter((name) => !(name in shape));
}

function missingFields({ fields }: EndpointFacts, route: Route): string[] {
  const schema = schemaOf(route);
  return Object.entries(fields).flatMap(([path, types]) => {
    const found = findSchema(schema, path);
    if (found === undefined) return [path];
    return types.some((type) => allowsType(found, type)) ? [] : [`${path} as ${types.join(' or ')}`];
  });
}

/** Parallel subtasks stand once in the reference. */
const withoutRepeats = (names: readonly string[]) =>
  names.filter((name, index) => name !== names[index - 1] || name === 'Wait node');

function missingGraph({ group, dag }: EndpointFacts, graphs: ReadonlyMap<string, string[]>): string[] {
  // The samples of the pages about tasks show some task or other.
  if (dag === undefined || group === 'task') return [];
  const ours = graphs.get(dag.task);
  if (ours === undefined) return [`no operation is called ${dag.task}`];
  const same = JSON.stringify(withoutRepeats(ours)) === JSON.stringify(dag.subtasks);
  return same ? [] : [`subtasks of ${dag.task}`];
}

interface EndpointResult {
  readonly facts: EndpointFacts;
  readonly exists: boolean;
  readonly parameters: readonly string[];
  readonly fields: readonly string[];
  readonly graph: readonly string[];
}

function compareEndpoint(facts: EndpointFacts, graphs: ReadonlyMap<string, string[]>): EndpointResult {
  const route = findRoute(facts);
  if (route === undefined) return { facts, exists: false, parameters: [], fields: [], graph: [] };
  return {
    facts,
    exists: true,
    parameters: missingParameters(facts, route),
    fields: missingFields(facts, route),
    graph: missingGraph(facts, graphs),
  };
}

function gapsOf({ facts, exists, parameters, fields, graph }: EndpointResult): string[] {
  const name = nameOf(facts);
  if (!exists) return [`endpoint ${name}`];
  return [
    ...parameters.map((each) => `parameter ${name} ${each}`),
    ...fields.map((each) => `field ${name} ${each}`),
    ...graph.map((each) => `graph ${name} ${each}`),
  ];
}

function count(all: number, missing: number): Count {
  return { met: all - missing, all };
}

function add(counts: readonly Count[]): Count {
  return { met: sum(counts.map(({ met }) => met)), all: sum(counts.map(({ all }) => all)) };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** Of a group: parameters, fields and graphs are those of the endpoints that exist. */
function summarise(group: string, results: readonly EndpointResult[]): GroupResult {
  const existing = results.filter(({ exists }) => exists);
  const withGraph = existing.filter(({ facts }) => facts.dag !== undefined && facts.group !== 'task');
  return {
    group,
    endpoints: count(results.length, results.length - existing.length),
    parameters: add(
      existing.map(({ facts, parameters }) => count(facts.parameters.length, parameters.length)),
    ),
    fields: add(existing.map(({ facts, fields }) => count(Object.keys(facts.fields).length, fields.length))),
    graphs: count(withGraph.length, withGraph.filter(({ graph }) => graph.length > 0).length),
    gaps: results.flatMap(gapsOf),
  };
}

export function compareWithFacts(facts: readonly EndpointFacts[]): GroupResult[] {
  const graphs = new Map(
    walkedOperations.map(({ title, subtasks }) => [title, subtasks.map(({ subtask }) => subtask)]),
  );
  const results = facts.map((each) => compareEndpoint(each, graphs));
  const groups = Map.groupBy(results, (result) => result.facts.group);
  return [...groups].map(([group, own]) => summarise(group, own));
}

/** Where OCP's own pages contradict each other, or mean nothing here, and what was decided. */
const decisions: readonly { readonly gap: RegExp; readonly decision: string }[] = [
  { gap: /^field .* creator as string$/, decision: 'creator is an object in every task (decision 5)' },
  { gap: /^field .* context as object$/, decision: 'context is a text, contextMap the object (decision 5)' },
  { gap: /^field .* subtasks\.className$/, decision: 'names a Java class; there is none' },
];

/** Why a gap stays open on purpose; undefined when it is to be closed. */
export function findDecision(gap: string): string | undefined {
  return decisions.find((each) => each.gap.test(gap))?.decision;
}

export function readKnownGaps(): string[] {
  return z.array(z.string()).parse(JSON.parse(readFileSync(gapFile, 'utf8')));
}

export function writeKnownGaps(gaps: readonly string[]): void {
  writeFileSync(gapFile, `${JSON.stringify(gaps, undefined, 2)}\n`);
}
