/**
 * Whatever text goes into a statement to a cluster stays a text there, or the statement is not sent. Every function that sends
 * statements is called with texts that try to end their literal: what is outside of literals must not change.
 */
import { expect, it } from 'vitest';
import type { Session } from '../../packages/server/src/remote/oceanbase/session.ts';
import { sendEveryStatement } from '../real-kernel/product-statements.ts';

/** Takes everything, and says nothing. */
const silentSession: Session = {
  endpoint: { ip: '127.0.0.1', rpcPort: 2882, sqlPort: 2881 },
  select: async () => [],
  execute: async () => undefined,
  close: () => undefined,
};

const attacks = [
  "x'; DROP DATABASE openocp; -- ",
  "x' OR '1'='1",
  "\\'; DROP DATABASE openocp; -- ",
  "\\\\'; DROP DATABASE openocp; -- ",
  "''; DROP DATABASE openocp; -- ",
  'x"; DROP DATABASE openocp; -- ',
  'x` OR 1 = 1 #',
  'x\n; DROP DATABASE openocp',
  'x /* ',
  "x\0'; DROP DATABASE openocp",
  "\u02bc'; DROP DATABASE openocp; -- ",
];

/** A statement without its literals, as the kernel reads them: a backslash escapes, a doubled quote is one. */
function skeletonOf(sql: string): string {
  return sql.replace(/'(?:[^'\\]|''|\\[\s\S])*'/g, '?');
}

/** The kinds of a statement are ours and not from outside. */
const isKeyword = (text: string) => /^[A-Z ]+$/.test(text);

function poison(sample: unknown, attack: string): unknown {
  if (typeof sample === 'string') return isKeyword(sample) ? sample : attack;
  if (Array.isArray(sample)) return sample.map((item) => poison(item, attack));
  if (typeof sample !== 'object' || sample === null) return sample;
  return Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, poison(value, attack)]));
}

const skeletons = async (change: (sample: unknown) => unknown = (sample) => sample) => {
  const refused: string[] = [];
  const sent = await sendEveryStatement(silentSession, { change, onRefusal: (name) => refused.push(name) });
  return {
    texts: sent.map(({ sql }) => sql),
    shapes: new Set(sent.map(({ sql }) => skeletonOf(sql))),
    refused,
  };
};

it.each(attacks)('%j', async (attack) => {
  const usual = await skeletons();
  expect(usual.refused).toEqual([]);
  const attacked = await skeletons((sample) => poison(sample, attack));
  expect([...attacked.shapes].filter((shape) => !usual.shapes.has(shape))).toEqual([]);
  // Names are refused altogether, values are quoted: both happen.
  expect(attacked.refused).toContain('stopZone');
  expect(attacked.texts.length).toBeGreaterThan(10);
});

it('a value that is no more than a text arrives whole', async () => {
  const { texts } = await skeletons((sample) => poison(sample, "it's 100%"));
  expect(texts.filter((sql) => sql.includes("'it''s 100%'")).length).toBeGreaterThan(0);
});
