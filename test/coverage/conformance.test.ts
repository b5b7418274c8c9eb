import { describe, expect, it, test } from 'vitest';
import { compareWithFacts, findDecision, readKnownGaps } from './conformance.ts';
import {
  type EndpointFacts,
  extractFacts,
  isReferenceHere,
  readFacts,
  referenceFile,
} from './contract-facts.ts';
import { allowsType, findSchema, type JsonSchema } from './schema-path.ts';

const gaps = compareWithFacts(readFacts())
  .flatMap((group) => group.gaps)
  .filter((gap) => findDecision(gap) === undefined);
const known = readKnownGaps();

test('whatever exists has the parameters, fields and subtasks that OCP documents, but for the known gaps', () => {
  const unknown = gaps.filter((gap) => !known.includes(gap));
  expect(unknown, 'close these gaps; the list of known gaps does not grow').toEqual([]);
});

test('a gap that is closed is off the list of known gaps', () => {
  const closed = known.filter((gap) => !gaps.includes(gap));
  expect(closed, 'run `npm run conformance -- --shrink`').toEqual([]);
});

test('only the three contradictions that were decided stay open on purpose', () => {
  const name = 'POST /api/v2/ob/clusters/{id}/zones/{zoneName}/stop';
  for (const field of ['creator as string', 'context as object', 'subtasks.className']) {
    expect(findDecision(`field ${name} ${field}`)).toBeDefined();
  }
  for (const field of ['creator', 'context', 'subtasks.name', 'name as string']) {
    expect(findDecision(`field ${name} ${field}`)).toBeUndefined();
  }
});

test('what is not there is a gap, each with its own line', () => {
  const facts: EndpointFacts = {
    group: 'cluster',
    operation: 'stopServer',
    method: 'POST',
    path: '/api/v2/ob/clusters/{clusterId}/servers/{id}/stop',
    parameters: ['force', 'softly'],
    listBody: false,
    fields: { id: ['string'], 'tasks.name': ['string'], 'tasks.colour': ['string'] },
    dag: { task: 'Stop OB server', subtasks: ['Stop server', 'Prepare stop observer'] },
  };
  const name = `POST ${facts.path}`;
  expect(compareWithFacts([facts, { ...facts, method: 'PUT' }])[0]?.gaps).toEqual([
    `parameter ${name} softly`,
    `field ${name} id as string`,
    `field ${name} tasks.colour`,
    `graph ${name} subtasks of Stop OB server`,
    `endpoint PUT ${facts.path}`,
  ]);
});

test.runIf(isReferenceHere())('the extract of the reference is up to date', () => {
  expect(readFacts(), 'run `node scripts/extract-contract-facts.ts`').toEqual(extractFacts(referenceFile));
});

describe('looking up a field in a schema', () => {
  const schema: JsonSchema = {
    type: 'array',
    items: { $ref: '#/$defs/Zone' },
    $defs: {
      Zone: { type: 'object', properties: { servers: { type: 'array', items: { $ref: '#/$defs/Server' } } } },
      Server: { type: 'object', properties: { ip: { anyOf: [{ type: 'string' }, { type: 'null' }] } } },
    },
  };

  it('walks through lists, references and unions', () => {
    expect(findSchema(schema, 'servers.ip')?.map(({ type }) => type)).toEqual(['string', 'null']);
  });

  it('finds no field that is not declared', () => {
    expect([findSchema(schema, 'servers.port'), findSchema(schema, 'ip')]).toEqual([undefined, undefined]);
  });

  it('tells a wrong type', () => {
    const ip = findSchema(schema, 'servers.ip') ?? [];
    expect([allowsType(ip, 'string'), allowsType(ip, 'integer')]).toEqual([true, false]);
  });
});
