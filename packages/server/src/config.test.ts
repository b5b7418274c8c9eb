import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig, resolveDatabaseUrl } from './config.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-config-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const file = join(folder, 'openocp.yaml');
  writeFileSync(file, text);
  return file;
}

test('without a file it listens on loopback and keeps its metadata in SQLite', () => {
  const config = loadConfig(undefined, {});
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080 });
  expect(resolveDatabaseUrl(config)).toBe(`sqlite:${config.dataDir}/openocp.db`);
});

test('the environment goes over the file', () => {
  const file = write('dataDir: /srv/a\nhttp:\n  port: 9000\n  host: 10.0.0.5\n');
  const config = loadConfig(file, {
    OPENOCP__HTTP__PORT: '9001',
    OPENOCP__SYNC_INTERVAL_MS: '500',
    OTHER: 'x',
  });
  expect([config.http.host, config.http.port, config.syncIntervalMs]).toEqual(['10.0.0.5', 9001, 500]);
});

test('every mistake is named at once', () => {
  const file = write('htpp: {}\nhttp:\n  port: 70000\ndb: postgres://x\n');
  expect(() => loadConfig(file, {})).toThrow(/htpp[\s\S]*|port[\s\S]*|must begin with sqlite/);
  try {
    loadConfig(file, {});
  } catch (error) {
    const { message } = error as Error;
    for (const part of ['htpp', 'port', 'sqlite:']) expect(message).toContain(part);
  }
});

test('a TLS certificate without its key is a mistake', () => {
  expect(() => loadConfig(write('http: { tlsCertificate: /x.crt }'), {})).toThrow(/belong together/);
});

test('a configuration cannot be changed after it was read', () => {
  expect(Object.isFrozen(loadConfig(undefined, {}))).toBe(true);
});

test('the command line goes over everything, and instances of one host differ by their port', () => {
  const url = 'mysql://openocp@10.0.0.9:2881/openocp';
  const config = loadConfig(
    write('db: sqlite:x.db\nhttp: { port: 8081 }'),
    { OPENOCP__DB: 'sqlite:y.db' },
    url,
  );
  expect([config.db, config.instance.endsWith(':8081')]).toEqual([url, true]);
  expect(loadConfig(undefined, { OPENOCP__INSTANCE: 'left' }).instance).toBe('left');
});
