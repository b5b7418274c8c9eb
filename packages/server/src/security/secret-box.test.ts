import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKeyFile, writeKeyFile } from './key-file.ts';
import { createKey, createSecretBox, parseKeys } from './secret-box.ts';

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

test('a secret that was opened before still opens for its own row alone, however many were opened since', () => {
  const box = createSecretBox(key);
  const sealed = Array.from({ length: 1_000 }, (_, row) => box.seal(`password ${row}`, `cluster:${row}`));
  for (let pass = 0; pass < 2; pass += 1)
    for (const [row, value] of sealed.entries()) {
      expect(box.open(value, `cluster:${row}`)).toBe(`password ${row}`);
      expect(() => box.open(value, `cluster:${row + 1}`)).toThrow(/cannot be opened/);
    }
});

test('the same secret never looks the same twice', () => {
  const box = createSecretBox(key);
  expect(box.seal('password', 'a')).not.toBe(box.seal('password', 'a'));
});

test('the key file is made once, readable by its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-key-'));
  try {
    const path = join(folder, 'secret.key');
    const first = openKeyFile(path)();
    expect(openKeyFile(path)()).toEqual(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a key of the wrong length is refused', () => {
  expect(() => parseKeys('c2hvcnQ=')).toThrow(/32 bytes/);
  expect(() => parseKeys(' \n')).toThrow(/no secret key/);
});

test('a running program opens and seals with a new key as soon as the file has it, and still opens the old', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-key-'));
  try {
    const path = join(folder, 'secret.key');
    const running = createSecretBox(openKeyFile(path));
    const before = running.seal('password', 'a');
    const [old] = openKeyFile(path)();
    if (old === undefined) throw new Error('no key');
    writeKeyFile(path, [createKey(), old]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect([running.open(before, 'a'), running.isCurrent(before)]).toEqual(['password', false]);
    const after = running.seal('password', 'a');
    expect(running.isCurrent(after)).toBe(true);
    expect(() => createSecretBox(old).open(after, 'a')).toThrow(/another key/);
    writeKeyFile(path, openKeyFile(path)().slice(0, 1));
    expect(running.open(after, 'a')).toBe('password');
    expect(() => running.open(before, 'a')).toThrow(/another key/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('values of the first format, which named no key, still open', () => {
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12, 1)).setAAD(Buffer.from('a'));
  const body = Buffer.concat([cipher.update('password', 'utf8'), cipher.final()]);
  const sealed = `v1:${Buffer.concat([Buffer.alloc(12, 1), cipher.getAuthTag(), body]).toString('base64')}`;
  const box = createSecretBox(() => [createKey(), key]);
  expect([box.open(sealed, 'a'), box.isCurrent(sealed)]).toEqual(['password', false]);
});
