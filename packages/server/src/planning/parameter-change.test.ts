import { describe, expect, it, test } from 'vitest';
import { findParameterFaults, isSameValue, type ShownParameter } from './parameter-change.ts';

const parameter = (name: string, dataType: string, editLevel = 'DYNAMIC_EFFECTIVE'): ShownParameter => ({
  name,
  dataType,
  value: '',
  editLevel,
});
const shown = [
  parameter('lease_time', 'TIME'),
  parameter('memory_limit', 'CAPACITY'),
  parameter('enable_rebalance', 'BOOL'),
  parameter('cpu_count', 'INT', 'STATIC_EFFECTIVE'),
  parameter('zone', 'STRING', 'READONLY'),
  parameter('config_additional_dir', 'STRING_LIST'),
];

describe('a change of parameters', () => {
  it('has no fault when names are known and values are of their type', () => {
    const wanted = [
      { name: 'lease_time', value: '20s' },
      { name: 'MEMORY_LIMIT', value: '16G' },
      { name: 'enable_rebalance', value: 'True' },
      { name: 'cpu_count', value: '0' },
      { name: 'config_additional_dir', value: "etc2;it's" },
    ];
    expect(findParameterFaults(shown, wanted)).toEqual([]);
  });

  it.each([
    ['an unknown name', [{ name: 'lease_tme', value: '1s' }], 'unknown'],
    ['a parameter that is read-only', [{ name: 'zone', value: 'z2' }], 'readOnly'],
    ['a time without sense', [{ name: 'lease_time', value: 'soon' }], 'type'],
    ['a size without sense', [{ name: 'memory_limit', value: '16X' }], 'type'],
    ['a truth that is none', [{ name: 'enable_rebalance', value: 'maybe' }], 'type'],
    ['a fraction where a whole number is wanted', [{ name: 'cpu_count', value: '1.5' }], 'type'],
    ['the name of a prototype', [{ name: 'constructor', value: '1' }], 'unknown'],
  ])('with %s is refused', (_name, wanted, kind) => {
    expect(findParameterFaults(shown, wanted).map((fault) => fault.kind)).toEqual([kind]);
  });

  it('with the same name twice is refused, and every fault is told', () => {
    const wanted = ['1s', '2s', '3s'].map((value) => ({ name: 'lease_time', value }));
    expect(findParameterFaults(shown, wanted).map((fault) => fault.kind)).toEqual(['twice', 'twice']);
  });
});

test.each([
  ['TIME', '1h', '3600s', true],
  ['TIME', '60', '1m', true],
  ['TIME', '1h', '1m', false],
  ['CAPACITY', '16G', '16384M', true],
  ['CAPACITY', '16GB', '16G', true],
  ['CAPACITY', '1024', '1G', true],
  ['BOOL', '1', 'True', true],
  ['BOOL', 'off', 'True', false],
  ['INT', '007', '7', true],
  ['STRING', 'a', 'b', false],
  ['INT', '9223372036854775807', '9223372036854775806', false],
])('%s: %s and %s are the same: %s', (dataType, wanted, value, expected) => {
  expect(isSameValue(dataType, wanted, value)).toBe(expected);
});
