import { describe, expect, it } from 'vitest';
import { findPasswordFault, findUsernameFault } from './account-rules.ts';

describe('usernames', () => {
  it.each(['abcd', 'a.b-c_9', `a${'b'.repeat(47)}`])('%s may be', (name) => {
    expect(findUsernameFault(name)).toBeUndefined();
  });
  it.each(['abc', '1abc', 'abc.', 'Abcd', 'ab cd', 'ab:cd', `a${'b'.repeat(48)}`, 'abcd\n', ''])(
    '%j may not be',
    (name) => {
      expect(findUsernameFault(name)).toContain('4 to 48');
    },
  );
});

describe('passwords', () => {
  it.each(['aaAA11__', 'aaaaAAA1', 'aaaa111?', 'AAAA__11', `aA1${'x'.repeat(29)}`])(
    '%s may be',
    (password) => {
      expect(findPasswordFault(password)).toBeUndefined();
    },
  );
  it.each([
    ['aA1_xyz', '8 to 32'],
    [`aA1${'x'.repeat(30)}`, '8 to 32'],
    ['aaaaaaaa', 'three of'],
    ['aaaaAAAA', 'three of'],
    ['aaAA11 _', 'only'],
    ['aaAA11_\u0000', 'only'],
    ['aaAA11_密', 'only'],
  ])('%j may not be: %s', (password, reason) => {
    expect(findPasswordFault(password)).toContain(reason);
  });
});
