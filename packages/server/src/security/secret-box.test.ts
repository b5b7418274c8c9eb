import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecretBox, loadOrCreateKey, parseKey } from './secret-box.ts';

const key = Buffer.alloc(32, 7);

test('a sealed secret opens again for the same purpose', () => {
  const box = createSecretBox(key);
  expect(box.open(box.seal('pässword', 'cluster:1'), 'cluster:1')).toBe('pässword');
});

test('a sealed secret does not open for another row, with another key, or after a change', () => {
  const box = createSecretBox(key);
  const sealed = box.seal('password', 'cluster:1');
  expect(() => box.open(sealed, 'cluster:2')).toThrow(/cluster:2 cannot be opened/);
  expect(() => createSecretBox(Buffer.alloc(32, 8)).open(sealed, 'cluster:1')).toThrow(/cannot be opened/);
  const changed = `${sealed.slice(0, -4)}AAAA`;
  expect(() => box.open(changed, 'cluster:1')).toThrow(/cannot be opened/);
});

test('the same secret never looks the same twice', () => {
  const box = createSecretBox(key);
  expect(box.seal('password', 'a')).not.toBe(box.seal('password', 'a'));
});

test('the key file is made once, readable by its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-key-'));
  try {
    const path = join(folder, 'secret.key');
    const first = loadOrCreateKey(path);
    expect(loadOrCreateKey(path)).toEqual(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a key of the wrong length is refused', () => {
  expect(() => parseKey('c2hvcnQ=')).toThrow(/32 bytes/);
});
