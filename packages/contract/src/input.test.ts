import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agentUrl, bool, enumList, hostAddress, id, integer } from './input.ts';

const outcome = (schema: z.ZodType, value: unknown) => {
  const result = schema.safeParse(value);
  return result.success ? result.data : 'refused';
};

describe('id', () => {
  it.each([
    [1, 1],
    ['1', 1],
    ['007', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %j', (value, expected) => {
    expect(outcome(id, value)).toBe(expected);
  });

  const refused = [
    0,
    -1,
    1.5,
    1e300,
    Number.NaN,
    '',
    ' 1',
    '1 ',
    '+1',
    '-1',
    '1.0',
    '1e3',
    '0x1',
    '１',
    '1\n',
    null,
    true,
  ];
  const hostile: unknown[] = [
    '9007199254740992',
    '99999999999999999999',
    '9'.repeat(100_000),
    [1],
    ['1'],
    {},
    { valueOf: 1 },
    undefined,
  ];
  it.each([...refused, ...hostile])('refuses %j', (value) => {
    expect(outcome(id, value)).toBe('refused');
  });
});

describe('integer', () => {
  it('keeps to its range, ends included', () => {
    const range = integer({ min: -2, max: 5 });
    expect(['-2', '5', -3, '6'].map((value) => outcome(range, value))).toEqual([-2, 5, 'refused', 'refused']);
  });

  it('says in which range the value must be', () => {
    expect(integer({ min: 1, max: 5 }).safeParse('x').error?.issues[0]?.message).toBe(
      'must be an integer from 1 to 5',
    );
  });

  it('may be absent when it is optional, and takes its default', () => {
    const schema = z.object({ a: id.optional(), b: id.default(3) });
    expect(schema.parse({})).toEqual({ b: 3 });
    expect(schema.safeParse({ a: '' }).success).toBe(false);
  });
});

describe('bool', () => {
  it.each([
    [true, true],
    ['true', true],
    ['True', true],
    [false, false],
    ['false', false],
    ['FALSE', false],
  ])('reads %j', (value, expected) => {
    expect(outcome(bool, value)).toBe(expected);
  });

  it.each(['maybe', '', ' true', '1', 1, 0, null, ['true'], undefined])('refuses %j', (value) => {
    expect(outcome(bool, value)).toBe('refused');
  });
});

describe('enumList', () => {
  const list = enumList(['RUNNING', 'FAILED']);
  it.each([
    ['RUNNING', ['RUNNING']],
    ['RUNNING,FAILED', ['RUNNING', 'FAILED']],
    [
      ['RUNNING', 'FAILED'],
      ['RUNNING', 'FAILED'],
    ],
    [['RUNNING,FAILED'], ['RUNNING', 'FAILED']],
    ['RUNNING,', ['RUNNING']],
    ['', []],
  ])('reads %j', (value, expected) => {
    expect(outcome(list, value)).toEqual(expected);
  });

  it.each(['running', 'RUNNING;FAILED', ['RUNNING', 1], 5, null])('refuses %j', (value) => {
    expect(outcome(list, value)).toBe('refused');
  });
});

describe('hostAddress', () => {
  it.each([
    '10.0.0.1',
    '::1',
    'fd12::7',
    'ob1',
    'ob-1.example.com',
    'ob_1',
    '2130706433',
    'A.b',
    'a'.repeat(63),
  ])('takes %s', (value) => expect(outcome(hostAddress, value)).toBe(value));

  it.each([
    '',
    ' ',
    '.',
    'a.',
    'a..b',
    '-a',
    'a b',
    'a/b',
    'a:3306',
    'user@a',
    'a\0',
    'a\r\nb',
    '[::1]',
    'fe80::1%eth0',
    'http://a',
    '\u001b[2J',
    'bücher.example',
    'a'.repeat(64),
    'a.'.repeat(200),
  ])('refuses %j', (value) => expect(outcome(hostAddress, value)).toBe('refused'));
});

describe('agentUrl', () => {
  it.each(['https://10.0.0.1:62888', 'https://[fd12::7]:62888', 'https://ob1', 'https://OB1:62888/'])(
    'takes %s',
    (value) => expect(outcome(agentUrl, value)).toBe(value),
  );

  it.each([
    'http://10.0.0.1:1',
    'https://user:password@10.0.0.1:1',
    'https://10.0.0.1:1/path',
    'https://10.0.0.1:1?a=b',
    'https://10.0.0.1:1#a',
    'https://',
    'file:///etc/passwd',
    'gopher://10.0.0.1:1',
    '10.0.0.1:1',
  ])('refuses %j', (value) => expect(outcome(agentUrl, value)).toBe('refused'));
});
